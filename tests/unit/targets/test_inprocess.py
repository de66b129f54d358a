"""ASGI applications as a synchronous transport."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import httpx
import pytest

from specproof.targets.inprocess import InProcessTransport

Message = MutableMapping[str, Any]


async def _echo(
    scope: Message,
    receive: Callable[[], Awaitable[Message]],
    send: Callable[[Message], Awaitable[None]],
) -> None:
    """Answer with what arrived, its body in two pieces and one header twice."""
    first = await receive()
    second = await receive()
    seen = {
        "method": scope["method"],
        "path": scope["path"],
        "raw_path": scope["raw_path"].decode(),
        "query": scope["query_string"].decode(),
        "headers": [[name.decode(), value.decode()] for name, value in scope["headers"]],
        "body": first["body"].decode(),
        "then": second["type"],
    }
    headers = [(b"x-twice", b"1"), (b"x-twice", b"2")]
    await send({"type": "http.response.start", "status": 299, "headers": headers})
    text = json.dumps(seen).encode()
    await send({"type": "http.response.body", "body": text[:5], "more_body": True})
    await send({"type": "http.response.body", "body": text[5:]})


@pytest.fixture
def transport() -> InProcessTransport:
    """Return a transport on the echo."""
    return InProcessTransport(_echo)


def test_request_arrives_as_it_was_sent(transport: InProcessTransport) -> None:
    """An encoded slash stays inside its segment; method, query, headers and body are whole."""
    request = httpx.Request(
        "PATCH", "http://x.invalid/a%2Fb/%2E%2E?q=%2F&q=2", headers=[("X-A", "1")], content=b"hi"
    )
    answer = transport.handle_request(request)
    seen = json.loads(answer.read())
    transport.close()
    assert answer.status_code == 299
    assert seen["raw_path"] == "/a%2Fb/%2E%2E"
    assert (seen["method"], seen["query"], seen["body"]) == ("PATCH", "q=%2F&q=2", "hi")
    assert ["x-a", "1"] in seen["headers"]
    assert seen["then"] == "http.disconnect"


def test_repeated_headers_stay_apart(transport: InProcessTransport) -> None:
    """A doubled Retry-After has to be seen as two."""
    answer = transport.handle_request(httpx.Request("GET", "http://x.invalid/"))
    transport.close()
    assert answer.headers.raw == [(b"x-twice", b"1"), (b"x-twice", b"2")]


def test_head_has_no_content(transport: InProcessTransport) -> None:
    """A server drops the content of an answer to HEAD, so this one does."""
    answer = transport.handle_request(httpx.Request("HEAD", "http://x.invalid/"))
    transport.close()
    assert (answer.status_code, answer.read()) == (299, b"")
