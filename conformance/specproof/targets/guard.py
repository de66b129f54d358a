"""Under everything that can send to a server that is not ours: what must not go out, does not."""

from __future__ import annotations

import re
import threading
from collections.abc import Container
from urllib.parse import unquote, urlsplit

import httpx

from specproof.errors import GuardError
from specproof.model import JsonObject

__all__ = ["GuardTransport", "production_hosts"]

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""RFC 9110 9.2.1, less TRACE, which echoes credentials."""

_UNGUESSABLE = 16
"""Fewest characters of an owned value: shorter ones are words, counters or other people's ids."""

_CREATING_METHODS = frozenset({"POST"})
_TEST_WORDS = (
    "sandbox",
    "staging",
    "stage",
    "test",
    "dev",
    "demo",
    "mock",
    "localhost",
    "127.0.0.1",
)


class GuardTransport(httpx.BaseTransport):
    """Refuses requests that could harm what this run did not create.

    Args:
        inner: what really sends; it follows no redirects.
        base_url: the one origin and base path that requests may go to.
        owned: values that this run created or invented, which nobody else can have.
        max_requests: most requests of one item of the run.
    """

    def __init__(
        self,
        inner: httpx.BaseTransport,
        *,
        base_url: str,
        owned: Container[str],
        max_requests: int,
    ) -> None:
        self._inner = inner
        self._origin = _origin(base_url)
        self._base_path = urlsplit(base_url).path.rstrip("/")
        self._owned = owned
        self._left = max_requests
        self._lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send ``request`` if it may go out.

        Raises:
            GuardError: it may not; nothing was sent.
        """
        url = str(request.url)
        if _origin(url) != self._origin:
            raise GuardError("the request leaves the base URL")
        path = request.url.raw_path.partition(b"?")[0].decode("ascii")
        segments = [unquote(part) for part in path.split("/")]
        # Servers that decode %2F or read backslashes as slashes see more segments than we do.
        seen = {part for item in segments for part in re.split(r"[/\\]", unquote(item))}
        if not path.startswith(f"{self._base_path}/") or {".", ".."} & seen:
            raise GuardError("the request leaves the base path")
        if request.method not in _SAFE_METHODS | _CREATING_METHODS and not any(
            len(segment) >= _UNGUESSABLE and segment in self._owned for segment in segments
        ):
            raise GuardError(
                f"{request.method} names no resource that this run created or invented"
            )
        with self._lock:
            if self._left < 1:
                raise GuardError("the budget of requests is used up")
            self._left -= 1
        return self._inner.handle_request(request)

    def close(self) -> None:
        """Close what really sends."""
        self._inner.close()


def production_hosts(document: JsonObject) -> frozenset[str]:
    """Return the hosts of a spec's servers that do not say that they are for tests.

    OpenAPI 3.1, Server Object: ``url`` and ``description``.
    """
    found: set[str] = set()
    servers = document.get("servers")
    for server in servers if isinstance(servers, list) else ():
        if not isinstance(server, dict):
            continue
        try:
            host = urlsplit(str(server.get("url", ""))).hostname
        except ValueError:
            continue
        words = f"{host} {server.get('description', '')}".lower()
        if host and not any(word in words for word in _TEST_WORDS):
            found.add(host)
    return frozenset(found)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ("", None, None)
    return (parts.scheme, parts.hostname, port or {"http": 80, "https": 443}.get(parts.scheme))
