"""Checks read no more than they declare, so that equal answers may be asked about once."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from specproof.checks import error_leaks_nothing, registry
from specproof.checks.base import Check, View
from specproof.model import Exchange, JsonObject, Observation, Request, Response
from specproof.requirements.contract import Contract

CASES = sorted((Path(__file__).parent / "cases").glob("*/*.json"))
ONCE = [item for item in registry() if item.response_only or item.beside is not None]


def _contract(parts: dict[str, Any]) -> Contract:
    operation: JsonObject = {
        "operationId": "drop",
        **{name: parts.get(name, []) for name in ("parameters", "security")},
        "responses": parts.get("responses", {}),
    }
    document: JsonObject = {
        "openapi": parts.get("openapi", "3.1.0"),
        "info": {"title": "Shop", "version": "1"},
        "paths": {"/things/{id}": {parts.get("method", "delete"): operation}},
        "components": {"schemas": parts.get("schemas", {})},
    }
    return Contract(document, name="shop")


def _exchange(parts: dict[str, Any]) -> Exchange:
    said, asked = parts["response"], parts.get("request", {})
    encoded = said.get("base64")
    body = base64.b64decode(encoded) if encoded else said.get("body", "").encode()
    raw = base64.b64decode(said["raw_base64"]) if "raw_base64" in said else body
    return Exchange(
        id="case#1",
        api="shop",
        operation="drop",
        scenario="case",
        request=Request(
            asked.get("method", "DELETE"),
            asked.get("url", "https://api.test/things/7"),
            tuple((name, value) for name, value in asked.get("headers", ())),
        ),
        response=Response(
            said["status"],
            tuple((name, value) for name, value in said.get("headers", ())),
            raw,
            b"" if said.get("broken") else body,
            said.get("broken"),
            said.get("elapsed", 0.0),
        ),
        target="live",
        expects=parts.get("expects"),
        facts=parts.get("facts", {}),
    )


def _views() -> Iterator[tuple[str, Any]]:
    """Yield every exchange of every case, and what makes a view of it or of one like it."""
    for path in CASES:
        case = json.loads(path.read_text("utf-8"))
        published = _contract(case.get("published", {}))
        effective = _contract({**case.get("published", {}), **case.get("effective", {})})
        for parts in case["exchanges"]:

            def view(
                changed: Exchange,
                *,
                contracts: tuple[Contract, Contract] = (published, effective),
                promised: frozenset[str] = frozenset(case.get("promised", ())),
            ) -> View:
                before = contracts[0].operations["drop"]
                return View(changed, contracts[1].operations["drop"], before, promised)

            yield path.name, (_exchange(parts), view)


VIEWS = list(_views())


def _said(check: Check, view: View) -> list[Observation]:
    return list(check.look(view))


def _like(exchange: Exchange) -> Iterator[Exchange]:
    """Yield exchanges with the same answer to another request, at another time."""
    answer = exchange.response
    assert answer is not None
    request = exchange.request
    kept = {name: text for name, text in exchange.facts.items() if name == "headers"}
    told = {"due": "refusal", "breaks": "path-id", "answer": '{"id": "other"}', "because": "no"}
    yield replace(exchange, expects="404", facts={**exchange.facts, **told})
    yield replace(exchange, expects=None, facts=kept)
    yield replace(exchange, facts={**exchange.facts, "generated": "valid", "cause": "else"})
    yield replace(exchange, response=replace(answer, elapsed=99.0))
    yield replace(exchange, request=replace(request, headers=(("Authorization", "Key abcdefgh"),)))
    yield replace(exchange, request=replace(request, url="https://elsewhere.test/x", body=b"1"))
    yield replace(exchange, request=replace(request, url=f"{request.url}/more?x=1"))


@pytest.mark.parametrize("check", ONCE, ids=[item.id for item in ONCE])
def test_what_a_check_does_not_declare_changes_nothing(check: Check) -> None:
    """Equal answers with equal values of ``beside`` are told alike, whatever else differs."""
    for name, (exchange, view) in VIEWS:
        said = _said(check, view(exchange))
        for changed in _like(exchange):
            alike = check.beside is None or check.beside(view(changed)) == check.beside(
                view(exchange)
            )
            if alike:
                assert _said(check, view(changed)) == said, name


@pytest.mark.parametrize("check", [item for item in ONCE if item.body_unread], ids=lambda c: c.id)
def test_a_check_of_headers_reads_no_content(check: Check) -> None:
    """Other content of the same length changes nothing to it."""
    for name, (exchange, view) in VIEWS:
        answer = exchange.response
        other = replace(answer, raw=b"x" * len(answer.raw), body=b"x" * len(answer.body))
        changed = replace(exchange, response=other)
        assert _said(check, view(changed)) == _said(check, view(exchange)), name


@pytest.mark.parametrize("check", [item for item in ONCE if item.body_unread], ids=lambda c: c.id)
def test_a_true_length_tells_a_check_of_headers_nothing(check: Check) -> None:
    """A longer body with a longer Content-Length is told alike."""
    for name, (exchange, view) in VIEWS:
        answer = exchange.response
        if answer.status in {204, 205, 304} or exchange.request.method == "HEAD" or answer.broken:
            continue
        said = []
        for size in (7, 70):
            fields = [item for item in answer.headers if item[0].lower() != "content-length"]
            headers = (*fields, ("content-length", str(size)))
            other = replace(answer, headers=headers, raw=b"x" * size, body=b"x" * size)
            said.append(_said(check, view(replace(exchange, response=other))))
        assert said[0] == said[1], name


ECHO = [item for item in ONCE if item.echo is not None]
TEXTS = ("first text", "a second one 2", "\u00e9\u4e00")


def _repeating(exchange: Exchange) -> Iterator[list[Exchange]]:
    """Yield, for each string of a JSON body, exchanges with other texts in its place."""
    answer = exchange.response
    assert answer is not None
    for found in dict.fromkeys(STRING.findall(answer.body)):
        changed = []
        for text in TEXTS:
            body = answer.body.replace(found, json.dumps(text, ensure_ascii=False).encode())
            other = replace(answer, raw=body, body=body)
            changed.append(replace(exchange, response=other, facts={"generated": "valid"}))
        yield changed


STRING = re.compile(rb'"[^"\\\\]*"')


@pytest.mark.parametrize("check", ECHO, ids=lambda c: c.id)
def test_a_repeated_text_changes_nothing_that_holds(check: Check) -> None:
    """Where a check says so of an answer, another text of its kind is told alike."""
    echo = check.echo
    assert echo is not None
    for name, (exchange, view) in VIEWS:
        for changed in _repeating(exchange):
            views = [view(item) for item in changed]
            first = _said(check, views[0])
            if echo.unread(views[0]) and all(item.holds for item in first):
                assert [_said(check, other) for other in views[1:]] == [first, first], name


@pytest.mark.parametrize("check", ECHO, ids=lambda c: c.id)
def test_of_headers_a_check_of_repeated_texts_reads_the_media_type_alone(check: Check) -> None:
    """Every other header may differ."""
    for name, (exchange, view) in VIEWS:
        answer = exchange.response
        media = answer.header("content-type")
        fields = [("X-More", "1")] if media is None else [("content-type", media)]
        other = replace(exchange, response=replace(answer, headers=tuple(fields)))
        assert _said(check, view(other)) == _said(check, view(exchange)), name


def test_a_check_that_is_not_concerned_would_say_nothing() -> None:
    """What is not asked because of the facts has nothing to say."""
    for check in registry():
        for name, (exchange, view) in VIEWS:
            for facts in (exchange.facts, {}, {"credentials": "own", "generated": "valid"}):
                if check.concerns is not None and not check.concerns(facts):
                    said = _said(check, view(replace(exchange, facts=facts)))
                    assert said == [], (check.id, name)


@pytest.mark.parametrize(
    "text",
    [
        "Traceback (most recent call last)",
        "at shop.Things$1.<init>(Things.java:7)",
        'File "x", line 3',
        "things.go:71",
        "panic: none",
        "goroutine 1 [",
        "Caused by: shop.BadException",
        "SELECT id FROM things",
        "INSERT INTO",
        "DELETE FROM",
        "UPDATE things SET",
        "SQLSTATE",
        "ORA-00942",
        "PG::Error",
        "syntax error at or near",
        "see /srv/shop",
        "C:\\shop",
        "10.0.0.1:80",
        "ECONNREFUSED",
        "db.internal",
        "-----BEGIN PRIVATE KEY-----",
        "api_key=12345678",
        "postgres://shop@",
    ],
)
def test_a_glance_at_a_text_overlooks_no_leak(text: str) -> None:
    """Whatever a pattern of leaks finds is not sorted out before the patterns are tried."""
    leaks = error_leaks_nothing._LEAKS
    assert any(pattern.search(text) for _, pattern in leaks)
    assert error_leaks_nothing._leaks_of(text)
