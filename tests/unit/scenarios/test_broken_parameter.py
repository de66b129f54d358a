"""Values that break a parameter's schema, and the scenario that sends them."""

from __future__ import annotations

import httpx
import pytest
from contracts import contract_of, session_on
from hypothesis import given
from hypothesis import strategies as st

from specproof.document.schemas import SchemaCompiler
from specproof.model import Exchange, Json, JsonObject
from specproof.scenarios.baseline import Baseline
from specproof.scenarios.broken_parameter import breaking_values, scenarios_of
from specproof.scenarios.generated import CaseSource
from specproof.scenarios.model import Stage
from specproof.targets.world import ApiWorld

FORMATS = ["uuid", "date", "date-time", "email", "ipv4", "ipv6"]
SCHEMAS = st.one_of(
    st.fixed_dictionaries({"type": st.sampled_from(["integer", "number", "boolean"])}),
    st.fixed_dictionaries({"type": st.just("string"), "format": st.sampled_from(FORMATS)}),
    st.fixed_dictionaries({"type": st.just("string"), "maxLength": st.integers(0, 4095)}),
    st.fixed_dictionaries({"enum": st.lists(st.text(max_size=5) | st.integers(), min_size=1)}),
    st.fixed_dictionaries({"const": st.text(max_size=5)}),
)


def _readings(text: str) -> list[Json]:
    """Return every JSON value that a server may read the text of a parameter as."""
    found: list[Json] = [text]
    for kind in (int, float):
        try:
            found.append(kind(text))
        except ValueError:
            continue
    return found


@given(schema=SCHEMAS)
def test_breaking_values_really_break(schema: JsonObject) -> None:
    """However a server reads the text, the schema refuses it, so acceptance is a finding."""
    compiler = SchemaCompiler({}, name="spec", openapi="3.1")
    validator = compiler.compile(schema, formats=True)
    values = breaking_values(schema)
    assert values
    for text in values:
        assert not any(validator.valid(reading) for reading in _readings(text))


@pytest.mark.parametrize(
    "schema",
    [
        None,
        True,
        {},
        {"type": "string"},
        {"type": "string", "format": "password"},
        {"type": "string", "format": 5},
        {"type": "string", "maxLength": 100_000},
        {"type": "string", "maxLength": "x"},
        {"minLength": 1},
    ],
)
def test_where_any_text_is_valid_nothing_breaks(schema: Json) -> None:
    """A scenario that claims otherwise would raise false alarms."""
    assert breaking_values(schema) == ()


def _play(responses: Json, *, example: str | None) -> list[Exchange]:
    parameter: JsonObject = {
        "in": "path",
        "name": "id",
        "required": True,
        "schema": {"type": "string", "format": "uuid"},
    }
    if example is not None:
        parameter["example"] = example
    contract = contract_of(
        responses,
        parameters=[
            parameter,
            {"in": "query", "name": "n", "schema": {"type": "integer"}},
            {"in": "header", "name": "X-Day", "schema": {"type": "string", "format": "date"}},
            {"in": "query", "name": "any", "schema": {"type": "string"}},
        ],
    )
    operation = contract.operations["drop"]
    session, kept = session_on(lambda _: httpx.Response(400), contract)
    source = CaseSource(contract.document, name=contract.name)
    (scenario,) = scenarios_of(operation)
    assert scenario.id == "drop/broken-parameter"
    scenario.act(Stage(session, ApiWorld(session), operation, Baseline(source)))
    return kept


def test_one_parameter_breaks_at_a_time() -> None:
    """Each value of each parameter is a request of its own, all else valid."""
    example = "01849e70-0a0f-72ca-ba07-5557dd734d43"
    kept = _play({"200": {}, "422": {}}, example=example)
    assert [item.facts["breaks"] for item in kept] == [
        "path-id",
        "path-id",
        "query-n",
        "header-x-day",
    ]
    assert {item.expects for item in kept} == {"422"}
    urls = [httpx.URL(item.request.url) for item in kept]
    assert [url.path.rpartition("/")[2] for url in urls] == [
        "specproof-not-a-uuid",
        "0",
        example,
        example,
    ]
    assert urls[2].params["n"] == "specproof-not-of-this-type"
    assert kept[3].request.header("x-day") == "specproof-not-a-date"


def test_without_a_resource_an_unknown_one_does() -> None:
    """A refusal of a broken value needs nothing that exists."""
    kept = _play({"200": {}}, example=None)
    assert len(kept) == 4
    assert {item.expects for item in kept} == {None}


def test_nothing_is_planned_where_nothing_can_break() -> None:
    """An operation whose parameters take any text."""
    contract = contract_of(parameters=[{"in": "path", "name": "id", "schema": {"type": "string"}}])
    assert list(scenarios_of(contract.operations["drop"])) == []
