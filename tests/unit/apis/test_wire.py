from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

import pytest
from calling import call, drive

from specproof.apis.wire import MAX_BODY, BadBodyError, Call, Reply, asgi_app, json_reply


def _echo(calls: list[Call], reply: Reply) -> Any:
    def handle(one: Call) -> Reply:
        calls.append(one)
        return reply

    return asgi_app(handle)


def _scope(**changes: object) -> MutableMapping[str, Any]:
    scope: MutableMapping[str, Any] = {
        "type": "http",
        "method": "POST",
        "path": "/a b",
        "headers": [(b"X-One", b"1")],
    }
    return {**scope, **changes}


def test_a_call_holds_the_request_as_it_came() -> None:
    """Raw path, query, headers and a body in pieces arrive whole."""
    calls: list[Call] = []
    pieces: list[MutableMapping[str, Any]] = [
        {"type": "http.request", "body": b"ab", "more_body": True},
        {"type": "http.request", "body": b"c"},
    ]
    scope = _scope(raw_path=b"/base/a%2Fb?x", root_path="/base", query_string=b"q=1&q=&r=%20")
    drive(_echo(calls, Reply(200)), scope, list(pieces))
    assert calls == [
        Call(
            "POST", "/a%2Fb", (("q", "1"), ("q", ""), ("r", " ")), (("x-one", "1"),), b"abc", False
        )
    ]


def test_a_server_without_raw_path_is_enough() -> None:
    """The raw path is optional in ASGI; it is made from the path."""
    calls: list[Call] = []
    drive(_echo(calls, Reply(200)), _scope(), [{"type": "http.request"}])
    assert calls[0].path == "/a%20b"


def test_a_huge_body_is_cut_and_refused() -> None:
    """No more than MAX_BODY bytes are kept, and they are no JSON."""
    calls: list[Call] = []
    piece = {"type": "http.request", "body": b" " * MAX_BODY, "more_body": True}
    last = {"type": "http.request", "body": b"1"}
    drive(_echo(calls, Reply(200)), _scope(), [dict(piece), dict(piece), last])
    assert len(calls[0].body) == MAX_BODY
    with pytest.raises(BadBodyError, match="longer"):
        calls[0].json()


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff", b"NaN", b'"\\ud800"', b"[" * 100_000, b"1" * 5000],
)
def test_no_json_is_no_json(body: bytes) -> None:
    """Syntax, encoding, constants, surrogates, depth and digits are all refused alike."""
    with pytest.raises(BadBodyError, match="not valid JSON"):
        Call("POST", "/", body=body).json()


def test_a_repeated_header_counts_as_none() -> None:
    """Of a field that is there twice nobody knows which one is meant."""
    twice = Call("GET", "/", headers=(("a", "1"), ("a", "2"), ("b", "3")))
    assert (twice.header("a"), twice.header("b"), twice.header("c")) == (None, "3", None)


def test_head_and_204_have_no_body() -> None:
    """HEAD keeps the length of GET (RFC 9110 9.3.2), a 204 has none at all (8.6)."""
    app = _echo([], json_reply(200, {"é": 1}))
    answer = call(app, "HEAD", "/")
    assert (answer.body, answer.header("content-length")) == (b"", "8")
    assert call(app, "GET", "/").body == '{"é":1}'.encode()
    assert call(_echo([], Reply(204)), "GET", "/").headers == ()


def test_lifespan_and_websocket_are_answered() -> None:
    """A server may ask for more than HTTP."""
    app = _echo([], Reply(200))
    life = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    assert [message["type"] for message in drive(app, {"type": "lifespan"}, list(life))] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]
    assert drive(app, {"type": "websocket"}, [])[0]["type"] == "websocket.close"
