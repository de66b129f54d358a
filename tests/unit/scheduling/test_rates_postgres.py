from __future__ import annotations

import http.server
import subprocess
import sys
import threading
import time
from collections.abc import Sequence

import psycopg
import pytest
from postgres import postgres_server, postgres_url
from unmeasured import unmeasured

from specproof.scheduling.rates import SLACK, RateLimit, SharedRates

__all__ = ["postgres_server", "postgres_url"]

LIMIT = RateLimit(8, 0.5)
ORIGIN = "https://x.example"

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
    acquired = [
        float(line) for caller in callers for line in caller.communicate(timeout=120)[0].split()[1:]
    ]
    server.shutdown()
    server.server_close()
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
        [[table]] = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'specproof_rates'"
        ).fetchall()
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
        [[table]] = other.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'specproof_rates'"
        ).fetchall()
        other.execute(f"LOCK TABLE specproof_rates.{table} IN EXCLUSIVE MODE")

        def release(seconds: float) -> None:
            slept.append(seconds)
            other.rollback()

        rates._sleep = release
        rates.wait(ORIGIN)
    rates.close()
    assert 0.002 <= slept[0] <= 0.02
