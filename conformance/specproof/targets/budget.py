"""What a live run may cost its server: requests, their rate, and time; shared by workers.

One row of an SQLite file, which every worker process changes in a transaction. A rate
limiter of a library would bring a second shared file beside it, since the number of
requests, the wall clock and what the server asked for have to be shared as well.
"""

from __future__ import annotations

import sqlite3
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path

from specproof.errors import GuardError

__all__ = ["PATIENCE", "PATIENCE_IN_ALL", "Budget", "Limits", "retry_after", "silence_asked"]

PATIENCE = 60.0
"""Longest wait, in seconds, that a server may ask for and the run goes on: limits per minute."""

PATIENCE_IN_ALL = 300.0
"""Longest sum of such waits."""

_THROTTLED = frozenset({429, 503})
_DIGITS = 10
"""Most digits of a Retry-After that are read; ten are three centuries."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one run.

    Attributes:
        max_requests: most requests.
        rate: most requests per second, None for any number.
        max_seconds: seconds after which nothing more is sent, None for no limit.
    """

    max_requests: int
    rate: float | None = None
    max_seconds: float | None = None


class Budget:
    """Counts, spaces and stops the requests of one run.

    Args:
        limits: what the whole run may use.
        path: file that the workers of a run share; None for a run of one process.
        clock: seconds since the epoch.
        sleep: waits so many seconds.
    """

    def __init__(
        self,
        limits: Limits,
        path: Path | None = None,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._base = sqlite3.connect(
            ":memory:" if path is None else str(path),
            timeout=60.0,
            isolation_level=None,
            check_same_thread=False,
        )
        # Also where nobody got as far as to close it.
        self._closes = weakref.finalize(self, self._base.close)
        # The file lives no longer than the run: nothing has to survive a loss of power.
        self._base.execute("PRAGMA synchronous=OFF")
        self._base.execute("BEGIN IMMEDIATE")
        self._base.execute(
            "CREATE TABLE IF NOT EXISTS budget"
            " (id INTEGER PRIMARY KEY, started REAL, sent INTEGER, slot REAL, stopped TEXT,"
            " waited REAL)"
        )
        self._base.execute(
            "INSERT OR IGNORE INTO budget VALUES (1, ?, 0, 0, '', 0)", (self._clock(),)
        )
        self._base.execute("COMMIT")

    @property
    def sent(self) -> int:
        """Requests that were let through so far, in all workers."""
        return int(self._row()[1])

    @property
    def stopped(self) -> str:
        """Why nothing more may be sent, or an empty string."""
        return str(self._row()[3])

    @property
    def waited(self) -> float:
        """Seconds of silence that the server asked for so far, in all workers."""
        [seconds] = self._base.execute("SELECT waited FROM budget").fetchone()
        return float(seconds)

    def take(self) -> None:
        """Wait until one request may go out, and count it.

        Raises:
            GuardError: no more may go out in this run.
        """
        while (wait := self._taken()) > 0:
            self._sleep(wait)

    def heed(self, seconds: float) -> None:
        """Do as a server says that asks for ``seconds`` of silence, or stop for good."""
        now = self._clock()
        started = float(self._row()[0])
        limit = self._limits.max_seconds
        late = limit is not None and now + seconds > started + limit
        if seconds > PATIENCE or self.waited + seconds > PATIENCE_IN_ALL or late:
            self._stop(f"the server asked to be left alone for {seconds:.0f} s (Retry-After)")
            return
        with self._lock:
            self._base.execute(
                "UPDATE budget SET waited = waited + max(0, ?1 - max(slot, ?2)),"
                " slot = max(slot, ?1)",
                (now + seconds, now),
            )

    def close(self) -> None:
        """Release the file."""
        self._closes()

    def _taken(self) -> float:
        """Count one request and return 0, or return the seconds to wait before asking again."""
        with self._lock:
            self._base.execute("BEGIN IMMEDIATE")
            try:
                return self._decided()
            finally:
                self._base.execute("COMMIT")

    def _decided(self) -> float:
        started, sent, slot, stopped = self._row()
        now = self._clock()
        limit = self._limits.max_seconds
        if not stopped and sent >= self._limits.max_requests:
            stopped = f"the budget of {self._limits.max_requests} requests is used up"
        if not stopped and limit is not None and max(now, slot) > started + limit:
            stopped = f"the {limit:g} s that the run may take are over"
        if stopped:
            self._base.execute("UPDATE budget SET stopped = ?", (stopped,))
            raise GuardError(stopped)
        if slot > now:
            return slot - now
        apart = 1 / self._limits.rate if self._limits.rate else 0.0
        self._base.execute("UPDATE budget SET sent = sent + 1, slot = ?", (now + apart,))
        return 0.0

    def _stop(self, reason: str) -> None:
        with self._lock:
            self._base.execute("UPDATE budget SET stopped = ? WHERE stopped = ''", (reason,))

    def _row(self) -> tuple[float, int, float, str]:
        row: tuple[float, int, float, str] = self._base.execute(
            "SELECT started, sent, slot, stopped FROM budget"
        ).fetchone()
        return row


def retry_after(value: str | None, now: float) -> float | None:
    """Return the seconds that a ``Retry-After`` asks for, None where it says nothing readable.

    RFC 9110 10.2.3: whole seconds, or a date.
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:_DIGITS])
    try:
        due = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return max(0.0, due.timestamp() - now)


def silence_asked(status: int, value: str | None, now: float) -> float | None:
    """Return the seconds of silence that an answer asks for, None where it asks for none.

    Args:
        status: only 429 and 503 throttle.
        value: its ``Retry-After``, see `retry_after`.
    """
    return retry_after(value, now) if status in _THROTTLED else None
