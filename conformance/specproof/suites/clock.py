"""The time as run files have it."""

from __future__ import annotations

import datetime as dt

__all__ = ["now"]


def now() -> str:
    """Return date and time, RFC 3339 in UTC, with seconds."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
