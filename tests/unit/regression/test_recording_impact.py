"""Recordings, held against the new document."""

from __future__ import annotations

import json
from typing import Any

import pytest
from clients_changed import SHOP, altered, shop

from specproof.model import Request, Response
from specproof.regression.places import Document
from specproof.regression.recording_impact import Missing, recording_impact
from specproof.targets.har import Provenance, Recorded

_JSON = (("Content-Type", "application/json; charset=utf-8"),)
_OK = "paths|/pets|get|responses|200"
_PUT = "paths|/pets/{id}|put"
_BODY = f"{_PUT}|requestBody|content|application/json|schema"
_LIMIT = "paths|/pets|get|parameters|0"


def _recorded(
    method: str = "GET",
    url: str = "https://shop.example/v1/pets?tag=cat&limit=5",
    *,
    status: int = 200,
    sent: Any = None,
    got: Any = None,
    headers: tuple[tuple[str, str], ...] = _JSON,
    name: str = "one",
) -> Recorded:
    body = b"" if got is None else json.dumps(got).encode()
    request = Request(method, url, _JSON, b"" if sent is None else json.dumps(sent).encode())
    provenance = Provenance(kind="live-run", source="here", date="2026-01-01")
    return Recorded(name, "x", request, Response(status, headers, body, body), provenance)


def _listed(**fields: Any) -> Recorded:
    return _recorded(got=[{"name": "Tom"}], **fields)


def _put(sent: Any = None, **fields: Any) -> Recorded:
    given = {"status": 204, "headers": (), **fields}
    return _recorded("PUT", "/pets/7", sent=sent or {"name": "Tom"}, **given)


@pytest.mark.parametrize(
    ("recorded", "step", "problem"),
    [
        (_listed(), ("paths|/pets|get", None), "the document has no such operation"),
        (_listed(), (_OK, None), "the status 200 is not described"),
        (
            _listed(),
            ("components|schemas|Pet|properties|name", {"type": "integer"}),
            "the answer at 0/name is a string where integer is promised",
        ),
        (
            _listed(),
            (f"{_OK}|content", {"text/plain": {}}),
            "the answer's media type is not described",
        ),
        (
            _listed(),
            (f"{_OK}|headers|X-Total|required", True),
            "the header X-Total is missing",
        ),
        (
            _listed(),
            (f"{_LIMIT}|schema", {"type": "integer", "maximum": 3}),
            "the query parameter limit breaks maximum 3",
        ),
        (
            _listed(),
            (_LIMIT, {"name": "page", "in": "query", "required": True, "schema": {}}),
            "the query parameter page is missing",
        ),
        (
            _listed(),
            (_LIMIT, {"name": "X-Api", "in": "header", "required": True, "schema": {}}),
            "the header parameter X-Api is missing",
        ),
        (
            _put(),
            ("paths|/pets/{id}|parameters|0|schema", {"type": "string", "minLength": 3}),
            "the path parameter id breaks minLength 3",
        ),
        (
            _put(),
            (f"{_BODY}|required", ["id", "name", "age"]),
            "the request lacks the required property age",
        ),
        (
            _put(),
            (f"{_PUT}|requestBody|content", {"text/csv": {}}),
            "the request's media type is not described",
        ),
        (_put(), (f"{_PUT}|requestBody", None), "the request has a body"),
    ],
)
def test_a_recording_that_the_new_document_refuses_is_told(
    recorded: Recorded, step: tuple[str, Any], problem: str
) -> None:
    """With what is wrong of it, in words that repeat no value."""
    found = recording_impact(shop(), shop(step), [recorded])
    (row,) = found.violated
    assert (row.recording, row.provenance, found.read) == ("one", "live-run", 1)
    assert row.problems == (problem,)
    assert "Tom" not in str(row)


@pytest.mark.parametrize(
    ("recorded", "step"),
    [
        (_listed(), (f"{_OK}|description", "fine")),
        (_listed(headers=()), (f"{_OK}|headers|X-Other", {"schema": {}})),
        (_listed(), (f"{_OK}|content", {"*/*": {"schema": {}}})),
        (_listed(), (f"{_OK}|content", {"application/*": {}})),
        (_listed(), (f"{_OK}|content", None)),
        # A property that only answers hold is not asked of requests (OpenAPI 3.0.3, readOnly).
        (_put(), (f"{_BODY}|required", ["id", "name"])),
        (_put(), (f"{_BODY}|properties|id|type", "string")),
        (_listed(), (f"{_LIMIT}|schema", {"type": "array", "items": {"type": "string"}})),
        (_recorded(got=None), (f"{_OK}|content|application/json|schema", {"type": "string"})),
        (_recorded("PATCH", "/other"), ("info|version", "2")),
    ],
)
def test_a_recording_that_still_holds_is_not_told(
    recorded: Recorded, step: tuple[str, Any]
) -> None:
    """Neither is one that no document describes."""
    assert recording_impact(shop(), shop(step), [recorded]).violated == ()


def test_what_broke_the_old_document_as_well_is_no_news() -> None:
    """A recording is held against both."""
    recorded = _recorded(status=418)
    assert recording_impact(shop(), shop(("info|title", "x")), [recorded]).violated == ()


def test_a_body_that_is_no_json_is_not_judged() -> None:
    """What a check says of it is another matter."""
    recorded = _recorded(got=None)
    response = Response(200, _JSON, b"{", b"{")
    odd = Recorded("odd", "x", recorded.request, response, recorded.provenance)
    step = ("components|schemas|Pet|properties|name", {"type": "integer"})
    assert recording_impact(shop(), shop(step), [odd]).violated == ()


def test_a_missing_request_body_is_told() -> None:
    """A body that became required was not sent."""
    recorded = _put(status=204)
    empty = Recorded(
        "empty",
        "x",
        Request("PUT", "/pets/7", (), b""),
        recorded.response,
        recorded.provenance,
    )
    optional = shop((f"{_PUT}|requestBody|required", False))
    (row,) = recording_impact(optional, shop(), [empty]).violated
    assert row.problems == ("the request has no body",)
    assert row.operation == "PUT /pets/{}"


def test_new_answers_without_a_recording_are_told() -> None:
    """One that a recording shows already is not."""
    answers = {**SHOP["paths"]["/pets"]["get"]["responses"], "409": {"description": "no"}}
    new = shop(
        ("paths|/pets|get|responses", {**answers, "429": {"description": "slow down"}}),
        ("paths|/shops", {"get": {"responses": {"200": {"description": "OK"}}}}),
    )
    found = recording_impact(shop(), new, [_recorded(status=429, headers=())])
    assert found.missing == (Missing("GET /pets", "409"), Missing("GET /shops", "200"))
    assert found.violated == ()


def test_the_operation_with_the_most_literal_path_is_meant() -> None:
    """``/pets/mine`` is no ``/pets/{id}``."""
    mine = {"put": {"responses": {"200": {"description": "OK"}}}}
    old = shop(("paths|/pets/mine", mine))
    new = shop(("paths|/pets/mine", {"put": {"responses": {"201": {"description": "OK"}}}}))
    recorded = _recorded("PUT", "https://shop.example/pets/mine", headers=())
    (row,) = recording_impact(old, new, [recorded]).violated
    assert (row.operation, row.problems) == (
        "PUT /pets/mine",
        ("the status 200 is not described",),
    )


def test_answers_of_the_stub_are_held_against_the_new_document() -> None:
    """Without a recording, no answer lacks one; what a stub is sent is not judged."""
    new = shop(
        ("components|schemas|Pet|properties|name", {"type": "integer"}),
        ("paths|/pets/{id}|parameters|0|schema", {"type": "string", "minLength": 9}),
        ("paths|/pets/{id}|put|responses", {"200": {"description": "OK"}, "default": {}}),
    )
    found = recording_impact(shop(), new, None, with_stub=True)
    assert (found.read, found.stubs, found.missing) == (3, 3, ())
    (row,) = found.violated
    assert (row.recording, row.provenance) == ("stub of GET /pets 200", "stub")
    assert row.problems == ("the answer at 0/name is a string where integer is promised",)
    assert recording_impact(shop(), shop(), [_listed()], with_stub=True).read == 4
    default = shop(("paths|/pets|get|responses", {"default": {"description": "any"}}))
    assert recording_impact(default, default, None, with_stub=True).read == 2


def test_documents_that_can_not_be_judged_say_why() -> None:
    """A schema that does not compile, and a version that is not known."""
    broken = shop(("components|schemas|Pet|properties|name", {"type": "nonsense"}))
    assert "can not be compiled" in recording_impact(shop(), broken, [_listed()]).unjudged
    future = Document({**altered(), "openapi": "3.2.0"}, "future.json")
    found = recording_impact(shop(), future, [_listed()])
    assert "3.2.0" in found.unjudged
    assert (found.read, found.violated, found.missing) == (1, (), ())
