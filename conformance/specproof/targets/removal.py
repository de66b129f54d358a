"""Removes what a create of ours left behind, for an API of which only the contract is known."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import quote

from specproof.model import Exchange, Json
from specproof.targets.ledger import Entry
from specproof.targets.ownership import owned_values
from specproof.targets.session import TargetSession

__all__ = ["is_gone", "remove"]

_GONE = frozenset({404, 410})
_SUCCESS = range(200, 300)
_VARIABLE = re.compile(r"\{\$(\w+)\}")


def is_gone(exchange: Exchange) -> bool:
    """Return whether the answer to a removal says that nothing is left."""
    response = exchange.response
    return response is not None and (response.status in _SUCCESS or response.status in _GONE)


def remove(session: TargetSession, entry: Entry) -> bool:
    """Remove what ``entry`` stands for; return whether nothing of it is left.

    By its id below the path that created it; without an id, by the one item of that
    collection which holds a value of ours.
    """
    path = _VARIABLE.sub(lambda hit: quote(session.credential(hit[1]), safe=""), entry.path)
    if "{}" in path:
        # Part of the path belongs to somebody else and was therefore not written down.
        return False
    if entry.method == "PUT":
        return _deleted(session, path)
    identifiers = entry.ids
    if not identifiers:
        listed = session.send("+find", "GET", path, facts={"template": _shown(session, path)})
        if listed.response is None or listed.response.status not in _SUCCESS:
            return is_gone(listed)
        identifiers = tuple(_ours(listed, {value for _, value in entry.values}))
    for identifier in identifiers:
        place = f"{path.rstrip('/')}/{quote(identifier, safe='')}"
        session.target.places.add(place)
        if not _deleted(session, place):
            return False
    return True


def _deleted(session: TargetSession, path: str) -> bool:
    return is_gone(session.send("+remove", "DELETE", path, facts={"template": "/"}))


def _shown(session: TargetSession, path: str) -> str:
    routes = {item.operation.path for item in session.contract.operations.values()}
    return path if path in routes else "/"


def _ours(listed: Exchange, values: set[str]) -> Iterator[str]:
    """Yield the ids of the items of a list that hold a value of ours."""
    try:
        document: Json = json.loads(listed.response.body if listed.response else b"")
    except (ValueError, RecursionError):
        return
    pending: list[Json] = [document]
    while pending:
        node = pending.pop()
        if not isinstance(node, list):
            pending.extend(node.values() if isinstance(node, dict) else ())
            continue
        for item in node:
            held = owned_values(json.dumps(item).encode(), "", values.__contains__)
            identifier = item.get("id") if isinstance(item, dict) else None
            if held and isinstance(identifier, str | int):
                yield str(identifier)
