"""Resources for an API that nobody wrote an arrange.py for, and for those that have one."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest
from contracts import contract_of, session_on

from specproof import apis
from specproof.model import Json
from specproof.requirements.contract import Contract
from specproof.suites.plan import subject
from specproof.targets.emulated import emulator_target
from specproof.targets.ledger import Entry
from specproof.targets.session import TargetSession
from specproof.targets.world import ApiWorld


def _refuse(_: httpx.Request) -> httpx.Response:
    return httpx.Response(404)


def _world(
    parameter: dict[str, Json], own: dict[str, str] | None = None
) -> tuple[ApiWorld, Contract, TargetSession]:
    contract = contract_of(
        parameters=[
            {"in": "path", "name": "id", "required": True, **parameter},
            {"in": "query", "name": "q", "schema": {"type": "integer"}},
        ]
    )
    session, _ = session_on(_refuse, contract, own=own)
    return ApiWorld(session), contract, session


@pytest.mark.parametrize(
    ("parameter", "expected"),
    [
        ({"example": "a"}, "a"),
        ({"schema": {"example": 7}}, "7"),
        ({"schema": {"default": "d"}}, "d"),
        ({"schema": {"const": "c"}}, "c"),
        ({"schema": {"enum": ["e", "f"]}}, "e"),
        ({"example": "a", "x-specproof-env": "SHOP_APP"}, "bound"),
        ({"example": "a", "x-specproof-env": "SHOP_UNSET"}, "a"),
        ({"schema": {"type": "string"}}, None),
        ({"schema": {"enum": []}}, None),
        ({}, None),
    ],
)
def test_existing_values_come_from_the_contract(
    parameter: dict[str, Json], expected: str | None
) -> None:
    """Examples, defaults, constants and bound values; where there is none, the reason says so."""
    world, contract, _ = _world(parameter, {"SHOP_APP": "bound"})
    found = world.parameters(contract.operations["drop"])
    assert found == (None if expected is None else {"id": expected})
    assert not world.arranged
    assert bool(world.reason) is (expected is None)


@pytest.mark.parametrize(
    ("schema", "fits"),
    [
        ({"type": "string", "format": "uuid"}, lambda text: uuid.UUID(text).version == 5),
        ({"type": "integer"}, lambda text: 8 * 10**15 <= int(text) < 2**53),
        ({"type": "number"}, lambda text: int(text) > 0),
        ({"type": "string"}, lambda text: text.startswith("specproof-unknown-")),
        ({"type": "string", "maxLength": 20}, lambda text: len(text) == 20),
        (None, lambda text: text.startswith("specproof-unknown-")),
    ],
)
def test_unknown_values_fit_their_type(schema: Json, fits: Any) -> None:
    """Well formed, fresh every time, and nobody's."""
    world, contract, session = _world({} if schema is None else {"schema": schema})
    operation = contract.operations["drop"]
    ((first,), (second,)) = (
        [item["id"] for item in world.unknown(operation)],
        [item["id"] for item in world.unknown(operation)],
    )
    assert fits(first)
    assert first != second
    assert first in session.told


@pytest.mark.parametrize(
    ("schema", "length"), [({"maxLength": 3}, 3), ({"enum": ["only"]}, 4), ({"maxLength": 20}, 20)]
)
def test_a_value_that_was_cut_or_chosen_is_not_owned(schema: Json, length: int) -> None:
    """Somebody may well have it, so nothing destructive may name it."""
    world, contract, session = _world({"schema": schema})
    (values,) = world.unknown(contract.operations["drop"])
    assert len(values["id"]) == length
    assert values["id"] not in session.target.owned


def test_bound_values_are_never_unknown() -> None:
    """An application id is ours in every request, or nothing but a refusal would come."""
    world, contract, _ = _world({"x-specproof-env": "SHOP_APP"}, {"SHOP_APP": "bound"})
    operation = contract.operations["drop"]
    assert world.unknown(operation) == [{"id": "bound"}]
    assert world.bound(operation) == {"id": "bound"}
    world.cleanup()


@pytest.mark.parametrize("api", ["base", "machine", "contract", "bodies", "nobody", "wire"])
def test_an_api_named_like_a_module_has_no_world(api: str) -> None:
    """Beside the packages of APIs there are modules; their names are free for APIs."""
    contract = contract_of(parameters=[{"in": "path", "name": "id", "example": "e"}])
    session, _ = session_on(_refuse, contract)
    session.target.api = api
    assert ApiWorld(session).parameters(contract.operations["drop"]) == {"id": "e"}


@pytest.mark.parametrize("api", ["onesignal", "sequence"])
def test_a_world_arranges_and_cleans_up(api: str) -> None:
    """What it names exists and is ours, what it calls unknown is not there, and all goes again."""
    tested = subject(api, None, None)
    target = emulator_target(api, tested.effective)
    sent: list[Any] = []
    session = TargetSession(target, tested.effective, scenario="s", seed=0, record=sent.append)
    world = ApiWorld(session)
    (operation,) = tested.effective.operations.values()
    values = world.parameters(operation)
    assert values is not None
    assert world.arranged
    assert set(values.values()) & target.owned
    for unknown in world.unknown(operation):
        assert set(unknown) == set(values)
    before = len(sent)
    world.cleanup()
    removed = [item.request.method for item in sent[before:]]
    assert removed
    assert set(removed) == {"DELETE"}
    world.cleanup()
    assert len(sent) == before + len(removed)
    target.close()


@pytest.mark.parametrize("api", ["onesignal", "sequence"])
@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500),
        httpx.Response(201, content=b"{"),
        httpx.Response(201, json=[]),
        httpx.Response(201, json={"identity": [], "id": 5}),
        httpx.Response(201, json={"identity": {"onesignal_id": 5}}),
    ],
)
def test_a_server_that_creates_nothing_arranges_nothing(api: str, answer: httpx.Response) -> None:
    """Whatever it says instead, the scenario gets a reason and no crash."""
    tested = subject(api, None, None)
    session, kept = session_on(lambda _: answer, tested.effective, resources={"customerId": ["1"]})
    session.target.api = api
    world = ApiWorld(session)
    (operation,) = tested.effective.operations.values()
    assert world.parameters(operation) is None
    assert world.reason == "what the operation needs could not be arranged"
    assert not world.arranged
    assert len(world.unknown(operation)) == {"onesignal": 2, "sequence": 1}[api]
    count = len(kept)
    world.cleanup()
    assert len(kept) == count


def test_sequence_needs_a_customer_that_exists() -> None:
    """Without --resources a live account offers none."""
    tested = subject("sequence", None, None)
    session, kept = session_on(_refuse, tested.effective)
    session.target.api = "sequence"
    world = ApiWorld(session)
    assert world.parameters(tested.effective.operations["deleteCustomerAliasesById"]) is None
    assert kept == []


def test_onesignal_arranges_nothing_for_an_operation_it_does_not_know() -> None:
    """An operation that upstream adds is not taken for the one we know."""
    tested = subject("onesignal", None, None)
    session, _ = session_on(_refuse, contract_of())
    session.target.api = "onesignal"
    assert ApiWorld(session).parameters(contract_of().operations["drop"]) is None
    assert tested.name == "onesignal"


@pytest.mark.parametrize("api", ["onesignal", "sequence"])
def test_a_world_knows_the_other_tenant(api: str) -> None:
    """Its resource is made with its credentials, is not ours, and goes again as well."""
    tested = subject(api, None, None)
    target = emulator_target(api, tested.effective)
    sent: list[Any] = []
    session = TargetSession(target, tested.effective, scenario="s", seed=0, record=sent.append)
    world = ApiWorld(session)
    (operation,) = tested.effective.operations.values()
    own, foreign = world.parameters(operation), world.foreign(operation)
    assert own is not None
    assert foreign is not None
    assert own != foreign
    again = world.foreign(operation)
    assert again is not None
    assert {item.facts.get("tenant") for item in sent} == {None, "other"}
    told = json.loads(world.answer(operation, own))
    assert isinstance(told, dict)
    before = len(sent)
    world.cleanup()
    assert {item.request.method for item in sent[before:]} == {"DELETE"}
    assert {item.facts["credentials"] for item in sent[before:]} == {"own", "other"}
    target.close()


def test_no_other_tenant_no_foreign_resource() -> None:
    """Without credentials of another tenant there is nothing to try."""
    tested = subject("sequence", None, None)
    session, kept = session_on(_refuse, tested.effective)
    session.target.api = "sequence"
    (operation,) = tested.effective.operations.values()
    assert ApiWorld(session).foreign(operation) is None
    assert kept == []


def test_a_world_of_an_api_removes_what_a_ledger_names() -> None:
    """The API's own way where it has one, the contract's elsewhere."""
    tested = subject("sequence", None, None)
    entry = Entry("1", "sequence", "http://shop.invalid", "POST", "/things", (), ("1",))
    for api, contract in (("shop", contract_of()), ("sequence", tested.effective)):
        session, kept = session_on(lambda _: httpx.Response(404), contract)
        session.target.api = api
        assert ApiWorld(session).remove(entry)
        assert [item.request.method for item in kept] == ["DELETE"]
        assert [item.request.url[-9:] == "/things/1" for item in kept] == [api == "shop"]


def test_a_package_may_lack_an_arrangement(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every part of apis/<api>/ is optional; the contract alone has to do then."""
    (tmp_path / "bare_world").mkdir()
    (tmp_path / "bare_world" / "__init__.py").write_text("")
    monkeypatch.setattr(apis, "__path__", [*apis.__path__, str(tmp_path)])
    contract = contract_of(parameters=[{"in": "path", "name": "id", "example": "e"}])
    session, _ = session_on(_refuse, contract)
    session.target.api = "bare-world"
    assert ApiWorld(session).parameters(contract.operations["drop"]) == {"id": "e"}
