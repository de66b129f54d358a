from __future__ import annotations

from typing import Any

import pytest

from specproof.effective.vacuity import vacuity
from specproof.errors import LimitError

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "components": {
        "schemas": {
            "Any": {"description": "words"},
            "Some": {"type": "string"},
            "Loop": {"$ref": "#/components/schemas/Loop2"},
            "Loop2": {"allOf": [{"$ref": "#/components/schemas/Loop"}]},
        }
    },
}
ANY = {"$ref": "#/components/schemas/Any"}
SOME = {"$ref": "#/components/schemas/Some"}


@pytest.mark.parametrize(
    "schema",
    [
        None,
        True,
        {},
        {"description": "words", "title": "T", "example": 1, "x-own": {}, "nullable": True},
        ANY,
        {"allOf": [{}, ANY]},
        {"anyOf": [SOME, {}]},
        {"properties": {"a": True}, "additionalProperties": True},
        {"items": {}, "minItems": 0, "required": [], "minLength": 0},
    ],
)
def test_schema_that_accepts_anything_is_named(schema: Any) -> None:
    """Nothing could break such a schema, and the reason says why."""
    assert vacuity(DOCUMENT, schema)


@pytest.mark.parametrize(
    "schema",
    [
        False,
        {"type": "object"},
        {"required": ["a"]},
        {"properties": {"a": {"type": "string"}}},
        {"anyOf": [SOME]},
        {"allOf": [{}, SOME]},
        {"not": {}},
        {"enum": [1]},
        {"minItems": 1},
        SOME,
        {**ANY, "type": "string"},
        {"$ref": "#/components/schemas/Loop"},
    ],
)
def test_schema_that_can_fail_is_not_vacuous(schema: Any) -> None:
    """Some value breaks each of them."""
    assert vacuity(DOCUMENT, schema) is None


def test_keywords_beside_a_reference_count_from_3_1_on() -> None:
    """OpenAPI 3.0 ignores what stands beside a $ref."""
    schema = {**ANY, "type": "string"}
    assert vacuity({**DOCUMENT, "openapi": "3.0.3"}, schema)
    assert vacuity({**DOCUMENT, "openapi": "3.1.0"}, schema) is None


@pytest.mark.parametrize("word", ["allOf", "anyOf"])
def test_what_doubles_at_each_level_is_looked_at_once(word: str) -> None:
    """Forty levels that each hold the next one twice are forty looks, not a million million."""
    schemas: dict[str, Any] = {
        f"G{n}": {word: [{"$ref": f"#/components/schemas/G{n + 1}"}] * 2} for n in range(40)
    }
    document: dict[str, Any] = {"openapi": "3.1.0", "components": {"schemas": schemas}}
    first = {"$ref": "#/components/schemas/G0"}
    schemas["G40"] = {"type": "string"}
    assert vacuity(document, first) is None
    schemas["G40"] = {}
    assert len(vacuity(document, first) or "") <= 2000


def test_what_no_reader_can_follow_is_refused() -> None:
    """Compositions without end are an error of the description and not one of ours."""
    names = [f"#/components/schemas/G{n}" for n in range(22)]
    circles = {
        name.rpartition("/")[2]: {"anyOf": [{"$ref": other} for other in names]} for name in names
    }
    deep = {f"G{n}": {"items": {"$ref": f"#/components/schemas/G{n + 1}"}} for n in range(2000)}
    for schemas in (circles, {**deep, "G2000": {}}):
        document: dict[str, Any] = {"openapi": "3.1.0", "components": {"schemas": schemas}}
        with pytest.raises(LimitError, match="hold each other"):
            vacuity(document, {"$ref": names[0]})
