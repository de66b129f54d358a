"""Keywords that say nothing, or what other keywords say in fewer words."""

from __future__ import annotations

from typing import Any

import pytest
from schema_pairs import between, rules

from specproof.regression.modes import Mode

S = {"type": "string"}
I = {"type": "integer"}  # noqa: E741 - beside S
CLOSED = {"type": "object", "properties": {"a": S}}
ROW = {"type": "array", "prefixItems": [S]}

ALIKE: dict[str, tuple[Any, Any]] = {
    "multiple of one": (I, {**I, "multipleOf": 1}),
    "multiple of a half": (I, {**I, "multipleOf": 0.5}),
    "both truth values": ({"type": "boolean"}, {"type": "boolean", "enum": [True, False]}),
    "value of another type": ({**S, "enum": ["a"]}, {**S, "enum": ["a", 3]}),
    "contains at least none": (
        {"type": "array"},
        {"type": "array", "contains": S, "minContains": 0},
    ),
    "unevaluated properties": (
        {**CLOSED, "additionalProperties": False},
        {**CLOSED, "unevaluatedProperties": False},
    ),
    "unevaluated after additional": (
        {**CLOSED, "additionalProperties": S},
        {**CLOSED, "additionalProperties": S, "unevaluatedProperties": False},
    ),
    "unevaluated items": ({**ROW, "items": False}, {**ROW, "unevaluatedItems": False}),
    "unevaluated after items": (
        {**ROW, "items": S},
        {**ROW, "items": S, "unevaluatedItems": False},
    ),
    "base64": ({**S, "format": "byte"}, {**S, "contentEncoding": "base64"}),
    "octets": ({**S, "format": "binary"}, {**S, "contentMediaType": "application/octet-stream"}),
    "constants": (
        {**S, "enum": ["a", "b"]},
        {"oneOf": [{"const": "b", "title": "B"}, {"const": "a", "title": "A"}]},
    ),
    "constants or null": (
        {"type": ["string", "null"], "enum": ["a", "b", None]},
        {"oneOf": [{"const": "b"}, {"const": "a"}, {"type": "null"}]},
    ),
    "any text, some by name": (S, {"anyOf": [S, {**S, "enum": ["a"]}]}),
    "anyOf in anyOf": (
        {"anyOf": [{"anyOf": [{**S, "minLength": 2}, {**I, "minimum": 2}]}, {**S, "format": "x"}]},
        {"anyOf": [{**S, "minLength": 2}, {**I, "minimum": 2}, {**S, "format": "x"}]},
    ),
    "types that additionalProperties stands beside": (
        {"anyOf": [S, I]},
        {"additionalProperties": True, "anyOf": [S, I]},
    ),
}


@pytest.mark.parametrize("case", ALIKE)
@pytest.mark.parametrize("mode", [Mode.REQUEST, Mode.RESPONSE])
def test_other_words_for_the_same_are_no_change(case: str, mode: Mode) -> None:
    """Either way round nothing is found."""
    old, new = ALIKE[case]
    assert between(old, new, mode) == []
    assert between(new, old, mode) == []


def test_what_is_not_quite_the_same_is_found() -> None:
    """Near misses of the above."""
    half = {"type": "number", "multipleOf": 0.5}
    assert rules({"type": "number"}, half, Mode.REQUEST) == {"request-multiple-of-tightened"}
    assert rules(I, {**I, "multipleOf": 1.5}, Mode.REQUEST) == {"request-multiple-of-tightened"}
    most = {"type": "array", "contains": S, "minContains": 0, "maxContains": 2}
    assert rules({"type": "array"}, most, Mode.REQUEST) == {"request-contains-added"}
    true = {"type": "boolean", "enum": [True]}
    assert rules({"type": "boolean"}, true, Mode.REQUEST) == {"request-enum-added"}
    wrong = {**S, "enum": [3]}
    assert rules(S, wrong, Mode.REQUEST) == {"request-enum-added"}
    constants = {"oneOf": [{"const": "a"}, {"const": "b"}]}
    more = {"oneOf": [{"const": "a"}, {"const": "b"}, {"const": "c"}]}
    assert rules(constants, more, Mode.RESPONSE) == {"response-enum-value-added"}
    some = {"anyOf": [{**S, "enum": ["a"]}, {**S, "maxLength": 9}]}
    assert rules(S, some, Mode.REQUEST) != set()


@pytest.mark.parametrize("count", [3, 60])
def test_conditions_and_negations_have_no_order(count: int) -> None:
    """They stand under ``allOf``, whose members may change places; few and many."""
    for parts in (
        [{"if": {"required": [f"a{n}"]}, "then": {"required": [f"b{n}"]}} for n in range(count)],
        [{"not": {"const": n}} for n in range(count)],
    ):
        turned = {"allOf": parts[::-1]}
        assert between({"allOf": parts}, turned, Mode.REQUEST) == []
        assert len(between({"allOf": parts}, {"allOf": parts[1:]}, Mode.RESPONSE)) == 1
        assert len(between({"allOf": parts[1:]}, turned, Mode.REQUEST)) == 1


@pytest.mark.parametrize("keyword", ["anyOf", "oneOf"])
def test_long_unions_are_matched_in_any_order(keyword: str) -> None:
    """More branches than can be compared with each other are looked up."""

    def branch(number: int, **more: Any) -> dict[str, Any]:
        held = {f"p{number}": S, **more}
        return {"type": "object", "properties": held, "required": [f"p{number}"]}

    old = [branch(number) for number in range(60)]
    assert between({keyword: old}, {keyword: old[::-1]}, Mode.REQUEST) == []
    new = [branch(number, z=I) for number in reversed(range(60))]
    aspects = {item.rule for item in between({keyword: old}, {keyword: new}, Mode.RESPONSE)}
    assert aspects == {"response-property-added"}


def test_an_alternative_is_named() -> None:
    """By the component, the values, or type and properties; two of them are two findings."""
    pet = {"type": "object", "properties": {"a": S}, "required": ["a"]}
    cat = {"type": "object", "properties": {"b": S, "c": S}, "required": ["b"]}
    dog = {"$ref": "#/components/schemas/Dog"}
    found = between(
        {"oneOf": [pet, {**pet, "required": ["z"]}]},
        {"oneOf": [pet, {**pet, "required": ["z"]}, cat, dog, {**S, "enum": ["x"]}, I]},
        Mode.RESPONSE,
        old_components={"Dog": {"type": "object", "properties": {"d": S}, "required": ["d"]}},
    )
    words = sorted(item.facts["branch"] for item in found if "branch" in item.facts)
    assert words == ['"x"', "Dog", "integer", "object with b"]


def test_a_schema_that_became_one_of_several_is_compared_with_the_one_that_asks_for_the_same() -> (
    None
):
    """So that what was tightened is told, and not that the schema is gone."""
    item = {"type": "object", "properties": {"id": I, "kind": S}, "required": ["id", "kind"]}
    wider = {
        "type": "object",
        "properties": {"id": I, "kind": S, "owner": S, "name": S, "number": I},
        "required": ["kind"],
        "additionalProperties": False,
        "oneOf": [{"required": ["id"]}, {"required": ["owner", "name", "number"]}],
    }
    assert {item.rule for item in between(item, wider, Mode.REQUEST)} == {
        "request-additional-properties-closed",
        "request-one-of-branch-added",
        "request-property-added",
    }
