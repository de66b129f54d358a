"""The document under lint, with a walk that knows what each node of it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from specproof.document.openapi import METHODS, Operation, operations, version
from specproof.document.references import resolve
from specproof.effective.lint.instances import Instances
from specproof.effective.queries import Location
from specproof.model import Json, JsonObject

__all__ = ["Kind", "Node", "Subject", "query"]


class Kind(StrEnum):
    """What a node is, by its place (OAS 3.0.3 and 3.1, "Specification")."""

    PATH_ITEM = "Path Item Object"
    OPERATION = "Operation Object"
    PARAMETER = "Parameter Object"
    REQUEST_BODY = "Request Body Object"
    RESPONSE = "Response Object"
    HEADER = "Header Object"
    MEDIA_TYPE = "Media Type Object"
    SCHEMA = "Schema Object"


@dataclass(frozen=True, slots=True)
class Node:
    """One node of the document; ``value`` may be a Reference Object where one is allowed."""

    kind: Kind
    location: Location
    value: Json


_COMPONENTS = {
    "schemas": Kind.SCHEMA,
    "responses": Kind.RESPONSE,
    "parameters": Kind.PARAMETER,
    "requestBodies": Kind.REQUEST_BODY,
    "headers": Kind.HEADER,
    "pathItems": Kind.PATH_ITEM,
}
_FIELDS: dict[Kind, dict[str, tuple[Kind, str]]] = {
    # Field -> what it holds, and whether as one node, a list or a map of nodes.
    Kind.PATH_ITEM: {
        "parameters": (Kind.PARAMETER, "list"),
        **dict.fromkeys(METHODS, (Kind.OPERATION, "one")),
    },
    Kind.OPERATION: {
        "parameters": (Kind.PARAMETER, "list"),
        "requestBody": (Kind.REQUEST_BODY, "one"),
        "responses": (Kind.RESPONSE, "map"),
    },
    Kind.PARAMETER: {"schema": (Kind.SCHEMA, "one"), "content": (Kind.MEDIA_TYPE, "map")},
    Kind.REQUEST_BODY: {"content": (Kind.MEDIA_TYPE, "map")},
    Kind.RESPONSE: {"headers": (Kind.HEADER, "map"), "content": (Kind.MEDIA_TYPE, "map")},
    Kind.HEADER: {"schema": (Kind.SCHEMA, "one"), "content": (Kind.MEDIA_TYPE, "map")},
    Kind.MEDIA_TYPE: {"schema": (Kind.SCHEMA, "one")},
    Kind.SCHEMA: {
        **dict.fromkeys(
            (
                "additionalProperties",
                "contains",
                "contentSchema",
                "else",
                "if",
                "items",
                "not",
                "propertyNames",
                "then",
                "unevaluatedItems",
                "unevaluatedProperties",
            ),
            (Kind.SCHEMA, "one"),
        ),
        **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), (Kind.SCHEMA, "list")),
        **dict.fromkeys(
            ("$defs", "dependentSchemas", "patternProperties", "properties"), (Kind.SCHEMA, "map")
        ),
    },
}


class Subject:
    """One OpenAPI document whose references all lead to places inside it.

    Args:
        document: the document; it is not changed.

    Raises:
        InputError: it is no OpenAPI 3.0 or 3.1 document.
    """

    def __init__(self, document: JsonObject) -> None:
        self.document = document
        self.version = version(document, name="the document")

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        """The operations in the order of the document."""
        return tuple(operations(self.document))

    @cached_property
    def instances(self) -> Instances:
        """Judges whether instances keep the schemas of the document."""
        return Instances(self.document, self.version)

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """Every node in the order of the document, parents before children.

        No reference is followed, so each place comes once.
        """
        found: list[Node] = []
        stack = list(reversed(list(self._roots())))
        while stack:
            node = stack.pop()
            found.append(node)
            stack.extend(reversed(list(_children(node))))
        return tuple(found)

    def of(self, kind: Kind) -> Iterator[tuple[Location, JsonObject]]:
        """Yield the nodes of one kind that are objects and no references."""
        for node in self.nodes:
            if node.kind is kind and isinstance(node.value, dict) and "$ref" not in node.value:
                yield node.location, node.value

    def resolved(self, value: Json) -> JsonObject:
        """Return the object that ``value`` stands for; an empty one where it is none."""
        found = resolve(self.document, value)
        return found if isinstance(found, dict) else {}

    def location(self, operation: Operation) -> Location:
        """Return where ``operation`` stands; below ``paths`` even if its path item is a $ref."""
        return ("paths", operation.path, operation.method.lower())

    def _roots(self) -> Iterator[Node]:
        for field in ("paths", "webhooks"):
            for name, item in _map(self.document.get(field)):
                if not name.startswith("x-"):
                    yield Node(Kind.PATH_ITEM, (field, name), item)
        components = self.document.get("components")
        for field, kind in _COMPONENTS.items():
            for name, item in _map(components.get(field) if isinstance(components, dict) else None):
                yield Node(kind, ("components", field, name), item)


def query(location: Location) -> str:
    """Return the RFC 9535 query that selects ``location`` and reads well."""
    text = "$"
    for step in location:
        if isinstance(step, int):
            text += f"[{step}]"
        elif re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", step):
            text += f".{step}"
        else:
            quoted = step.replace("\\", "\\\\").replace("'", "\\'")
            text += f"['{quoted}']"
    return text


def _children(node: Node) -> Iterator[Node]:
    if not isinstance(node.value, dict):
        return
    for field, value in node.value.items():
        kind, shape = _FIELDS[node.kind].get(field, (None, ""))
        if kind is None:
            continue
        if shape == "one":
            yield Node(kind, (*node.location, field), value)
        elif shape == "list" and isinstance(value, list):
            for index, item in enumerate(value):
                yield Node(kind, (*node.location, field, index), item)
        elif shape == "map":
            for name, item in _map(value):
                if kind is Kind.SCHEMA or not name.startswith("x-"):
                    yield Node(kind, (*node.location, field, name), item)


def _map(value: Any) -> list[tuple[str, Json]]:
    return list(value.items()) if isinstance(value, dict) else []
