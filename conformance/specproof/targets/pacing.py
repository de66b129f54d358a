"""A rate that several machines keep together: what a live request waits for at the very last.

A run's own limits are those of ``targets.budget``, which one machine counts. Where other
machines call the same vendor, somebody above hands in a `Pace`; a run without one asks nobody.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import Final, Protocol

import httpx

from specproof.targets.budget import silence_asked

__all__ = ["SENT", "Pace", "Paced", "current_pace", "origin_key", "paced_by"]

SENT: Final = "specproof-sent"
"""Extension of an answer: ``time.perf_counter()`` when its request was really sent.

What a request waited for before that, its turn or a budget, is no time of the server's.
"""


class Pace(Protocol):
    """Spaces the requests of every machine that calls one vendor."""

    def wait(self, origin: str) -> None:
        """Return when a request may go to ``origin``, see `origin_key`, at once then.

        Raises:
            CouldNotCheckError: nobody can say; the request must not be sent.
            GuardError: no request may go there.
        """

    def heed(self, origin: str, seconds: float) -> None:
        """Let no machine send to ``origin``, which asked for ``seconds`` of silence; never raise.

        How long at most is the pace's to say: what a server asks for may be a year.
        """


_PACES: list[Pace] = []
"""The pace of this process, at most one: a worker executes one part at a time."""


@contextlib.contextmanager
def paced_by(pace: Pace) -> Iterator[None]:
    """Let every live target that is made meanwhile in this process keep ``pace``."""
    _PACES.append(pace)
    try:
        yield
    finally:
        _PACES.remove(pace)


def current_pace() -> Pace | None:
    """Return the pace that live targets have to keep, or None where none was handed in."""
    return _PACES[-1] if _PACES else None


def origin_key(url: str) -> str | None:
    """Return scheme, host and port of a URL, the same for every way to write them.

    None where it has none. A port that the scheme implies is left out (RFC 6454 4).
    """
    try:
        parts = httpx.URL(url)
        host = parts.raw_host.decode("ascii").lower().rstrip(".")
    except (httpx.InvalidURL, UnicodeError):
        return None
    if parts.scheme not in {"http", "https"} or not host:
        return None
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}{'' if parts.port is None else f':{parts.port}'}"


class Paced(httpx.BaseTransport):
    """Waits for the pace right before a request is sent, after all that takes time.

    Args:
        inner: what sends.
        pace: whom to ask.
        base_url: where all requests go.
    """

    def __init__(self, inner: httpx.BaseTransport, pace: Pace, base_url: str) -> None:
        self._inner = inner
        self._pace = pace
        self._origin = origin_key(base_url) or ""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send ``request`` when it is its turn; tell all others of a ``Retry-After``."""
        self._pace.wait(self._origin)
        answer = self._inner.handle_request(request)
        wait = silence_asked(answer.status_code, answer.headers.get("retry-after"), time.time())
        if wait:
            self._pace.heed(self._origin, wait)
        return answer

    def close(self) -> None:
        """Close what sends."""
        self._inner.close()
