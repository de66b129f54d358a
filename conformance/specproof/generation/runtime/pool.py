"""Connections to one origin, kept: transports of httpx over httpcore's connections.

httpcore's own pools weigh every request against every connection, which at ten in flight costs
more than all the rest of a call. Here each request takes an idle connection, or a new one.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import cache
from typing import Any, Generic, NoReturn, TypeVar

import httpcore
import httpx

__all__ = ["DEADLINE", "AsyncPool", "Pool", "tls_context"]

DEADLINE = "api_client.deadline"
"""Extension of a request: when its time is up, in seconds of ``time.monotonic``."""

_MOST = 100  # connections open at once
_IDLE = 20  # of them kept without work
_KEPT = 5.0  # seconds; servers close idle connections, and some sooner than they say

C = TypeVar("C", httpcore.HTTPConnection, httpcore.AsyncHTTPConnection)


@cache
def _default_context() -> ssl.SSLContext:
    # Reading the roots takes 20 ms and more; clients that check alike may share them.
    return httpx.create_ssl_context(verify=True, trust_env=False)


def tls_context(verify: str | bool | ssl.SSLContext) -> ssl.SSLContext:
    """Return what checks the server's certificate.

    Args:
        verify: True takes the roots of certifi, False checks nothing, a path names a file or a
            folder of roots, and a context is taken as it is.
    """
    if isinstance(verify, ssl.SSLContext):
        return verify
    if isinstance(verify, str):
        from pathlib import Path  # noqa: PLC0415 - for this case alone

        is_folder = Path(verify).is_dir()
        return ssl.create_default_context(
            cafile=None if is_folder else verify, capath=verify if is_folder else None
        )
    return _default_context() if verify else httpx.create_ssl_context(verify=False, trust_env=False)


class _Limit:
    """When the time of the request that a connection carries is up."""

    __slots__ = ("deadline",)

    def __init__(self) -> None:
        self.deadline: float | None = None

    def left(self, timeout: float | None, kind: type[Exception]) -> float | None:
        """Return ``timeout`` (seconds), or what is left where that is less."""
        if self.deadline is None:
            return timeout
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise kind("the time for the whole call is up")
        return left if timeout is None else min(left, timeout)


class _Timed(httpcore.NetworkStream):
    """A stream that no server can keep busy for longer than the whole call may take."""

    def __init__(self, inner: httpcore.NetworkStream, limit: _Limit) -> None:
        self._inner = inner
        self._limit = limit

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._limit.left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._limit.left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = self._limit.left(timeout, httpcore.ConnectTimeout)
        return _Timed(self._inner.start_tls(ssl_context, server_hostname, left), self._limit)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    def __init__(self, limit: _Limit) -> None:
        self._limit = limit
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        left = self._limit.left(timeout, httpcore.ConnectTimeout)
        stream = self._inner.connect_tcp(host, port, left, local_address, socket_options)
        return _Timed(stream, self._limit)


class _Held(Generic[C]):
    """A connection, and since when it has been idle."""

    __slots__ = ("connection", "limit", "since")

    def __init__(self, connection: C, limit: _Limit) -> None:
        self.connection: C = connection
        self.limit = limit
        self.since = 0.0


class _Idle(Generic[C]):
    """The connections without work, the one used last on top."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: list[_Held[C]] = []
        self._closed = False

    def pop(self) -> _Held[C] | None:
        with self._lock:
            return self._held.pop() if self._held else None

    def push(self, held: _Held[C]) -> list[_Held[C]]:
        """Keep ``held``; return those that are to be closed."""
        connection = held.connection
        if connection.is_closed() or not connection.is_idle() or _has_more(connection):
            return [held]
        held.since = time.monotonic()
        with self._lock:
            if self._closed:
                return [held]
            self._held.append(held)
            stale = [other for other in self._held if held.since - other.since > _KEPT]
            stale = stale or self._held[: max(0, len(self._held) - _IDLE)]
            for other in stale:
                self._held.remove(other)
            return stale

    def close(self) -> list[_Held[C]]:
        """Keep nothing any more; return those that are to be closed."""
        with self._lock:
            self._closed = True
            held, self._held = self._held, []
            return held


def _has_more(connection: Any) -> bool:
    """Return whether more came than the answer, which the next call would take for its own.

    A body where there may be none (RFC 9112 6.3), or one longer than announced. What httpcore
    does not tell counts as more: the connection is closed then, which is safe.
    """
    state = getattr(getattr(connection, "_connection", None), "_h11_state", None)
    return state is None or bool(state.trailing_data[0])


class Pool(httpx.BaseTransport):
    """Carries requests to ``origin``; threads may share it.

    Args:
        origin: scheme, host and port; the rest of the URL does not matter.
        verify: see ``tls_context``.
    """

    def __init__(self, origin: httpx.URL, verify: str | bool | ssl.SSLContext) -> None:
        self._origin = _core_url(origin).origin
        self._tls = tls_context(verify) if origin.scheme == "https" else None
        self._room = threading.BoundedSemaphore(_MOST)
        self._idle: _Idle[httpcore.HTTPConnection] = _Idle()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send ``request`` and return its response, whose body is still to be read."""
        __tracebackhide__ = True
        deadline = request.extensions.get(DEADLINE)
        timeout = request.extensions.get("timeout", {}).get("pool")
        if not self._room.acquire(timeout=-1 if timeout is None else timeout):
            raise httpx.PoolTimeout(f"{_MOST} calls are under way")
        held = self._taken()
        held.limit.deadline = deadline
        try:
            response = held.connection.handle_request(_core_request(request))
        except BaseException as error:  # noqa: BLE001 - raised again
            self._give_back(held)
            _reraise(error)
        return httpx.Response(
            response.status,
            headers=response.headers,
            stream=_Body(response.stream, lambda: self._give_back(held)),
        )

    def close(self) -> None:
        """Close what is idle; what is at work closes when it is done."""
        for held in self._idle.close():
            held.connection.close()

    def _taken(self) -> _Held[httpcore.HTTPConnection]:
        while (held := self._idle.pop()) is not None:
            if not held.connection.has_expired():
                return held
            held.connection.close()
        limit = _Limit()
        connection = httpcore.HTTPConnection(
            self._origin,
            ssl_context=self._tls,
            keepalive_expiry=_KEPT,
            network_backend=_Backend(limit),
        )
        return _Held(connection, limit)

    def _give_back(self, held: _Held[httpcore.HTTPConnection]) -> None:
        try:
            for other in self._idle.push(held):
                other.connection.close()
        finally:
            self._room.release()


class AsyncPool(httpx.AsyncBaseTransport):
    """Carries requests to ``origin`` as ``Pool`` does, for the tasks of one event loop."""

    def __init__(self, origin: httpx.URL, verify: str | bool | ssl.SSLContext) -> None:
        self._origin = _core_url(origin).origin
        self._tls = tls_context(verify) if origin.scheme == "https" else None
        self._room = asyncio.BoundedSemaphore(_MOST)
        self._idle: _Idle[httpcore.AsyncHTTPConnection] = _Idle()
        self._backend = httpcore.AnyIOBackend()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send ``request`` and return its response, whose body is still to be read."""
        __tracebackhide__ = True
        try:
            async with asyncio.timeout(request.extensions.get("timeout", {}).get("pool")):
                await self._room.acquire()
        except TimeoutError:
            raise httpx.PoolTimeout(f"{_MOST} calls are under way") from None
        held = await self._taken()
        try:
            response = await held.connection.handle_async_request(_core_request(request))
        except BaseException as error:  # noqa: BLE001 - raised again
            await self._give_back(held)
            _reraise(error)
        return httpx.Response(
            response.status,
            headers=response.headers,
            stream=_AsyncBody(response.stream, lambda: self._give_back(held)),
        )

    async def aclose(self) -> None:
        """Close what is idle; what is at work closes when it is done."""
        for held in self._idle.close():
            await held.connection.aclose()

    async def _taken(self) -> _Held[httpcore.AsyncHTTPConnection]:
        while (held := self._idle.pop()) is not None:
            if not held.connection.has_expired():
                return held
            await held.connection.aclose()
        connection = httpcore.AsyncHTTPConnection(
            self._origin,
            ssl_context=self._tls,
            keepalive_expiry=_KEPT,
            network_backend=self._backend,
        )
        return _Held(connection, _Limit())

    async def _give_back(self, held: _Held[httpcore.AsyncHTTPConnection]) -> None:
        try:
            for other in self._idle.push(held):
                await other.connection.aclose()
        finally:
            self._room.release()


class _Body(httpx.SyncByteStream):
    def __init__(self, stream: Any, give_back: Callable[[], None]) -> None:
        self._stream = stream
        self._give_back: Callable[[], None] | None = give_back

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._stream
        except Exception as error:  # noqa: BLE001 - raised again, as httpx's
            _reraise(error)

    def close(self) -> None:
        give_back, self._give_back = self._give_back, None
        if give_back is not None:
            try:
                if hasattr(self._stream, "close"):
                    self._stream.close()
            finally:
                give_back()


class _AsyncBody(httpx.AsyncByteStream):
    def __init__(self, stream: Any, give_back: Callable[[], Awaitable[None]]) -> None:
        self._stream = stream
        self._give_back: Callable[[], Awaitable[None]] | None = give_back

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for part in self._stream:
                yield part
        except Exception as error:  # noqa: BLE001 - raised again, as httpx's
            _reraise(error)

    async def aclose(self) -> None:
        give_back, self._give_back = self._give_back, None
        if give_back is not None:
            try:
                if hasattr(self._stream, "aclose"):
                    await self._stream.aclose()
            finally:
                await give_back()


def _core_url(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(
        scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
    )


def _core_request(request: httpx.Request) -> httpcore.Request:
    return httpcore.Request(
        request.method,
        _core_url(request.url),
        headers=request.headers.raw,
        content=request.stream,
        extensions={"timeout": request.extensions.get("timeout", {})},
    )


def _reraise(error: BaseException) -> NoReturn:
    """Raise ``error`` as the exception of httpx that has the same name, where there is one."""
    kind = getattr(httpx, type(error).__name__, None)
    if type(error).__module__.startswith("httpcore"):
        raise (kind or httpx.NetworkError)(str(error)) from None
    raise error
