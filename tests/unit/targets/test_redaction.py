from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from specproof.model import Exchange, Request, Response
from specproof.requirements.contract import Contract
from specproof.targets.redaction import Redactor, contract_words

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "paths": {
        "/users/{id}": {
            "get": {
                "operationId": "view",
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
                    {"name": "kind", "in": "query", "schema": {"enum": ["plain"]}},
                    {"name": "X-Tag", "in": "header", "schema": {"type": "string"}},
                ],
                "responses": {"200": {"description": "ok"}},
            }
        }
    },
    "components": {"schemas": {"User": {"properties": {"mail": {}, "id": {}}}}},
}
CONTRACT = Contract(DOCUMENT, name="t")
OPERATION = CONTRACT.operations["view"]


def _redactor() -> Redactor:
    return Redactor(contract_words(CONTRACT), {"told"})


def test_formats_stay_and_values_go() -> None:
    """Each stand-in has the format of what it stands for; the contract's words stay."""
    body = {
        "id": "7f1c8a52-1111-4222-8333-444455556666",
        "mail": "jane@real.example",
        "kind": "plain",
        "note": "told",
        "born": "1980-02-03",
        "seen": "2024-05-06T07:08:09.123+02:00",
        "site": "https://real.example/jane",
        "phone": "00441234567",
        "number": 441234567,
        "small": 12,
        "flag": True,
        "none": None,
        "blank": " ",
        "list": ["Jane"],
    }
    shown = json.loads(_redactor().body(json.dumps(body).encode()))
    values = list(shown.values())
    assert shown["id"].startswith("00000000-0000-4000-8000-")
    assert shown["mail"].endswith("@example.invalid")
    assert (shown["kind"], "told" in values, " " in values) == ("plain", True, True)
    text = json.dumps(shown)
    for secret in ("jane", "Jane", "1980", "2024", "real.example", "44123", "note", "phone"):
        assert secret not in text
    assert {12, True, None} <= {item for item in values if not isinstance(item, list)}


def test_the_same_value_gets_the_same_stand_in() -> None:
    """What an answer repeats of its request can still be compared."""
    redactor = _redactor()
    exchange = Exchange(
        "1",
        "t",
        "view",
        "s",
        Request(
            "GET",
            "https://real.example/base/users/jane?kind=plain&key=hidden",
            (("Authorization", "secret"), ("X-Tag", "mine"), ("Cookie", "c"), ("Accept", "*/*")),
        ),
        None,
        "live",
    )
    request = redactor.request(exchange, OPERATION)
    assert request.url == "https://recorded.invalid/users/recorded-1?kind=plain"
    assert [name for name, _ in request.headers] == ["X-Tag", "Accept"]
    assert b"recorded-1" in redactor.body(b'{"id": "jane"}')
    facts = redactor.facts({"answer": '{"id": "jane"}', "template": "x", "due": "success"})
    assert facts == {"due": "success", "answer": '{"id": "recorded-1"}'}


def test_headers_are_kept_by_name() -> None:
    """Framing and documented fields alone are kept, their values redacted."""
    response = Response(
        429,
        (
            ("Content-Type", "application/json; charset=utf-8"),
            ("Retry-After", "17"),
            ("WWW-Authenticate", 'Basic realm="secret"'),
            ("Location", "https://real.example/jane"),
            ("X-Documented", "jane"),
            ("Set-Cookie", "session=secret"),
            ("Content-Type", "jane"),
        ),
        b"not json",
        b"not json",
    )
    shown = _redactor().response(response, {"x-documented"})
    assert dict(shown.headers) == {
        "Content-Type": "application/octet-stream",
        "Retry-After": "17",
        "WWW-Authenticate": "Basic",
        "Location": "https://example.invalid/1",
        "X-Documented": "recorded-2",
    }
    assert (shown.body, shown.raw) == (b"recorded text", b"recorded text")


@given(st.text(min_size=12).filter(lambda text: text.strip()))
def test_no_text_of_a_stranger_gets_through(text: str) -> None:
    """Whatever a body says, as a key, as a value or as the whole of it, is not repeated."""
    for body in ({"id": text}, {text: 1}, [[text]], text):
        shown = _redactor().body(json.dumps(body).encode())
        assert text not in json.loads(shown).__repr__()
    assert text.encode("utf-8", "surrogatepass") not in _redactor().body(
        text.encode("utf-8", "surrogatepass")
    )
