"""Generated requests: drawn by Schemathesis, sent by us."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

import httpx
import pytest
from contracts import contract_of, session_on
from hypothesis import strategies as st

from specproof.errors import InputError
from specproof.model import Exchange, Json
from specproof.requirements.contract import Contract, OperationContract
from specproof.scenarios.baseline import Baseline
from specproof.scenarios.fuzz import fuzz
from specproof.scenarios.generated import CaseSource, Drawn, taken_apart
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
    every, told = _fuzzed(valid=True)
    kept = [item for item in every if item.operation == "drop"]
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


_FORM = (
    b"--specproof-boundary\r\n"
    b'Content-Disposition: form-data; name="a"\r\n\r\nb\r\n'
    b"--specproof-boundary--\r\n"
)


@pytest.mark.parametrize(
    ("media", "schema", "body", "kind"),
    [
        ("application/x-www-form-urlencoded", {"type": "object", "required": ["a"],
                                               "properties": {"a": {"const": "b"}}},
         b"a=b", "application/x-www-form-urlencoded"),
        ("text/plain", {"const": "hello"}, b"hello", "text/plain"),
        ("multipart/form-data", {"type": "object", "required": ["a"],
                                 "properties": {"a": {"const": "b"}},
                                 "additionalProperties": False},
         _FORM, "multipart/form-data; boundary=specproof-boundary"),
    ],
)  # fmt: skip
def test_bodies_of_other_media_types(media: str, schema: Json, body: bytes, kind: str) -> None:
    """Forms, text and files are bytes, the same each time, under the type that reads them."""
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
    assert dict(drawn.content) == {"content": body}
    assert [text for name, text in drawn.headers.items() if name.lower() == "content-type"] == [
        kind
    ]
    # What is sent to a server that is not ours has its values replaced.
    session.target = replace(session.target, name="emulator")
    stage = Stage(session, ApiWorld(session), operation, Baseline(source))
    fuzz(stage, source, valid=True, cases=3, seed=0)
    assert kept
    assert kept[0].request.header("content-type") == kind
    bodies = [item.request.body for item in kept]
    assert body in bodies or media == "application/x-www-form-urlencoded"
    assert all(bodies)


class _Case:
    """A case as Schemathesis draws it: what it gives ``requests``, and its path."""

    def __init__(self, path: Json = None, **parts: Any) -> None:
        self.path_parameters = path
        self._parts = parts

    def as_transport_kwargs(self, *, base_url: str) -> dict[str, Any]:
        assert base_url.endswith(".invalid")
        return self._parts


@pytest.mark.parametrize(
    ("parts", "body", "headers"),
    [
        ({}, None, {}),
        ({"data": b"\xff"}, b"\xff", {}),
        ({"data": "\u00e9"}, b"\xc3\xa9", {}),
        ({"data": {}, "files": {"a": b"b"}, "headers": {"content-type": "multipart/form-data"}},
         _FORM.replace(b'"a"', b'"a"; filename="a"'),
         {"Content-Type": "multipart/form-data; boundary=specproof-boundary"}),
        ({"data": b"x", "headers": {"Content-Type": "image/png", "Accept": "*/*", "Host": "h",
                                    "X-Schemathesis-TestCaseId": "1"}},
         b"x", {"Content-Type": "image/png"}),
        ({"data": {}}, b"", {}),
        ({"cookies": {"a": "1", "b": 2}}, None, {"Cookie": "a=1; b=2"}),
    ],
)  # fmt: skip
def test_cases_are_taken_apart(
    parts: Mapping[str, Any], body: bytes | None, headers: Mapping[str, str]
) -> None:
    """Bodies are bytes, one Content-Type stays, and what is the client's own goes."""
    drawn = taken_apart(_Case(**parts))
    assert drawn is not None
    assert drawn.content == ({} if body is None else {"content": body})
    assert drawn.headers == headers


@pytest.mark.parametrize(
    ("params", "query"),
    [
        (None, {}),
        ({"a": [1, 2]}, {"a": [1, 2]}),
        ([("a", 1), ("b", ""), ("a", 2)], {"a": [1, 2], "b": ""}),
        ("a=1&b=&a=2", {"a": ["1", "2"], "b": ""}),
    ],
)
def test_queries_keep_repeated_names(params: Any, query: Mapping[str, Any]) -> None:
    """However Schemathesis writes them."""
    drawn = taken_apart(_Case(path={"id": 5}, params=params))
    assert drawn is not None
    assert (drawn.query, drawn.path) == (query, {"id": "5"})


@pytest.mark.parametrize(
    "parts", [{"data": "\ud800"}, {"data": 5}, {"data": [1]}, {"files": {"a": object()}}]
)
def test_what_can_not_be_written_as_http_says_nothing(parts: Mapping[str, Any]) -> None:
    """No exception of a serialiser ends a run."""
    assert taken_apart(_Case(**parts)) is None


class _Cases(CaseSource):
    """Draws the one case that a test makes up."""

    def __init__(self, case: _Case) -> None:
        self._case = case

    def strategy(self, operation: OperationContract, *, valid: bool) -> st.SearchStrategy[Any]:
        del operation, valid
        return st.just(self._case)


@pytest.mark.parametrize(
    "case",
    [
        _Case(data="\ud800"),
        _Case(headers={"X-A": "\u20ac"}),
        _Case(headers={"X-A": None}),
        _Case(params={"q": "\ud800"}),
    ],
)
def test_unwritable_cases_are_not_sent(case: _Case) -> None:
    """They are left out, and no exception ends the run."""
    contract = contract_of(path="/things", method="post")
    operation = contract.operations["drop"]
    session, kept = session_on(lambda _: httpx.Response(200), contract)
    session.target = replace(session.target, name="emulator")
    baseline = Baseline(CaseSource(contract.document, name="spec"))
    stage = Stage(session, ApiWorld(session), operation, baseline)
    source = _Cases(case)
    fuzz(stage, source, valid=True, cases=2, seed=0)
    assert kept == []


@pytest.mark.parametrize("name", ["emulator", "live"])
def test_only_elsewhere_values_are_replaced(name: str) -> None:
    """A server of ours gets what was drawn, another one what is nobody's."""
    contract = contract_of(parameters=[{"in": "path", "name": "id", "required": True,
                                        "schema": {"type": "string"}}])  # fmt: skip
    operation = contract.operations["drop"]
    session, kept = session_on(lambda _: httpx.Response(200), contract)
    session.target = replace(session.target, name=name)
    source = _Cases(_Case(path={"id": "alice"}))
    stage = Stage(session, ApiWorld(session), operation, Baseline(source))
    fuzz(stage, source, valid=False, cases=1, seed=0)
    (exchange,) = kept
    sent = exchange.request.url.rpartition("/")[2]
    assert (sent == "alice") == (name == "emulator")
    assert (sent in session.target.owned) == (name == "live")


def test_a_document_that_schemathesis_refuses_is_bad_input() -> None:
    """With the file's name."""
    with pytest.raises(InputError, match=r"^spec: Schemathesis can not load it"):
        CaseSource({"info": {}}, name="spec")


def test_a_case_that_would_change_its_kind_is_not_sent() -> None:
    """Where nothing of ours keeps the contract as the drawn body does, nothing is sent."""
    schema: Json = {"type": "object", "properties": {"a": {"type": "string", "pattern": "^x{30}$"}}}
    contract = contract_of(
        path="/things",
        method="post",
        requestBody={"content": {"application/json": {"schema": schema}}},
    )
    operation = contract.operations["drop"]
    session, kept = session_on(lambda _: httpx.Response(200), contract)
    source = _Cases(_Case(json={"a": "x" * 30}))
    stage = Stage(session, ApiWorld(session), operation, Baseline(source))
    fuzz(stage, source, valid=True, cases=1, seed=0)
    assert kept == []
    session.target = replace(session.target, name="emulator")
    fuzz(stage, source, valid=True, cases=1, seed=0)
    assert len(kept) == 1


def test_an_extension_among_the_paths_is_no_path() -> None:
    """OpenAPI lets ``x-`` stand there with any value."""
    document = contract_of(path="/things").document
    noted: Any = {**document, "paths": {**cast(Any, document["paths"]), "x-note": "text"}}
    contract = Contract(noted, name="spec")
    drawn = CaseSource(noted, name="spec").first_valid(contract.operations["drop"])
    assert drawn == Drawn(path={}, query={}, headers={})
