"""JSON Pointers (RFC 6901) and ``$ref`` inside one document."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from urllib.parse import unquote

from specproof.document.scalars import quoted_name
from specproof.errors import InputError, LimitError
from specproof.json_types import Json, JsonObject

__all__ = ["check_references", "escape", "lookup", "resolve"]

_MOST_STEPS = 100  # references on the way to what they all mean; honest ones are three or four
_INDEX = re.compile(r"0|[1-9][0-9]{0,17}")  # RFC 6901, section 4

# What stands below these keys is the vendor's data and never a reference.
_DATA_KEYS = frozenset({"const", "default", "enum", "example"})
# The keys of these objects are names chosen by the vendor, so `$ref` there is a name too.
_MAPS_OF_SCHEMAS = frozenset(
    {"$defs", "definitions", "dependentSchemas", "patternProperties", "properties"}
)
# Here a key that begins with `x-` is a name too, of a header for example, and no extension.
_MAPS_OF_OBJECTS = frozenset(
    {"callbacks", "content", "encoding", "examples", "headers", "links", "parameters", "pathItems"}
    | {"requestBodies", "responses", "schemas", "securitySchemes"}
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
    return _followed(document, node, {})


def _followed(document: Json, node: Json, known: dict[str, int]) -> Json:
    """Follow ``node`` to its end, or to a reference that is ``known`` to be good.

    Args:
        known: how many references each leads through; what is followed is added.
    """
    seen: dict[str, None] = {}
    beyond = 0
    while isinstance(node, dict) and isinstance(reference := node.get("$ref"), str):
        if reference in known:
            beyond = known[reference]
            break
        if reference in seen:
            raise InputError(f"the reference {quoted_name(reference)} leads in a circle")
        seen[reference] = None
        if reference and not reference.startswith("#"):
            # RFC 3986 4.2: without the number sign it is the address of another document.
            raise _leaves(reference)
        node = lookup(document, reference)
    if len(seen) + beyond > _MOST_STEPS:
        raise LimitError(
            f"the reference {quoted_name(next(iter(seen)))} leads through more than {_MOST_STEPS}",
            remedy="refer to the end of the chain",
        )
    known |= {reference: len(seen) - index + beyond for index, reference in enumerate(seen)}
    return node


def check_references(document: JsonObject, *, name: str) -> None:
    """Check that every ``$ref`` of ``document`` leads to a place inside it.

    A ``$ref`` that is the name of a property, or that stands inside an example, default, enum,
    const or extension, is data and no reference. What a reference leads to is none, wherever it
    stands.

    Raises:
        InputError: naming the reference and where it stands.
    """
    known: dict[str, int] = {}  # a chain is followed once, wherever it is entered
    for pointer, reference in _references(document):
        if not isinstance(reference, str):
            raise InputError(f"the $ref at {pointer} is no string", file=name)
        try:
            _followed(document, {"$ref": reference}, known)
        except InputError as error:
            raise type(error)(
                f"{error.problem}, at {pointer}", file=name, remedy=error.remedy
            ) from error


def _references(document: JsonObject) -> Iterator[tuple[str, Json]]:
    # The flag says that the keys of the node are names and not words of the specification.
    waiting: list[tuple[str, Json, bool]] = [("#", document, False)]
    entered: set[int] = set()
    while waiting:
        pointer, node, names = waiting.pop()
        if isinstance(node, list):
            waiting.extend(
                (f"{pointer}/{index}", node[index], False) for index in range(len(node) - 1, -1, -1)
            )
        elif isinstance(node, dict):
            if "$ref" in node and not names:
                yield f"{pointer}/$ref", node["$ref"]
                waiting.extend(_into_extension(document, node["$ref"], entered))
            for key in reversed(node):
                if names or not (key in _DATA_KEYS or _is_extension(pointer, key)):
                    below = (f"{pointer}/{escape(key)}", node[key])
                    if key == "examples" and not names:
                        waiting.extend(_example_references(*below))
                    else:
                        waiting.append((*below, key in _MAPS_OF_SCHEMAS and not names))


def _is_extension(pointer: str, key: str) -> bool:
    return key.startswith("x-") and pointer.rpartition("/")[2] not in _MAPS_OF_OBJECTS


def _into_extension(
    document: JsonObject, reference: Json, entered: set[int]
) -> Iterator[tuple[str, Json, bool]]:
    """Yield what ``reference`` leads to inside an extension, which is looked at only then."""
    if not isinstance(reference, str) or "/x-" not in unquote(reference):
        return
    with contextlib.suppress(InputError):  # it is told where the reference itself is checked
        target = lookup(document, reference)
        if isinstance(target, dict | list) and id(target) not in entered:
            entered.add(id(target))
            yield reference, target, False


def _example_references(pointer: str, node: Json) -> Iterator[tuple[str, Json, bool]]:
    """Yield the Example Objects below ``examples`` that are references themselves.

    OpenAPI keeps a map of Example Objects or references there, JSON Schema a list of data.
    """
    if isinstance(node, dict):
        for key, item in node.items():
            if isinstance(item, dict) and "$ref" in item and "value" not in item:
                yield f"{pointer}/{escape(key)}", {"$ref": item["$ref"]}, False
