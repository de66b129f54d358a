from __future__ import annotations

import contextlib
import http.server
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence

import httpx
import psycopg
import pytest
from postgres import postgres_server, postgres_url
from unmeasured import unmeasured

from specproof.errors import GuardError
from specproof.scheduling.rates import SLACK, RateLimit, SharedRates
from specproof.targets.budget import PATIENCE, PATIENCE_IN_ALL
from specproof.targets.pacing import Paced

__all__ = ["postgres_server", "postgres_url"]

LIMIT = RateLimit(8, 0.5)
ORIGIN = "https://x.example"

_BUCKETS = (
    "SELECT tablename FROM pg_tables"
    " WHERE schemaname = 'specproof_rates' AND tablename <> 'silence'"
)

CALLER = """
import http.client, sys, time
from specproof.scheduling.rates import RateLimit, SharedRates
url, port, count, limit, seconds, zone = sys.argv[1:]
rates = SharedRates(url, {"https://x.example": RateLimit(int(limit), float(seconds))})
connection = http.client.HTTPConnection("127.0.0.1", int(port))
print("ready", flush=True)
for _ in range(int(count)):
    rates.wait("https://x.example")
    acquired = time.time()
    connection.request("GET", "/")
    connection.getresponse().read()
    print(acquired, flush=True)
rates.close()
"""


def _most(moments: Sequence[float], seconds: float) -> int:
    """Return how many of ``moments`` any window of so many seconds holds at most."""
    return max(sum(begin <= other < begin + seconds for other in moments) for begin in moments)


@pytest.mark.no_cover
def test_no_window_holds_more_than_the_limit(postgres_url: str) -> None:
    """Processes with other clocks' zones keep one limit together, at the vendor's door too."""
    arrived: list[float] = []

    class Vendor(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            arrived.append(time.time())
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Vendor)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    each, processes = 8, 3
    callers = [
        subprocess.Popen(
            [
                *(sys.executable, "-c", CALLER, postgres_url, str(server.server_port)),
                *(str(each), str(LIMIT.requests), str(LIMIT.seconds), zone),
            ],
            env={**unmeasured(), "TZ": zone, "PGTZ": zone},
            stdout=subprocess.PIPE,
        )
        for zone in ("UTC", "Pacific/Kiritimati", "America/St_Johns")
    ]
    try:
        said = [caller.communicate(timeout=120)[0].split() for caller in callers]
    finally:
        for caller in callers:
            caller.kill()
        server.shutdown()
        server.server_close()
    acquired = [float(line) for lines in said for line in lines[1:]]
    assert len(acquired) == len(arrived) == each * processes
    assert _most(acquired, LIMIT.seconds) <= LIMIT.requests
    assert _most(arrived, LIMIT.seconds) <= LIMIT.requests
    # Three windows, each longer than the vendor's by the slack and no longer than needed.
    assert max(acquired) - min(acquired) >= 2 * (LIMIT.seconds + SLACK) - SLACK


def test_old_turns_are_forgotten_and_tables_lie_apart(postgres_url: str) -> None:
    """What is out of the window goes, and the history's own schema stays as it was."""
    rates = SharedRates(postgres_url, {ORIGIN: RateLimit(1000, 0.001)})
    for _ in range(66):
        rates.wait(ORIGIN)
    with psycopg.connect(postgres_url) as connection:
        [[table]] = connection.execute(_BUCKETS).fetchall()
        assert connection.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        ).fetchone() == (0,)
        connection.execute(
            f"UPDATE specproof_rates.{table} SET item_timestamp = item_timestamp - interval '1 d'"  # noqa: S608 - its own name
        )
    for _ in range(64):
        rates.wait(ORIGIN)
    rates.close()
    with psycopg.connect(postgres_url) as connection:
        [counted] = connection.execute(f"SELECT count(*) FROM specproof_rates.{table}").fetchall()  # noqa: S608 - its own name
    assert counted[0] <= 64


def test_a_connection_that_was_cut_is_made_anew(postgres_url: str) -> None:
    """A database that restarts costs the workers a moment, not their part."""
    slept: list[float] = []
    rates = SharedRates(postgres_url, {ORIGIN: RateLimit(1000, 1.0)}, sleep=slept.append)
    rates.wait(ORIGIN)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    rates.wait(ORIGIN)
    rates.close()
    assert slept[0] == 1.0


def test_the_table_is_shared_with_patience(postgres_url: str) -> None:
    """Who finds the table locked by another worker tries again after a moment."""
    slept: list[float] = []
    rates = SharedRates(postgres_url, {ORIGIN: RateLimit(1000, 1.0)}, sleep=slept.append)
    rates.wait(ORIGIN)
    slept.clear()
    with psycopg.connect(postgres_url) as other:
        [[table]] = other.execute(_BUCKETS).fetchall()
        other.execute(f"LOCK TABLE specproof_rates.{table} IN EXCLUSIVE MODE")

        def release(seconds: float) -> None:
            slept.append(seconds)
            other.rollback()

        rates._sleep = release
        rates.wait(ORIGIN)
    rates.close()
    assert 0.002 <= slept[0] <= 0.02


class Sleeper:
    """Workers of one database, none of which sleeps: what it would is noted, and time moved."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.slept: list[float] = []

    @contextlib.contextmanager
    def worker(self) -> Iterator[SharedRates]:
        """Lend a worker that may send as much as it likes."""
        limits = dict.fromkeys((ORIGIN, "https://other.example"), RateLimit(1000, 0.001))
        rates = SharedRates(self._url, limits, sleep=self.sleep, monotonic=lambda: 0.0)
        with contextlib.closing(rates):
            yield rates

    def sleep(self, seconds: float) -> None:
        """Note it, and let what was asked for end."""
        self.slept.append(seconds)
        self.move(f"- interval '{seconds} s'")

    def move(self, interval: str) -> None:
        """Move the end of every silence."""
        with psycopg.connect(self._url) as connection:
            connection.execute(f"UPDATE specproof_rates.silence SET until = until {interval}")  # noqa: S608 - ours


def test_what_one_worker_is_asked_for_all_heed(postgres_url: str) -> None:
    """A Retry-After that one gets holds every other one back, of that server and so long."""
    sleeper = Sleeper(postgres_url)
    with sleeper.worker() as one, sleeper.worker() as other:
        answer = httpx.Response(429, headers={"Retry-After": "20"})
        paced = Paced(httpx.MockTransport(lambda _: answer), one, ORIGIN)
        other.wait(ORIGIN)
        assert paced.handle_request(httpx.Request("GET", f"{ORIGIN}/x")) is answer
        assert sleeper.slept == []
        other.wait("https://other.example")
        assert sleeper.slept == []
        # Less asked for later does not shorten it.
        one.heed(ORIGIN, 1.0)
        other.wait(ORIGIN)
        [slept] = sleeper.slept
        assert 15.0 < slept <= 20.02
        other.wait(ORIGIN)
        assert len(sleeper.slept) == 1


def test_a_server_that_asks_for_a_year_stops_nobody_for_long(postgres_url: str) -> None:
    """A minute at once, five in all for one part, and none for what only a wrong clock says."""
    sleeper = Sleeper(postgres_url)
    with sleeper.worker() as one, sleeper.worker() as other:
        for _ in range(5):
            one.heed(ORIGIN, 365 * 86400.0)
            other.wait(ORIGIN)
        one.heed(ORIGIN, 365 * 86400.0)
        with pytest.raises(GuardError, match=r"\(Retry-After\), for over 300 s in all"):
            other.wait(ORIGIN)
        assert all(PATIENCE - 5 < slept <= PATIENCE + 0.02 for slept in sleeper.slept)
        assert sum(sleeper.slept) <= PATIENCE_IN_ALL + 0.1
        sleeper.move("+ interval '1 year'")
        with sleeper.worker() as third:
            third.wait(ORIGIN)
            assert len(sleeper.slept) == 5
            one.heed(ORIGIN, 30.0)
            third.wait(ORIGIN)
        assert sleeper.slept[5] <= PATIENCE + 0.02


def test_what_is_asked_for_survives_a_cut_connection(postgres_url: str) -> None:
    """It is noted over another one."""
    sleeper = Sleeper(postgres_url)
    with sleeper.worker() as one, sleeper.worker() as other:
        one.wait(ORIGIN)
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        one.heed(ORIGIN, 10.0)
        other.wait(ORIGIN)
        assert 5.0 < sleeper.slept[0] <= 10.02
