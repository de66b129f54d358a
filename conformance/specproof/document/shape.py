"""The outline of an OpenAPI document: what holds operations is an object, lists are lists.

Readers pass over what has another shape, so an operation in it would vanish without a word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from specproof.document.openapi import METHODS
from specproof.document.references import escape
from specproof.errors import InputError
from specproof.json_types import Json, JsonObject
from specproof.text import one_line

__all__ = ["check_shape"]

_KINDS: Mapping[str, tuple[type, ...]] = {
    "an object": (dict,),
    "a list": (list,),
    "a text": (str,),
    "an object or a boolean": (dict, bool),
}
_Due = Iterator[tuple[str, Json, str]]


def check_shape(document: JsonObject, *, name: str) -> None:
    """Check that every part of ``document`` down to operations and components is of its kind.

    Raises:
        InputError: naming the first part that is of another kind (OpenAPI 3.1.1, 4.8), as a
            JSON Pointer.
    """
    for pointer, value, due in _document(document):
        if not isinstance(value, _KINDS[due]):
            raise InputError(
                f"{one_line(pointer, 200)} is not {due}",
                file=name,
                remedy="correct the description with an overlay action",
            )


def _document(document: JsonObject) -> _Due:
    yield from _fields(document, "#", {"info": "an object", "paths": "an object"})
    yield from _fields(document, "#", {"components": "an object", "webhooks": "an object"})
    for field in ("servers", "security", "tags"):
        yield from _items(document, field, "#", "an object")
    servers = document.get("servers")
    for index, server in enumerate(servers if isinstance(servers, list) else ()):
        yield from _fields(server, f"#/servers/{index}", {"url": "a text"})
    for path, item in _entries(document.get("paths")):
        pointer = f"#/paths/{escape(path)}"
        yield pointer, item, "an object"
        yield from _items(item, "parameters", pointer, "an object")
        for method, operation in _entries(item):
            if method in METHODS:
                yield from _operation(f"{pointer}/{method}", operation)
    for section, entries in _entries(document.get("components")):
        pointer = f"#/components/{escape(section)}"
        yield pointer, entries, "an object"
        due = "an object or a boolean" if section == "schemas" else "an object"
        for key, entry in _entries(entries):
            yield f"{pointer}/{escape(key)}", entry, due


def _operation(pointer: str, operation: Json) -> _Due:
    yield pointer, operation, "an object"
    yield from _fields(
        operation,
        pointer,
        {"operationId": "a text", "requestBody": "an object", "responses": "an object"},
    )
    yield from _items(operation, "parameters", pointer, "an object")
    yield from _items(operation, "security", pointer, "an object")
    yield from _items(operation, "tags", pointer, "a text")
    responses = operation.get("responses") if isinstance(operation, dict) else None
    for status, response in _entries(responses):
        yield f"{pointer}/responses/{escape(status)}", response, "an object"


def _fields(node: Json, pointer: str, due: Mapping[str, str]) -> _Due:
    for field, kind in due.items() if isinstance(node, dict) else ():
        # An empty entry of YAML is null; inside an operation that is as good as absent.
        if isinstance(node, dict) and field in node and (pointer == "#" or node[field] is not None):
            yield f"{pointer}/{field}", node[field], kind


def _items(node: Json, field: str, pointer: str, due: str) -> _Due:
    listed = node.get(field) if isinstance(node, dict) else None
    if listed is None:
        return
    yield f"{pointer}/{field}", listed, "a list"
    for index, item in enumerate(listed if isinstance(listed, list) else ()):
        yield f"{pointer}/{field}/{index}", item, due


def _entries(node: Json) -> Iterator[tuple[str, Json]]:
    for key, value in node.items() if isinstance(node, dict) else ():
        if not key.startswith("x-"):
            yield key, value
