"""Names the parts of a description that play no role in a client, though nothing is lost by it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from specproof.document.references import escape
from specproof.generation.normalisation.draft import SCHEMA_PREFIX, Draft, Entry, json_path

__all__ = ["note_ignored"]

_SHOWN = 3


def note_ignored(draft: Draft) -> None:
    """Note servers of single operations and discriminators of base classes, which are ignored.

    Credentials go to the base URL that the caller gives and nowhere else, so no operation
    chooses a server (OpenAPI 3.1.1, Path Item Object and Operation Object, ``servers``). A
    discriminator without alternatives beside it means those that name its schema in ``allOf``
    (OpenAPI 3.1.1, Discriminator Object); the client reads what its schema says alone.
    """
    everywhere = set(_urls(draft.origin))
    for entry in draft.entries:
        _servers(draft, entry, everywhere)
    _discriminators(draft)


def _servers(draft: Draft, entry: Entry, everywhere: set[str]) -> None:
    at_operation = "servers" in entry.origin
    urls = _urls(entry.origin if at_operation else entry.item)
    if not set(urls) - everywhere:
        return
    item = entry.pointer.rpartition("/")[0]
    place = f"{entry.pointer if at_operation else item}/servers"
    draft.ignore(
        f"{entry.label}: the server {', '.join(urls[:_SHOWN])}",
        place,
        "calls go to the base URL that the client is given, and nowhere else",
        f"target {json_path(place)}, with remove: true",
    )


def _urls(holder: Mapping[str, Any]) -> list[str]:
    servers = holder.get("servers")
    return [
        server["url"]
        for server in (servers if isinstance(servers, list) else ())
        if isinstance(server, dict) and isinstance(server.get("url"), str)
    ]


def _discriminators(draft: Draft) -> None:
    components = draft.origin.get("components")
    schemas = components.get("schemas") if isinstance(components, dict) else None
    if not isinstance(schemas, dict):
        return
    telling = {
        SCHEMA_PREFIX + escape(name): (name, node["discriminator"].get("propertyName"))
        for name, node in schemas.items()
        if isinstance(node, dict)
        and isinstance(node.get("discriminator"), dict)
        and not (node.get("oneOf") or node.get("anyOf"))
    }
    heirs: defaultdict[str, list[str]] = defaultdict(list)
    for name, node in schemas.items() if telling else ():
        members = node.get("allOf") if isinstance(node, dict) else None
        for member in members if isinstance(members, list) else ():
            reference = member.get("$ref") if isinstance(member, dict) else None
            if isinstance(reference, str) and reference in telling:
                heirs[reference].append(name)
    # What is only there to be inherited from is no type of any value.
    for reference, place in _uses(draft.origin, heirs):
        name, field = telling[reference]
        some = ", ".join(heirs[reference][:_SHOWN])
        draft.ignore(
            f"the discriminator {field} of the schema {name}",
            f"/components/schemas/{escape(name)}/discriminator",
            f"a value of it is read as {name}, and not as {some}",
            f"target {json_path(place)}, with oneOf of {some} and the discriminator as update, and"
            " its $ref removed",
        )


def _uses(document: Mapping[str, Any], wanted: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each reference of ``wanted`` and the first place that refers to it for a value."""
    found: dict[str, str] = {}
    stack: list[tuple[str, Any, str]] = [("", document, "")] if wanted else []
    while stack:
        pointer, node, around = stack.pop()
        if isinstance(node, dict):
            reference = node.get("$ref")
            if isinstance(reference, str) and reference in wanted and around != "allOf":
                found.setdefault(reference, pointer)
            below = [(f"{pointer}/{escape(name)}", part, name) for name, part in node.items()]
        elif isinstance(node, list):
            below = [(f"{pointer}/{index}", part, around) for index, part in enumerate(node)]
        else:
            continue
        stack.extend(reversed(below))
    yield from ((reference, found[reference]) for reference in wanted if reference in found)
