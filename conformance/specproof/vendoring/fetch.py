"""Fetching one document over HTTP, distrusting whatever answers."""

from __future__ import annotations

import ipaddress
import ssl
import time
import urllib.request
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

import httpx
from httpx_retries import Retry, RetryTransport

from specproof.errors import CouldNotCheckError, InputError, LimitError, UpstreamError
from specproof.text import one_line

__all__ = ["Answer", "Fetcher", "check_url", "is_url"]

_RETRIED = frozenset({429, 500, 502, 503, 504})
# Of what a server may compress with, the one whose expansion is bounded for each chunk read.
_CODINGS = frozenset({"", "identity", "gzip", "x-gzip"})


@dataclass(frozen=True, slots=True)
class Answer:
    """A document as a server gave it.

    Attributes:
        url: the one that was asked for.
        final_url: the one that answered, after redirects.
        body: decoded; None when the server says that the known entity tag still holds.
        media_type: lower case, without parameters; "" when the server named none.
    """

    url: str
    final_url: str
    body: bytes | None
    media_type: str
    etag: str | None


@dataclass(frozen=True, slots=True)
class Fetcher:
    """How documents are fetched.

    Attributes:
        retries: attempts after the first, on 429, 5xx and a broken connection.
        backoff: seconds, doubled with each attempt, where the server names no wait.
        max_wait: the longest that a ``Retry-After`` is obeyed, in seconds.
        timeout: seconds without a byte.
        deadline: seconds for one document in all, waiting between attempts left out.
        max_bytes: size of one document, decoded.
        max_redirects: hops that are followed.
    """

    retries: int = 3
    backoff: float = 0.5
    max_wait: float = 30.0
    timeout: float = 20.0
    deadline: float = 180.0
    max_bytes: int = 32 * 1024 * 1024
    max_redirects: int = 5

    def fetch(self, url: str, *, etag: str | None = None) -> Answer:
        """Return the answer to a GET of ``url``, conditional on ``etag`` (RFC 9110, 13.1.2).

        Raises:
            InputError: the URL is not allowed.
            UpstreamError: refused, redirected in a circle or to where it must not go.
            LimitError: larger than ``max_bytes``.
            CouldNotCheckError: out of reach, too slow, or still failing after the retries.
        """
        check_url(url)
        here = url
        for _ in range(self.max_redirects + 1):
            try:
                answer = self._once(url, here, etag)
            except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError) as error:
                reason = one_line(str(error), 200) or type(error).__name__
                raise CouldNotCheckError(f"{here}: can not be reached: {reason}") from error
            if isinstance(answer, Answer):
                return answer
            here = _hop(url, answer)
        raise UpstreamError(f"redirects more than {self.max_redirects} times", file=url)

    def _once(self, url: str, here: str, etag: str | None) -> Answer | str:
        """Ask ``here`` and return its answer, or where it redirects to."""
        headers = {
            "Accept": "text/markdown, application/yaml, application/json, text/plain, */*;q=0.5",
            "Accept-Encoding": "gzip",
            "User-Agent": "specproof",
        }
        if etag is not None:
            headers["If-None-Match"] = etag
        retry = Retry(
            total=self.retries,
            backoff_factor=self.backoff,
            max_backoff_wait=self.max_wait,
            status_forcelist=_RETRIED,
        )
        transport = RetryTransport(httpx.HTTPTransport(proxy=_proxy(here)), retry)
        with (
            httpx.Client(transport=transport, timeout=self.timeout) as client,
            client.stream("GET", here, headers=headers) as response,
        ):
            status = response.status_code
            if response.next_request is not None:
                return str(response.next_request.url)
            media_type = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
            tag = response.headers.get("ETag")
            if status == HTTPStatus.NOT_MODIFIED and etag is not None:
                return Answer(url, here, None, media_type, tag or etag)
            _check_status(url, status)
            return Answer(url, here, self._body(url, response), media_type, tag)

    def _body(self, url: str, response: httpx.Response) -> bytes:
        coding = response.headers.get("Content-Encoding", "").strip().lower()
        if coding not in _CODINGS:
            raise UpstreamError(
                f"is compressed with {one_line(coding, 40)!r}, which was not asked for", file=url
            )
        ends = time.monotonic() + self.deadline
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > self.max_bytes:
                raise LimitError(f"is larger than {self.max_bytes} bytes", file=url)
            if time.monotonic() > ends:
                raise CouldNotCheckError(f"{url}: takes longer than {self.deadline:g} seconds")
        return bytes(body)


def is_url(location: str) -> bool:
    """Return whether ``location`` is meant as a URL and not as a file."""
    return "://" in location


def check_url(url: str) -> None:
    """Check that ``url`` may be fetched: https, or http on this machine, and no password.

    Raises:
        InputError: it may not.
    """
    shown = one_line(url, 200)
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise InputError("is no URL", file=shown) from error
    if parts.username is not None or parts.password is not None:
        # The URL is committed in source.toml, and a password must not be.
        raise InputError(
            "carries a user name or password",
            file=f"{parts.scheme}://{one_line(parts.hostname or '', 100)}",
            remedy="pages are vendored from public URLs",
        )
    if not parts.hostname:
        raise InputError("names no host", file=shown)
    if parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(url)):
        return
    raise InputError("is not https", file=shown, remedy="use an https URL")


def _hop(url: str, there: str) -> str:
    """Return where a redirect leads, if it may be followed."""
    try:
        check_url(there)
    except InputError as error:
        raise UpstreamError(
            f"redirects to {one_line(there, 120)}, which {error.problem}", file=url
        ) from error
    if _is_loopback(there) and not _is_loopback(url):
        raise UpstreamError("redirects to this machine", file=url)
    return there


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _proxy(url: str) -> str | None:
    """Return the proxy that the environment names for ``url``, if any."""
    parts = urlsplit(url)
    if _is_loopback(url) or urllib.request.proxy_bypass(parts.hostname or ""):
        return None
    proxies = urllib.request.getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")


def _check_status(url: str, status: int) -> None:
    if status == HTTPStatus.OK:
        return
    if status in _RETRIED:
        raise CouldNotCheckError(f"{url}: answers {status}, again after every retry")
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        raise UpstreamError(
            f"answers {status}: it wants a login", file=url, remedy="vendor from a public URL"
        )
    raise UpstreamError(f"answers {status}", file=url)
