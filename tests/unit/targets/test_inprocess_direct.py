from __future__ import annotations

import asyncio
from contextlib import closing
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from specproof.apis.faults import ConnectionCutError
from specproof.model import Request
from specproof.targets.inprocess import DELAY, InProcessTransport

BASE = "http://emulator.invalid"


async def _mirror(scope: Any, receive: Any, send: Any) -> None:
    """Answer with everything that the scope and the body say of the request."""
    body = (await receive())["body"]
    told = {key: value for key, value in scope.items() if key not in {"headers", DELAY}}
    fields = sorted(scope["headers"])
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": repr((told, fields, body)).encode()})


@given(
    segments=st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=3),
    query=st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
    body=st.binary(max_size=8),
)
def test_the_application_sees_the_same_with_and_without_httpx(
    segments: list[str], query: str, body: bytes
) -> None:
    """Path, raw path, query, header fields and body are those that httpx would hand over."""
    transport = InProcessTransport(_mirror)
    path = "".join(f"/{quote(item, safe='')}" for item in segments)
    url = f"{BASE}{path}?q={quote(query, safe='')}"
    fields = (("X-One", "1"), ("x-two", "2"))
    direct = transport.answer(Request("POST", url, fields, body), BASE)
    outgoing = httpx.Request("POST", url, headers=list(fields), content=body)
    if not body:
        outgoing.headers.pop("content-length", None)
    answer = transport.handle_request(outgoing)
    if direct is not None:
        assert direct.body == answer.read()
    else:
        assert "/." in path
    transport.close()


@pytest.mark.parametrize(
    "url",
    [
        "http://elsewhere.invalid/a",
        f"{BASE}/a b",
        f"{BASE}/ü",
        f"{BASE}/100%",
        f"{BASE}/a/../b",
        f"{BASE}.example/a",
        BASE,
    ],
)
def test_what_httpx_would_rewrite_is_left_to_it(url: str) -> None:
    """A URL that is not written out, or leads elsewhere, is not answered directly."""
    with closing(InProcessTransport(_mirror)) as transport:
        assert transport.answer(Request("GET", url), BASE) is None


def test_fields_beyond_ascii_are_left_to_httpx() -> None:
    """Header text that httpx has to encode is not answered directly."""
    request = Request("GET", f"{BASE}/a", (("X", "ü"),))
    with closing(InProcessTransport(_mirror)) as transport:
        assert transport.answer(request, BASE) is None


def test_an_application_may_wait() -> None:
    """One that awaits something is run to its end in an event loop."""

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        later = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(later.set_result, None)
        await later
        asyncio.get_running_loop().call_soon((again := asyncio.Event()).set)
        await asyncio.wait_for(again.wait(), None)
        await _mirror(scope, receive, send)

    transport = InProcessTransport(slow)
    for _ in range(2):
        arrived = transport.answer(Request("GET", f"{BASE}/a"), BASE)
        assert arrived is not None
        assert arrived.status == 200
    transport.close()


def test_delays_and_cuts_are_told() -> None:
    """A fault's delay is added up and not slept through; a cut leaves what came before it."""

    async def cut(scope: Any, _: Any, send: Any) -> None:
        scope[DELAY](1.5)
        scope[DELAY](2.0)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"hal", "more_body": True})
        raise ConnectionCutError

    transport = InProcessTransport(cut)
    arrived = transport.answer(Request("GET", f"{BASE}/a"), BASE)
    assert arrived == (200, [], b"hal", True, 3.5)
    answer = transport.handle_request(httpx.Request("GET", f"{BASE}/a"))
    assert answer.extensions[DELAY] == 3.5
    with pytest.raises(httpx.RemoteProtocolError):
        answer.read()
    transport.close()


def test_hanging_up_at_once_is_no_answer() -> None:
    """Without a status there is no response at all."""

    async def silent(*_: Any) -> None:
        raise ConnectionCutError

    transport = InProcessTransport(silent)
    arrived = transport.answer(Request("GET", f"{BASE}/a"), BASE)
    assert arrived is not None
    assert arrived.status == 0
    with pytest.raises(httpx.RemoteProtocolError):
        transport.handle_request(httpx.Request("GET", f"{BASE}/a"))
    transport.close()
