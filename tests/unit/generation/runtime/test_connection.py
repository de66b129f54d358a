from __future__ import annotations

import asyncio
import gc
import ssl
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpcore
import httpx
import pytest
from raw_server import RESET, SILENCE, Drip, RawServer, http, raw_server

from specproof.generation.runtime import pool as pooling
from specproof.generation.runtime.calling import Call, NoHeaders
from specproof.generation.runtime.connection import Connection
from specproof.generation.runtime.credentials import Credentials
from specproof.generation.runtime.errors import (
    ApiConnectionError,
    ApiTimeoutError,
    ClientClosedError,
    InvalidRequestError,
    UndecodableResponseError,
)
from specproof.generation.runtime.settings import Settings

MODES = pytest.mark.parametrize("mode", ["sync", "asyncio"])
CALL: Call[Any, Any, Any] = Call("GET", "/x", lambda answer: answer.text, NoHeaders.read)


def _connection(url: str, **settings: Any) -> Connection:
    given = {"retries": None, **settings}
    return Connection(Settings(base_url=url, **given), Credentials({"X-Key": "a-secret"}))


def _build() -> dict[str, Any]:
    return {"url": "/x"}


def _call(mode: str, connection: Connection) -> Any:
    if mode == "sync":
        try:
            return CALL.send(connection, _build)
        finally:
            connection.close()

    async def called() -> Any:
        try:
            return await CALL.asend(connection, _build)
        finally:
            await connection.aclose()

    return asyncio.run(called())


@pytest.fixture
def server() -> Iterator[RawServer]:
    """Run a server that says hello."""
    with raw_server(http(200, b"hello")) as server:
        yield server


def test_one_connection_serves_one_thread(server: RawServer) -> None:
    """Calls one after the other share a connection, whatever they come to."""
    connection = _connection(server.url)
    server.answer = [http(200, b"hello"), http(404), http(200, b"hello")]
    for status in (200, 404, 200, 200):
        assert CALL.send(connection, _build).status_code == status
    assert server.connections == 1
    connection.close()
    with pytest.raises(ClientClosedError, match="closed"):
        CALL.send(connection, _build)


def test_one_connection_serves_one_task(server: RawServer) -> None:
    """The same for tasks; ten at once use ten, and no more."""

    async def calls() -> None:
        connection = _connection(server.url)
        for _ in range(4):
            await CALL.asend(connection, _build)
        assert server.connections == 1
        for _ in range(3):
            await asyncio.gather(*[CALL.asend(connection, _build) for _ in range(10)])
        assert server.connections <= 10
        await connection.aclose()
        with pytest.raises(ClientClosedError):
            await CALL.asend(connection, _build)

    asyncio.run(calls())


def test_a_connection_that_the_server_ended_is_not_used_again(server: RawServer) -> None:
    """An idle connection that was closed meanwhile is replaced without an error."""
    connection = _connection(server.url)
    server.hang_up = True
    for _ in range(3):
        server.end()
        server._ended.clear()
        assert CALL.send(connection, _build).status_code == 200
    connection.close()


@MODES
@pytest.mark.parametrize(
    "answer",
    [
        http(429) + http(200, b"forged"),
        b"HTTP/1.1 204 No\r\n\r\nforged",
        b"HTTP/1.1 304 No\r\nContent-Length: 6\r\n\r\nforged",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nforged",
    ],
)
def test_what_comes_after_an_answer_is_not_the_next_one(
    server: RawServer, mode: str, answer: bytes
) -> None:
    """A connection on which more came than one answer (RFC 9112 6.3) is not used again."""
    server.answer = [answer, http(200, b"hello")]
    connection = _connection(server.url)

    async def calls() -> list[bytes]:
        said = [(await CALL.asend(connection, _build)).content for _ in range(2)]
        await connection.aclose()
        return said

    if mode == "sync":
        said = [CALL.send(connection, _build).content for _ in range(2)]
        connection.close()
    else:
        said = asyncio.run(calls())
    assert said[0] in {b"", b"f"}
    assert said[1] == b"hello"
    assert server.connections == 2


def test_connections_that_broke_leave_room_for_others(
    server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither errors, cut bodies nor answers too long use up the room for connections."""
    monkeypatch.setattr(pooling, "_MOST", 2)
    connection = _connection(server.url, max_response_bytes=3, timeout=2.0)
    for answer in (RESET, http(200, b"hello"), b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhel"):
        server.answer, server.hang_up = answer, True
        for _ in range(3):
            try:
                assert CALL.send(connection, _build).problem
            except ApiConnectionError:
                assert answer is RESET
    connection.close()

    async def calls() -> None:
        connection = _connection(server.url, max_response_bytes=3, timeout=2.0)
        for answer in (RESET, http(200, b"hello")):
            server.answer = answer
            for _ in range(3):
                try:
                    assert (await CALL.asend(connection, _build)).problem
                except ApiConnectionError:
                    assert answer is RESET
        await connection.aclose()

    asyncio.run(calls())


def test_more_calls_than_connections_wait_or_give_up(
    server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call waits for room no longer than its time limit for that."""
    monkeypatch.setattr(pooling, "_MOST", 1)
    server.answer = SILENCE
    limits = httpx.Timeout(5.0, pool=0.05)

    async def calls() -> None:
        connection = _connection(server.url, timeout=limits)
        first = asyncio.create_task(CALL.asend(connection, _build))
        await asyncio.to_thread(server.asked.wait, 5)
        with pytest.raises(ApiTimeoutError):
            await CALL.asend(connection, _build)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        server.answer = http(200, b"hello")
        assert (await CALL.asend(connection, _build)).status_code == 200
        await connection.aclose()

    asyncio.run(calls())
    server.answer = SILENCE
    server.asked.clear()
    connection = _connection(server.url, timeout=limits)
    ended: list[Exception] = []

    def wait() -> None:
        try:
            CALL.send(connection, _build)
        except ApiConnectionError as error:
            ended.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    server.asked.wait(5)
    with pytest.raises(ApiTimeoutError):
        CALL.send(connection, _build)
    server.end()
    thread.join()
    assert len(ended) == 1
    connection.close()


def test_threads_share_a_client(server: RawServer) -> None:
    """Many threads at once get their own answers over few connections."""
    connection = _connection(server.url)
    found: list[int] = []

    def work() -> None:
        found.extend(CALL.send(connection, _build).status_code for _ in range(10))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    connection.close()
    assert found == [200] * 80
    assert server.connections <= 8


def test_a_client_lives_through_several_event_loops(server: RawServer) -> None:
    """Each loop has connections of its own, and those of loops that ended are forgotten."""
    connection = _connection(server.url)
    for _ in range(3):
        assert asyncio.run(CALL.asend(connection, _build)).status_code == 200
        assert CALL.send(connection, _build).status_code == 200
    assert len(connection._async_ways) == 1
    asyncio.run(connection.aclose())
    gc.collect()


def test_idle_connections_are_few_and_not_old(
    server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was idle for too long, or is one too many, is closed."""
    monkeypatch.setattr(pooling, "_IDLE", 2)

    async def calls() -> None:
        connection = _connection(server.url)
        await asyncio.gather(*[CALL.asend(connection, _build) for _ in range(5)])
        (way,) = connection._async_ways.values()
        idle = way.transport._inner._idle
        assert 1 <= len(idle._held) <= 2
        monkeypatch.setattr(pooling, "_KEPT", -1.0)
        await CALL.asend(connection, _build)
        await asyncio.gather(*[CALL.asend(connection, _build) for _ in range(3)])
        assert len(idle._held) <= 1
        await connection.aclose()
        assert idle._held == []

    asyncio.run(calls())


def test_closing_lets_calls_under_way_end(server: RawServer) -> None:
    """A call that is under way when the client is closed gets its answer."""
    connection = _connection(server.url)
    pool = connection._sync_way().transport._inner
    response = pool.handle_request(
        httpx.Request("GET", server.url + "/x", extensions={"timeout": {}})
    )
    connection.close()
    assert b"".join(response.stream) == b"hello"
    response.stream.close()
    response.stream.close()
    assert pool._idle._held == []


@MODES
@pytest.mark.parametrize("answer", [SILENCE, Drip(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 99)])
def test_no_server_keeps_a_call_busy(server: RawServer, mode: str, answer: object) -> None:
    """Silence, or headers byte by byte: the call ends when its whole time is up."""
    server.answer = answer
    begin = time.monotonic()
    with pytest.raises(ApiTimeoutError):
        _call(mode, _connection(server.url, total_timeout=0.15))
    assert time.monotonic() - begin < 3


@MODES
def test_no_server_keeps_a_body_coming(server: RawServer, mode: str) -> None:
    """A body byte by byte: its head is known, so the success is, and the time is bounded."""
    server.answer = Drip(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n" + b"x" * 9999, 0.001)
    response = _call(mode, _connection(server.url, total_timeout=0.4))
    assert response.problem == "it took too long"
    assert isinstance(response.error, UndecodableResponseError)


@MODES
def test_the_time_limit_of_a_part_holds(server: RawServer, mode: str) -> None:
    """``timeout`` ends a call to a server that says nothing."""
    server.answer = SILENCE
    with pytest.raises(ApiTimeoutError):
        _call(mode, _connection(server.url, timeout=0.05, total_timeout=None))


@MODES
def test_what_a_transport_raises_is_translated(mode: str) -> None:
    """Errors of a caller's own transport, and of arguments, are errors of the tree."""

    def refuse(request: httpx.Request) -> httpx.Response:
        raise ZeroDivisionError(f"oh\x1b[31m a-secret {request.headers['x-key']}")

    transport = httpx.MockTransport(refuse)
    with pytest.raises(ApiConnectionError, match="ZeroDivisionError") as caught:
        _call(mode, _connection("http://a.b", transport=transport, async_transport=transport))
    assert "a-secret" not in str(caught.value)
    assert "\x1b" not in str(caught.value)

    def unsent(request: httpx.Request) -> httpx.Response:
        raise httpx.LocalProtocolError("illegal", request=request)

    transport = httpx.MockTransport(unsent)
    with pytest.raises(InvalidRequestError):
        _call(mode, _connection("http://a.b", transport=transport, async_transport=transport))


@MODES
def test_a_transport_may_return_parts_and_break(mode: str) -> None:
    """A caller's own stream that breaks within the body is an answer that was cut off."""

    class Parts(httpx.SyncByteStream, httpx.AsyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            yield b"a"
            raise OSError("gone")

        async def __aiter__(self) -> Any:
            yield b"a"
            raise OSError("gone")

        def close(self) -> None:
            raise OSError("gone")

        async def aclose(self) -> None:
            raise OSError("gone")

    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=Parts()))
    response = _call(
        mode, _connection("http://a.b", transport=transport, async_transport=transport)
    )
    assert (response.content, response.problem) == (b"a", "it was cut off")


@MODES
def test_a_certificate_nobody_vouches_for_is_refused(
    server: RawServer, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TLS is begun for https, and a server that does not speak it is a connection error."""
    url = server.url.replace("http:", "https:")
    context = ssl.create_default_context()
    monkeypatch.setattr("httpx.create_ssl_context", lambda **_: context)
    server.hang_up = True
    for verify in (True, False, context):
        with pytest.raises(ApiConnectionError):
            _call(mode, _connection(url, verify_ssl=verify, timeout=0.1))


def test_roots_may_be_a_file_or_a_folder(tmp_path: Any) -> None:
    """A path names roots; what is no certificate is refused before anything is sent."""
    assert isinstance(pooling.tls_context(str(tmp_path)), ssl.SSLContext)
    nothing = tmp_path / "roots.pem"
    nothing.write_text("none")
    with pytest.raises(InvalidRequestError, match="SSLError"):
        CALL.send(_connection("https://127.0.0.1:9", verify_ssl=str(nothing)), _build)
    assert pooling.tls_context(False).verify_mode is ssl.CERT_NONE
    pooling._default_context.cache_clear()
    assert pooling.tls_context(True) is pooling.tls_context(True)


@pytest.mark.parametrize("kind", [httpcore.ReadTimeout, httpcore.ConnectTimeout])
def test_a_limit_is_the_least_that_is_left(kind: type[Exception]) -> None:
    """A part gets its own time or what is left of the whole; none where nothing is."""
    limit = pooling._Limit()
    assert limit.left(3.0, kind) == 3.0
    limit.deadline = time.monotonic() + 1000
    assert limit.left(3.0, kind) == 3.0
    left = limit.left(None, kind)
    assert left is not None
    assert 900 < left <= 1000
    limit.deadline = time.monotonic() - 1
    with pytest.raises(kind, match="up"):
        limit.left(3.0, kind)


def test_errors_keep_their_names() -> None:
    """Errors of httpcore become httpx's of the same name; others stay what they are."""
    for error, kind in (
        (httpcore.ReadTimeout("x"), httpx.ReadTimeout),
        (httpcore.ConnectionNotAvailable("x"), httpx.NetworkError),
        (KeyError("x"), KeyError),
    ):
        with pytest.raises(kind):
            pooling._reraise(error)
