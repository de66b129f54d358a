"""Transforms of parameters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from specproof.generation.normalisation.draft import Draft, Entry, children
from specproof.generation.normalisation.names import identifier, shortened

__all__ = [
    "argument_names",
    "ignored_header_parameters",
    "no_default_on_path_parameters",
    "parameter_content",
    "parameter_descriptions",
    "parameters_as_text",
]

_IGNORED = frozenset({"accept", "content-type", "authorization"})
_TAKEN = frozenset(
    {"annotations", "asyncio", "asyncio_detailed", "body", "build", "cast", "client", "cookies"}
    | {"date", "frozen", "headers", "params", "partial", "quote", "response", "segment", "sync"}
    | {"sync_detailed", "url", "uuid", "kwargs", "_kwargs"}
)
_PLAIN = frozenset({"boolean", "integer", "number", "string"})


def ignored_header_parameters(draft: Draft) -> Iterator[str]:
    """Drop the header parameters that OpenAPI says to ignore."""
    for entry in draft.entries:
        listed = entry.node["parameters"]
        kept = [
            item
            for item in listed
            if item["in"] != "header" or item["name"].lower() not in _IGNORED
        ]
        if len(kept) != len(listed):
            entry.node["parameters"] = kept
            yield f"{entry.pointer}/parameters"


def parameter_content(draft: Draft) -> Iterator[str]:
    """Give parameters without a schema one: what has ``content`` is sent as text, e.g. JSON."""
    for pointer, item in _parameters(draft):
        content = item.pop("content", None)
        if "schema" not in item:
            item["schema"] = {"type": "string"}
            if content:
                item["schema"]["description"] = "Serialised as text, e.g. JSON."
            yield pointer


def no_default_on_path_parameters(draft: Draft) -> Iterator[str]:
    """Drop defaults of path parameters, which are required."""
    for pointer, item in _parameters(draft):
        if item["in"] == "path" and item["schema"].pop("default", None) is not None:
            yield f"{pointer}/schema/default"


def parameter_descriptions(draft: Draft) -> Iterator[str]:
    """Put the description of a parameter where the generator takes it from: its schema."""
    for pointer, item in _parameters(draft):
        text = item.pop("description", None)
        if text is not None and "$ref" not in item["schema"]:
            item["schema"]["description"] = text
            yield f"{pointer}/schema/description"


def parameters_as_text(draft: Draft) -> Iterator[str]:
    """Take as text what has no form in a path, header or cookie.

    Arrays and objects of plain values have one in a path or header; in a cookie, their commas
    are none that it may hold (RFC 6265 4.1.1). OpenAPI 3.1.1, 4.8.12.6, leaves undefined how
    arrays and objects in others are sent.
    """
    for pointer, item in _parameters(draft):
        if item["in"] == "query" or _has_form(draft, item["schema"], item["in"], set()):
            continue
        described = draft.component(item["schema"]).get("description")
        item["schema"] = {"type": "string", **({"description": described} if described else {})}
        yield f"{pointer}/schema"


def _has_form(draft: Draft, schema: dict[str, Any], place: str, seen: set[tuple[int, str]]) -> bool:
    found = draft.component(schema)
    # All of what is looked into must have one, so each is looked into once.
    if (id(found), place) in seen:
        return True
    seen.add((id(found), place))
    members = [*found.get("anyOf", ()), *found.get("allOf", ())]
    if members:
        nulls = place != "path"
        return all(
            (nulls and member.get("type") == "null") or _has_form(draft, member, place, seen)
            for member in members
        )
    kind = found.get("type")
    if found.get("enum") or "const" in found or not found:
        return True
    if kind in {"array", "object"} and place in {"header", "path"}:
        below = [holder[key] for _, holder, key in children("", found)]
        return all(_has_form(draft, node, "item", seen) for node in below)
    return kind in _PLAIN and found.get("format") != "binary"


def argument_names(draft: Draft) -> Iterator[str]:
    """Name parameters so that each is an argument of its own that no template uses."""
    for entry in draft.entries:
        if _renamed(entry):
            yield f"{entry.pointer}/parameters"


def _renamed(entry: Entry) -> bool:
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for item in entry.node["parameters"]:
        groups[identifier(item["name"])].append(item)
    taken = set(groups)
    changed = False
    for name, items in groups.items():
        plain = name.rstrip("_")
        is_taken = plain in _TAKEN or plain.startswith(("json_", "field_"))
        for index, item in enumerate(items):
            if item["in"] == "path" and not is_taken and index == 0:
                continue
            if not is_taken and len(items) == 1 and len(name) == len(shortened(name)):
                continue
            places = [other["in"] for other in items]
            made = shortened(plain)
            if is_taken or places.count(item["in"]) < len(places):
                made = f"{made}_{item['in']}"
            elif index == 0:
                continue
            number, base = 2, made
            while made in taken:
                made, number = f"{base}_{number}", number + 1
            taken.add(made)
            changed = True
            if item["in"] == "path":
                entry.parts = [
                    made if position % 2 and part == item["name"] else part
                    for position, part in enumerate(entry.parts)
                ]
                entry.key = entry.key.replace(f"{{{item['name']}}}", f"{{{made}}}")
            else:
                entry.wire[item["in"], made] = item["name"]
            item["name"] = made
    return changed


def _parameters(draft: Draft) -> Iterator[tuple[str, dict[str, Any]]]:
    for entry in draft.entries:
        for index, item in enumerate(entry.node["parameters"]):
            yield f"{entry.pointer}/parameters/{index}", item
