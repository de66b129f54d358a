"""Values of response headers, and the ways in which they can be wrong."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import TypeVar
from uuid import UUID

__all__ = [
    "boolean",
    "date",
    "date_time",
    "integer",
    "number",
    "request_id",
    "retry_after",
    "text",
    "uuid",
]

T = TypeVar("T")

_LONGEST = 256  # characters of a request id
_DIGITS = 18
# Python reads more than these: "1_000", "nan", "1e999".
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,100}(\.[0-9]{1,100})?([eE][+-]?[0-9]{1,2})?")
_REQUEST_IDS = (
    "x-request-id",
    "request-id",
    "x-correlation-id",
    "x-amzn-requestid",
    "x-trace-id",
    "cf-ray",
)


def text(headers: Mapping[str, str], name: str) -> str | None:
    """Return the value of the header field ``name``, or None where there is none."""
    return headers.get(name)


def integer(headers: Mapping[str, str], name: str) -> int | None:
    """Return a whole number, or None where the header is absent or is none."""
    return _read(headers, name, lambda value: int(value) if _INTEGER.fullmatch(value) else None)


def number(headers: Mapping[str, str], name: str) -> float | None:
    """Return a number, or None where the header is absent or is none."""
    return _read(headers, name, lambda value: float(value) if _NUMBER.fullmatch(value) else None)


def boolean(headers: Mapping[str, str], name: str) -> bool | None:
    """Return true or false, or None where the header is absent or neither."""
    return _read(headers, name, lambda value: {"true": True, "false": False}[value.lower()])


def date(headers: Mapping[str, str], name: str) -> dt.date | None:
    """Return a full-date of RFC 3339, or None where the header is absent or is none."""
    return _read(headers, name, dt.date.fromisoformat)


def date_time(headers: Mapping[str, str], name: str) -> dt.datetime | None:
    """Return a date-time of RFC 3339 or an HTTP date, or None."""
    return _read(headers, name, _date_time)


def uuid(headers: Mapping[str, str], name: str) -> UUID | None:
    """Return a UUID, or None where the header is absent or is none."""
    return _read(headers, name, UUID)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return how many seconds ``Retry-After`` asks to wait, or None (RFC 9110 10.2.3).

    Whole seconds or an HTTP date, which is measured against the ``Date`` of the same response
    where it has one, so that two clocks that differ do no harm.
    """
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float((value.lstrip("0") or "0")[:_DIGITS])
    wanted = _read(headers, "retry-after", _http_date)
    if wanted is None:
        return None
    now = _read(headers, "date", _http_date) or dt.datetime.now(dt.UTC)
    return max(0.0, (wanted - now).total_seconds())


def request_id(headers: Mapping[str, str]) -> str | None:
    """Return what the API calls this request, from the header that it says so in, or None."""
    held = {name.lower(): value for name, value in headers.items()}
    for name in _REQUEST_IDS:
        value = held.get(name, "").strip()
        if value and len(value) <= _LONGEST and value.isprintable():
            return value
    return None


def _http_date(value: str) -> dt.datetime:
    found = parsedate_to_datetime(value)
    return found if found.tzinfo is not None else found.replace(tzinfo=dt.UTC)


def _date_time(value: str) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(value)
    except ValueError:
        return _http_date(value)


def _read(headers: Mapping[str, str], name: str, convert: Callable[[str], T | None]) -> T | None:
    value = headers.get(name, "").strip()
    try:
        return convert(value) if value else None
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return None
