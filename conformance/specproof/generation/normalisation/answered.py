"""Which schemas of a description answers are made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from specproof.document.openapi import operations
from specproof.document.references import resolve
from specproof.json_types import JsonObject

__all__ = ["answered_schemas"]

_MEMBERS = ("properties", "patternProperties")
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")


def answered_schemas(document: JsonObject) -> frozenset[int]:
    """Return the identities of the Schema Objects that responses lead to, references followed."""
    found: set[int] = set()
    waiting = [*_roots(document)]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, dict) or id(node) in found:
            continue
        found.add(id(node))
        if "$ref" in node:
            waiting.append(resolve(document, node))
        waiting += [node[name] for name in ("additionalProperties", "items") if name in node]
        waiting += [part for name in _MEMBERS for part in _held(node.get(name))]
        for name in _LISTS:
            members = node.get(name)
            waiting += members if isinstance(members, list) else []
    return frozenset(found)


def _roots(document: JsonObject) -> Iterator[Any]:
    for operation in operations(document):
        for stated in _held(resolve(document, operation.node.get("responses"))):
            response = resolve(document, stated)
            for media in _held(response.get("content") if isinstance(response, dict) else None):
                if isinstance(media, dict):
                    yield media.get("schema")


def _held(node: Any) -> list[Any]:
    return [*node.values()] if isinstance(node, dict) else []
