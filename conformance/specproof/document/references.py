"""JSON Pointers (RFC 6901) and ``$ref`` inside one document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from specproof.document.scalars import quoted_name
from specproof.errors import InputError
from specproof.model import Json, JsonObject

__all__ = ["check_references", "escape", "lookup", "resolve"]

_INDEX = re.compile(r"0|[1-9][0-9]{0,17}")  # RFC 6901, section 4

# What stands below these keys is the vendor's data and never a reference.
_DATA_KEYS = frozenset({"const", "default", "enum", "example"})
# The keys of these objects are names chosen by the vendor, so `$ref` there is a name too.
_MAPS_OF_SCHEMAS = frozenset(
    {"$defs", "definitions", "dependentSchemas", "patternProperties", "properties"}
)


def escape(token: str) -> str:
    """Return ``token`` as one part of a JSON Pointer (RFC 6901, section 3)."""
    return token.replace("~", "~0").replace("/", "~1")


def lookup(document: Json, pointer: str) -> Json:
    """Return what ``pointer`` names: ``/a/b`` (RFC 6901) or ``#/a%20b``, its fragment form.

    Raises:
        InputError: not a pointer into this document, or nothing is there.
    """
    path = unquote(pointer[1:]) if pointer.startswith("#") else pointer
    if path and not path.startswith("/"):
        raise _leaves(pointer)
    node = document
    for part in path.split("/")[1:]:
        token = part.replace("~1", "/").replace("~0", "~")
        if isinstance(node, dict) and token in node:
            node = node[token]
        elif isinstance(node, list) and _INDEX.fullmatch(token) and int(token) < len(node):
            node = node[int(token)]
        else:
            raise InputError(f"the reference {quoted_name(pointer)} leads to nothing")
    return node


def _leaves(reference: str) -> InputError:
    return InputError(
        f"the reference {quoted_name(reference)} leaves the document or is no JSON Pointer",
        remedy="only references of the form #/... are followed",
    )


def resolve(document: Json, node: Json) -> Json:
    """Follow ``node`` while it is a reference and return what it stands for in the end.

    Raises:
        InputError: a reference leaves the document, leads to nothing, or leads in a circle.
    """
    seen: set[str] = set()
    while isinstance(node, dict) and isinstance(reference := node.get("$ref"), str):
        if reference in seen:
            raise InputError(f"the reference {quoted_name(reference)} leads in a circle")
        seen.add(reference)
        if reference and not reference.startswith("#"):
            # RFC 3986 4.2: without the number sign it is the address of another document.
            raise _leaves(reference)
        node = lookup(document, reference)
    return node


def check_references(document: JsonObject, *, name: str) -> None:
    """Check that every ``$ref`` of ``document`` leads to a place inside it.

    A ``$ref`` that is the name of a property, or that stands inside an example, default, enum
    or const, is data and no reference.

    Raises:
        InputError: naming the reference and where it stands.
    """
    for pointer, reference in _references(document):
        if not isinstance(reference, str):
            raise InputError(f"the $ref at {pointer} is no string", file=name)
        try:
            resolve(document, {"$ref": reference})
        except InputError as error:
            raise InputError(
                f"{error.problem}, at {pointer}", file=name, remedy=error.remedy
            ) from error


def _references(document: JsonObject) -> Iterator[tuple[str, Json]]:
    # The flag says that the keys of the node are names and not words of the specification.
    waiting: list[tuple[str, Json, bool]] = [("#", document, False)]
    while waiting:
        pointer, node, names = waiting.pop()
        if isinstance(node, list):
            waiting.extend(
                (f"{pointer}/{index}", node[index], False) for index in range(len(node) - 1, -1, -1)
            )
        elif isinstance(node, dict):
            if "$ref" in node and not names:
                yield f"{pointer}/$ref", node["$ref"]
            for key in reversed(node):
                if names or key not in _DATA_KEYS:
                    below = (f"{pointer}/{escape(key)}", node[key])
                    if key == "examples" and not names:
                        waiting.extend(_example_references(*below))
                    else:
                        waiting.append((*below, key in _MAPS_OF_SCHEMAS and not names))


def _example_references(pointer: str, node: Json) -> Iterator[tuple[str, Json, bool]]:
    """Yield the Example Objects below ``examples`` that are references themselves.

    OpenAPI keeps a map of Example Objects or references there, JSON Schema a list of data.
    """
    if isinstance(node, dict):
        for key, item in node.items():
            if isinstance(item, dict) and "$ref" in item and "value" not in item:
                yield f"{pointer}/{escape(key)}", {"$ref": item["$ref"]}, False
