"""Python values as JSON."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from enum import Enum
from typing import Any
from uuid import UUID

from .types import UNSET, File

__all__ = ["plain"]

_PLAIN = frozenset({str, int, float, bool, type(None)})
_UTC = "+00:00"


def plain(value: Any) -> Any:
    """Return ``value`` as JSON: objects as dicts, arrays as lists, all else as plain values.

    A date-time is written as RFC 3339 has it, in microseconds or milliseconds where it has a
    fraction, with ``Z`` for UTC; fields without a value are left out.

    Raises:
        ValueError: it has no form in JSON.
    """
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {name: plain(held) for name, held in value.items() if held is not UNSET}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if hasattr(value, "to_dict"):
        return value.to_dict()
    return _written(value)


def _written(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        whole = value.microsecond % 1000 == 0
        precision = "seconds" if not value.microsecond else "milliseconds"
        text = value.isoformat(timespec=precision if whole else "microseconds")
        return text.removesuffix(_UTC) + "Z" if text.endswith(_UTC) else text
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, File):
        place = value.payload.tell()
        content = value.payload.read()
        value.payload.seek(place)
        return content.decode("utf-8", "surrogatepass")
    if isinstance(value, str | int | float):
        return value
    raise ValueError(f"{type(value).__name__} has no form in JSON")
