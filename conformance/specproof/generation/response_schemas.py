"""What a client checks of each answer: the shape that the API documents, and no more.

A client must not break on what does no harm, so only that part of a schema is kept that its
types rest on: ``type``, ``properties``, ``required``, ``items``, ``prefixItems``,
``additionalProperties``, ``const`` and the compositions. Values (``enum``, ``pattern``, lengths,
bounds) are left to the conformance checks, ``additionalProperties: false`` is not enforced, and
of ``oneOf`` any may match: without values two alternatives can look alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from specproof.document.openapi import operations
from specproof.document.references import resolve
from specproof.generation.normalisation.media import JSON, chosen, status
from specproof.model import JsonObject

__all__ = ["response_schemas"]

_COMPONENT = "#/components/schemas/"
_COMPOSITIONS = {"allOf": "allOf", "anyOf": "anyOf", "oneOf": "anyOf"}
_TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")
_BASE = "urn:api#/$defs/"


def response_schemas(document: JsonObject) -> dict[str, Any]:
    """Return ``{"definitions": {name: schema}, "operations": {operation: {status: schema}}}``.

    Args:
        document: an OpenAPI 3.0 or 3.1 document.

    Returns:
        JSON Schemas (2020-12); operations by ``METHOD /path/{template}``; statuses as
        documented (``200``, ``4XX``, ``default``). A response that has no JSON is left out.
    """
    shapes = _Shapes(document)
    found: dict[str, dict[str, Any]] = {}
    for operation in operations(document):
        responses = resolve(document, operation.node.get("responses"))
        for stated, node in responses.items() if isinstance(responses, dict) else ():
            schema, key = _json_schema(resolve(document, node)), status(stated)
            if schema is not None and key is not None:
                place = f"{operation.method.upper()} {operation.path}"
                found.setdefault(place, {})[key] = shapes.of(schema)
    return {"definitions": shapes.definitions(), "operations": found}


def _json_schema(response: Any) -> Any:
    """Return the schema of what a client reads of a response, None where that is no JSON."""
    found = chosen(response.get("content")) if isinstance(response, dict) else None
    return found[1].get("schema") if found is not None and found[2] == JSON else None


class _Shapes:
    def __init__(self, document: JsonObject) -> None:
        self._document = document
        self._modern = not str(document.get("openapi", "")).startswith("3.0")
        self._names: dict[str, str] = {}
        self._waiting: list[str] = []

    def of(self, node: Any) -> Any:
        """Return the shape that ``node`` asks for; ``True`` where it asks for none."""
        if not isinstance(node, Mapping):
            return node if isinstance(node, bool) else True
        shape: dict[str, Any] = {}
        reference = node.get("$ref")
        if isinstance(reference, str):
            shape["$ref"] = _BASE + self._named(reference)
            if not self._modern:
                return shape
        shape.update(self._keywords(node))
        if node.get("nullable") is True and not self._modern:
            return self._nullable(shape)
        return shape or True

    def definitions(self) -> dict[str, Any]:
        """Return every schema that the shapes so far refer to, and those that they refer to."""
        found: dict[str, Any] = {}
        while self._waiting:
            reference = self._waiting.pop()
            found[self._names[reference]] = self.of(resolve(self._document, {"$ref": reference}))
        return dict(sorted(found.items()))

    def _named(self, reference: str) -> str:
        if reference not in self._names:
            name = reference.removeprefix(_COMPONENT)
            plain = re.fullmatch(r"[A-Za-z0-9._-]+", name)
            # A name of ours for what is no component: it can not meet one of the document's.
            self._names[reference] = name if plain else f"at:{len(self._names)}"
            self._waiting.append(reference)
        return self._names[reference]

    def _keywords(self, node: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        stated = node.get("type")
        kinds = stated if isinstance(stated, list) else [stated]
        # A type that is none says nothing; a validator would refuse the whole schema for it.
        known = [kind for kind in _TYPES if kind in kinds]
        if known:
            yield "type", known if isinstance(stated, list) else known[0]
        if "const" in node and self._modern:
            yield "const", node["const"]
        yield from self._of_objects(node)
        if isinstance(node.get("items"), Mapping):
            yield "items", self.of(node["items"])
        if isinstance(node.get("additionalProperties"), Mapping):
            yield "additionalProperties", self._of_others(node)
        yield from self._of_compositions(node)

    def _of_others(self, node: Mapping[str, Any]) -> Any:
        """Return the shape of fields that are not listed; of which pattern they are plays no role.

        A pattern of a stranger's is not matched against what a server sends.
        """
        other = self.of(node["additionalProperties"])
        patterns = node.get("patternProperties")
        if not isinstance(patterns, Mapping) or not patterns:
            return other
        return {"anyOf": [other, *map(self.of, patterns.values())]}

    def _of_objects(self, node: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        properties = node.get("properties")
        if isinstance(properties, Mapping):
            kept = {name: self.of(value) for name, value in properties.items()}
            # Beside a schema for all others, one that asks for nothing says that it is none.
            others = isinstance(node.get("additionalProperties"), Mapping)
            yield (
                "properties",
                {name: value for name, value in kept.items() if others or value is not True},
            )
        required = node.get("required")
        named = [
            name
            for name in (required if isinstance(required, list) else ())
            if isinstance(name, str) and not self._only_written(properties, name)
        ]
        if named:
            yield "required", list(dict.fromkeys(named))

    def _of_compositions(self, node: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        for keyword, written in _COMPOSITIONS.items():
            members = node.get(keyword)
            if (
                isinstance(members, list)
                and members
                and not (written in node and keyword != written)
            ):
                yield written, [self.of(member) for member in members]
        if isinstance(node.get("prefixItems"), list) and self._modern:
            yield "prefixItems", [self.of(member) for member in node["prefixItems"]]

    def _only_written(self, properties: Any, name: str) -> bool:
        """OpenAPI 3.0.3, Schema Object: such a property is required on the request only."""
        declared = properties.get(name) if isinstance(properties, Mapping) else None
        found = resolve(self._document, declared) if isinstance(declared, Mapping) else None
        return isinstance(found, Mapping) and found.get("writeOnly") is True

    def _nullable(self, shape: dict[str, Any]) -> Any:
        kind = shape.get("type")
        if isinstance(kind, str) and not {"allOf", "anyOf", "const"}.intersection(shape):
            return {**shape, "type": [kind, "null"]}
        return {"anyOf": [shape, {"type": "null"}]} if shape else True
