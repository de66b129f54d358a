"""Generated requests: drawn by Schemathesis, sent by us."""

from __future__ import annotations

import json

import httpx
import pytest
from contracts import contract_of, session_on

from specproof.errors import InputError
from specproof.model import Exchange, Json
from specproof.requirements.contract import Contract
from specproof.scenarios.baseline import Baseline
from specproof.scenarios.fuzz import fuzz
from specproof.scenarios.generated import CaseSource
from specproof.scenarios.model import Stage
from specproof.targets.world import ApiWorld

SCHEMES = {"key": {"type": "apiKey", "in": "query", "name": "key", "x-specproof-env": "SHOP_KEY"}}
PARAMETERS: Json = [
    {"in": "path", "name": "id", "required": True, "schema": {"type": "string", "minLength": 1}},
    {"in": "path", "name": "app", "required": True, "x-specproof-env": "SHOP_APP",
     "schema": {"type": "string"}},
    {"in": "query", "name": "n", "required": True, "schema": {"type": "integer"}},
    {"in": "header", "name": "X-Day", "required": True, "schema": {"type": "string",
                                                                    "format": "date"}},
    {"in": "cookie", "name": "c", "required": True, "schema": {"type": "integer"}},
]  # fmt: skip
BODY: Json = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["name"],
                "properties": {"name": {"type": "string"}},
                "additionalProperties": False,
            }
        }
    },
}
OWN = {"SHOP_KEY": "key-CANARY", "SHOP_APP": "app-CANARY"}


def _contract() -> Contract:
    return contract_of(
        path="/apps/{app}/things/{id}",
        method="put",
        parameters=PARAMETERS,
        requestBody=BODY,
        schemes=SCHEMES,
        security=[{"key": []}],
    )


def _fuzzed(*, valid: bool, seed: int = 0, cases: int = 20) -> tuple[list[Exchange], set[str]]:
    contract = _contract()
    session, kept = session_on(lambda _: httpx.Response(200), contract, own=OWN)
    source = CaseSource(contract.document, name="spec")
    stage = Stage(session, ApiWorld(session), contract.operations["drop"], Baseline(source))
    fuzz(stage, source, valid=valid, cases=cases, seed=seed)
    return kept, session.told


def test_valid_cases_keep_the_contract() -> None:
    """Every part of the request is what its schema says, and the bound part is ours."""
    kept, told = _fuzzed(valid=True)
    assert 10 < len(kept) <= 20
    for exchange in kept:
        url = httpx.URL(exchange.request.url)
        parts = url.raw_path.decode().partition("?")[0].split("/")
        assert parts[:4] == ["", "api", "apps", "app-CANARY"]
        assert parts[4] == "things"
        assert parts[5]
        int(url.params["n"])
        assert url.params["key"] == "key-CANARY"
        assert isinstance(json.loads(exchange.request.body)["name"], str)
        assert (exchange.request.header("cookie") or "").startswith("c=")
        assert exchange.request.header("host") is None
        assert exchange.request.header("x-schemathesis-testcaseid") is None
        assert dict(exchange.facts)["generated"] == "valid"
    assert not told & set(OWN.values())
    assert len({(item.request.url, item.request.body) for item in kept}) > 5


def test_invalid_cases_break_something() -> None:
    """They are marked, so that no check takes a refusal for a fault."""
    kept, _ = _fuzzed(valid=False)
    assert kept
    assert {item.facts["generated"] for item in kept} == {"invalid"}


@pytest.mark.parametrize("valid", [True, False])
def test_the_same_seed_sends_the_same(valid: bool) -> None:
    """To the byte; another seed sends something else."""

    def sent(seed: int) -> list[object]:
        return [item.request for item in _fuzzed(valid=valid, seed=seed)[0]]

    assert sent(3) == sent(3)
    assert sent(3) != sent(4)


def test_an_operation_that_schemathesis_does_not_know_has_no_cases() -> None:
    """Nothing is sent, and no baseline can be made."""
    contract, other = _contract(), contract_of(path="/elsewhere")
    session, kept = session_on(lambda _: httpx.Response(200), other)
    source = CaseSource(contract.document, name="spec")
    operation = other.operations["drop"]
    stage = Stage(session, ApiWorld(session), operation, Baseline(source))
    fuzz(stage, source, valid=True, cases=5, seed=0)
    assert kept == []
    assert source.first_valid(operation) is None
    assert stage.request({}) is None


def test_examples_come_first() -> None:
    """What the vendor shows works best."""
    contract = contract_of(
        method="post",
        parameters=[{"in": "path", "name": "id", "required": True, "example": "shown",
                     "schema": {"type": "string"}}],
        requestBody={"content": {"application/json": {"example": {"a": "shown"}, "schema": {}}}},
    )  # fmt: skip
    source = CaseSource(contract.document, name="spec")
    drawn = source.first_valid(contract.operations["drop"])
    assert drawn is not None
    assert drawn.path == {"id": "shown"}
    assert drawn.content == {"json": {"a": "shown"}}


@pytest.mark.parametrize(
    ("media", "schema", "keyword"),
    [
        ("application/x-www-form-urlencoded", {"type": "object", "required": ["a"],
                                               "properties": {"a": {"const": "b"}}}, "data"),
        ("text/plain", {"const": "hello"}, "content"),
        ("multipart/form-data", {"type": "object", "required": ["a"],
                                 "properties": {"a": {"const": "b"}}}, "files"),
    ],
)  # fmt: skip
def test_bodies_of_other_media_types(media: str, schema: Json, keyword: str) -> None:
    """Forms, text and files reach httpx by the argument that it has for each."""
    contract = contract_of(
        method="post",
        path="/things",
        requestBody={"required": True, "content": {media: {"schema": schema}}},
    )
    source = CaseSource(contract.document, name="spec")
    session, kept = session_on(lambda _: httpx.Response(200), contract)
    operation = contract.operations["drop"]
    drawn = source.first_valid(operation)
    assert drawn is not None
    assert keyword in drawn.content
    stage = Stage(session, ApiWorld(session), operation, Baseline(source))
    fuzz(stage, source, valid=True, cases=3, seed=0)
    assert kept
    assert kept[0].request.body
    assert (kept[0].request.header("content-type") or "").startswith(media)


def test_a_document_that_schemathesis_refuses_is_bad_input() -> None:
    """With the file's name."""
    with pytest.raises(InputError, match=r"^spec: Schemathesis can not load it"):
        CaseSource({"info": {}}, name="spec")
