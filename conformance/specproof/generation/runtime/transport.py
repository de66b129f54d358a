"""Under a call: requests go to the base URL only, carry credentials, are retried within limits."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Mapping
from typing import Any, cast

import httpx
from httpx_retries import Retry, RetryTransport

from .credentials import Credentials
from .errors import InvalidRequestError
from .headers import retry_after
from .pool import DEADLINE
from .settings import Retries

__all__ = ["EXPECTED", "GivenUp", "Patience", "TimeIsUp", "guarded"]

EXPECTED = "api_client.path"
"""Extension of a request: the path that it must have, as bytes."""

_WAITING = frozenset({429, 503})
_SHORTEST = 0.001  # seconds; httpx reads 0 as "at once" in some places and "never" in others


class GivenUp(Exception):  # noqa: N818 - a part of the way, never seen by callers
    """An answer that is not worth waiting for."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        super().__init__("given up")


class TimeIsUp(Exception):  # noqa: N818 - a part of the way, never seen by callers
    """The time for the whole call has passed."""


class _Choice:
    """What the attempts of one call have in common."""

    __slots__ = ("deadline", "wait")

    def __init__(self, deadline: float | None) -> None:
        self.deadline = deadline
        self.wait: float | None = None


class Patience(Retry):
    """When one call is sent again, and how long it waits before that.

    The wait is chosen before anybody waits: one that would pass the end of the whole call is
    not begun, and the caller gets what the API said last.
    """

    _choice = _Choice(None)

    def starting(self, deadline: float | None) -> Patience:
        """Return the same policy for one call, which ends at ``deadline``."""
        other = cast("Patience", self.copy_with())
        other._choice = _Choice(deadline)  # noqa: SLF001 - of its own class
        return other

    def increment(self) -> Patience:
        """Return what holds after one more attempt."""
        other = cast("Patience", self.copy_with(attempts_made=self.attempts_made + 1))
        other._choice = self._choice  # noqa: SLF001 - of its own class
        return other

    def is_exhausted(self) -> bool:
        """Return whether there is no further attempt, for want of attempts or of time."""
        if super().is_exhausted():
            return True
        if self._choice.wait is None:
            self._choice.wait = self.backoff_strategy()
        return not self._fits(self._choice.wait)

    def is_worth_waiting(self, headers: Mapping[str, str]) -> bool:
        """Return whether the API asks for no more patience than there is."""
        wanted = retry_after(headers)
        if wanted is None:
            return True
        self._choice.wait = wanted
        return wanted <= self.max_backoff_wait and self._fits(wanted)

    def backoff_strategy(self) -> float:
        """Return the seconds to wait where the API does not say: doubled, less a random part."""
        longest: float = min(self.backoff_factor * 2**self.attempts_made, self.max_backoff_wait)
        return longest * random.uniform(0.5, 1)  # noqa: S311 - it spreads load, no secret

    def sleep(self, response: httpx.Response | Exception) -> None:
        """Wait as chosen."""
        del response
        time.sleep(self._taken())

    async def asleep(self, response: httpx.Response | Exception) -> None:
        """Wait as chosen, without blocking."""
        del response
        await asyncio.sleep(self._taken())

    def _taken(self) -> float:
        chosen, self._choice.wait = self._choice.wait, None
        return chosen or 0.0

    def _fits(self, wait: float) -> bool:
        deadline = self._choice.deadline
        return deadline is None or time.monotonic() + wait < deadline


def guarded(
    inner: httpx.BaseTransport | httpx.AsyncBaseTransport,
    base: httpx.URL,
    credentials: Credentials,
    retries: Retries | None,
) -> tuple[_Pinned | RetryTransport, Patience | None]:
    """Return a transport around ``inner`` that keeps the promises of this module.

    Returns:
        The transport, and what a request carries as extension ``retry``, if anything.
    """
    pinned = _Pinned(inner, base, credentials)
    if retries is None or retries.attempts < 1:
        return pinned, None
    policy = Patience(
        total=retries.attempts,
        status_forcelist=sorted(_WAITING),
        backoff_factor=retries.backoff,
        max_backoff_wait=retries.longest_wait,
        retry_on_exceptions=(
            httpx.TimeoutException,
            httpx.NetworkError,
            httpx.RemoteProtocolError,
        ),
    )
    return RetryTransport(transport=pinned, retry=policy), policy


class _Pinned(httpx.BaseTransport, httpx.AsyncBaseTransport):
    def __init__(
        self,
        inner: httpx.BaseTransport | httpx.AsyncBaseTransport,
        base: httpx.URL,
        credentials: Credentials,
    ) -> None:
        self._inner = inner
        self._origin = _origin(base)
        self._credentials = credentials

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        __tracebackhide__ = True
        assert isinstance(self._inner, httpx.BaseTransport)  # noqa: S101 - chosen by the caller
        response = self._inner.handle_request(self._prepared(request))
        _weigh(request, response)
        return response

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        __tracebackhide__ = True
        assert isinstance(self._inner, httpx.AsyncBaseTransport)  # noqa: S101 - as above
        response = await self._inner.handle_async_request(self._prepared(request))
        _weigh(request, response)
        return response

    def close(self) -> None:
        if isinstance(self._inner, httpx.BaseTransport):
            self._inner.close()

    async def aclose(self) -> None:
        if isinstance(self._inner, httpx.AsyncBaseTransport):
            await self._inner.aclose()

    def _prepared(self, request: httpx.Request) -> httpx.Request:
        """Return what is really sent: the same request, checked, with credentials."""
        __tracebackhide__ = True
        url = request.url
        target = url.raw_path
        if _origin(url) != self._origin or target.partition(b"?")[0] != request.extensions.get(
            EXPECTED
        ):
            raise InvalidRequestError(
                "the request would not go to the operation that was called; nothing was sent"
            )
        extensions = {"timeout": request.extensions.get("timeout", {})}
        deadline = request.extensions.get(DEADLINE)
        if deadline is not None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeIsUp
            extensions[DEADLINE] = deadline
            extensions["timeout"] = _shortened(extensions["timeout"], left)
        held = self._credentials
        if held.query:
            url = url.copy_with(query=b"&".join(filter(None, [url.query, held.query_string])))
        sent = httpx.Request(
            request.method,
            url,
            headers=request.headers,
            stream=request.stream,
            extensions=extensions,
        )
        for name, value in held.headers.items():
            sent.headers[name] = value
        if held.cookies:
            pairs = [f"{name}={value}" for name, value in held.cookies.items()]
            before = sent.headers.get("Cookie", "")
            sent.headers["Cookie"] = "; ".join(filter(None, [before, *pairs]))
        return sent


def _weigh(request: httpx.Request, response: httpx.Response) -> None:
    """Stop the retries where the API asks for more patience than there is."""
    patience = request.extensions.get("retry")
    if (
        response.status_code in _WAITING
        and isinstance(patience, Patience)
        and not patience.is_worth_waiting(response.headers)
    ):
        raise GivenUp(response)


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _shortened(timeouts: Mapping[str, Any], left: float) -> dict[str, float]:
    """Return the time limits, none of them longer than what is left of the whole call."""
    return {
        kind: max(_SHORTEST, left if limit is None else min(left, limit))
        for kind in ("connect", "read", "write", "pool")
        for limit in (timeouts.get(kind),)
    }
