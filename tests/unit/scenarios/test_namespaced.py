"""Generated values in a live run keep their shape and are nobody's."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from population import PEOPLE

from specproof.requirements.contract import Contract
from specproof.scenarios.generated import Drawn
from specproof.scenarios.namespaced import Namespacer
from specproof.targets.credentials import Credentials
from specproof.targets.session import TargetSession
from specproof.targets.target import Target

BODY = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 60},
        "short": {"type": "string", "maxLength": 8},
        "kind": {"enum": ["gold", "silver"]},
        "ownerId": {"type": "integer"},
        "count": {"type": "integer", "maximum": 100},
        "code": {"type": "string", "pattern": "^cus_[a-z]{20}$"},
    },
}


class _Nobody(httpx.BaseTransport):
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        raise AssertionError(request)


def _space(**schemas: Any) -> Namespacer:
    parameters = [
        {"in": "path" if name != "q" else "query", "name": name, "required": True, "schema": schema}
        for name, schema in schemas.items()
    ]
    document: Any = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {
            "/things/{id}": {
                "post": {
                    "operationId": "make",
                    "parameters": parameters,
                    "requestBody": {
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/B"}}
                        }
                    },
                    "responses": {"200": {"description": ""}},
                }
            }
        },
        "components": {"schemas": {"B": BODY}},
    }
    contract = Contract(document, name="t")
    target = Target("live", "t", "http://t", _Nobody(), Credentials("t", {}, {}), nonce="n")
    session = TargetSession(target, contract, scenario="s", seed=0, record=lambda _: None)
    return Namespacer(session, contract.operations["make"])


def _owned(space: Namespacer) -> set[str]:
    return space._session.target.owned


@given(st.sampled_from(PEOPLE) | st.text(max_size=200))
def test_whatever_is_drawn_becomes_ours(value: str) -> None:
    """Any text becomes a value of this run, as long, on one path segment, or says a time."""
    space = _space(id={"type": "string"})
    made = space.text(value)
    if made == value:
        assert re.match(r"\d|P|[0-9a-f.:]*$", value)
        return
    assert made in _owned(space)
    assert len(made) >= 16
    assert made not in PEOPLE
    if not re.search(r"[/\\;%\x00-\x1f\x7f\ud800-\udfff]", value):
        assert len(made) >= len(value)
    drawn = space.drawn(Drawn(path={"id": "0"}, query={}, headers={}))
    assert drawn is not None
    assert unquote(drawn.path["id"]) in _owned(space)


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        (str(uuid.UUID(int=0)), r"[0-9a-f-]{36}"),
        ("alice@example.com", r"specproof-[^@]+@example\.invalid"),
        ("https://example.com/x", r"https://example\.invalid/specproof-\S+"),
        ("2024-07-30", "2024-07-30"),
        ("10:00:00Z", "10:00:00Z"),
        ("127.0.0.1", r"127\.0\.0\.1"),
        ("gold", "gold"),
        ("\u00e9a", "specproof-fuzz-[0-9a-f]{20}\u00e9"),
    ],
)
def test_formats_and_listed_words_stay(value: str, shape: str) -> None:
    """An address stays an address; a word that the contract lists stays as it is."""
    assert re.fullmatch(shape, _space().text(value))


def test_numbers_that_name_something_go_far_away() -> None:
    """Path parameters, and members called like ids; counts stay."""
    space = _space(id={"type": "integer"})
    content = {"json": {"ownerId": 1, "count": 1, "deep": [{"order_id": 7, "flag": True}]}}
    drawn = space.drawn(Drawn(path={"id": "1"}, query={}, headers={}, content=content))
    assert drawn is not None
    body = drawn.content["json"]
    for number in (int(drawn.path["id"]), body["ownerId"], body["deep"][0]["order_id"]):
        assert number >= 8_000_000_000_000_000
        assert str(number) in _owned(space)
    assert (body["count"], body["deep"][0]["flag"]) == (1, True)


def test_a_number_that_can_not_go_far_stays_for_the_guard_to_judge() -> None:
    """No small number is claimed as ours."""
    space = _space(id={"type": "integer", "maximum": 10})
    drawn = space.drawn(Drawn(path={"id": "1"}, query={}, headers={}))
    assert drawn is not None
    assert drawn.path == {"id": "1"}
    assert "1" not in _owned(space)


@pytest.mark.parametrize("form", ["json", "bytes", "text"])
def test_a_valid_body_stays_valid(form: str) -> None:
    """Lengths, patterns and listed words are kept, and no string is what it was."""
    body = {"short": "alice", "kind": "silver", "code": "cus_" + "a" * 20}
    content: Any = {"json": body}
    if form != "json":
        text = json.dumps(body)
        content = {"content": text if form == "text" else text.encode()}
    drawn = _space().drawn(Drawn(path={}, query={}, headers={}, content=content))
    if drawn is None:
        # Its pattern begins with fixed letters, which are drawn anew like all others.
        return
    made = drawn.content["json"] if form == "json" else json.loads(drawn.content["content"])
    assert made["kind"] == "silver"
    assert made["short"] != "alice"


def test_a_body_that_breaks_the_contract_goes_on_breaking_it() -> None:
    """Or is not sent: what it is said to be is what it is."""
    space = _space()
    broken = Drawn(
        path={}, query={}, headers={}, content={"json": {"short": "far too long for it"}}
    )
    drawn = space.drawn(broken)
    assert drawn is not None
    assert len(drawn.content["json"]["short"]) > 8
    short = space.drawn(Drawn(path={}, query={}, headers={}, content={"json": {"short": "bob12"}}))
    assert short is not None
    assert len(short.content["json"]["short"]) == 5


def test_what_is_no_json_is_ours_as_well() -> None:
    """Plain text, forms, queries and headers; a Content-Type stays."""
    space = _space(q={"type": "string"})
    drawn = space.drawn(
        Drawn(
            path={},
            query={"q": ["alice", "0"], "n": 3},
            headers={"X-Name": "bob1", "Content-Type": "text/plain"},
            content={"content": "alice1"},
        )
    )
    assert drawn is not None
    assert drawn.content["content"].decode() in _owned(space)
    assert all(item in _owned(space) for item in drawn.query["q"])
    assert drawn.query["n"] == 3
    assert drawn.headers["X-Name"] in _owned(space)
    assert drawn.headers["Content-Type"] == "text/plain"
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    form = space.drawn(Drawn(path={}, query={}, headers=kind, content={"content": b"a=alice1"}))
    assert form is not None
    name, _, value = form.content["content"].decode().partition("=")
    assert name == "a"
    assert value in _owned(space)


FORM = {"Content-Type": "multipart/form-data; boundary=x"}


def test_the_parts_of_a_form_are_moved() -> None:
    """Text and members of JSON become ours; numbers, bytes and the framing stay."""
    space = _space()
    values = [b"alice", b'{"name": "bob"}', b"17", b"\xff\xfe", b""]
    parts = [b'Content-Disposition: form-data; name="a"\r\n\r\n' + item for item in values]
    body = b"".join(b"--x\r\n" + item + b"\r\n" for item in parts) + b"--x--\r\n"
    drawn = space.drawn(Drawn(path={}, query={}, headers=FORM, content={"content": body}))
    assert drawn is not None
    made = drawn.content["content"]
    told = [item.partition(b"\r\n\r\n")[2][:-2] for item in made.split(b"--x")[1:-1]]
    assert told[2:] == values[2:]
    assert told[0].decode() in _owned(space)
    assert json.loads(told[1])["name"] in _owned(space)
    assert made.count(b"Content-Disposition") == 5
    assert made.endswith(b"\r\n--x--\r\n")
    text = space.drawn(
        Drawn(path={}, query={}, headers=FORM, content={"content": body[:20].decode()})
    )
    assert text is None


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data; boundary=x", b"--x"),
        ("multipart/form-data; boundary=x", b"a--x\r\n--x--"),
        ("multipart/form-data", b"--x\r\n--x--"),
        ("multipart/mixed; boundary=x", b"--x\r\n--x--"),
    ],
)
def test_what_is_no_form_is_not_sent(kind: str, body: bytes) -> None:
    """Rather no such request than one whose values are somebody's."""
    headers = {"Content-Type": kind}
    drawn = Drawn(path={}, query={}, headers=headers, content={"content": body})
    assert _space().drawn(drawn) is None


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string", "maxLength": 5}, "alice"),
        ({"type": "string", "pattern": "^[0-9]{20}$"}, "1" * 20),
        ({"type": "string", "format": "uuid"}, "0"),
        ({"type": "string", "pattern": "["}, "0"),
    ],
)
def test_a_parameter_keeps_or_breaks_its_schema_as_before(schema: Any, value: str) -> None:
    """Long enough and random, it is ours; short, it is for the guard to judge."""
    space = _space(id=schema)
    drawn = space.drawn(Drawn(path={"id": value}, query={}, headers={}))
    assert drawn is not None
    made = unquote(drawn.path["id"])
    if schema.get("maxLength"):
        assert len(made) == 5
        assert made not in _owned(space)
    else:
        assert made != value
        assert made in _owned(space)
