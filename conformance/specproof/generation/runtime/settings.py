"""How a client reaches its API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import field, frozen

from .errors import InvalidRequestError

if TYPE_CHECKING:
    import ssl

    import httpx

__all__ = ["Retries", "Settings"]

_TRANSPORTS = {"transport": "handle_request", "async_transport": "handle_async_request"}


_LONGEST = 1e9  # seconds; no system waits much longer
_LARGEST = 1 << 62  # bytes


def _is_number(value: object, most: float = _LONGEST) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= most


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

    def __attrs_post_init__(self) -> None:
        """Refuse what is none of these.

        Raises:
            InvalidRequestError: a number is negative or none.
        """
        if not _is_number(self.attempts) or not isinstance(self.attempts, int):
            raise InvalidRequestError("attempts must be a whole number, not negative")
        for name in ("longest_wait", "backoff"):
            if not _is_number(getattr(self, name)):
                raise InvalidRequestError(f"{name} must be seconds, not negative")


@frozen(kw_only=True)
class Settings:
    """How to reach the API; ``Client`` says what each is.

    Raises:
        InvalidRequestError: one of them is not what ``Client`` says.
    """

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
    user_agent: str = ""

    def __attrs_post_init__(self) -> None:
        """Refuse now what the first call would fail with, far from where it was said."""
        limits = self.timeout
        if not (limits is None or hasattr(limits, "as_dict") or (_is_number(limits) and limits)):
            raise InvalidRequestError(
                "timeout must be seconds, more than 0, an httpx.Timeout, or None for no limit"
            )
        if not (self.total_timeout is None or _is_number(self.total_timeout)):
            raise InvalidRequestError("total_timeout must be seconds, or None for no limit")
        most = self.max_response_bytes
        if not _is_number(most, _LARGEST) or not isinstance(most, int):
            raise InvalidRequestError("max_response_bytes must be a whole number of bytes")
        if not (self.retries is None or isinstance(self.retries, Retries)):
            raise InvalidRequestError("retries must be Retries, or None for no retries")
        for name, method in _TRANSPORTS.items():
            chosen = getattr(self, name)
            if not (chosen is None or hasattr(chosen, method)):
                raise InvalidRequestError(f"{name} must have the method {method}")
