"""What differs between two schemas, by meaning and by direction."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from schema_pairs import between, edits, found, rules, schemas, values

from specproof.regression.change import Level
from specproof.regression.modes import Mode
from specproof.regression.rules import registry

PET = {"type": "object", "properties": {"name": {"type": "string"}}}
CAT = {"type": "object", "properties": {"lives": {"type": "integer"}}}
REFERENCE = {"$ref": "#/components/schemas/Pet"}

SAME: dict[str, tuple[Any, Any]] = {
    "nullable and a list of types": (
        {"type": "string", "nullable": True},
        {"type": ["string", "null"]},
    ),
    "nullable and a union with null": (
        {"type": "string", "nullable": True},
        {"anyOf": [{"type": "string"}, {"type": "null"}]},
    ),
    "a union of types and a list of types": (
        {"oneOf": [{"type": "string"}, {"type": "integer"}]},
        {"type": ["integer", "string"]},
    ),
    "a lone allOf": (REFERENCE, {"allOf": [REFERENCE]}),
    "a reference and what it leads to": (REFERENCE, PET),
    "a lone oneOf": (REFERENCE, {"oneOf": [REFERENCE]}),
    "allOf and its sum": (
        {"allOf": [REFERENCE, {"type": "object", "required": ["name"]}]},
        {**PET, "required": ["name"]},
    ),
    "order of allOf": ({"allOf": [PET, CAT]}, {"allOf": [CAT, PET]}),
    "order of anyOf": ({"anyOf": [PET, CAT]}, {"anyOf": [CAT, PET]}),
    "an exclusive bound as a flag and as a number": (
        {"type": "number", "minimum": 2, "exclusiveMinimum": True},
        {"type": "number", "exclusiveMinimum": 2},
    ),
    "an exclusive bound of integers": (
        {"type": "integer", "exclusiveMaximum": 5},
        {"type": "integer", "maximum": 4},
    ),
    "const and enum of one": ({"const": "a"}, {"type": "string", "enum": ["a"]}),
    "order of enum": ({"enum": ["a", "b"]}, {"enum": ["b", "a"]}),
    "order of required": (
        {**PET, "required": ["name", "x"]},
        {**PET, "required": ["x", "name"]},
    ),
    "what says nothing": (
        {"type": "array", "items": {"type": "string"}},
        {
            "type": "array",
            "items": {"type": "string", "minLength": 0},
            "minItems": 0,
            "uniqueItems": False,
        },
    ),
    "open objects": (PET, {**PET, "additionalProperties": True, "required": []}),
    "a type that is given away": ({"properties": PET["properties"]}, PET),
    "words": (PET, {**PET, "description": "an animal", "title": "Pet", "example": {}}),
    "a bound on another type": (
        {"type": "string"},
        {"type": "string", "minimum": 3, "maxItems": 2},
    ),
    "a pattern that takes all": ({"type": "string"}, {"type": "string", "pattern": "^.*$"}),
    "numbers of one value": (
        {"type": "number", "maximum": 5, "enum": [1, 2.0]},
        {"type": "number", "maximum": 5.0, "enum": [1.0, 2]},
    ),
}


@pytest.mark.parametrize("case", SAME, ids=str)
@pytest.mark.parametrize("mode", Mode, ids=lambda mode: str(mode.name))
def test_what_means_the_same_is_no_change(case: str, mode: Mode) -> None:
    """Two ways to write one schema differ in nothing, either way round."""
    old, new = SAME[case]
    components = {"Pet": PET}
    assert not between(old, new, mode, old_components=components)
    assert not between(new, old, mode, old_components=components)


def _o(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


S, I = {"type": "string"}, {"type": "integer"}  # noqa: E741 - two schemas, used all over
EDITS: dict[str, tuple[Any, Any, str]] = {
    "type-changed": (S, I, "S"),
    "type-narrowed": ({"type": ["string", "integer"]}, S, "S"),
    "became-not-nullable": ({"type": ["string", "null"]}, S, "S"),
    "enum-added": (S, {**S, "enum": ["a"]}, "S"),
    "enum-value-removed": ({"enum": ["a", "b"]}, {"enum": ["a"]}, "S"),
    "minimum-tightened": ({**I, "minimum": 1}, {**I, "minimum": 2}, "S"),
    "maximum-tightened": (I, {**I, "maximum": 2}, "S"),
    "min-length-tightened": (S, {**S, "minLength": 2}, "S"),
    "max-length-tightened": ({**S, "maxLength": 3}, {**S, "maxLength": 2}, "S"),
    "multiple-of-tightened": ({**I, "multipleOf": 2}, {**I, "multipleOf": 4}, "S"),
    "pattern-added": (S, {**S, "pattern": "^a"}, "S"),
    "format-added": (S, {**S, "format": "uuid"}, "S"),
    "format-narrowed": ({**I, "format": "int64"}, {**I, "format": "int32"}, "S"),
    "property-became-required": (_o(a=S), {**_o(a=S), "required": ["a"]}, "S.a"),
    "additional-properties-closed": (_o(a=S), {**_o(a=S), "additionalProperties": False}, "S"),
    "unevaluated-properties-closed": (
        {**_o(a=S), "dependentSchemas": {"a": _o(b=S)}},
        {**_o(a=S), "dependentSchemas": {"a": _o(b=S)}, "unevaluatedProperties": False},
        "S",
    ),
    "min-properties-tightened": (_o(), {**_o(), "minProperties": 1}, "S"),
    "max-properties-tightened": (_o(), {**_o(), "maxProperties": 1}, "S"),
    "pattern-property-added": (_o(), {**_o(), "patternProperties": {"^x": S}}, "S{^x}"),
    "dependent-required-added": (_o(), {**_o(), "dependentRequired": {"a": ["b"]}}, "S"),
    "dependent-schema-added": (_o(), {**_o(), "dependentSchemas": {"a": _o(b=S)}}, "S{a}"),
    "unique-items-added": ({"type": "array"}, {"type": "array", "uniqueItems": True}, "S"),
    "min-items-tightened": ({"type": "array"}, {"type": "array", "minItems": 1}, "S"),
    "max-items-tightened": ({"type": "array"}, {"type": "array", "maxItems": 1}, "S"),
    "items-closed": (
        {"type": "array", "prefixItems": [S]},
        {"type": "array", "prefixItems": [S], "items": False},
        "S",
    ),
    "prefix-item-removed": (
        {"type": "array", "prefixItems": [S, S], "items": False},
        {"type": "array", "prefixItems": [S], "items": False},
        "S",
    ),
    "contains-added": (
        {"type": "array"},
        {"type": "array", "contains": S},
        "S",
    ),
    "one-of-branch-removed": ({"oneOf": [PET, CAT]}, {"oneOf": [PET]}, "S"),
    "any-of-branch-removed": ({"anyOf": [PET, CAT, _o(z=I)]}, {"anyOf": [PET, CAT]}, "S"),
    "not-added": (S, {**S, "not": {"const": "a"}}, "what S must not be"),
    "not-narrowed": (
        {**S, "not": {**S, "maxLength": 1}},
        {**S, "not": {**S, "maxLength": 2}},
        "what S must not be",
    ),
    "condition-added": (PET, {**PET, "if": _o(name=S), "then": {"required": ["z"]}}, "S"),
}
REVERSED = {
    "became-not-nullable": "became-nullable",
    "enum-added": "enum-removed",
    "enum-value-removed": "enum-value-added",
    "format-narrowed": "format-widened",
    "items-closed": "items-opened",
    "not-narrowed": "not-widened",
    "property-became-required": "property-became-optional",
    "type-changed": "type-changed",
    "type-narrowed": "type-widened",
}
ENDINGS = {"-added": "-removed", "-removed": "-added", "-tightened": "-loosened"}
ENDINGS["-closed"] = "-opened"


def _reversed(aspect: str) -> str:
    if aspect in REVERSED:
        return REVERSED[aspect]
    ending = next(item for item in ENDINGS if aspect.endswith(item))
    return aspect.removesuffix(ending) + ENDINGS[ending]


@pytest.mark.parametrize("aspect", EDITS, ids=str)
def test_an_edit_is_found_in_both_directions_and_backwards(aspect: str) -> None:
    """A narrowing is found by its name, and the edit undone by the opposite one."""
    old, new, subject = EDITS[aspect]
    assert found(old, new, Mode.REQUEST) == {(f"request-{aspect}", subject)}
    assert found(old, new, Mode.RESPONSE) == {(f"response-{aspect}", subject)}
    assert f"request-{_reversed(aspect)}" in rules(new, old, Mode.REQUEST)
    assert f"response-{_reversed(aspect)}" in rules(new, old, Mode.RESPONSE)


@pytest.mark.parametrize("aspect", sorted(EDITS), ids=str)
def test_narrowing_breaks_writers_and_widening_breaks_readers(aspect: str) -> None:
    """What narrows is an error in requests and none in responses; undone it is the other way."""
    rows = registry()
    assert rows[f"request-{aspect}"].level is Level.ERROR
    if aspect != "type-changed":
        assert rows[f"response-{aspect}"].level is not Level.ERROR
        assert rows[f"request-{_reversed(aspect)}"].level is not Level.ERROR


def test_required_properties_come_and_go() -> None:
    """A new required property breaks writers, one that is gone breaks readers."""
    full = {**_o(a=S), "required": ["a"]}
    assert rules(_o(), full, Mode.REQUEST) == {"request-required-property-added"}
    assert rules(full, _o(), Mode.RESPONSE) == {"response-required-property-removed"}
    assert rules(_o(a=S), _o(), Mode.RESPONSE) == {"response-property-removed"}
    assert rules(_o(a=S), _o(), Mode.REQUEST) == {"request-property-removed"}
    closed = {**_o(), "additionalProperties": False}
    assert rules({**closed, **_o(a=S)}, closed, Mode.REQUEST) == {
        "request-property-removed-from-closed"
    }
    assert rules(closed, {**closed, **_o(a=S)}, Mode.RESPONSE) == {
        "response-property-added-to-closed"
    }


def test_read_only_properties_take_no_part_in_requests() -> None:
    """What is read-only may be added as required, or narrowed, without breaking a writer."""
    old = _o(a={**S, "readOnly": True})
    assert rules(_o(), {**old, "required": ["a"]}, Mode.REQUEST) == {
        "request-read-only-property-added"
    }
    assert not rules(old, {**_o(a={**I, "readOnly": True}), "required": ["a"]}, Mode.REQUEST)
    assert rules(_o(a=S), old, Mode.REQUEST) == {"request-property-became-read-only"}


def test_write_only_properties_take_no_part_in_responses() -> None:
    """What is write-only may go, or change, without breaking a reader."""
    old = {**_o(a={**S, "writeOnly": True}), "required": ["a"]}
    assert rules(old, _o(), Mode.RESPONSE) == {"response-write-only-property-removed"}
    assert not rules(old, _o(a={**I, "writeOnly": True}), Mode.RESPONSE)
    assert rules(_o(a=S), old, Mode.RESPONSE) == {"response-property-became-write-only"}


def test_integers_and_numbers() -> None:
    """From integer to number is fine in a request and breaks in a response."""
    assert rules(I, {"type": "number"}, Mode.REQUEST) == {"request-type-widened"}
    assert rules(I, {"type": "number"}, Mode.RESPONSE) == {"response-type-widened"}
    assert registry()["request-type-widened"].level is Level.INFO
    assert registry()["response-type-widened"].level is Level.ERROR


def test_text_takes_any_scalar() -> None:
    """A parameter that becomes a string takes what it took; in JSON it does not."""
    assert rules(I, S, Mode.PARAMETER) == {"request-type-widened"}
    assert rules(I, S, Mode.REQUEST) == {"request-type-changed"}
    assert rules(I, {**S, "enum": ["a"]}, Mode.PARAMETER) >= {"request-type-changed"}
    assert rules(S, I, Mode.RESPONSE_TEXT) == {"response-type-narrowed"}


def test_defaults_of_parameters_weigh_more() -> None:
    """The server fills in a parameter's default, a property's default binds nobody."""
    old, new = {**S, "default": "a"}, {**S, "default": "b"}
    assert rules(old, new, Mode.PARAMETER) == {"parameter-default-changed"}
    assert rules(old, new, Mode.REQUEST) == {"request-default-changed"}


def test_recursive_schemas_end_and_are_told_once() -> None:
    """A change in a schema that holds itself is found once, whatever the way to it."""
    old = {"Pet": _o(name=S, friend=REFERENCE, friends={"type": "array", "items": REFERENCE})}
    new = {"Pet": _o(name=I, friend=REFERENCE, friends={"type": "array", "items": REFERENCE})}
    both = {"a": REFERENCE, "b": {"allOf": [REFERENCE]}}
    told = between(_o(**both), _o(**both), Mode.RESPONSE, old_components=old, new_components=new)
    assert {(item.rule, item.subject) for item in told} == {("response-type-changed", "Pet.name")}


def test_renamed_recursive_schemas_are_the_same() -> None:
    """Two recursive schemas that differ in their names alone are equal."""
    old = {"Pet": _o(friend=REFERENCE)}
    other = {"$ref": "#/components/schemas/Animal"}
    new = {"Animal": _o(friend=other)}
    assert not between(REFERENCE, other, Mode.REQUEST, old_components=old, new_components=new)


def test_a_schema_becomes_one_of_several() -> None:
    """One alternative more breaks readers, one less breaks writers."""
    both = {"oneOf": [PET, CAT]}
    assert rules(PET, both, Mode.RESPONSE) == {"response-one-of-branch-added"}
    assert rules(PET, both, Mode.REQUEST) == {"request-one-of-branch-added"}
    assert rules(both, PET, Mode.REQUEST) == {"request-one-of-branch-removed"}


def test_a_change_inside_an_alternative_is_found_there() -> None:
    """Alternatives that belong together are compared, not taken as removed and added."""
    old = {"oneOf": [_o(kind={"const": "a"}, x=S), _o(kind={"const": "b"}, y=S)]}
    new = {"oneOf": [_o(kind={"const": "b"}, y=S), _o(kind={"const": "a"}, x=I)]}
    assert rules(old, new, Mode.RESPONSE) == {"response-type-changed"}


def test_siblings_of_references_count_in_newer_documents_alone() -> None:
    """OpenAPI 3.0 ignores what stands beside a reference, 3.1 does not."""
    new = {**REFERENCE, "required": ["name"]}
    old_form, new_form = ("3.0.3", "3.0.3"), ("3.1.0", "3.1.0")
    told = [
        rules(REFERENCE, new, Mode.REQUEST, old_components={"Pet": PET}, versions=versions)
        for versions in (old_form, new_form)
    ]
    assert told == [set(), {"request-property-became-required"}]


@pytest.mark.parametrize(
    "odd",
    [
        None,
        [],
        "x",
        5,
        {"type": 5},
        {"properties": []},
        {"enum": None},
        {"allOf": None},
        {"items": [S]},
        {"$ref": "#/nowhere"},
        {"$ref": 5},
        {"required": "a"},
        {"type": "any string"},
        {"anyOf": []},
    ],
    ids=repr,
)
def test_what_is_no_schema_still_has_an_answer(odd: Any) -> None:
    """Invalid schemas are compared without an error, and equal ones are equal."""
    for mode in (Mode.REQUEST, Mode.RESPONSE):
        assert not between(odd, odd, mode)
        between(odd, S, mode)
        between(S, odd, mode)


NEW_NAMES = {
    "request-property-added",
    "response-property-added",
    "response-required-property-added",
}
"""An object that is open takes any property; to describe one more is called harmless."""


def _harmless(told: set[str], value: Any) -> bool:
    """Return whether nothing above info is told that concerns ``value``."""
    levels = registry()
    quiet = all(levels[rule].level is Level.INFO for rule in told)
    return quiet and not (NEW_NAMES & told and isinstance(value, dict | list))


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
def test_what_is_called_harmless_is(data: st.DataObject) -> None:
    """Without a finding above info, old requests stay valid, and no new responses come."""
    old = data.draw(schemas)
    new = data.draw(edits(old))
    assume(not new or not {"type", "anyOf", "allOf"}.isdisjoint(new))
    value = data.draw(values)
    before = jsonschema_rs.Draft202012Validator(old).is_valid(value)
    after = jsonschema_rs.Draft202012Validator(new).is_valid(value)
    if before and not after:
        assert not _harmless(rules(old, new, Mode.REQUEST), value), (old, new, value)
    if after and not before:
        assert not _harmless(rules(old, new, Mode.RESPONSE), value), (old, new, value)


@given(schema=schemas)
def test_a_schema_is_itself(schema: Any) -> None:
    """Nothing is found between a schema and itself."""
    for mode in (Mode.REQUEST, Mode.RESPONSE):
        assert not between(schema, schema, mode)
