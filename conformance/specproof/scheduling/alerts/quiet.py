"""Hours in which nobody is woken without need."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from dataclasses import dataclass
from typing import Final

from specproof.errors import InputError
from specproof.text import one_line

__all__ = ["QuietHours", "read_quiet_hours"]

_HOURS: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
_MINUTE: Final = dt.timedelta(minutes=1)
_MINUTES_OF_TWO_DAYS: Final = 2 * 24 * 60


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Every day from ``start`` until before ``end``, on the clocks of ``zone``.

    What the clock on the wall shows decides: an hour that comes twice is quiet twice, and of a
    time that a day skips, quiet ends with the first minute after the gap.
    """

    start: dt.time
    end: dt.time
    zone: zoneinfo.ZoneInfo

    def hold(self, now: dt.datetime) -> bool:
        """Return whether ``now``, an aware date and time, is within them."""
        wall = now.astimezone(self.zone).time()
        if self.start < self.end:
            return self.start <= wall < self.end
        return wall >= self.start or wall < self.end

    def until(self, now: dt.datetime) -> dt.datetime:
        """Return the first full minute, in UTC, from ``now`` on that is not quiet."""
        if not self.hold(now):
            return now.astimezone(dt.UTC)
        moment = now.astimezone(dt.UTC).replace(second=0, microsecond=0)
        # Minute by minute, so that no day on which the clocks are changed needs a rule.
        for _ in range(_MINUTES_OF_TWO_DAYS):
            moment += _MINUTE
            if not self.hold(moment):
                break
        return moment


def read_quiet_hours(hours: str | None, zone: str) -> QuietHours | None:
    """Return the hours of ``22:00-07:00`` in the time zone ``zone`` (IANA name), None for None.

    Raises:
        InputError: neither hours nor a time zone, or the whole day.
    """
    if hours is None:
        return None
    found = _HOURS.fullmatch(hours)
    if found is None:
        raise InputError(
            f"--quiet-hours {one_line(hours, 40)} are no hours",
            remedy="write them like 22:00-07:00",
        )
    start = dt.time(int(found[1]), int(found[2]))
    end = dt.time(int(found[3]), int(found[4]))
    if start == end:
        raise InputError(f"--quiet-hours {hours} leave no time, or all of it")
    try:
        return QuietHours(start, end, zoneinfo.ZoneInfo(zone))
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        raise InputError(
            f"--time-zone {one_line(zone, 60)} is not known here",
            remedy="name one like Europe/Berlin or UTC",
        ) from None
