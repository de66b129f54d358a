from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from email.utils import format_datetime
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from specproof.generation.runtime import connection as connecting
from specproof.generation.runtime import transport as carrying
from specproof.generation.runtime.calling import Call, NoHeaders
from specproof.generation.runtime.connection import Connection
from specproof.generation.runtime.credentials import Credentials
from specproof.generation.runtime.errors import (
    ApiConnectionError,
    ApiTimeoutError,
    InvalidRequestError,
)
from specproof.generation.runtime.settings import Retries, Settings
from specproof.generation.runtime.types import Response

MODES = pytest.mark.parametrize("mode", ["sync", "asyncio"])
NOW = dt.datetime(2026, 11, 22, 12, 0, 0, tzinfo=dt.UTC)
Step = httpx.Response | Exception


class Clock:
    """Time that passes only while somebody waits."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.waits: list[float] = []

    def monotonic(self) -> float:
        """Return the time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.waits.append(seconds)
        self.now += seconds

    async def asleep(self, seconds: float) -> None:
        """Let time pass."""
        self.sleep(seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Return the clock that everything under test reads."""
    found = Clock()
    time = SimpleNamespace(monotonic=found.monotonic, sleep=found.sleep)
    monkeypatch.setattr(carrying, "time", time)
    monkeypatch.setattr(connecting, "time", time)
    monkeypatch.setattr(carrying, "asyncio", SimpleNamespace(sleep=found.asleep))
    return found


class Script:
    """Answers with one step after the other, the last one for ever."""

    def __init__(self, *steps: Step | Callable[[], Step]) -> None:
        self.steps = list(steps)
        self.requests: list[httpx.Request] = []
        self.closed = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Return or raise the next step."""
        self.requests.append(request)
        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        given = step() if callable(step) else step
        if isinstance(given, Exception):
            raise given
        return given


def _answer(status: int, **headers: str) -> Callable[[], httpx.Response]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda: httpx.Response(status, headers=named, content=b"x")


def _call(
    mode: str, script: Script, *, method: str = "DELETE", **settings: Any
) -> Response[Any, Any, Any]:
    transport = httpx.MockTransport(script)
    given = {"retries": Retries(attempts=3, longest_wait=20.0, backoff=0.5), **settings}
    connection = Connection(
        Settings(
            base_url="http://api.example/v1",
            transport=transport,
            async_transport=transport,
            **given,
        ),
        Credentials({"X-Key": "a-secret"}),
    )
    call: Call[Any, Any, Any] = Call(
        method, "/x/{id}", lambda answer: answer.content, NoHeaders.read
    )
    if mode == "sync":
        return call.send(connection, lambda: {"url": "/x/1"})
    return asyncio.run(call.asend(connection, lambda: {"url": "/x/1"}))


@MODES
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"])
@pytest.mark.parametrize(
    "first",
    [
        _answer(429),
        _answer(503),
        httpx.ConnectError("no"),
        httpx.ConnectTimeout("no"),
        httpx.ReadError("no"),
        httpx.ReadTimeout("no"),
        httpx.RemoteProtocolError("no"),
    ],
    ids=["429", "503", "connect", "connect-timeout", "read", "read-timeout", "protocol"],
)
def test_what_may_be_repeated_is(clock: Clock, mode: str, method: str, first: Any) -> None:
    """Idempotent methods are sent again after connection errors, 429 and 503."""
    script = Script(first, _answer(200))
    assert _call(mode, script, method=method).status_code == 200
    assert len(script.requests) == 2
    (wait,) = clock.waits
    assert 0.25 <= wait <= 0.5
    assert all(request.headers["x-key"] == "a-secret" for request in script.requests)


@MODES
@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize(
    "first", [_answer(503), _answer(429, retry_after="1"), httpx.ReadError("x")]
)
def test_what_must_not_be_repeated_is_not(clock: Clock, mode: str, method: str, first: Any) -> None:
    """POST and PATCH are sent once."""
    script = Script(first)
    if isinstance(first, Exception):
        with pytest.raises(ApiConnectionError):
            _call(mode, script, method=method)
    else:
        assert _call(mode, script, method=method).status_code in {429, 503}
    assert (len(script.requests), clock.waits) == (1, [])


@MODES
@pytest.mark.parametrize(
    "status", [200, 201, 299, 302, 400, 404, 408, 409, 425, 500, 502, 504, 599]
)
def test_other_answers_are_final(clock: Clock, mode: str, status: int) -> None:
    """No other status is asked for again: it may have taken effect."""
    script = Script(_answer(status, retry_after="1"))
    assert _call(mode, script).status_code == status
    assert (len(script.requests), clock.waits) == (1, [])


@MODES
@pytest.mark.parametrize("retries", [None, Retries(attempts=0)])
def test_one_argument_switches_retries_off(clock: Clock, mode: str, retries: Any) -> None:
    """With ``retries=None`` everything is sent once."""
    script = Script(_answer(503, retry_after="1"))
    assert _call(mode, script, retries=retries).status_code == 503
    assert (len(script.requests), clock.waits) == (1, [])


@MODES
@pytest.mark.parametrize(
    ("value", "waited"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("007", 7.0),
        (format_datetime(NOW + dt.timedelta(seconds=9), usegmt=True), 9.0),
        (format_datetime(NOW - dt.timedelta(days=9), usegmt=True), 0.0),
        ("Sunday, 22-Nov-26 12:00:05 GMT", 5.0),
        ("20", 20.0),
    ],
)
def test_the_api_says_how_long_to_wait(clock: Clock, mode: str, value: str, waited: float) -> None:
    """Seconds, or a date measured against the ``Date`` of the same answer."""
    date = format_datetime(NOW, usegmt=True)
    script = Script(_answer(429, retry_after=value, date=date), _answer(200))
    assert _call(mode, script).status_code == 200
    assert clock.waits == [waited]


@MODES
@pytest.mark.parametrize("value", ["21", "86400", "9" * 400, "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_nobody_waits_longer_than_allowed(clock: Clock, mode: str, value: str) -> None:
    """An API that asks for more gets no further attempt, and the caller its answer."""
    script = Script(_answer(503, retry_after=value))
    response = _call(mode, script)
    assert (response.status_code, len(script.requests), clock.waits) == (503, 1, [])
    assert response.retry_after is not None
    assert response.retry_after > 20


@MODES
@pytest.mark.parametrize("value", ["-1", "1.5", "nan", "inf", "soon", "", "\u0661", "1e9", "0x10"])
def test_nonsense_is_no_wish(clock: Clock, mode: str, value: str) -> None:
    """A ``Retry-After`` that is none leaves the wait to the client."""
    given = [(b"Retry-After", value.encode())]
    script = Script(lambda: httpx.Response(429, headers=given), _answer(200))
    assert _call(mode, script).status_code == 200
    (wait,) = clock.waits
    assert 0.25 <= wait <= 0.5


@MODES
def test_waits_double_with_jitter_up_to_the_longest(
    clock: Clock, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half to all of 0.5, 1, 2 ... seconds, never more than ``longest_wait``."""
    monkeypatch.setattr("random.uniform", lambda _, high: high)
    script = Script(_answer(503))
    retries = Retries(attempts=5, longest_wait=3.0, backoff=0.5)
    assert _call(mode, script, retries=retries).status_code == 503
    assert clock.waits == [0.5, 1.0, 2.0, 3.0, 3.0]
    assert len(script.requests) == 6


@MODES
def test_a_wait_that_would_pass_the_end_is_not_begun(clock: Clock, mode: str) -> None:
    """The whole call ends in time, with what the API said last."""
    script = Script(_answer(503, retry_after="4"))
    response = _call(mode, script, total_timeout=10.0)
    assert (response.status_code, clock.waits) == (503, [4.0, 4.0])
    script = Script(_answer(503))
    retries = Retries(attempts=50, longest_wait=20.0, backoff=1.0)
    start = clock.now
    assert _call(mode, script, total_timeout=10.0, retries=retries).status_code == 503
    assert clock.now - start < 10
    script = Script(httpx.ConnectError("no"))
    with pytest.raises(ApiConnectionError):
        _call(mode, script, total_timeout=0.1)
    assert len(script.requests) == 1


@MODES
@pytest.mark.usefixtures("clock")
def test_no_attempt_gets_more_time_than_is_left(mode: str) -> None:
    """The time limits of an attempt shrink with what is left of the whole call."""
    script = Script(_answer(503, retry_after="6"), _answer(503, retry_after="3"), _answer(200))
    _call(mode, script, total_timeout=10.0, timeout=5.0)
    limits = [request.extensions["timeout"]["read"] for request in script.requests]
    assert limits == [5.0, 4.0, 1.0]


@MODES
def test_time_that_is_up_is_a_timeout(clock: Clock, mode: str) -> None:
    """When an attempt has used all the time, no other begins, and the error says so."""

    def slow() -> Step:
        clock.now += 11
        return httpx.ReadTimeout("slow")

    script = Script(slow)
    with pytest.raises(ApiTimeoutError, match="in time"):
        _call(mode, script, total_timeout=10.0)
    assert len(script.requests) == 1


@pytest.mark.usefixtures("clock")
def test_a_call_without_time_is_not_sent() -> None:
    """The deadline is checked before credentials leave."""
    script = Script(_answer(200))
    with pytest.raises(ApiTimeoutError):
        _call("sync", script, total_timeout=0.0)
    assert script.requests == []


@pytest.mark.usefixtures("clock")
def test_answers_that_are_not_kept_are_closed() -> None:
    """What comes before a further attempt is let go, so that no connection is lost."""
    closed: list[int] = []

    class Stream(httpx.SyncByteStream):
        def __iter__(self) -> Any:
            yield b"x"

        def close(self) -> None:
            closed.append(1)

    script = Script(lambda: httpx.Response(503, stream=Stream()))
    assert _call("sync", script).status_code == 503
    assert len(closed) == len(script.requests) == 4


@pytest.mark.parametrize(
    "url",
    [
        "http://evil.example/v1/x",
        "https://api.example/v1/x",
        "http://api.example:81/v1/x",
        "http://api.example/v1/y",
    ],
)
def test_a_request_for_elsewhere_is_stopped_in_the_transport(url: str) -> None:
    """Whatever builds a request, it leaves for the operation that was called or not at all."""
    script = Script(_answer(200))
    transport, policy = carrying.guarded(
        httpx.MockTransport(script),
        httpx.URL("http://api.example/v1"),
        Credentials({"X-Key": "a-secret"}),
        None,
    )
    assert policy is None
    request = httpx.Request("GET", url, extensions={carrying.EXPECTED: b"/v1/x"})
    with pytest.raises(InvalidRequestError, match="nothing was sent"):
        transport.handle_request(request)
    assert script.requests == []
    transport.close()


def test_credentials_join_what_the_request_has() -> None:
    """A query key follows other parameters, cookies follow cookies, the token wins."""
    script = Script(_answer(200))
    transport, _ = carrying.guarded(
        httpx.MockTransport(script),
        httpx.URL("http://api.example"),
        Credentials({"Authorization": "Key k"}, {"key": "a b/c"}, {"session": "s"}),
        None,
    )
    request = httpx.Request(
        "GET",
        "http://api.example/x?a=1&a=2",
        headers={"authorization": "old", "Cookie": "c=1"},
        extensions={carrying.EXPECTED: b"/x"},
    )
    transport.handle_request(request)
    (sent,) = script.requests
    assert sent.url.raw_path == b"/x?a=1&a=2&key=a%20b%2Fc"
    assert sent.headers.get_list("authorization") == ["Key k"]
    assert sent.headers["cookie"] == "c=1; session=s"
    assert "key=" not in str(request.url)
