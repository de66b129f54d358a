"""What is planned for an operation, and what each scenario sends."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest
from contracts import contract_of, session_on

from specproof.model import Exchange, Json, JsonObject
from specproof.requirements.contract import Contract
from specproof.scenarios import plan
from specproof.scenarios.baseline import Baseline
from specproof.scenarios.generated import CaseSource
from specproof.scenarios.model import Stage
from specproof.suites.plan import subject
from specproof.targets.emulated import emulator_target
from specproof.targets.session import TargetSession
from specproof.targets.world import ApiWorld

BASIC = {"basic": {"type": "http", "scheme": "basic"}}
OWN = {"SPECPROOF_SHOP_BASIC_USERNAME": "u", "SPECPROOF_SHOP_BASIC_PASSWORD": "pass"}
ALMOST = [
    *("truncated", "empty", "suffixed", "bare", "cased", "scheme"),
    *("wrong-secret", "wrong-name", "blank", "scheme-alone", "undecodable", "name-alone"),
]
"""Our own credentials but for one detail."""
ID: JsonObject = {"in": "path", "name": "id", "required": True, "schema": {"type": "string"}}


def _kinds(contract: Contract) -> dict[str, tuple[str, ...]]:
    (operation,) = contract.operations.values()
    return {item.kind: item.outcomes for item in plan(operation)}


@pytest.mark.parametrize(
    ("api", "expected"),
    [
        (
            "onesignal",
            {
                "broken-parameter": ("400",),
                "burst": ("429",),
                "foreign-resource": (),
                "safe-method": (),
                "server-condition": ("429", "503"),
                "success": ("200",),
                "unauthenticated": ("401",),
                "unknown-resource": ("404",),
            },
        ),
        (
            "sequence",
            {
                "broken-parameter": ("400",),
                "burst": ("429",),
                "foreign-resource": (),
                "safe-method": (),
                "server-condition": ("500", "429"),
                "success": ("200",),
                "unauthenticated": ("401",),
                "unknown-resource": (),
            },
        ),
    ],
)
def test_every_documented_outcome_has_a_scenario(
    api: str, expected: Mapping[str, tuple[str, ...]]
) -> None:
    """A documented response that nothing is meant for could never be but inconclusive."""
    contract = subject(api, None, None).effective
    assert _kinds(contract) == expected
    (operation,) = contract.operations.values()
    assert set(operation.responses) == {key for keys in expected.values() for key in keys}


def test_scenarios_need_what_they_are_about() -> None:
    """No credentials, no path parameter, no 2xx, no 5xx: nothing of the kind is planned."""
    assert _kinds(contract_of({"302": {}}, path="/things", method="get")) == {}
    assert _kinds(contract_of({"302": {}}, path="/things")) == {"safe-method": ()}
    ranged = contract_of(
        {"2XX": {}, "4XX": {}, "5XX": {}, "403": {}, "410": {}},
        security=[{"basic": []}],
        schemes=BASIC,
        parameters=[ID],
    )
    assert _kinds(ranged) == {
        "foreign-resource": (),
        "safe-method": (),
        "success": ("2XX",),
        "unauthenticated": ("403",),
        "unknown-resource": ("410",),
    }


def _act(
    kind: str,
    contract: Contract,
    answer: Callable[[httpx.Request], httpx.Response] = lambda _: httpx.Response(404),
    **more: Any,
) -> tuple[list[Exchange], Mapping[str, str]]:
    session, kept = session_on(answer, contract, **more)
    (operation,) = contract.operations.values()
    source = CaseSource(contract.document, name=contract.name)
    stage = Stage(session, ApiWorld(session), operation, Baseline(source))
    (scenario,) = (item for item in plan(operation) if item.kind == kind)
    scenario.act(stage)
    return kept, stage.gaps


def test_success_sends_a_valid_request() -> None:
    """On an example nothing is due, as nobody knows whether it still exists."""
    contract = contract_of({"200": {}}, parameters=[{**ID, "example": "a b"}])
    (exchange,), gaps = _act("success", contract)
    assert exchange.request.url == "http://shop.invalid/api/things/a%20b"
    assert (exchange.expects, gaps) == ("200", {})
    assert "due" not in exchange.facts


def test_each_value_that_a_parameter_lists_is_asked_for() -> None:
    """A version or a mode that nobody asks for is never seen to be answered."""
    listed: list[Json] = [
        {**ID, "example": "a"},
        {"in": "header", "name": "Version", "schema": {"enum": ["v1", "v2", 3, ""]}},
        {"in": "query", "name": "mode", "schema": {"const": "dry"}},
        {"in": "query", "name": "free", "schema": {"type": "string"}},
        {"in": "query", "name": "odd", "schema": True},
    ]
    kept, _ = _act("success", contract_of({"200": {}}, parameters=listed))
    versions = [item.request.header("version") for item in kept]
    assert versions[1:3] == ["v1", "v2"]
    assert "mode=dry" in kept[3].request.url
    assert len(kept) == 4
    assert all("due" not in item.facts for item in kept)


def test_success_without_a_resource_is_a_gap_with_its_reason() -> None:
    """Every documented success is named as not brought about."""
    kept, gaps = _act("success", contract_of({"200": {}, "204": {}}, parameters=[ID]))
    assert kept == []
    assert set(gaps) == {"200", "204"}
    assert "no existing value of the path parameter id" in gaps["200"]


@pytest.mark.parametrize("api", ["onesignal", "sequence"])
def test_success_on_an_arranged_resource_is_due(api: str) -> None:
    """What was made for this request has to be found."""
    tested = subject(api, None, None)
    target = emulator_target(api, tested.effective)
    kept: list[Exchange] = []
    session = TargetSession(target, tested.effective, scenario="s", seed=0, record=kept.append)
    (operation,) = tested.effective.operations.values()
    stage = Stage(session, ApiWorld(session), operation, tested.baseline)
    next(item for item in plan(operation) if item.kind == "success").act(stage)
    target.close()
    assert next(item.facts.get("due") for item in kept if item.expects) == "success"
    statuses = {0 if item.response is None else item.response.status for item in kept}
    assert statuses <= {200, 201}


def test_unknown_resources_are_asked_for_three_times() -> None:
    """The same cause has to be answered in the same way, and a refusal is due."""
    contract = contract_of({"200": {}, "410": {}}, parameters=[ID])
    kept, _ = _act("unknown-resource", contract)
    assert len(kept) == 3
    assert kept[0].request == kept[1].request == kept[2].request
    assert {(item.expects, item.facts["due"]) for item in kept} == {("410", "refusal")}
    kept, _ = _act("unknown-resource", contract_of({"200": {}}, parameters=[ID]))
    # A refusal is due where no documented response says which one, too.
    assert {(item.expects, item.facts["due"]) for item in kept} == {(None, "refusal")}


def test_what_was_made_is_asked_for_by_ids_that_are_almost_its_own() -> None:
    """Each has to be refused, and what was made is still there afterwards."""
    tested = subject("sequence", None, None)
    target = emulator_target("sequence", tested.effective)
    kept: list[Exchange] = []
    session = TargetSession(target, tested.effective, scenario="s", seed=0, record=kept.append)
    (operation,) = tested.effective.operations.values()
    stage = Stage(session, ApiWorld(session), operation, tested.baseline)
    next(item for item in plan(operation) if item.kind == "unknown-resource").act(stage)
    target.close()
    almost = [item for item in kept if item.facts.get("cause") == "almost"]
    assert len({item.request.url for item in almost}) == len(almost) >= 6
    statuses = {0 if item.response is None else item.response.status for item in almost}
    assert statuses == {400}
    assert kept[-1].facts["due"] == "success"
    assert kept[-1].response is not None
    assert kept[-1].response.status == 200


@pytest.mark.parametrize("status", [200, 429])
def test_what_is_accepted_is_not_asked_for_again(status: int) -> None:
    """A refusal is due three times; one success, or a wish for silence, says enough."""
    contract = contract_of({"200": {}, "404": {}}, parameters=[ID])
    kept, _ = _act("unknown-resource", contract, lambda _: httpx.Response(status))
    assert len(kept) == 1


@pytest.mark.parametrize("other", [None, dict.fromkeys(OWN, "o")])
def test_credentials_are_left_out_garbled_and_swapped(other: Mapping[str, str] | None) -> None:
    """Ours are in none of the requests."""
    contract = contract_of(
        {"200": {}, "401": {}}, security=[{"basic": []}], schemes=BASIC, parameters=[ID]
    )
    kept, _ = _act("unauthenticated", contract, own=OWN, other=other)
    # Each three times; what some servers do every third time is seen.
    assert [item.request for item in kept[::3]] == [item.request for item in kept[2::3]]
    kept = kept[::3]
    names = ["none", "malformed", "wrong", *(["other"] if other else []), *ALMOST]
    assert [item.facts["credentials"] for item in kept] == names
    expected = {item.facts["credentials"]: item.expects for item in kept}
    assert expected == {name: None if name == "other" else "401" for name in names}
    fields = [item.request.header("authorization") for item in kept]
    assert fields[0] is None
    assert len(set(fields)) == len(names)
    assert f"Basic {base64.b64encode(b'u:pass').decode()}" not in fields


def test_conditions_that_a_target_can_not_have_are_gaps() -> None:
    """Nobody can ask a real server to be out of order."""
    contract = contract_of({"200": {}, "429": {}, "500": {}, "5XX": {}}, parameters=[ID])
    kept, gaps = _act("server-condition", contract)
    assert kept == []
    assert set(gaps) == {"429", "500"}
    assert "the target live can not be put into that state" in gaps["429"]


def test_each_condition_of_a_status_is_met() -> None:
    """An outage has three faces on OneSignal, and each is looked at."""
    tested = subject("onesignal", None, None)
    target = emulator_target("onesignal", tested.effective)
    kept: list[Exchange] = []
    session = TargetSession(target, tested.effective, scenario="s", seed=0, record=kept.append)
    (operation,) = tested.effective.operations.values()
    stage = Stage(session, ApiWorld(session), operation, tested.baseline)
    next(item for item in plan(operation) if item.kind == "server-condition").act(stage)
    target.close()
    seen = [
        (item.expects, item.response.status)
        for item in kept
        if item.response is not None and "condition" in item.facts
    ]
    assert seen == [("429", 429), ("503", 503), ("503", 503), ("503", 503)]


def test_a_request_that_can_not_be_made_is_a_gap() -> None:
    """A required body that no value satisfies: the reason is given once, nothing is sent."""
    body: Json = {"required": True, "content": {"application/json": {"schema": False}}}
    contract = contract_of(
        {"200": {}, "404": {}}, method="post", requestBody=body, parameters=[{**ID, "example": "a"}]
    )
    kept, gaps = _act("success", contract)
    assert kept == []
    assert gaps == {"200": "no valid request can be made from the contract"}
    kept, gaps = _act("unknown-resource", contract)
    assert (kept, set(gaps)) == ([], {"404"})
