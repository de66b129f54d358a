"""Sends requests over connections that are kept, and brings answers back within limits."""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

from .addresses import sound_base
from .credentials import Credentials
from .decoding import Answer, Collector
from .errors import (
    ApiConnectionError,
    ApiError,
    ApiTimeoutError,
    ClientClosedError,
    InvalidRequestError,
)
from .settings import Settings

if TYPE_CHECKING:
    import asyncio

    import httpx

    from .requests import Requests

__all__ = ["Connection"]

_SLOW = "it took too long"


class _Way(NamedTuple):
    transport: Any
    policy: Any
    keeper: AsyncGenerator[None, None]


class Connection:
    """The connections of one client; safe to share between threads and between tasks.

    Args:
        settings: how to reach the API.
        credentials: what each request carries.

    Raises:
        InvalidRequestError: the base URL is no absolute http or https URL, or holds
            credentials, a query or a fragment.
    """

    def __init__(self, settings: Settings, credentials: Credentials) -> None:
        __tracebackhide__ = True
        self._base = sound_base(settings.base_url)
        self._settings = settings
        self._credentials = credentials.with_settings(settings.headers, settings.cookies)
        self._lock = threading.Lock()
        self._closed = False
        self._requests: Requests | None = None
        self._way: _Way | None = None
        # Connections belong to the loop that opened them.
        self._async_ways: WeakKeyDictionary[asyncio.AbstractEventLoop, _Way] = WeakKeyDictionary()

    def scrub(self, text: str) -> str:
        """Return ``text`` without the credentials."""
        return self._credentials.scrub(text)

    def scrub_bytes(self, content: bytes) -> bytes:
        """Return ``content`` without the credentials."""
        return self._credentials.scrub_bytes(content)

    def send(self, method: str, template: str, build: Callable[[], Mapping[str, Any]]) -> Answer:
        """Send one request and return the answer.

        Args:
            method: upper case.
            template: path of the operation, for errors.
            build: makes the arguments of ``httpx.Request``, ``url`` being the path.

        Raises:
            ApiError: nothing was sent, or no answer came.
        """
        __tracebackhide__ = True
        try:
            way = self._sync_way()
            request, deadline = self._request(method, build, way.policy)
        except Exception as error:  # noqa: BLE001 - nothing leaves that is not an ApiError
            failure = _unsent(error, method, template)
        else:
            try:
                response = _answered(way.transport, request)
            except Exception as error:  # noqa: BLE001 - as above
                failure = self._unanswered(error, method, template)
            else:
                collector = Collector(response.headers, self._settings.max_response_bytes)
                try:
                    for raw in response.stream:
                        if not _goes_on(collector, raw, deadline):
                            break
                except Exception as error:  # noqa: BLE001 - the rest of an answer did not come
                    collector.problem = collector.problem or _cut_off(error)
                finally:
                    _let_go(response)
                return _answer(method, template, response, collector)
        raise failure

    async def asend(
        self, method: str, template: str, build: Callable[[], Mapping[str, Any]]
    ) -> Answer:
        """Send one request and return the answer, as ``send`` does."""
        import asyncio  # noqa: PLC0415 - only asynchronous callers need it

        __tracebackhide__ = True
        try:
            way = await self._async_way()
            request, deadline = self._request(method, build, way.policy)
        except Exception as error:  # noqa: BLE001 - see ``send``
            failure = _unsent(error, method, template)
        else:
            try:
                async with asyncio.timeout(_left(deadline)):
                    response = await _aanswered(way.transport, request)
            except Exception as error:  # noqa: BLE001 - see ``send``
                failure = self._unanswered(error, method, template)
            else:
                collector = Collector(response.headers, self._settings.max_response_bytes)
                try:
                    async with asyncio.timeout(_left(deadline)):
                        await _collect(response.stream, collector, deadline)
                except Exception as error:  # noqa: BLE001 - see ``send``
                    collector.problem = collector.problem or _cut_off(error)
                finally:
                    await _alet_go(response)
                return _answer(method, template, response, collector)
        raise failure

    def close(self) -> None:
        """Close the connections of synchronous calls; no further call is possible."""
        with self._lock:
            self._closed = True
            way, self._way = self._way, None
        if way is not None:
            way.transport.close()

    async def aclose(self) -> None:
        """Close all connections; no further call is possible."""
        import asyncio  # noqa: PLC0415 - only asynchronous callers need it

        self.close()
        with self._lock:
            way = self._async_ways.pop(asyncio.get_running_loop(), None)
        if way is not None:
            await way.keeper.aclose()

    def _sync_way(self) -> _Way:
        with self._lock:
            self._require_open()
            if self._way is None:
                from .pool import Pool  # noqa: PLC0415 - httpx is loaded by the first call

                self._way = self._guarded(self._settings.transport, Pool)
            return self._way

    async def _async_way(self) -> _Way:
        import asyncio  # noqa: PLC0415 - only asynchronous callers need it

        loop = asyncio.get_running_loop()
        with self._lock:
            self._require_open()
            way = self._async_ways.get(loop)
            if way is None:
                from .pool import AsyncPool  # noqa: PLC0415 - see ``_sync_way``

                # Connections refer to their loop, so that its end alone does not remove them.
                for other in [known for known in self._async_ways if known.is_closed()]:
                    del self._async_ways[other]
                way = self._guarded(self._settings.async_transport, AsyncPool)
                self._async_ways[loop] = way
            else:
                return way
        await anext(way.keeper)
        return way

    def _require_open(self) -> None:
        if self._closed:
            raise ClientClosedError("the client was closed; nothing was sent")

    def _guarded(self, chosen: Any, pool: Callable[..., Any]) -> _Way:
        import httpx  # noqa: PLC0415 - loaded by the first call

        from .requests import Requests  # noqa: PLC0415 - loaded by the first call
        from .transport import guarded  # noqa: PLC0415 - loaded by the first call

        base = httpx.URL(self._base)
        if self._requests is None:
            self._requests = Requests(self._base, self._settings)
        inner = chosen or pool(base, self._settings.verify_ssl)
        transport, policy = guarded(inner, base, self._credentials, self._settings.retries)
        return _Way(transport, policy, _keeper(transport))

    def _request(
        self, method: str, build: Callable[[], Mapping[str, Any]], policy: Any
    ) -> tuple[httpx.Request, float | None]:
        __tracebackhide__ = True
        from .pool import DEADLINE  # noqa: PLC0415 - see ``_sync_way``

        assert self._requests is not None  # noqa: S101 - made with the first way
        request = self._requests.build(method, build())
        total = self._settings.total_timeout
        deadline = None if total is None else time.monotonic() + total
        if deadline is not None:
            request.extensions[DEADLINE] = deadline
        if policy is not None:
            request.extensions["retry"] = policy.starting(deadline)
        return request, deadline

    def _unanswered(self, error: Exception, method: str, template: str) -> ApiError:
        """Return what the caller gets to see of ``error``, after a request may have gone out."""
        import httpx  # noqa: PLC0415 - loaded by the first call

        from .transport import TimeIsUp  # noqa: PLC0415 - loaded by the first call

        if isinstance(error, ApiError | httpx.LocalProtocolError | httpx.UnsupportedProtocol):
            return _unsent(error, method, template)
        name = type(error).__name__
        kind: type[ApiError]
        if isinstance(error, httpx.TimeoutException | TimeIsUp | TimeoutError):
            kind, message = ApiTimeoutError, f"no answer came in time ({name})"
        else:
            said = " ".join(str(error).split())
            shown = "".join(letter for letter in self.scrub(said) if letter.isprintable())[:200]
            told = f"{name}: {shown}" if shown else name
            kind, message = ApiConnectionError, f"no answer came ({told})"
        return kind(f"{method} {template}: {message}", method=method, path_template=template)


async def _keeper(transport: Any) -> AsyncGenerator[None, None]:
    """Close ``transport`` when it is itself closed, which a loop does before it ends."""
    try:
        yield
    finally:
        await transport.aclose()


def _unsent(error: Exception, method: str, template: str) -> ApiError:
    """Return what the caller gets to see of ``error``, before anything was sent."""
    if isinstance(error, ApiError):
        error.method, error.path_template = method, template
        return error.with_traceback(None)
    # What is wrong with an argument is not quoted: it may be a secret.
    return InvalidRequestError(
        f"{method} {template}: an argument can not be sent ({type(error).__name__})",
        method=method,
        path_template=template,
    )


def _answered(transport: Any, request: httpx.Request) -> Any:
    from .transport import GivenUp  # noqa: PLC0415 - loaded by the first call

    try:
        return transport.handle_request(request)
    except GivenUp as given_up:
        return given_up.response


async def _aanswered(transport: Any, request: httpx.Request) -> Any:
    from .transport import GivenUp  # noqa: PLC0415 - loaded by the first call

    try:
        return await transport.handle_async_request(request)
    except GivenUp as given_up:
        return given_up.response


async def _collect(stream: Any, collector: Collector, deadline: float | None) -> None:
    parts = aiter(stream)
    try:
        async for raw in parts:
            if not _goes_on(collector, raw, deadline):
                break
    finally:
        if hasattr(parts, "aclose"):
            await parts.aclose()


def _let_go(response: Any) -> None:
    # What was read counts, however badly the connection is left.
    with suppress(Exception):
        response.stream.close()


async def _alet_go(response: Any) -> None:
    with suppress(Exception):
        await response.stream.aclose()


def _left(deadline: float | None) -> float | None:
    return None if deadline is None else deadline - time.monotonic()


def _goes_on(collector: Collector, raw: bytes, deadline: float | None) -> bool:
    if deadline is not None and time.monotonic() > deadline:
        collector.problem = _SLOW
        return False
    return collector.add(raw)


def _cut_off(error: Exception) -> str:
    return _SLOW if "Timeout" in type(error).__name__ else "it was cut off"


def _answer(method: str, template: str, response: Any, collector: Collector) -> Answer:
    content = collector.finish()
    return Answer(
        operation=f"{method} {template}",
        status_code=response.status_code,
        headers=response.headers,
        content=content,
        problem=collector.problem,
    )
