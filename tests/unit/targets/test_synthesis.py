from __future__ import annotations

import pytest

from specproof.document.schemas import SchemaCompiler
from specproof.model import Json, JsonObject
from specproof.targets.synthesis import synthesise

DOCUMENT: JsonObject = {
    "openapi": "3.1.0",
    "components": {
        "schemas": {
            "Name": {"type": "string", "minLength": 9},
            "Tree": {
                "type": "object",
                "required": ["children"],
                "properties": {
                    "children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}
                },
            },
            "Endless": {
                "type": "object",
                "required": ["next"],
                "properties": {"next": {"$ref": "#/components/schemas/Endless"}},
            },
            "Wide": {
                "type": "object",
                "required": ["a", "b", "c"],
                "properties": {name: {"$ref": "#/components/schemas/Wide"} for name in "abcdefgh"},
            },
            "Both": {"allOf": [{"$ref": "#/components/schemas/Both"}] * 8},
            "Loop": {"allOf": [{"$ref": "#/components/schemas/Loop"}]},
        }
    },
}


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": "string"},
        {"type": "string", "minLength": 20},
        {"type": "string", "maxLength": 2},
        {"type": "string", "pattern": "^[A-Z]{3}-[0-9]+$"},
        {"type": "string", "enum": ["a", "b"]},
        {"const": 7},
        {"type": "integer"},
        {"type": "integer", "minimum": 5, "maximum": 5},
        {"type": "integer", "exclusiveMinimum": 5},
        {"type": "integer", "exclusiveMaximum": -5},
        {"type": "integer", "maximum": -5, "multipleOf": 3},
        {"type": "number", "minimum": 0.25, "maximum": 0.3},
        {"type": "number", "multipleOf": 0.5},
        {"minimum": 3},
        {"type": "boolean"},
        {"type": "null"},
        {"type": ["null", "string"]},
        {"type": "array", "items": {"type": "string"}},
        {"type": "array", "minItems": 3, "uniqueItems": True, "items": {"type": "string"}},
        {"type": "array", "minItems": 3, "uniqueItems": True, "items": {"type": "integer"}},
        {"type": "array", "minItems": 2, "uniqueItems": True, "items": {"type": "boolean"}},
        {"type": "array", "maxItems": 0},
        {"prefixItems": [{"type": "string"}, {"type": "integer"}], "minItems": 3, "type": "array"},
        {"type": "object", "required": ["a"], "properties": {"b": {"type": "integer"}}},
        {"type": "object", "minProperties": 2, "additionalProperties": {"type": "integer"}},
        {"items": {"type": "integer"}},
        {"format": "uuid"},
        {"$ref": "#/components/schemas/Name"},
        {"$ref": "#/components/schemas/Tree"},
        {
            "allOf": [
                {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}},
                {"required": ["b"], "properties": {"b": {"$ref": "#/components/schemas/Name"}}},
            ]
        },
        {"oneOf": [{"type": "integer"}, {"type": "string"}]},
        {"anyOf": [{"$ref": "#/components/schemas/Name"}], "maxLength": 12},
    ],
)
def test_the_instance_keeps_its_schema(schema: JsonObject) -> None:
    """Whatever the keywords, the instance is valid, and the same the second time."""
    instance = synthesise(DOCUMENT, schema)
    compiler = SchemaCompiler(DOCUMENT, name="test", openapi="3.1")
    assert compiler.compile(schema, formats=False).violations(instance) == ()
    assert synthesise(DOCUMENT, schema) == instance


@pytest.mark.parametrize(
    "name",
    ["date", "date-time", "time", "email", "hostname", "ipv4", "ipv6", "uri", "uuid", "regex"],
)
def test_formats_are_kept(name: str) -> None:
    """A text of a known format has that format."""
    schema: JsonObject = {"type": "string", "format": name}
    validator = SchemaCompiler(DOCUMENT, name="test", openapi="3.1").compile(schema, formats=True)
    assert validator.valid(synthesise(DOCUMENT, schema))


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string", "example": "shown", "default": "else"}, "shown"),
        ({"type": "string", "examples": ["shown"]}, "shown"),
        ({"type": "integer", "default": 0}, 0),
        ({"type": "object", "properties": {"a": {"writeOnly": True}}}, {}),
        ({"type": "number", "minimum": 5, "exclusiveMinimum": True}, 6),
        ({"type": "number", "maximum": 5, "exclusiveMaximum": True}, 4),
        ({"type": "string", "pattern": "("}, "string"),
        (True, {}),
        (None, {}),
    ],
)
def test_what_authors_show_goes_first(schema: Json, expected: Json) -> None:
    """Examples and defaults are taken as they are; writeOnly properties are left out."""
    assert synthesise(DOCUMENT, schema) == expected


@pytest.mark.parametrize("name", ["Tree", "Endless", "Loop", "Wide", "Both"])
def test_recursion_ends(name: str) -> None:
    """Schemas that contain themselves give a finite instance."""
    assert isinstance(synthesise(DOCUMENT, {"$ref": f"#/components/schemas/{name}"}), dict)
