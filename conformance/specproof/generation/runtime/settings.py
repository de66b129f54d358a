"""How a client reaches its API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import field, frozen

if TYPE_CHECKING:
    import ssl

    import httpx

__all__ = ["Retries", "Settings"]


@frozen
class Retries:
    """When a call is sent again.

    Only for methods that may be repeated (RFC 9110 9.2.2: GET, HEAD, OPTIONS, PUT, DELETE,
    TRACE), after a connection that failed and after 429 and 503.

    Attributes:
        attempts: how often a call is sent again at most.
        longest_wait: seconds between two attempts at most; an API that asks for more by
            ``Retry-After`` gets no further attempt, and the caller its answer.
        backoff: seconds before the second attempt, doubled for each further one, less a random
            part, where the API says nothing.
    """

    attempts: int = 2
    longest_wait: float = 20.0
    backoff: float = 0.5


@frozen(kw_only=True)
class Settings:
    """How to reach the API; ``Client`` says what each is."""

    base_url: str
    headers: Mapping[str, str] = field(factory=dict, repr=False)
    cookies: Mapping[str, str] = field(factory=dict, repr=False)
    timeout: httpx.Timeout | float | None = 30.0
    total_timeout: float | None = 120.0
    max_response_bytes: int = 64 << 20
    retries: Retries | None = Retries()
    verify_ssl: str | bool | ssl.SSLContext = True
    transport: httpx.BaseTransport | None = None
    async_transport: httpx.AsyncBaseTransport | None = None
