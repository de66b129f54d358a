"""From the arguments of an operation to a request that goes where it should."""

from __future__ import annotations

from collections.abc import Mapping
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
        self._headers = httpx.Headers({"Accept": "*/*", "Accept-Encoding": "gzip, deflate"})
        # Written once: httpx writes it for each request otherwise.
        self._headers["Host"] = httpx.URL(base).netloc.decode("ascii")
        self._headers.update({name: _field(value) for name, value in settings.headers.items()})
        self._cookies = {name: _cookie(name, value) for name, value in settings.cookies.items()}
        self._timeout = httpx.Timeout(settings.timeout).as_dict()

    def build(self, method: str, arguments: Mapping[str, Any]) -> httpx.Request:
        """Return the request that ``arguments`` ask for.

        Args:
            method: upper case.
            arguments: those of ``httpx.Request``, ``url`` being the path, encoded.

        Raises:
            InvalidRequestError: a value would change where the request goes or where it ends.
        """
        __tracebackhide__ = True
        rest = dict(arguments)
        path = rest.pop("url")
        parts = path.lower().replace("%2e", ".").split("/")
        if parts[0] or not _DOTS.isdisjoint(parts):
            raise InvalidRequestError("the arguments make a path that addresses another operation")
        fields = _fields(rest.pop("headers", {}))
        cookies = rest.pop("cookies", {})
        if cookies or self._cookies:
            named = {name: _cookie(name, value) for name, value in cookies.items()}
            pairs = {**self._cookies, **named}.items()
            fields["Cookie"] = "; ".join(f"{name}={value}" for name, value in pairs)
        request = httpx.Request(
            method,
            self._base + path,
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
