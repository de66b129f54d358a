"""Values that break a parameter's schema, and the scenario that sends them."""

from __future__ import annotations

import re
from dataclasses import replace

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
    ids = [url.path.rpartition("/")[2] for url in urls]
    broken = [*ids[:2], urls[2].params["n"], kept[3].request.header("x-day") or ""]
    stems = ["specproof-not-a-uuid", "0", "specproof-not-of-this-type", "specproof-not-a-date"]
    for value, stem in zip(broken, stems, strict=True):
        # On a server that is not ours, a value that breaks a rule must still be nobody's.
        assert re.fullmatch(rf"{stem}-specproof-broken-[0-9a-f]{{20}}", value)
    assert len(set(broken)) == len(broken)
    assert ids[2:] == [example, example]


def _marked_values(schema: JsonObject, target: str) -> list[str]:
    contract = contract_of(
        path="/things", parameters=[{"in": "query", "name": "n", "schema": schema}]
    )
    operation = contract.operations["drop"]
    session, kept = session_on(lambda _: httpx.Response(400), contract)
    session.target = replace(session.target, name=target)
    source = CaseSource(contract.document, name=contract.name)
    (scenario,) = scenarios_of(operation)
    scenario.act(Stage(session, ApiWorld(session), operation, Baseline(source)))
    values = [httpx.URL(item.request.url).params["n"] for item in kept]
    assert session.told >= set(values)
    assert (target == "live") == (session.target.owned >= set(values))
    return values


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "integer"}, "specproof-not-of-this-type"),
        ({"type": "string", "maxLength": 3}, "ssss"),
    ],
)
def test_on_a_server_of_ours_the_bare_value_breaks(schema: JsonObject, value: str) -> None:
    """Nobody is there whom it could hit."""
    assert _marked_values(schema, "emulator") == [value]


@pytest.mark.parametrize("longest", [3, 50, 200])
def test_a_value_that_is_too_long_stays_too_long(longest: int) -> None:
    """On a live server it is this run's own as well."""
    (value,) = _marked_values({"type": "string", "maxLength": longest}, "live")
    assert len(value) > longest
    assert re.search(r"specproof-broken-[0-9a-f]{20}", value)


def test_without_a_resource_an_unknown_one_does() -> None:
    """A refusal of a broken value needs nothing that exists."""
    kept = _play({"200": {}}, example=None)
    assert len(kept) == 4
    assert {item.expects for item in kept} == {None}


def test_nothing_is_planned_where_nothing_can_break() -> None:
    """An operation whose parameters take any text."""
    contract = contract_of(parameters=[{"in": "path", "name": "id", "schema": {"type": "string"}}])
    assert list(scenarios_of(contract.operations["drop"])) == []
