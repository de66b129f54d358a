"""Whether a value keeps a schema of a document, asked of a compiled JSON Schema."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from specproof.json_types import Json, JsonObject
from specproof.regression.places import Document, Place, mapping

if TYPE_CHECKING:
    import jsonschema_rs

__all__ = ["Instances"]

_HOME = "#/components/schemas/"
_STEPS = 100_000  # that one pattern may take
_MOST_KEPT = 30  # validators
# Keywords whose value is data, and those whose keys are names.
_DATA = frozenset({"const", "default", "enum", "example", "examples"})
_NAMES = frozenset({"$defs", "dependentSchemas", "patternProperties", "properties"})
_LEFT_OUT = frozenset({"$id", "$schema", "discriminator", "example", "examples", "xml"})
_BOUNDS = (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum"))
_ONE_WAY = ("readOnly", "writeOnly")


class Instances:
    """Checks values against schemas of one document.

    Nothing is compiled before the first question: most documents are compared without any.

    Args:
        document: where references lead.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._components: dict[str, tuple[Json, frozenset[str]]] = {}
        self._met: set[str] = set()
        self._validators: dict[
            int | str, tuple[Json, jsonschema_rs.Draft202012Validator | None]
        ] = {}

    def valid(self, schema: Place, value: Json) -> bool | None:
        """Return whether ``value`` keeps ``schema``; None where that can not be told.

        Formats do not count, nor do required properties that go one way only.
        """
        validator = self._validator(schema.node)
        try:
            return None if validator is None else validator.is_valid(value)
        except ValueError:
            # Deeper than the validator follows, or half of a surrogate pair.
            return None

    def _validator(self, schema: Json) -> jsonschema_rs.Draft202012Validator | None:
        node = mapping(schema)
        # One component stands behind many references to it.
        key = str(node["$ref"]) if node.keys() == {"$ref"} else id(schema)
        held = self._validators.get(key)
        if held is None:
            held = (schema, self._compiled(schema))
            if len(self._validators) == _MOST_KEPT:
                # Each holds all that it refers to, compiled.
                self._validators.pop(next(iter(self._validators)))
            self._validators[key] = held
        return held[1]

    def _compiled(self, schema: Json) -> jsonschema_rs.Draft202012Validator | None:
        # Only here: loading it takes as long as a small comparison.
        import jsonschema_rs  # noqa: PLC0415 - see above

        self._met = set()
        root: JsonObject = {"allOf": [self._translated(schema)]}
        root["components"] = {"schemas": self._reached(self._met)}
        try:
            return jsonschema_rs.Draft202012Validator(
                root,
                pattern_options=jsonschema_rs.FancyRegexOptions(backtrack_limit=_STEPS),
                validate_formats=False,
                offline=True,
            )
        except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError):
            return None

    def _reached(self, names: set[str]) -> JsonObject:
        """Return the components of these names and all that they refer to, translated."""
        components = mapping(mapping(self._document.root.get("components")).get("schemas"))
        made: JsonObject = {}
        waiting = sorted(names)
        while waiting:
            name = waiting.pop()
            if name in made or name not in components:
                continue
            if name not in self._components:
                self._met = set()
                translated = self._translated(components[name])
                self._components[name] = (translated, frozenset(self._met))
            made[name], inner = self._components[name]
            waiting.extend(sorted(inner))
        return made

    def _translated(self, node: Json) -> Json:
        """Return a schema in the terms of JSON Schema 2020-12, and note what it refers to."""
        if isinstance(node, list):
            return [self._translated(item) for item in node]
        if not isinstance(node, dict):
            return node
        reference = node.get("$ref")
        if isinstance(reference, str):
            if reference.startswith(_HOME):
                name = unquote(reference[len(_HOME) :].split("/")[0])
                self._met.add(name.replace("~1", "/").replace("~0", "~"))
            if not self._document.modern:
                return {"$ref": reference}
        made: JsonObject = {}
        for key, value in node.items():
            if key in _DATA:
                made[key] = value
            elif key in _NAMES and isinstance(value, dict):
                made[key] = {name: self._translated(item) for name, item in value.items()}
            elif key not in _LEFT_OUT:
                made[key] = self._translated(value)
        return _as_2020(made)


def _as_2020(schema: JsonObject) -> JsonObject:
    for exclusive, bound in _BOUNDS:
        flag = schema.get(exclusive)
        if isinstance(flag, bool):
            del schema[exclusive]
            if flag and bound in schema:
                schema[exclusive] = schema.pop(bound)
    required, properties = schema.get("required"), mapping(schema.get("properties"))
    if isinstance(required, list):
        schema["required"] = [
            name
            for name in required
            if isinstance(name, str) and not _one_way(properties.get(name))
        ]
    elif "required" in schema:
        del schema["required"]
    if schema.pop("nullable", None) is True:
        return {"anyOf": [schema, {"type": "null"}]}
    return schema


def _one_way(declared: Json) -> bool:
    return any(mapping(declared).get(word) is True for word in _ONE_WAY)
