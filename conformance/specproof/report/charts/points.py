"""What charts are made of: one point for each run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from specproof.errors import InputError
from specproof.text import one_line

__all__ = ["FindingsPoint", "LatencyPoint", "VerdictPoint", "day_of", "moment"]


@dataclass(frozen=True, slots=True)
class VerdictPoint:
    """How many requirements of an API had which verdict in one run.

    Attributes:
        started: RFC 3339 date and time of the run.
        accepted: whether all that failed is an accepted deviation.
        stray: whether an error was open although no requirement failed, such as one about a
            deviation that nothing matches any more.
        href: where the run has a page, as an address relative to the page of the chart, or None.
    """

    started: str
    passed: int
    failed: int
    inconclusive: int
    vacuous: int
    accepted: bool = False
    stray: bool = False
    href: str | None = None

    @property
    def total(self) -> int:
        """All requirements of the run."""
        return self.passed + self.failed + self.inconclusive + self.vacuous

    @property
    def exercised(self) -> int:
        """Requirements that the run has tested."""
        return self.passed + self.failed

    @property
    def broken(self) -> bool:
        """Whether something was wrong that nobody accepted."""
        return self.stray or (self.failed > 0 and not self.accepted)


@dataclass(frozen=True, slots=True)
class LatencyPoint:
    """How long the answers of an operation took in one run, in milliseconds."""

    started: str
    median: float
    p95: float
    count: int


@dataclass(frozen=True, slots=True)
class FindingsPoint:
    """How many findings one run had: by severity those nobody accepted, and the accepted ones."""

    started: str
    errors: int
    warnings: int
    infos: int
    accepted: int


def moment(started: str) -> datetime:
    """Return an RFC 3339 date and time as one in UTC.

    Raises:
        InputError: it is none.
    """
    try:
        found = datetime.fromisoformat(started)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InputError(f"{one_line(started, 60)!r} is no date and time") from None


def day_of(started: str) -> str:
    """Return the day in UTC, ``2026-11-22``."""
    return moment(started).date().isoformat()
