"""Schema Objects as validators, and messages that repeat nothing of an instance."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specproof.document.schemas import SchemaCompiler, Validator
from specproof.errors import InputError
from specproof.model import Json, JsonObject


def _compiler(openapi: str = "3.1", **schemas: Json) -> SchemaCompiler:
    return SchemaCompiler({"components": {"schemas": schemas}}, name="spec.yaml", openapi=openapi)


def _validator(schema: Json, openapi: str = "3.1", *, formats: bool = False) -> Validator:
    document = {"components": {}, "schema": schema}
    compiler = SchemaCompiler(document, name="spec.yaml", openapi=openapi)
    return compiler.compile(schema, formats=formats)


def _problems(schema: Json, instance: Json, **options: Any) -> list[str]:
    return [str(item) for item in _validator(schema, **options).violations(instance)]


@pytest.mark.parametrize(
    ("schema", "keeps", "breaks"),
    [
        ({"type": "string", "nullable": True}, None, 1),
        ({"type": "string", "nullable": True, "enum": ["a"]}, None, "b"),
        ({"type": "string", "nullable": False}, "a", None),
        ({"nullable": True, "minimum": 1}, 1, 0),
        ({"type": "integer", "minimum": 1, "exclusiveMinimum": True}, 2, 1),
        ({"type": "integer", "minimum": 1, "exclusiveMinimum": False}, 1, 0),
        ({"type": "integer", "maximum": 1, "exclusiveMaximum": True}, 0, 1),
        ({"exclusiveMaximum": True}, 5, ...),
        (
            {"properties": {"nullable": {"type": "string", "nullable": True}}},
            {"nullable": None},
            ...,
        ),
    ],
)
def test_keywords_of_3_0_are_translated(schema: Json, keeps: Json, breaks: Any) -> None:
    """OpenAPI 3.0 spells null and exclusive bounds its own way."""
    validator = _validator(schema, "3.0")
    assert validator.valid(keeps)
    assert validator.violations(keeps) == ()
    if breaks is not ...:
        assert not validator.valid(breaks)
        assert validator.violations(breaks)


def test_3_0_ignores_what_stands_beside_a_reference() -> None:
    """OpenAPI 3.0.3: siblings of $ref are ignored; 3.1 reads them."""
    schema: Json = {"$ref": "#/components/schemas/A", "maxLength": 1}
    for openapi, expected in (("3.0", True), ("3.1", False)):
        compiler = _compiler(openapi, A={"type": "string"})
        assert compiler.compile(schema, formats=False).valid("long") is expected


def test_3_1_reads_nullable_as_an_unknown_word() -> None:
    """OpenAPI 3.1 has no nullable; null is a type."""
    assert not _validator({"type": "string", "nullable": True}).valid(None)


@pytest.mark.parametrize("keyword", ["default", "example", "enum", "const", "examples"])
def test_data_is_no_schema(keyword: str) -> None:
    """A reference inside an example or a constant is a value, not followed."""
    value: Json = {"$ref": "#/nowhere", "nullable": True, "type": "string"}
    schema: Json = {keyword: [value] if keyword in {"enum", "examples"} else value}
    assert _validator(schema, "3.0").valid(value)


def test_write_only_properties_are_not_required_of_responses() -> None:
    """OpenAPI 3.0.3: a writeOnly property is required on requests only."""
    schema: Json = {
        "required": ["secret", "id"],
        "properties": {"secret": {"type": "string", "writeOnly": True}, "id": {}},
    }
    assert _validator(schema).valid({"id": 1})
    assert not _validator(schema).valid({"secret": "a"})


def test_references_reach_components() -> None:
    """A cyclic component is compiled once and followed as deep as the instance goes."""
    compiler = _compiler(
        Tree={"properties": {"sub": {"$ref": "#/components/schemas/Tree"}}, "type": "object"}
    )
    validator = compiler.compile({"$ref": "#/components/schemas/Tree"}, formats=False)
    assert validator.valid({"sub": {"sub": {}}})
    assert [str(item) for item in validator.violations({"sub": {"sub": 1}})] == [
        "sub/sub is a number where object is promised"
    ]


@pytest.mark.parametrize(
    "schema", [{"type": "strin"}, {"pattern": "("}, {"$ref": "#/components/schemas/Nowhere"}]
)
def test_a_schema_that_is_none_is_bad_input(schema: Json) -> None:
    """The message names the file and no traceback comes."""
    with pytest.raises(InputError, match=r"^spec\.yaml: a schema can not be compiled: "):
        _compiler().compile(schema, formats=False)


def test_formats_assert_only_when_asked() -> None:
    """JSON Schema 2020-12 7.2.1 leaves the choice."""
    schema: Json = {"type": "string", "format": "uuid"}
    assert _validator(schema).valid("no uuid")
    assert _problems(schema, "no uuid", formats=True) == ["the body is not a valid uuid"]


@pytest.mark.parametrize(
    ("instance", "word"),
    [
        (None, "null"),
        (True, "a boolean"),
        (1, "a number"),
        (1.5, "a number"),
        ([], "an array"),
        ({}, "an object"),
    ],
)
def test_types_are_named(instance: Json, word: str) -> None:
    """A message names the JSON type that came and the ones that may."""
    assert _problems({"type": "string"}, instance) == [
        f"the body is {word} where string is promised"
    ]
    assert "is a string where" in _problems({"type": ["integer", "null"]}, "x")[0]


def test_unexpected_properties_are_not_named() -> None:
    """Names come from the server; only ones that the spec knows are shown."""
    schema: Json = {
        "properties": {
            "a": {"properties": {"known": {}}},
            "b": {"properties": {"own": {}}, "additionalProperties": False},
        }
    }
    (problem,) = _problems(schema, {"b": {"known": 1, "CANARY": 2}})
    assert problem == "b has properties that are not allowed (*, known)"


def test_violations_are_limited_and_stable() -> None:
    """However much is wrong, a report stays short, and equal messages are one."""
    validator = _validator({"items": {"type": "string"}})
    assert len(validator.violations([1] * 100)) == 20
    assert len(validator.violations([1] * 100, limit=3)) == 3
    assert _problems({"additionalProperties": {"type": "string"}}, {"x": 1, "y": 2}) == [
        "* is a number where string is promised"
    ]


def test_a_hostile_pattern_ends() -> None:
    """Backtracking is bounded: such a pattern counts as not matched."""
    validator = _validator({"type": "string", "pattern": r"^(a+)+\1$"})
    assert not validator.valid("a" * 40 + "!")


@pytest.mark.parametrize("text", [r'{"a": "\ud800xxxx"}', '{"a": ' + "[" * 600 + "]" * 600 + "}"])
def test_what_no_validator_can_read_breaks_the_schema(text: str) -> None:
    """Lone surrogates and deep nesting are findings, not crashes."""
    validator = _validator({"properties": {"a": {"type": "string", "maxLength": 2}}})
    assert not validator.valid(json.loads(text))
    assert [item.keyword for item in validator.violations(json.loads(text))] == ["unreadable"]


_SCHEMA: Json = {
    "type": "object",
    "required": ["id", "errors"],
    "properties": {
        "id": {"type": "string", "format": "uuid", "maxLength": 36},
        "count": {"type": "integer", "minimum": 3, "multipleOf": 2},
        "kind": {"enum": ["one", "two"]},
        "only": {"const": "three"},
        "errors": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"type": "object"},
        },
        "any": {"oneOf": [{"type": "string", "pattern": "^x"}, {"type": "boolean"}]},
    },
    "propertyNames": {"maxLength": 8},
    "dependentRequired": {"count": ["kind"]},
    "additionalProperties": False,
}
_WORDS = frozenset(json.dumps(_SCHEMA))


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            if name not in {"id", "count", "kind", "only", "errors", "any"}:
                yield name
            yield from _texts(item)


# Nothing of what the messages are worded in, so that any of it is a leak.
_CANARIES = st.text(alphabet="ЖЩЮЯΩΨ0123456789", min_size=1, max_size=12).map("Ж{}".format)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | _CANARIES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            _CANARIES | st.sampled_from(["id", "count", "kind", "only", "errors", "any"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=200)
@given(instance=_VALUES)
def test_messages_repeat_no_text_of_the_instance(instance: Json) -> None:
    """Bodies may hold secrets: no string and no unknown name of them gets into a message."""
    validator = _validator(_SCHEMA, formats=True)
    messages = " ".join(map(str, validator.violations(instance, limit=100)))
    assert bool(messages) is not validator.valid(instance)
    for text in _texts(instance):
        assert text not in messages


@pytest.mark.parametrize(
    ("schema", "reads"),
    [
        ({"type": "object", "properties": {"a": {"type": "string"}}}, False),
        ({"type": "string", "minLength": 1}, False),
        ({"type": "string", "minLength": 2}, True),
        ({"items": {"enum": ["a"]}}, True),
        ({"anyOf": [{"type": "null"}, {"pattern": "a"}]}, True),
        ({"propertyNames": {"maxLength": 3}}, True),
        ({"$ref": "#/components/schemas/Missing"}, True),
    ],
)
def test_a_schema_that_reads_texts(schema: JsonObject, *, reads: bool) -> None:
    """Keywords that look into strings and names; that a string is not empty is none of them."""
    document: JsonObject = {"openapi": "3.1.0", "components": {"schemas": {}}}
    compiler = SchemaCompiler(document, name="x.yaml", openapi="3.1")
    assert compiler.reads_texts(schema) is reads
    assert compiler.reads_texts(schema) is reads
