"""Finds values of ours in the query and body of a request."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from urllib.parse import parse_qsl

__all__ = ["owned_values"]

_TOKEN = re.compile(r"specproof-[A-Za-z0-9-]{12,200}")
_NAME_LIMIT = 64


def owned_values(
    body: bytes, query: str, is_ours: Callable[[str], bool]
) -> tuple[tuple[str, str], ...]:
    """Return ``(name, value)`` of every value of ours in a request's query and body.

    Members of JSON objects have their own name, all else has none.
    """
    found = [(name, text) for name, text in parse_qsl(query) if is_ours(text)]
    try:
        document = json.loads(body) if body else None
    except (ValueError, RecursionError):
        tokens = _TOKEN.findall(body.decode("utf-8", "replace"))
        found.extend(("", token) for token in tokens if is_ours(token))
    else:
        pending: list[tuple[str, object]] = [("", document)]
        while pending:
            name, node = pending.pop()
            if isinstance(node, dict):
                pending.extend((str(key), item) for key, item in node.items())
            elif isinstance(node, list):
                pending.extend((name, item) for item in node)
            elif isinstance(node, str | int) and is_ours(str(node)):
                found.append((name, str(node)))
    shown = [
        (name if name.isidentifier() and len(name) <= _NAME_LIMIT else "", text)
        for name, text in found
    ]
    return tuple(dict.fromkeys(sorted(shown)))
