"""From the arguments of an operation to a request that goes where it should."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from io import SEEK_END, BytesIO
from typing import Any

import httpx

from .errors import InvalidRequestError
from .settings import Settings
from .transport import EXPECTED

__all__ = ["Requests"]

# RFC 9110 7.2, 7.6.1, 8.6: where a request goes and where it ends is no parameter.
_FRAMING = frozenset(
    {
        "connection",
        "content-length",
        "host",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
_DOTS = frozenset({".", ".."})
_PIECE = 1 << 16  # bytes of a file at once
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 5.6.2
_NOT_IN_COOKIES = frozenset('",;\\ ')  # RFC 6265 4.1.1, cookie-octet


class Requests:
    """Builds the requests of one client.

    Args:
        base: sound base URL, no slash at its end.
        settings: headers, cookies and time limits of every request.
    """

    def __init__(self, base: str, settings: Settings) -> None:
        self._base = base
        # The path of the base URL as httpx writes it.
        self._prefix = httpx.URL(base + "/").raw_path[:-1]
        for name in settings.headers:
            if name.lower() in _FRAMING - {"host"}:
                raise InvalidRequestError(f"the header {name} is none of a client")
            if not _TOKEN.fullmatch(name):
                raise InvalidRequestError(f"{name!a} is no name of a header")
        self._headers = httpx.Headers(
            {
                # An API that knows other forms too is asked for the one that is read here.
                "Accept": "application/json, */*;q=0.9",
                "Accept-Encoding": "gzip, deflate",
            }
        )
        if settings.user_agent:
            self._headers["User-Agent"] = settings.user_agent
        # Written once: httpx writes it for each request otherwise.
        self._headers["Host"] = httpx.URL(base).netloc.decode("ascii")
        self._headers.update({name: _field(value) for name, value in settings.headers.items()})
        self._cookies = {name: _cookie(name, value) for name, value in settings.cookies.items()}
        self._timeout = httpx.Timeout(settings.timeout).as_dict()

    def build(self, method: str, arguments: Mapping[str, Any]) -> httpx.Request:
        """Return the request that ``arguments`` ask for.

        Args:
            method: upper case.
            arguments: those of ``httpx.Request``, ``url`` being the path and ``params`` pairs,
                all encoded.

        Raises:
            InvalidRequestError: a value would change where the request goes or where it ends.
        """
        __tracebackhide__ = True
        rest = dict(arguments)
        path = rest.pop("url")
        query = "&".join(f"{name}={value}" for name, value in rest.pop("params", ()))
        parts = path.lower().replace("%2e", ".").split("/")
        if parts[0] or not _DOTS.isdisjoint(parts):
            raise InvalidRequestError("the arguments make a path that addresses another operation")
        fields = _fields(rest.pop("headers", {}))
        if hasattr(rest.get("content"), "read"):
            stream = _FileStream(rest.pop("content"))
            rest["stream"] = stream
            fields["Content-Length"] = str(stream.length)
        cookies = rest.pop("cookies", {})
        if cookies or self._cookies:
            named = {name: _cookie(name, value) for name, value in cookies.items()}
            pairs = {**self._cookies, **named}.items()
            fields["Cookie"] = "; ".join(f"{name}={value}" for name, value in pairs)
        request = httpx.Request(
            method,
            f"{self._base}{path}?{query}" if query else self._base + path,
            headers=self._headers,
            extensions={
                EXPECTED: self._prefix + path.encode("ascii"),
                "timeout": self._timeout,
            },
            **rest,
        )
        for name, value in fields.items():
            request.headers[name] = value
        return request


class _FileStream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """What is left of a file, the same for each attempt to send it.

    A file that can not be rewound is read at once: a second attempt would send nothing.
    """

    def __init__(self, payload: Any) -> None:
        can_rewind = hasattr(payload, "seekable") and payload.seekable()
        self._payload = payload if can_rewind else BytesIO(payload.read())
        self._start = self._payload.tell()
        self.length = self._payload.seek(0, SEEK_END) - self._start

    def __iter__(self) -> Iterator[bytes]:
        self._payload.seek(self._start)
        while piece := self._payload.read(_PIECE):
            yield piece

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self:
            yield piece


def _fields(headers: Mapping[str, Any]) -> dict[str, str]:
    for name in headers:
        if name.lower() in _FRAMING:
            raise InvalidRequestError(f"the header {name} is no argument of a call")
    return {name: _field(value) for name, value in headers.items()}


def _field(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
    # RFC 9110 5.5: with any of these a value would be the start of something else.
    if not text.isascii() or any(not letter.isprintable() and letter != "\t" for letter in text):
        raise InvalidRequestError("a header must be printable ASCII; the value is not shown")
    return text


def _cookie(name: str, value: Any) -> str:
    text = _field(value)
    if _NOT_IN_COOKIES & set(text) or (_NOT_IN_COOKIES | {"="}) & set(name):
        raise InvalidRequestError("a cookie must not hold such characters")
    return text
