"""Every line of a contract as a requirement with a permanent id."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specproof.model import Json, JsonObject, Requirement, Source
from specproof.requirements.contract import Contract
from specproof.requirements.derive import HTTP_REQUIREMENTS, derive, slug
from specproof.suites.plan import subject

GOLDEN = Path(__file__).parents[2] / "golden" / "requirements"


@pytest.mark.parametrize("api", ["onesignal", "sequence"])
def test_ids_are_permanent(api: str) -> None:
    """Deviations and histories name requirements: an id that goes or changes breaks them.

    A new id is added to the golden file by hand.
    """
    found = [
        f"{item.id} {item.source}{' vacuous' if item.vacuous else ''}"
        for item in subject(api, None, None).requirements
    ]
    assert found == (GOLDEN / f"{api}.txt").read_text("utf-8").splitlines()


def _contract(responses: Json, **operation: Json) -> Contract:
    document: JsonObject = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {
            "/things/{id}": {"get": {"operationId": "look", "responses": responses, **operation}}
        },
        "components": {"schemas": {"Thing": {"type": "object"}}},
    }
    return Contract(document, name="spec")


def _derived(published: Contract, effective: Contract) -> dict[str, Requirement]:
    found = derive("shop", published, effective)
    assert len({item.id for item in found}) == len(found)
    return {item.id.removeprefix("shop/look/"): item for item in found}


def _json(schema: Json, **more: Json) -> JsonObject:
    return {"content": {"application/json": {"schema": schema}}, **more}


def test_what_the_overlay_tightens_is_a_requirement_of_its_own() -> None:
    """The published line stays as it was; a report can say which of the two broke."""
    before = {"200": _json({"type": "object"}, headers={"X": {"schema": {}}})}
    after = {
        "200": _json({"type": "object", "required": ["id"]}, headers={"X": {"required": True}})
    }
    found = _derived(_contract(before), _contract(after))
    assert found["200/schema"].source is Source.SCHEMA
    assert found["200/schema-overlay"].source is Source.OVERLAY
    assert found["200/header-x"].source is Source.SCHEMA
    assert found["200/header-x-overlay"].source is Source.OVERLAY
    assert "if at all" in found["200/header-x"].statement
    assert "if at all" not in found["200/header-x-overlay"].statement


def test_what_the_overlay_leaves_alone_is_listed_once() -> None:
    """The same schema twice would be two findings for one fault."""
    contract = _contract({"200": _json({"$ref": "#/components/schemas/Thing"})})
    found = _derived(contract, contract)
    assert not [name for name in found if name.endswith("-overlay")]
    assert {item.source for item in found.values()} == {Source.SCHEMA, Source.HTTP}
    assert {f"http/{what}" for what in HTTP_REQUIREMENTS} <= set(found)


def test_a_change_behind_a_reference_tightens() -> None:
    """An overlay that mends a component mends every response that refers to it."""
    responses = {"200": _json({"items": [{"$ref": "#/components/schemas/Thing"}]})}
    before, after = _contract(responses), _contract(responses)
    after.document["components"] = {"schemas": {"Thing": {"type": "object", "minProperties": 1}}}
    assert "200/schema-overlay" in _derived(before, after)


def test_a_response_or_operation_of_the_overlay_is_the_overlays() -> None:
    """What the vendor never published it never promised."""
    before = _contract({"default": {}})
    after = _contract({"default": {}, "401": _json({"type": "object"}, headers={"X": {}})})
    found = _derived(before, after)
    for name in ("401/status", "401/media-type", "401/schema", "401/header-x"):
        assert found[name].source is Source.OVERLAY
    assert "401/schema-overlay" not in found
    assert found["default/status"].source is Source.SCHEMA
    nothing = Contract({"openapi": "3.1.0", "paths": {}}, name="spec")
    whole = _derived(nothing, after)
    assert whole["default/status"].source is Source.OVERLAY


@pytest.mark.parametrize(
    ("response", "what", "vacuous"),
    [
        ({}, "schema", True),
        ({}, "media-type", True),
        ({}, "status", False),
        (_json({}), "schema", True),
        (_json({}), "media-type", False),
        (_json({"type": "object"}), "schema", False),
        ({"content": {"a/b": {}, "c/d": {"schema": {"type": "object"}}}}, "schema", False),
    ],
)
def test_what_nothing_could_break_is_vacuous(response: Json, what: str, vacuous: bool) -> None:
    """A pass of such a requirement would say nothing."""
    contract = _contract({"200": response})
    assert bool(_derived(contract, contract)[f"200/{what}"].vacuous) is vacuous


@pytest.mark.parametrize(
    ("schema", "vacuous"),
    [
        ({"type": "string"}, True),
        ({"type": "string", "description": "x", "x-note": 1, "default": "a"}, True),
        ({}, True),
        (None, True),
        ({"type": "string", "format": "uuid"}, False),
        ({"type": "string", "minLength": 1}, False),
        ({"type": "integer"}, False),
    ],
)
def test_a_parameter_that_takes_any_text_is_vacuous(schema: Json, vacuous: bool) -> None:
    """In a path, query or header everything arrives as text."""
    contract = _contract({}, parameters=[{"in": "query", "name": "Page Size", "schema": schema}])
    assert bool(_derived(contract, contract)["request/query-page-size"].vacuous) is vacuous


def test_a_parameter_that_the_overlay_changed_is_the_overlays() -> None:
    """A format that we added is no promise of the vendor."""
    before = _contract({}, parameters=[{"in": "query", "name": "a", "schema": {"type": "string"}}])
    after = _contract({}, parameters=[{"in": "query", "name": "a", "schema": {"type": "integer"}}])
    assert _derived(before, before)["request/query-a"].source is Source.SCHEMA
    assert _derived(before, after)["request/query-a"].source is Source.OVERLAY


def test_optional_security_is_vacuous() -> None:
    """An empty Security Requirement Object beside others lets everybody in."""
    needed = _contract({}, security=[{"a": [], "b": []}])
    found = _derived(needed, needed)
    assert [found[f"security/{name}"].vacuous for name in ("a", "b")] == [None, None]
    optional = _contract({}, security=[{"a": []}, {}])
    assert _derived(optional, optional)["security/a"].vacuous
    assert _derived(needed, optional)["security/a"].source is Source.OVERLAY
    open_to_all = _contract({})
    assert not [name for name in _derived(open_to_all, open_to_all) if "security" in name]


def test_names_that_differ_in_punctuation_stay_apart() -> None:
    """Ids are unique even where slugs are not."""
    parameters: Json = [{"in": "query", "name": name, "schema": {}} for name in ("a_b", "a-b")]
    contract = _contract({}, parameters=parameters)
    assert {"request/query-a-b", "request/query-a-b-2"} <= set(_derived(contract, contract))


@given(st.text())
def test_a_slug_is_fit_for_an_id(name: str) -> None:
    """Whatever a spec calls things, ids are lower case, digits and hyphens."""
    found = slug(name)
    assert found
    assert set(found) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert slug(found) == found
