"""From a description to a draft: what the generator reads, references followed, nothing else.

Examples, links, callbacks and the rest are not copied, so a large description becomes a small
one here. Nothing of the description itself is changed or shared.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from specproof.document.openapi import METHODS
from specproof.document.references import escape, lookup, resolve
from specproof.errors import InputError
from specproof.generation.normalisation.answered import answered_schemas
from specproof.generation.normalisation.draft import SCHEMA_PREFIX, Draft, Entry
from specproof.generation.normalisation.names import Names
from specproof.json_types import JsonObject

__all__ = ["read_draft"]

_TYPES = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})
_TEXTS = ("title", "description", "format")
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_SIBLINGS = frozenset(
    {"additionalProperties", "allOf", "anyOf", "default", "items", "oneOf", "properties"}
    | {"required", "type"}
)
_LONGEST_EXAMPLE = 2000  # characters of an example in a docstring


def read_draft(document: JsonObject) -> tuple[Draft, dict[str, list[str]]]:
    """Return the draft of ``document`` and what was normalised on the way, by transform."""
    reader = _Reader(document)
    reader.read()
    return reader.draft, reader.changed


class _Reader:
    def __init__(self, document: JsonObject) -> None:
        self.draft = Draft(document)
        self.changed: dict[str, list[str]] = {}
        components = document.get("components")
        named = components.get("schemas") if isinstance(components, dict) else None
        self._components: dict[str, Any] = named if isinstance(named, dict) else {}
        self._aliases: dict[str, str] = {}
        self._names = Names(self._components)

    def _note(self, transform: str, pointer: str) -> None:
        self.changed.setdefault(transform, []).append(pointer)

    def read(self) -> None:
        for name, node in self._components.items():
            pointer = f"/components/schemas/{escape(name)}"
            self.draft.schemas[name] = self._schema(pointer, node)
        paths = self.draft.origin.get("paths")
        for path, raw in paths.items() if isinstance(paths, dict) else ():
            pointer = f"/paths/{escape(path)}"
            item = resolve(self.draft.origin, raw)
            if not isinstance(item, dict) or path.startswith("x-"):
                continue
            if item is not raw:
                self._note("path-item-references", pointer)
            for method in METHODS:
                if isinstance(item.get(method), dict):
                    self._operation(path, method, item, f"{pointer}/{method}")

    def _operation(self, path: str, method: str, item: dict[str, Any], pointer: str) -> None:
        origin = item[method]
        node: dict[str, Any] = {
            name: origin[name]
            for name in ("operationId", "summary", "description")
            if isinstance(origin.get(name), str)
        }
        tags = origin.get("tags")
        node["tags"] = (
            [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []
        )
        node["security"] = origin.get("security", self.draft.origin.get("security"))
        node["parameters"] = [*self._parameters(origin, item, pointer)]
        body = self._resolved(origin.get("requestBody"), f"{pointer}/requestBody")
        if isinstance(body, dict):
            node["requestBody"] = {
                "required": body.get("required") is True,
                "content": self._content(body, f"{pointer}/requestBody"),
            }
        node["responses"] = {}
        responses = origin.get("responses")
        if not isinstance(responses, dict):
            self._note("missing-responses", pointer)
            responses = {}
        for status, raw in responses.items():
            if str(status).startswith("x-"):
                continue
            place = f"{pointer}/responses/{escape(status)}"
            response = self._resolved(raw, place)
            if isinstance(response, dict):
                node["responses"][status] = {"content": self._content(response, place)}
            else:
                self.draft.leave_out(
                    f"{method.upper()} {path}: response {status}", place, "it is no Response Object"
                )
        self.draft.entries.append(Entry(method, path, node, origin, pointer, item))

    def _resolved(self, raw: Any, pointer: str) -> Any:
        found = resolve(self.draft.origin, raw)
        if found is not raw:
            self._note("component-references", pointer)
        return found

    def _parameters(
        self, origin: dict[str, Any], item: dict[str, Any], pointer: str
    ) -> Iterator[dict[str, Any]]:
        seen = set()
        for owner in (origin, item):
            listed = owner.get("parameters")
            for index, raw in enumerate(listed if isinstance(listed, list) else ()):
                place = f"{pointer}/parameters/{index}"
                found = self._resolved(raw, place)
                name = found.get("name") if isinstance(found, dict) else None
                where = found.get("in") if isinstance(found, dict) else None
                if not isinstance(name, str) or where not in {"cookie", "header", "path", "query"}:
                    self.draft.leave_out(
                        f"parameter {index} of {pointer}", place, "it lacks a name or place"
                    )
                    continue
                if (name, where) in seen:
                    continue
                seen.add((name, where))
                made: dict[str, Any] = {
                    "name": name,
                    "in": where,
                    "required": found.get("required") is True,
                }
                if isinstance(found.get("description"), str):
                    made["description"] = found["description"]
                if isinstance(found.get("style"), str):
                    made["style"] = found["style"]
                if isinstance(found.get("explode"), bool):
                    made["explode"] = found["explode"]
                if found.get("schema") is not None:
                    made["schema"] = self._schema(f"{place}/schema", found["schema"])
                elif isinstance(found.get("content"), dict):
                    made["content"] = True
                yield made

    def _content(self, holder: dict[str, Any], pointer: str) -> dict[str, Any]:
        content = holder.get("content")
        made: dict[str, Any] = {}
        for media_type, node in content.items() if isinstance(content, dict) else ():
            if isinstance(node, dict) and "/" in media_type:
                place = f"{pointer}/content/{escape(media_type)}/schema"
                made[media_type] = (
                    {"schema": self._schema(place, node["schema"])} if "schema" in node else {}
                )
            elif node and "/" not in media_type and not media_type.startswith("x-"):
                place = f"{pointer}/content/{escape(media_type)}"
                self.draft.leave_out(place, place, "its key is no media type")
        return made

    def _schema(self, pointer: str, node: Any) -> dict[str, Any]:
        if not isinstance(node, dict):
            self._note("boolean-schemas", pointer)
            return {}
        reference = node.get("$ref")
        if isinstance(reference, str):
            return self._referring(pointer, node, reference)
        return self._plain(pointer, node)

    def _referring(self, pointer: str, node: dict[str, Any], reference: str) -> dict[str, Any]:
        target = {"$ref": self._reference(reference)}
        if target["$ref"] != reference:
            self._note("schema-references", pointer)
        if not self.draft.is_modern or not _SIBLINGS.intersection(node):
            return target
        self._note("siblings-of-references", pointer)
        plain = self._plain(pointer, node)
        plain["allOf"] = [target, *plain.get("allOf", ())]
        return plain

    def _reference(self, reference: str) -> str:
        """Return a reference to a component for ``reference``; what is none becomes one."""
        if reference in self._aliases:
            return self._aliases[reference]
        name = reference.removeprefix(SCHEMA_PREFIX)
        if name in self._components and name != reference:
            self._aliases[reference] = reference
            return reference
        try:
            found = lookup(self.draft.origin, reference)
        except InputError:
            found = {}
        for known, node in self._components.items():
            if node is found:
                self._aliases[reference] = SCHEMA_PREFIX + known
                return self._aliases[reference]
        tokens = [token for token in reference.split("/") if not token.isdecimal()]
        made = self._names.claim(" ".join(tokens[-2:]) or "Schema")
        self._aliases[reference] = SCHEMA_PREFIX + made
        self.draft.schemas[made] = {}
        self.draft.schemas[made] = self._schema(reference.removeprefix("#"), found)
        return self._aliases[reference]

    def _plain(self, pointer: str, node: dict[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = {
            name: node[name] for name in _TEXTS if isinstance(node.get(name), str)
        }
        self._types(pointer, node, made)
        if isinstance(node.get("enum"), list) and node["enum"]:
            made["enum"] = [*node["enum"]]
        if "const" in node:
            made["const"] = node["const"]
        for name in ("default", "example"):
            if node.get(name) is not None:
                made[name] = node[name]
        if len(str(made.get("example", ""))) > _LONGEST_EXAMPLE:
            del made["example"]
        if node.get("nullable") is True:
            made["nullable"] = True
        names = node.get("x-enum-varnames")
        if isinstance(names, list) and all(isinstance(name, str) for name in names):
            made["x-enum-varnames"] = [*names]
        self._compositions(pointer, node, made)
        self._discriminator(node, made)
        return made

    def _types(self, pointer: str, node: dict[str, Any], made: dict[str, Any]) -> None:
        kind = node.get("type")
        if isinstance(kind, list):
            made["type"] = [item for item in dict.fromkeys(map(str, kind)) if item in _TYPES]
        elif isinstance(kind, str) and kind in _TYPES:
            made["type"] = kind
        elif kind is not None:
            self._note("unknown-types", f"{pointer}/type")

    def _discriminator(self, node: dict[str, Any], made: dict[str, Any]) -> None:
        given = node.get("discriminator")
        stated: dict[str, Any] = given if isinstance(given, dict) else {}
        name = stated.get("propertyName")
        members = [*made.get("oneOf", ()), *made.get("anyOf", ())]
        if not isinstance(name, str) or not members:
            return
        # Components are renamed later, so the values that are their names are written out.
        mapping = {
            member["$ref"].removeprefix(SCHEMA_PREFIX): member["$ref"]
            for member in members
            if "$ref" in member
        }
        named = stated.get("mapping")
        for value, target in named.items() if isinstance(named, dict) else ():
            if isinstance(target, str):
                reference = target if target.startswith("#") else SCHEMA_PREFIX + target
                if reference in mapping.values():
                    mapping[value] = reference
        made["discriminator"] = {"propertyName": name, "mapping": mapping}

    def _compositions(self, pointer: str, node: dict[str, Any], made: dict[str, Any]) -> None:
        properties = node.get("properties")
        if isinstance(properties, dict):
            made["properties"] = {
                name: self._schema(f"{pointer}/properties/{escape(name)}", value)
                for name, value in properties.items()
            }
        required = node.get("required")
        if isinstance(required, list):
            made["required"] = self._required(pointer, node, required)
        items = node.get("items")
        if isinstance(items, list):
            made["prefixItems"] = [
                self._schema(f"{pointer}/items/{index}", item) for index, item in enumerate(items)
            ]
        elif items is not None:
            made["items"] = self._schema(f"{pointer}/items", items)
        additional = node.get("additionalProperties")
        if isinstance(additional, bool):
            made["additionalProperties"] = additional
        elif isinstance(additional, dict):
            made["additionalProperties"] = self._others(pointer, additional, node)
        for keyword in _LISTS:
            members = node.get(keyword)
            if isinstance(members, list) and members:
                made[keyword] = [
                    self._schema(f"{pointer}/{keyword}/{index}", member)
                    for index, member in enumerate(members)
                ]

    def _required(self, pointer: str, node: dict[str, Any], required: list[Any]) -> list[str]:
        """Return what ``node`` always holds, in whichever direction it goes.

        OpenAPI 3.0.3, Schema Object: required takes effect on the request only where a property
        is writeOnly, and on the response only where it is readOnly.
        """
        names = [name for name in dict.fromkeys(map(str, required)) if name in required]
        properties = node.get("properties")
        declared: dict[str, Any] = properties if isinstance(properties, dict) else {}
        directions = {name: self._direction(declared.get(name)) for name in names}
        if not any(directions.values()):
            return names
        other = "writeOnly" if id(node) in self._answered else "readOnly"
        kept = [name for name in names if directions[name] != other]
        if kept != names:
            self._note("one-way-properties", f"{pointer}/required")
        return kept

    def _direction(self, node: Any) -> str:
        """Return ``readOnly`` or ``writeOnly`` where the property goes one way, else nothing."""
        found = resolve(self.draft.origin, node) if isinstance(node, dict) else None
        stated = found if isinstance(found, dict) else {}
        return next((name for name in ("writeOnly", "readOnly") if stated.get(name) is True), "")

    @cached_property
    def _answered(self) -> frozenset[int]:
        return answered_schemas(self.draft.origin)

    def _others(
        self, pointer: str, additional: dict[str, Any], node: dict[str, Any]
    ) -> dict[str, Any]:
        """Return the schema of the fields that ``properties`` does not list.

        A field whose name matches a pattern is none of ``additionalProperties`` (JSON Schema
        2020-12, 10.3.2.3), and a class has one type for both.
        """
        other = self._schema(f"{pointer}/additionalProperties", additional)
        patterns = node.get("patternProperties")
        if not isinstance(patterns, dict) or not patterns:
            return other
        self._note("pattern-properties", f"{pointer}/patternProperties")
        matching = [
            self._schema(f"{pointer}/patternProperties/{escape(pattern)}", schema)
            for pattern, schema in patterns.items()
        ]
        return {"anyOf": [other, *matching]}
