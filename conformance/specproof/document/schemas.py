"""Schema Objects of OpenAPI 3.0 and 3.1 as compiled JSON Schema 2020-12 validators."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple, cast

import jsonschema_rs

from specproof.document.references import resolve
from specproof.errors import InputError
from specproof.json_types import Json, JsonObject

__all__ = ["Outline", "SchemaCompiler", "Validator", "Violation"]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_BACKTRACK_LIMIT = 100_000
"""Steps that one ``pattern`` may take; a pattern that needs more counts as not matched."""

# References are pointers into the document, whatever base or dialect a schema in it claims.
_ELSEWHERE = frozenset({"$id", "$schema"})
# Keywords whose value is data or names, where `$ref` and `nullable` mean nothing.
_DATA_KEYWORDS = frozenset({"default", "example", "examples", "enum", "const"})
_COMBINING = frozenset(
    {
        "allOf",
        "anyOf",
        "oneOf",
        "if",
        "not",
        "$dynamicRef",
        "additionalProperties",
        "patternProperties",
        "unevaluatedProperties",
    }
)
"""Keywords beside which ``properties`` does not tell which names a schema knows."""

_TEXTS = "texts"
_READING = frozenset(
    {
        "const",
        "contentEncoding",
        "contentMediaType",
        "contentSchema",
        "enum",
        "maxLength",
        "pattern",
        "patternProperties",
        "propertyNames",
        "uniqueItems",
    }
)
"""Keywords that look at what a string, or a name that the schema does not list, is."""

_NAMED_SCHEMAS = frozenset({"properties", "patternProperties", "$defs", "dependentSchemas"})


class Violation(NamedTuple):
    """One way in which an instance breaks a schema, without a value of the instance.

    Attributes:
        path: place in the instance; names that the schema does not know are ``*``.
        keyword: JSON Schema keyword that failed.
        problem: what is wrong, in words made of the schema alone.
    """

    path: str
    keyword: str
    problem: str

    def __str__(self) -> str:
        """Return one clause fit for a report."""
        return f"{self.path or 'the body'} {self.problem}"


class Validator:
    """A compiled schema; reports violations in a form that repeats no instance value."""

    def __init__(
        self, validator: jsonschema_rs.Draft202012Validator, names: frozenset[str]
    ) -> None:
        self._validator = validator
        self._names = names

    def valid(self, instance: Json) -> bool:
        """Return whether ``instance`` keeps the schema."""
        try:
            return self._validator.is_valid(instance)
        except ValueError:
            return False

    def violations(self, instance: Json, limit: int = 20) -> tuple[Violation, ...]:
        """Return at most ``limit`` violations, in a stable order."""
        found: list[Violation] = []
        try:
            for error in self._validator.iter_errors(instance):
                found.append(self._violation(error))
                if len(found) >= limit:
                    break
        except ValueError:
            # A lone surrogate, or deeper nesting than the validator follows.
            found.append(Violation("", "unreadable", "holds text or nesting that is unreadable"))
        return tuple(sorted(set(found), key=lambda item: (item.path, item.keyword, item.problem)))

    def _violation(self, error: jsonschema_rs.ValidationError) -> Violation:
        path = "/".join(
            str(part) if isinstance(part, int) else part if part in self._names else "*"
            for part in error.instance_path
        )
        keyword = error.kind.name
        return Violation(path, keyword, _problem(error, self._names))


class Outline:
    """What a schema says of the names in an instance, read once.

    Args:
        compiler: resolves references and makes the outlines of parts.
        schema: the Schema Object, no reference.

    Attributes:
        names: names of properties; None where the schema does not list them, or combines others.
    """

    def __init__(self, compiler: SchemaCompiler, schema: Json) -> None:
        node = schema if isinstance(schema, Mapping) else {}
        combines = bool(_COMBINING & set(node))
        properties = None if combines else node.get("properties")
        self._compiler = compiler
        self._properties = properties if isinstance(properties, Mapping) else {}
        self.names = frozenset(properties) if isinstance(properties, Mapping) else None
        self._items: Json = None if combines else node.get("items")

    def member(self, name: str) -> Outline:
        """Return the outline of a property among ``names``."""
        return self._compiler.outline(self._properties[name])

    @property
    def items(self) -> Outline | None:
        """The outline of the items of an array, or None where nothing is said of them."""
        return None if self._items is None else self._compiler.outline(self._items)


class SchemaCompiler:
    """Compiles schemas of one document; references stay inside that document.

    Args:
        document: a whole OpenAPI 3.0 or 3.1 document.
        name: file name for messages.
        openapi: ``3.0`` or ``3.1``.
    """

    def __init__(self, document: JsonObject, *, name: str, openapi: str) -> None:
        self._name = name
        self._openapi = openapi
        components = document.get("components")
        self._components = cast(JsonObject, self._translated({"components": components or {}}))
        self._document = document
        self._resolved: dict[str, Json] = {}
        self._names = frozenset(_property_names(document))
        self._outlines: dict[int, tuple[Json, Outline]] = {}
        self._mentions: dict[tuple[str, int], tuple[Json, bool]] = {}

    def resolve(self, node: Json) -> Json:
        """Return what ``node`` refers to inside the document, or ``node`` itself."""
        reference = node.get("$ref") if isinstance(node, Mapping) else None
        if not isinstance(reference, str):
            return resolve(self._document, node)
        if reference not in self._resolved:
            self._resolved[reference] = resolve(self._document, node)
        return self._resolved[reference]

    def outline(self, schema: Json) -> Outline:
        """Return the outline of a schema that is part of the document."""
        found = self._outlines.get(id(schema))
        if found is None:
            # Kept with its schema, so that nothing else can have the same identity.
            found = (schema, Outline(self, self.resolve(schema)))
            self._outlines[id(schema)] = found
        return found[1]

    def mentions(self, keyword: str, schema: Json) -> bool:
        """Return whether ``keyword`` is anywhere in a schema of the document, references followed.

        A property or a value of that name counts as well: the answer errs towards True.
        """
        place = (keyword, id(schema))
        if place not in self._mentions:
            self._mentions[place] = (schema, self._anywhere(schema, lambda node: keyword in node))
        return self._mentions[place][1]

    def reads_texts(self, schema: Json) -> bool:
        """Return whether a schema may tell one string that is not empty from another.

        Names of properties that the document does not hold count as such strings. Formats are
        not among it, see ``mentions``; the answer errs towards True.
        """
        place = (_TEXTS, id(schema))
        if place not in self._mentions:
            self._mentions[place] = (schema, self._anywhere(schema, _reads_texts))
        return self._mentions[place][1]

    def _anywhere(self, schema: Json, holds: Callable[[Mapping[str, Json]], bool]) -> bool:
        """Return whether ``holds`` of any object in a schema; True where that can not be known."""
        pending: list[Json] = [schema]
        seen: set[str] = set()
        while pending:
            node = pending.pop()
            if isinstance(node, Mapping):
                if holds(node):
                    return True
                reference = node.get("$ref")
                if isinstance(reference, str) and reference not in seen:
                    seen.add(reference)
                    try:
                        pending.append(self.resolve(node))
                    except InputError:
                        return True
                # An anchor may lead anywhere in the document.
                if "$dynamicRef" in node:
                    return True
                pending.extend(node.values())
            elif isinstance(node, list):
                pending.extend(node)
        return False

    def compile(self, schema: Json, *, formats: bool) -> Validator:
        """Compile one Schema Object.

        Args:
            schema: the Schema Object; ``$ref`` in it points into the document.
            formats: whether ``format`` asserts (JSON Schema 2020-12 7.2.1 leaves the choice).

        Raises:
            InputError: the schema is no valid JSON Schema.
        """
        root: JsonObject = {
            "$schema": _DIALECT,
            "$ref": "#/$defs/root",
            "$defs": {"root": self._translated(schema)},
            **self._components,
        }
        try:
            compiled = jsonschema_rs.Draft202012Validator(
                root,
                validate_formats=formats,
                pattern_options=jsonschema_rs.FancyRegexOptions(backtrack_limit=_BACKTRACK_LIMIT),
                # The library fetches what a schema names unless it is told not to.
                offline=True,
            )
        except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
            reason = getattr(error, "message", None) or str(error)
            raise InputError(
                f"a schema can not be compiled: {reason}",
                file=self._name,
                remedy="mend it with an overlay action",
            ) from None
        return Validator(compiled, self._names)

    def _translated(self, node: Json) -> Json:
        """Return ``node`` in the terms of 2020-12, as a response has to keep it."""
        if isinstance(node, Mapping):
            translated: JsonObject = {}
            for key, value in node.items():
                if key in _ELSEWHERE and isinstance(value, str):
                    continue
                if key in _DATA_KEYWORDS:
                    translated[key] = value
                elif key in _NAMED_SCHEMAS and isinstance(value, Mapping):
                    translated[key] = {name: self._translated(item) for name, item in value.items()}
                else:
                    translated[key] = self._translated(value)
            modern = _modern(translated) if self._openapi == "3.0" else translated
            return _for_responses(modern)
        if isinstance(node, Sequence) and not isinstance(node, str):
            return [self._translated(item) for item in node]
        return node


def _reads_texts(node: Mapping[str, Json]) -> bool:
    shortest = node.get("minLength", 0)
    return not _READING.isdisjoint(node) or shortest not in {0, 1}


def _modern(schema: JsonObject) -> JsonObject:
    """Rewrite the keywords of one OpenAPI 3.0 Schema Object that 2020-12 spells otherwise."""
    if "$ref" in schema:
        # OpenAPI 3.0.3, Reference Object: siblings of $ref SHALL be ignored.
        return {"$ref": schema["$ref"]}
    if schema.pop("nullable", None) is True and isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
        values = schema.get("enum")
        if isinstance(values, list) and None not in values:
            schema["enum"] = [*values, None]
    for exclusive, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        flag = schema.get(exclusive)
        if isinstance(flag, bool):
            del schema[exclusive]
            if flag and bound in schema:
                schema[exclusive] = schema.pop(bound)
    return schema


def _for_responses(schema: JsonObject) -> JsonObject:
    """Drop what binds requests only.

    OpenAPI 3.0.3, Schema Object: a ``writeOnly`` property in the ``required`` list is
    required on the request only.
    """
    required, properties = schema.get("required"), schema.get("properties")
    if isinstance(required, list) and isinstance(properties, Mapping):
        schema["required"] = [
            name
            for name in required
            if not (
                isinstance(name, str)
                and isinstance(declared := properties.get(name), Mapping)
                and declared.get("writeOnly") is True
            )
        ]
    return schema


def _property_names(node: Json) -> Iterator[str]:
    """Yield every property name that some schema of the document declares."""
    pending: list[Json] = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, Mapping):
            properties = current.get("properties")
            if isinstance(properties, Mapping):
                yield from properties
            required = current.get("required")
            if isinstance(required, Sequence) and not isinstance(required, str):
                yield from (name for name in required if isinstance(name, str))
            pending.extend(current.values())
        elif isinstance(current, Sequence) and not isinstance(current, str):
            pending.extend(current)


def _problem(error: jsonschema_rs.ValidationError, names: frozenset[str]) -> str:
    """Word a violation from the schema's side alone: bodies may hold secrets."""
    # `as_dict` holds what the schema asked for, and for a few kinds names from the instance.
    kind = error.kind
    asked = kind.as_dict()
    name = kind.name
    if name == "required":
        return f"lacks the required property {asked['property']}"
    if name == "type":
        types = asked.get("types") or [asked.get("type")]
        wanted = " or ".join(str(item) for item in types)
        return f"is {_type_of(error.instance)} where {wanted} is promised"
    if name == "format":
        return f"is not a valid {asked['format']}"
    if name in {"additionalProperties", "unevaluatedProperties"}:
        unexpected = {item if item in names else "*" for item in asked.get("unexpected", ())}
        return f"has properties that are not allowed ({', '.join(sorted(unexpected))})"
    limit = f" {asked['limit']}" if "limit" in asked else ""
    return f"breaks {name}{limit}"


def _type_of(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case list():
            return "an array"
        case _:
            return "an object"
