"""Rates of vendors that all workers of a cluster keep together, counted in PostgreSQL.

pyrate-limiter's ``PostgresBucket`` (4.5.1) decides: one row per request that went out, and a
request may go where fewer than the limit are in the window that ends now. Four things in it
are not left to it:

- Its limiter waits on its own clock and writes down the time that it meant to wake at, not the
  one at which it did. Each attempt here asks the database anew what time it is.
- Its clock falls back to that of the machine when the database does not answer, and clocks of
  machines differ. Here that is an error.
- Its column has no time zone, so that what it holds depends on the session's. Sessions here
  are in UTC.
- Its tables would lie among those of the history. They get a schema of their own.

It has no way to close a bucket for a while. What a server asks for with ``Retry-After`` stands in
a table of ours beside it, a row for each origin, which every worker reads with the time.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import re
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy

from specproof.errors import CouldNotCheckError, GuardError, InputError
from specproof.targets.budget import PATIENCE, PATIENCE_IN_ALL

if TYPE_CHECKING:
    import psycopg
    from pyrate_limiter import PostgresBucket

__all__ = ["SLACK", "RateLimit", "SharedRates", "parse_rate", "strictest"]

SLACK: Final = 0.25
"""Seconds by which every window is longer than the vendor's: a request needs time to arrive,
and one that was let go first may arrive last."""

_LATEST = SLACK / 2
"""Seconds within which a turn has to be used; one that took longer to get is let go."""

_SCHEMA = "specproof_rates"
_AWAY_SECONDS = 60.0
"""How long a database may be away."""

_CONNECT_SECONDS = 10
_LEAK_EACH = 64
_RATE = re.compile(r"([1-9]\d{0,8})/(s|min|h)")
_SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0}
_SILENCE = (
    "CREATE TABLE IF NOT EXISTS silence (origin text PRIMARY KEY, until timestamptz NOT NULL)"
)
_NOW = """
SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint,
    (SELECT extract(epoch FROM until - clock_timestamp())::float8 FROM silence WHERE origin = %s)
"""
_HEED = """
INSERT INTO silence AS known (origin, until)
VALUES (%(origin)s, clock_timestamp() + make_interval(secs => %(seconds)s))
ON CONFLICT (origin) DO UPDATE SET until = least(
    greatest(known.until, excluded.until),
    clock_timestamp() + make_interval(secs => %(most)s)
)
"""
_RANDOM = secrets.SystemRandom()


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most ``requests`` in any ``seconds``."""

    requests: int
    seconds: float

    @property
    def per_second(self) -> float:
        """Requests per second in the long run."""
        return self.requests / self.seconds


def parse_rate(text: str) -> RateLimit:
    """Return the rate that ``10/s``, ``300/min`` or ``5000/h`` names.

    Raises:
        InputError: it is none of these.
    """
    found = _RATE.fullmatch(text)
    if found is None:
        raise InputError("this is no rate", remedy="write it like 10/s, 300/min or 5000/h")
    return RateLimit(int(found[1]), _SECONDS[found[2]])


def strictest(one: RateLimit, other: RateLimit) -> RateLimit:
    """Return the one that lets less through in the long run; the smaller burst where both do."""
    return min(one, other, key=lambda item: (item.per_second, item.requests))


class SharedRates:
    """The pace of a worker: waits its turn among all workers of the same database.

    Args:
        url: ``postgresql://...``; never shown.
        limits: origin, see `specproof.targets.pacing.origin_key` -> rate.
        sleep: waits so many seconds.
        monotonic: seconds since some moment, on this machine.
        alive: is told of every turn, and of every wait before it begins, in seconds.
    """

    def __init__(
        self,
        url: str,
        limits: Mapping[str, RateLimit],
        *,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
        alive: Callable[[float], None] = lambda _: None,
    ) -> None:
        self._limits = dict(limits)
        self._sleep = sleep
        self._monotonic = monotonic
        self._alive = alive
        self._database = _Database(url)
        self._buckets: dict[str, PostgresBucket] = {}
        self._asked = 0
        self._away: float | None = None
        self._silent = 0.0
        self.failed = False
        """Whether the database could not be asked; what was under way has to be done again."""

    def wait(self, origin: str) -> None:
        """Return at the moment at which one request may go to ``origin``.

        Raises:
            CouldNotCheckError: the database is away and stays away.
            GuardError: nobody said what the rate of ``origin`` is, or it has asked for more
                silence than a part waits for in all.
        """
        limit = self._limits.get(origin)
        if limit is None:
            raise GuardError("nobody said at what rate this server may be called")
        self._away = None
        while True:
            asked = self._monotonic()
            pause = self._attempt(origin, limit)
            self._alive(pause or 0.0)
            if pause is None:
                if self._monotonic() - asked <= _LATEST:
                    return
                # It is noted earlier than it would go out: that one is lost, not sent late.
                pause = 0.0
            if pause > 0:
                self._sleep(pause)

    def heed(self, origin: str, seconds: float) -> None:
        """Let no worker send to ``origin`` for ``seconds``, of which `PATIENCE` count at most.

        A server that asks for a year is asked again after a minute, and each part that hears it
        is given up, as it is where nothing is shared. What was let go in the same moment is under
        way. Where the database is away this is lost, and nobody gets a turn.
        """
        import psycopg  # noqa: PLC0415 - part of an extra

        asked = {"origin": _name(origin), "seconds": min(seconds, PATIENCE), "most": PATIENCE}
        for _ in range(2):
            try:
                with self._database.connection() as connection:
                    connection.execute(_HEED, asked)
            except psycopg.Error:
                # A connection that broke since the last turn is made anew, once.
                self._leave()
            else:
                return

    def close(self) -> None:
        """Leave the database."""
        self._database.close()

    def _attempt(self, origin: str, limit: RateLimit) -> float | None:
        """Take a turn and return None, or return the seconds to wait before asking again."""
        import psycopg  # noqa: PLC0415 - part of an extra

        try:
            pause = self._taken(origin, limit)
        except psycopg.errors.InsufficientPrivilege:
            raise CouldNotCheckError(
                "the user of the history's database may not make or use the schema"
                f" {_SCHEMA}, in which workers share rates"
            ) from None
        except psycopg.Error:
            self._leave()
            now = self._monotonic()
            if self._away is None:
                self._away = now
            if now - self._away > _AWAY_SECONDS:
                self.failed = True
                raise CouldNotCheckError(
                    "the database that holds the rates shared by all workers is out of reach"
                ) from None
            return 1.0
        self._away = None
        return pause

    def _leave(self) -> None:
        self._database.close()
        self._buckets.clear()

    def _taken(self, origin: str, limit: RateLimit) -> float | None:
        from pyrate_limiter import RateItem  # noqa: PLC0415 - part of an extra

        bucket = self._buckets.get(origin)
        if bucket is None:
            bucket = self._buckets[origin] = _bucket(self._database, origin, limit)
        now, silence = self._database.now(origin)
        # Silence that would last longer than any is of a clock that was wrong, and stops nobody.
        if 0 < silence <= PATIENCE:
            return self._kept_silent(silence) + _jitter()
        item = RateItem("request", now)
        self._asked += 1
        if self._asked % _LEAK_EACH == 1:
            bucket.leak(item.timestamp)
        if bucket.put(item):
            return None
        waiting = bucket.waiting(item)
        # The table may just have been locked by another worker.
        return (waiting / 1000 if isinstance(waiting, int) else 0.0) + _jitter()

    def _kept_silent(self, seconds: float) -> float:
        """Count ``seconds`` that a server is left alone, and return them."""
        if self._silent + seconds > PATIENCE_IN_ALL:
            raise GuardError(
                "the server asks this or another worker again and again to be left alone"
                f" (Retry-After), for over {PATIENCE_IN_ALL:.0f} s in all"
            )
        self._silent += seconds
        return seconds


def _jitter() -> float:
    """Return a few milliseconds: those who come second together should not come together again."""
    return _RANDOM.uniform(0.002, 0.02)


def _name(origin: str) -> str:
    """Return what ``origin`` is called in the database: names of tables have 63 bytes."""
    return hashlib.sha256(origin.encode()).hexdigest()[:24]


def _bucket(database: _Database, origin: str, limit: RateLimit) -> PostgresBucket:
    from pyrate_limiter import PostgresBucket, Rate  # noqa: PLC0415 - part of an extra

    window = math.ceil((limit.seconds + SLACK) * 1000)
    return PostgresBucket(database, _name(origin), [Rate(limit.requests, window)])


class _Database:
    """One connection in the shape of a pool, which is made anew after an error."""

    def __init__(self, url: str) -> None:
        # SQLAlchemy's name of the driver in it is nothing to the driver itself.
        plain = sqlalchemy.make_url(url).set(drivername="postgresql")
        self._url = plain.render_as_string(hide_password=False)
        self._open: psycopg.Connection[Any] | None = None
        self.closed = False

    @contextlib.contextmanager
    def connection(self) -> Iterator[psycopg.Connection[Any]]:
        """Lend the connection for one transaction."""
        if self._open is None:
            self._open = _connected(self._url)
        with self._open.transaction():
            yield self._open

    def now(self, origin: str) -> tuple[int, float]:
        """Return milliseconds since the epoch and seconds of silence left, by the database's clock.

        Of an origin that asked for none they are 0, of one whose silence is over less.
        """
        with self.connection() as connection:
            [row] = connection.execute(_NOW, (_name(origin),)).fetchall()
        return int(row[0]), float(row[1] or 0.0)

    def close(self) -> None:
        """Drop the connection; the next use makes another."""
        if self._open is not None:
            self._open.close()
            self._open = None


def _connected(url: str) -> psycopg.Connection[Any]:
    import psycopg  # noqa: PLC0415 - part of an extra

    connection = psycopg.connect(url, autocommit=True, connect_timeout=_CONNECT_SECONDS)
    try:
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (_SCHEMA,))
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {_SCHEMA}")
            connection.execute(f"SET LOCAL search_path TO {_SCHEMA}")
            connection.execute(_SILENCE)
        connection.execute(f"SET search_path TO {_SCHEMA}")
        connection.execute("SET TIME ZONE 'UTC'")
        # A worker that stands still while it holds the lock must not hold up all the others.
        connection.execute("SET idle_in_transaction_session_timeout TO '5s'")
        connection.execute("SET statement_timeout TO '20s'")
    except BaseException:
        connection.close()
        raise
    return connection
