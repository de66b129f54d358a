"""Names the parts of a description whose JSON type is none that OpenAPI allows at their place.

Such a part, for instance a ``content`` that is an array, can not be read and counts as absent.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from specproof.document.openapi import METHODS
from specproof.document.references import escape
from specproof.generation.normalisation.draft import Draft, json_path

__all__ = ["note_malformed"]

_MOST = 1000  # are named one by one

_OBJECT, _LIST, _MAP = (dict,), (list,), (dict,)
_SCHEMA = (dict, bool)  # JSON Schema 2020-12 4.3.2
# Kind of node -> field -> the types it may have, the kind of what is in it, and whether that is
# the field itself, its items or its members (OpenAPI 3.0.3, 4.7 and 3.1.1, 4.8).
_Field = tuple[tuple[type, ...], str, str]
_SCHEMA_FIELDS: dict[str, _Field] = {
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), (_LIST, "schema", "items")),
    **dict.fromkeys(("properties", "patternProperties"), (_MAP, "schema", "members")),
    "additionalProperties": (_SCHEMA, "schema", "itself"),
    # A list of schemas, one for each place, is what drafts before 2020-12 had.
    "items": ((*_SCHEMA, list), "schema", "itself"),
    "enum": (_LIST, "", ""),
    "type": ((str, list), "", ""),
}
_CONTENT: _Field = (_MAP, "media type", "members")
_FIELDS: dict[str, dict[str, _Field]] = {
    "document": {
        "paths": (_MAP, "path", "members"),
        "components": (_OBJECT, "components", "itself"),
    },
    "components": {
        "schemas": (_MAP, "schema", "members"),
        "responses": (_MAP, "response", "members"),
        "parameters": (_MAP, "parameter", "members"),
        "requestBodies": (_MAP, "body", "members"),
        "headers": (_MAP, "header", "members"),
        "pathItems": (_MAP, "path", "members"),
    },
    "path": {
        "parameters": (_LIST, "parameter", "items"),
        **dict.fromkeys(METHODS, (_OBJECT, "operation", "itself")),
    },
    "operation": {
        "parameters": (_LIST, "parameter", "items"),
        "requestBody": (_OBJECT, "body", "itself"),
        "responses": (_MAP, "response", "members"),
    },
    "parameter": {"schema": (_SCHEMA, "schema", "itself"), "content": _CONTENT},
    "body": {"content": _CONTENT},
    "response": {"content": _CONTENT, "headers": (_MAP, "header", "members")},
    "header": {"schema": (_SCHEMA, "schema", "itself")},
    "media type": {"schema": (_SCHEMA, "schema", "itself")},
    "schema": _SCHEMA_FIELDS,
}
_RANKS = {
    kind: {name: rank for rank, name in enumerate(fields)} for kind, fields in _FIELDS.items()
}
_KINDS = {dict: "an object", list: "an array", str: "a string", bool: "a boolean"}

_Place = tuple[Any, str]
"""The place around a node, and its key or index there; ``()`` around the document."""


def note_malformed(draft: Draft) -> None:
    """Note every part that is of no type that OpenAPI allows there; null counts as absent.

    An empty one, such as the ``[]`` that some writers make of an empty object, is noted as
    ignored, because nothing is lost by it.
    """
    more = 0
    for number, (place, value, types) in enumerate(_malformed(draft)):
        if number >= _MOST:
            more += 1
            continue
        pointer = _pointer(place)
        allowed = " or ".join(_KINDS[kind] for kind in types)
        why = f"it is {_KINDS.get(type(value), 'a number')}, where OpenAPI wants {allowed}"
        if value in ([], {}, ""):
            remedy = f"target {json_path(pointer)}, with remove: true"
            draft.ignore(pointer, pointer, why, remedy)
        else:
            draft.leave_out(pointer, pointer, why)
    if more:
        draft.leave_out(f"{more} other parts", "", "their types are none that OpenAPI allows there")


def _malformed(draft: Draft) -> Iterator[tuple[_Place, Any, tuple[type, ...]]]:
    stack: list[tuple[str, Any, Any]] = [("document", draft.origin, ())]
    while stack:
        kind, node, around = stack.pop()
        if not isinstance(node, dict):
            wanted: tuple[type, ...] = _SCHEMA if kind == "schema" else _OBJECT
            # The reader names those two: it knows the operation that they belong to.
            if not isinstance(node, wanted) and kind not in {"parameter", "response"}:
                yield around, node, wanted
            continue
        is_reference = isinstance(node.get("$ref"), str)
        if is_reference and not (kind == "path" or (kind == "schema" and draft.is_modern)):
            continue
        below: list[tuple[str, Any, Any]] = []
        fields = _FIELDS[kind]
        # A node has few of the fields that its kind may have.
        stated = [name for name in node if name in fields]
        if len(stated) > 1:
            stated.sort(key=_RANKS[kind].__getitem__)
        for name in stated:
            types, inner, how = fields[name]
            value, place = node[name], (around, name)
            if value is not None and not isinstance(value, types):
                yield place, value, types
            elif inner:
                below += _below(value, inner, how, place)
        below.reverse()
        stack += below


def _below(value: Any, inner: str, how: str, place: _Place) -> list[tuple[str, Any, Any]]:
    if isinstance(value, list):
        held = [(str(index), item) for index, item in enumerate(value)]
    elif isinstance(value, dict) and how == "members":
        held = [
            (key, item)
            for key, item in value.items()
            if inner == "schema" or not key.startswith("x-")
        ]
    else:
        return [(inner, value, place)] if isinstance(value, dict) else []
    return [(inner, item, (place, key)) for key, item in held if item is not None]


def _pointer(place: Any) -> str:
    keys: list[str] = []
    while place:
        place, key = place
        keys.append(escape(key))
    return "".join(f"/{key}" for key in reversed(keys))
