"""What every reader of an OpenAPI document needs: its version, operations and parameters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from specproof.document.references import escape, resolve
from specproof.document.scalars import quoted_name
from specproof.errors import InputError
from specproof.json_types import Json, JsonObject

__all__ = [
    "METHODS",
    "Operation",
    "documented_responses",
    "operations",
    "parameters",
    "version",
]

METHODS: tuple[str, ...] = (
    "get",
    "put",
    "post",
    "delete",
    "options",
    "head",
    "patch",
    "trace",
)
"""The fields of a Path Item Object that hold operations (OpenAPI 3.0 and 3.1)."""

_VERSION = re.compile(r"3\.([01])\.\d+(?:-[0-9A-Za-z.-]+)?")


class Operation(NamedTuple):
    """One operation of a document.

    Attributes:
        id: its ``operationId``, or ``<method>-<path>`` as words joined by hyphens.
        method: in capitals.
        path: template as published.
        node: the Operation Object, part of the document.
        path_item: the Path Item Object around it, its ``$ref`` resolved.
        pointer: JSON Pointer to ``node`` as the document reaches it.
    """

    id: str
    method: str
    path: str
    node: JsonObject
    path_item: JsonObject
    pointer: str


def version(document: JsonObject, *, name: str) -> str:
    """Return ``3.0`` or ``3.1``, the OpenAPI version that ``document`` follows.

    Raises:
        InputError: it is no OpenAPI document, or one of another version.
    """
    found = document.get("openapi")
    if found is None and "swagger" in document:
        raise InputError(
            f"is Swagger {quoted_name(str(document['swagger']))}, not OpenAPI 3.0 or 3.1",
            file=name,
            remedy="convert it to OpenAPI 3 first",
        )
    if found is None:
        raise InputError("is no OpenAPI document: the field openapi is missing", file=name)
    if not isinstance(found, str):
        raise InputError(
            f"has an openapi field that is no string but {quoted_name(str(found))}",
            file=name,
            remedy="write it in quotes and in full, such as '3.1.0'",
        )
    matched = _VERSION.fullmatch(found)
    if matched is None:
        raise InputError(
            f"follows OpenAPI {quoted_name(found)}; only 3.0 and 3.1 are understood", file=name
        )
    return f"3.{matched.group(1)}"


def operations(document: JsonObject) -> Iterator[Operation]:
    """Yield the operations of ``document`` in its own order.

    Two operations never have the same id: a repeated one gets ``-2``, ``-3`` and so on.

    Raises:
        InputError: a path item is a reference that can not be followed.
    """
    paths = document.get("paths")
    used: set[str] = set()
    for path, raw in paths.items() if isinstance(paths, dict) else ():
        item = resolve(document, raw)
        if not path.startswith("/") or not isinstance(item, dict):
            continue
        for method, node in item.items():
            if method in METHODS and isinstance(node, dict):
                identifier = _unused(_identifier(node, method, path), used)
                used.add(identifier)
                yield Operation(
                    id=identifier,
                    method=method.upper(),
                    path=path,
                    node=node,
                    path_item=item,
                    pointer=f"/paths/{escape(path)}/{method}",
                )


def parameters(document: JsonObject, operation: Operation) -> list[JsonObject]:
    """Return the Parameter Objects of ``operation``, references resolved.

    Those of the path item come first; one of the operation with the same name and place
    stands in for it (OpenAPI 3.1.1, 4.8.9.1 "Path Item Object", ``parameters``).

    Raises:
        InputError: a reference can not be followed.
    """
    merged: dict[tuple[str, str], JsonObject] = {}
    for owner in (operation.path_item, operation.node):
        listed = owner.get("parameters")
        for raw in listed if isinstance(listed, list) else ():
            parameter = resolve(document, raw)
            if isinstance(parameter, dict):
                merged[str(parameter.get("in")), str(parameter.get("name"))] = parameter
    return list(merged.values())


def documented_responses(document: JsonObject, operation: Operation) -> dict[str, JsonObject]:
    """Return the Response Objects of ``operation`` by status key, references resolved.

    Keys are as published: ``200``, ``4XX``, ``default``. Extensions are left out.

    Raises:
        InputError: a reference can not be followed.
    """
    listed = operation.node.get("responses")
    found: dict[str, JsonObject] = {}
    for status, raw in listed.items() if isinstance(listed, dict) else ():
        response = resolve(document, raw)
        if isinstance(response, dict) and not status.startswith("x-"):
            found[status] = response
    return found


def _identifier(node: dict[str, Json], method: str, path: str) -> str:
    given = node.get("operationId")
    if isinstance(given, str) and given:
        return given
    words = re.findall(r"[A-Za-z0-9]+", path)
    return "-".join([method, *(word.lower() for word in words)])


def _unused(identifier: str, used: set[str]) -> str:
    candidate, number = identifier, 1
    while candidate in used:
        number += 1
        candidate = f"{identifier}-{number}"
    return candidate
