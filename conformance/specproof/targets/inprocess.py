"""An ASGI application as a synchronous httpx transport, without threads or sockets."""

from __future__ import annotations

import asyncio
import functools
import re
from asyncio import events
from collections.abc import Generator, Iterator, MutableMapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx

from specproof.apis.contract import ASGIApp
from specproof.apis.faults import ConnectionCutError
from specproof.apis.routing import decoded_path
from specproof.model import Request

__all__ = ["DELAY", "Arrived", "InProcessTransport", "RawHeaders"]

DELAY = "specproof.delay"
"""Key of the ASGI scope under which a fault finds whom to tell of a delay instead of sleeping,
and of the response extension that says how many seconds it was."""

RawHeaders = list[tuple[bytes, bytes]]
"""Header fields as ASGI hands them over."""

_SAFE = r"[A-Za-z0-9_~!$&'()*+,;=:@/?.-]*"
_WRITTEN = re.compile(rf"{_SAFE}(?:%[0-9A-Fa-f]{{2}}{_SAFE})*")
"""A path and query that httpx would send as they stand (RFC 3986 3.3, 3.4)."""


class Arrived(NamedTuple):
    """What an application answered.

    Attributes:
        status: 0 where it hung up before it answered.
        cut: whether it hung up before the end of the body.
        delay: seconds that it would have waited.
    """

    status: int
    headers: RawHeaders
    body: bytes
    cut: bool
    delay: float


class _Authority(NamedTuple):
    """What a base URL says of its server, as ASGI words it; ``host`` is the header field."""

    scheme: str
    server: tuple[str, int | None]
    host: tuple[bytes, bytes]


class InProcessTransport(httpx.BaseTransport):
    """Awaits one ASGI application directly, one request at a time.

    httpx's own ASGI transport is asynchronous only, and Hypothesis is synchronous. The raw
    path is handed on as it was sent: ``%2F`` stays inside its segment.

    Args:
        app: the application.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._runner = asyncio.Runner()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._authorities: dict[str, _Authority] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send ``request`` to the application and return its whole answer."""
        raw_path, _, query = request.url.raw_path.partition(b"?")
        scope = {
            **_SCOPE,
            "method": request.method,
            "scheme": request.url.scheme,
            "path": request.url.path,
            "raw_path": raw_path,
            "query_string": query,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "server": (request.url.host, request.url.port),
        }
        arrived = self._call(scope, request.read())
        if not arrived.status:
            raise httpx.RemoteProtocolError("the server hung up", request=request)
        return httpx.Response(
            arrived.status,
            headers=arrived.headers,
            stream=_CutStream(arrived.body) if arrived.cut else httpx.ByteStream(arrived.body),
            request=request,
            extensions={DELAY: arrived.delay},
        )

    def answer(self, request: Request, base_url: str) -> Arrived | None:
        """Send ``request`` without httpx between; None where httpx has to write its URL first.

        A tenth of a millisecond of the two that building, sending and taking apart httpx's
        objects cost; the application sees the same either way.

        Args:
            base_url: beginning of the URL, without a path.
        """
        rest = request.url[len(base_url) :]
        if (
            not rest.startswith("/")
            or "/." in rest
            or not request.url.startswith(base_url)
            or _WRITTEN.fullmatch(rest) is None
        ):
            return None
        scheme, server, host = self._authority(base_url)
        path, _, query = rest.partition("?")
        try:
            headers = [host, *[_field(name, value) for name, value in request.headers]]
        except UnicodeEncodeError:
            return None
        if request.body and not any(name == b"content-length" for name, _ in headers):
            headers.append((b"content-length", str(len(request.body)).encode()))
        scope = {
            **_SCOPE,
            "method": request.method,
            "scheme": scheme,
            "path": decoded_path(path),
            "raw_path": path.encode("ascii"),
            "query_string": query.encode("ascii"),
            "headers": headers,
            "server": server,
        }
        return self._call(scope, request.body)

    def close(self) -> None:
        """Close the event loop."""
        self._runner.close()

    def _authority(self, base_url: str) -> _Authority:
        found = self._authorities.get(base_url)
        if found is None:
            parts = urlsplit(base_url)
            host = (b"host", parts.netloc.encode("ascii"))
            found = _Authority(parts.scheme, (parts.hostname or "", parts.port), host)
            self._authorities[base_url] = found
        return found

    def _call(self, scope: MutableMapping[str, Any], body: bytes) -> Arrived:
        unread = [{"type": "http.request", "body": body, "more_body": False}]
        status = 0
        headers: RawHeaders = []
        chunks: list[bytes] = []
        delays: list[float] = []
        cut = False
        scope[DELAY] = delays.append

        async def receive() -> MutableMapping[str, Any]:
            return unread.pop() if unread else {"type": "http.disconnect"}

        async def send(message: MutableMapping[str, Any]) -> None:
            nonlocal status, headers
            if message["type"] == "http.response.start":
                status, headers = message["status"], list(message.get("headers", ()))
            elif message["type"] == "http.response.body" and scope["method"] != "HEAD":
                chunks.append(message.get("body", b""))

        try:
            self._drive(self._app(scope, receive, send).__await__())
        except ConnectionCutError:
            cut = True
        return Arrived(status, headers, b"".join(chunks), cut, sum(delays))

    def _drive(self, steps: Generator[Any, None, None]) -> None:
        """Run the application to its end, in an event loop only if it waits for anything.

        Emulators await nothing that is not there already, and a task of its own costs more
        than their whole answer.
        """
        loop = self._loop = self._loop or self._runner.get_loop()
        # The one way to have a loop current without running it, meant for loops' authors.
        events._set_running_loop(loop)  # noqa: SLF001 - asyncio exports it under this name
        try:
            waited_for = next(steps)
        except StopIteration:
            return
        finally:
            events._set_running_loop(None)  # noqa: SLF001 - the same
        self._runner.run(_rest(waited_for, steps))


class _CutStream(httpx.SyncByteStream):
    """A body that stops before its end."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        yield self._body
        raise httpx.RemoteProtocolError("the server hung up within the body")


class _Rest:
    """What is left of a coroutine that was begun outside a task."""

    def __init__(self, waited_for: Any, steps: Generator[Any, None, None]) -> None:
        self._waited_for = waited_for
        self._steps = steps

    def __await__(self) -> Generator[Any, None, None]:
        yield self._waited_for
        yield from self._steps


async def _rest(waited_for: Any, steps: Generator[Any, None, None]) -> None:
    await _Rest(waited_for, steps)


@functools.lru_cache(maxsize=256)
def _field(name: str, value: str) -> tuple[bytes, bytes]:
    """Return a header field as ASGI hands it over; most requests have the same few.

    Raises:
        UnicodeEncodeError: it is not ASCII.
    """
    return name.lower().encode("ascii"), value.encode("ascii")


_SCOPE: MutableMapping[str, Any] = {
    "type": "http",
    "asgi": {"version": "3.0", "spec_version": "2.4"},
    "http_version": "1.1",
    "root_path": "",
    "client": ("127.0.0.1", 1),
}
