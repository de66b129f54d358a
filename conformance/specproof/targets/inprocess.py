"""An ASGI application as a synchronous httpx transport, without threads or sockets."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

import httpx

from specproof.apis.contract import ASGIApp

__all__ = ["InProcessTransport"]


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

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send ``request`` to the application and return its whole answer."""
        return self._runner.run(self._answer(request))

    def close(self) -> None:
        """Close the event loop."""
        self._runner.close()

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        body = request.read()
        raw_path, _, query = request.url.raw_path.partition(b"?")
        scope: MutableMapping[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": request.url.scheme,
            "path": request.url.path,
            "raw_path": raw_path,
            "query_string": query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "server": (request.url.host, request.url.port),
            "client": ("127.0.0.1", 1),
        }
        unread = [{"type": "http.request", "body": body, "more_body": False}]
        status = 0
        headers: list[tuple[bytes, bytes]] = []
        chunks: list[bytes] = []

        async def receive() -> MutableMapping[str, Any]:
            return unread.pop() if unread else {"type": "http.disconnect"}

        async def send(message: MutableMapping[str, Any]) -> None:
            nonlocal status, headers
            if message["type"] == "http.response.start":
                status, headers = message["status"], list(message.get("headers", ()))
            elif message["type"] == "http.response.body" and request.method != "HEAD":
                chunks.append(message.get("body", b""))

        await self._app(scope, receive, send)
        return httpx.Response(
            status, headers=headers, stream=httpx.ByteStream(b"".join(chunks)), request=request
        )
