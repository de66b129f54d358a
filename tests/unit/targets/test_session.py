"""Requests out, exchanges in."""

from __future__ import annotations

import contextlib
import gzip
import json
import zlib
from collections.abc import Iterator

import httpx
import pytest
from contracts import contract_of, session_on
from hypothesis import given
from hypothesis import strategies as st

from specproof.apis.contract import Condition
from specproof.errors import GuardError
from specproof.model import Request
from specproof.targets import session as session_module
from specproof.targets.session import expand

SCHEMES = {"key": {"type": "apiKey", "in": "query", "name": "key", "x-specproof-env": "SHOP_KEY"}}


def _fine(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={"path": request.url.raw_path.decode()})


def test_a_request_is_put_together_and_recorded() -> None:
    """Query, headers, JSON body and credentials are all there, and so is the exchange."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(201, headers=[("X-A", "1"), ("X-A", "2")], content=b"ok")

    contract = contract_of(schemes=SCHEMES, security=[{"key": []}])
    session, kept = session_on(answer, contract, own={"SHOP_KEY": "CANARY"})
    exchange = session.send(
        "drop",
        "POST",
        "/things/a%2Fb",
        query={"q": "ä b"},
        headers={"X-B": "3"},
        json={"name": "ä"},
        expects="201",
        facts={"because": "so"},
    )
    assert kept == [exchange]
    assert str(seen[0].url) == ("http://shop.invalid/api/things/a%2Fb?q=%C3%A4+b&key=CANARY")
    assert json.loads(seen[0].content) == {"name": "ä"}
    assert (seen[0].headers["content-type"], seen[0].headers["x-b"]) == ("application/json", "3")
    assert exchange.response is not None
    assert exchange.response.all_headers("x-a") == ("1", "2")
    assert (exchange.response.status, exchange.response.body) == (201, b"ok")
    assert exchange.id == "shop/drop/test#1"
    assert (exchange.expects, exchange.provenance, exchange.failure) == ("201", "a test", None)
    assert exchange.facts["credentials"] == "own"
    assert exchange.facts["because"] == "so"
    arranged = session.send("+make", "PUT", "/x", body=b"raw", credentials="none")
    assert arranged.request.body == b"raw"
    assert "CANARY" not in arranged.request.url


def test_values_are_fresh_namespaced_and_the_same_for_the_same_seed() -> None:
    """Nobody else has them; another seed or scenario gives others."""

    def values(seed: int, scenario: str) -> list[str]:
        session, _ = session_on(_fine, seed=seed, scenario=scenario)
        return [session.unique("a") for _ in range(50)]

    first = values(1, "x")
    assert first == values(1, "x")
    assert len({*first, *values(2, "x"), *values(1, "y")}) == 150
    assert all(value.startswith("specproof-a-") for value in first)


def test_claimed_values_are_owned_and_told_ones_are_not() -> None:
    """The guard asks for the first, reports for the second."""
    session, _ = session_on(_fine)
    claimed, told = session.claim("one"), session.tell("two")
    assert session.target.owned == {claimed}
    assert session.told == {claimed, told}


def test_what_we_log_in_with_is_never_told() -> None:
    """An application id in a path is a credential, wherever a scenario puts it."""
    contract = contract_of(schemes=SCHEMES)
    session, _ = session_on(_fine, contract, own={"SHOP_KEY": "CANARY"})
    assert session.tell(session.credential("SHOP_KEY")) == "CANARY"
    session.claim("CANARY")
    assert session.told == set()


@given(value=st.text(min_size=1))
def test_a_value_is_one_segment(value: str) -> None:
    """No value adds a segment, a query or a dot segment (RFC 3986 3.3, 5.2.4)."""
    with contextlib.suppress(UnicodeEncodeError):
        path = expand("/a/{id}/b", {"id": value})
        assert path.count("/") == 3
        assert not {"?", "#", "\\"} & set(path)
        assert path.split("/")[2] not in {".", ".."}
        assert httpx.URL(f"http://x.invalid{path}").raw_path.decode() == path


def test_dot_segments_are_encoded() -> None:
    """Left alone, "." and ".." would name another resource."""
    assert expand("/a/{x}/{y}/{z}", {"x": "..", "y": ".", "z": "..."}) == "/a/%2E%2E/%2E/..."


@pytest.mark.parametrize(
    ("raw", "coding", "body", "problem"),
    [
        (gzip.compress(b"hello", mtime=0), "gzip", b"hello", None),
        (gzip.compress(b"hello", mtime=0), " X-GZIP ", b"hello", None),
        (zlib.compress(b"hello"), "deflate", b"hello", None),
        (zlib.compress(b"hello")[2:-4], "deflate", b"hello", None),
        (b"hello", "identity", b"hello", None),
        (b"", "gzip", b"", None),
        (b"hello", "gzip", b"", "does not decode"),
        (b"hello", "deflate", b"", "does not decode"),
        (gzip.compress(b"hello" * 99, mtime=0)[:-9], "gzip", b"", "does not decode"),
        (gzip.compress(b"hello", mtime=0)[:-1] + b"!", "gzip", b"", "does not decode"),
        (gzip.compress(b"\0" * 20_000_000, mtime=0), "gzip", b"", "decodes to more than"),
        (
            gzip.compress(gzip.compress(b"x", mtime=0), mtime=0),
            "gzip, gzip",
            b"",
            "more than one content coding",
        ),
        (b"hello", "br", b"", "other than gzip and deflate"),
    ],
)
def test_content_coding_is_undone(
    raw: bytes, coding: str, body: bytes, problem: str | None
) -> None:
    """A body that is cut short, garbled or a bomb is broken, and nothing of it is used."""

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(
            200, headers={"Content-Encoding": coding}, stream=httpx.ByteStream(raw)
        )

    session, _ = session_on(answer)
    response = session.send("drop", "GET", "/x").response
    assert response is not None
    assert (response.raw, response.body) == (raw, body)
    assert response.broken is None if problem is None else problem in (response.broken or "")


class _Stream(httpx.SyncByteStream):
    def __init__(self, pieces: int, *, cut: bool = False) -> None:
        self.left = pieces
        self.cut = cut
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        while self.left:
            self.left -= 1
            yield b"x" * 1000
        if self.cut:
            raise httpx.RemoteProtocolError("peer closed with CANARY")

    def close(self) -> None:
        self.closed = True


def test_an_endless_body_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more is read than is allowed, and the connection is let go."""
    monkeypatch.setattr(session_module, "_BODY_LIMIT", 5000)
    stream = _Stream(1_000_000)
    session, _ = session_on(lambda _: httpx.Response(200, stream=stream))
    response = session.send("drop", "GET", "/x").response
    assert response is not None
    assert "longer than 5000 bytes" in (response.broken or "")
    assert len(response.raw) < 7000
    assert stream.closed


def test_a_body_cut_short_is_broken() -> None:
    """What arrived is kept as raw, and not taken for a body."""
    stream = _Stream(2, cut=True)
    session, _ = session_on(lambda _: httpx.Response(200, stream=stream))
    response = session.send("drop", "GET", "/x").response
    assert response is not None
    assert (len(response.raw), response.body) == (2000, b"")
    assert response.broken == "the body stopped before its end (RemoteProtocolError)"


class _Asynchronous(httpx.AsyncByteStream):
    """A stream that a synchronous reader can do nothing with."""


def test_a_stream_of_another_kind_is_broken() -> None:
    """A transport of another make is no reason to crash."""
    session, _ = session_on(lambda _: httpx.Response(200, stream=_Asynchronous()))
    response = session.send("drop", "GET", "/x").response
    assert response is not None
    assert response.broken == "the body can not be read"


@pytest.mark.parametrize(
    ("error", "failure", "sent"),
    [
        (httpx.ConnectError("CANARY"), "no answer (ConnectError)", False),
        (httpx.ConnectTimeout("CANARY"), "no answer (ConnectTimeout)", False),
        (httpx.LocalProtocolError("CANARY"), "no answer (LocalProtocolError)", False),
        (httpx.ReadTimeout("CANARY"), "no answer (ReadTimeout)", True),
        (httpx.WriteError("CANARY"), "no answer (WriteError)", True),
        (
            GuardError("the budget of requests is used up"),
            "not sent: the budget of requests",
            False,
        ),
    ],
)
def test_no_answer_is_a_failure_not_a_crash(error: Exception, failure: str, sent: object) -> None:
    """The reason names the kind of error and none of its text, which may hold the URL.

    What never went out, or may have gone out, is told apart.
    """

    def answer(_: httpx.Request) -> httpx.Response:
        raise error

    session, kept = session_on(answer)
    exchange = session.send("drop", "GET", "/x")
    assert exchange.response is None
    assert (exchange.failure or "").startswith(failure)
    assert exchange.sent is sent
    assert "CANARY" not in (exchange.failure or "")
    assert kept == [exchange]


def test_what_can_not_be_written_as_http_is_not_sent() -> None:
    """A drawn URL may be no URL."""
    session, _ = session_on(_fine)
    exchange = session.exchange("drop", Request("GET", "http://[::1", ()))
    assert exchange.response is None
    assert "can not be written as HTTP" in (exchange.failure or "")
    assert not exchange.sent


def test_conditions_and_resources_come_from_the_target() -> None:
    """A target without an emulator has neither."""
    busy = Condition("busy", 503, "too much to do")
    session, _ = session_on(_fine, resources={"customerId": ["1"]}, conditions=(busy,))
    assert session.resource("customerId") == ["1"]
    assert session.resource("nothing") == ()
    assert session.condition("other") is None
    held = session.condition("busy")
    assert held is not None
    with pytest.raises(KeyError), held:
        pass
    assert session.target.conditions_for("drop", 503) == (busy,)
    assert session.target.conditions_for("drop", 500) == ()
