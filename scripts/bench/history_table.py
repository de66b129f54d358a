# ruff: noqa: INP001 - a script: no package
"""Prints what a history costs: ``scripts/bench/history``."""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import hashlib
import json
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "support"))

from postgres import Server, programs

from specproof.history.packing import pack
from specproof.history.prune import prune
from specproof.history.records import Stream
from specproof.history.store import History, open_history
from specproof.model import VerdictKind
from specproof.suites.execute import execute
from specproof.suites.plan import RunPlan
from specproof.suites.records import Latency, Run, summarise
from specproof.suites.runfile import run_bytes

_APIS = 20
_NIGHTS = 365
_SAMPLES = 200
_FIRST = dt.datetime(2026, 1, 1, 3, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Storing:
    """Seconds to store one run, and to pack its run file and insert it with the driver alone."""

    database: str
    run: float
    peer: str
    plain: float

    @property
    def ratio(self) -> float:
        """How many times as long the run takes."""
        return self.run / self.plain


@dataclass(frozen=True)
class Size:
    """Bytes of one run in a history; ``file`` is its run file as it is written."""

    database: str
    nights: str
    file: int
    packed: int
    whole: float
    summary: float

    @property
    def year(self) -> float:
        """Bytes of a year of nights of all APIs, whole."""
        return self.whole * _APIS * _NIGHTS

    @property
    def year_of_summaries(self) -> float:
        """The same when only summaries are kept."""
        return self.summary * _APIS * _NIGHTS


@dataclass(frozen=True)
class Reading:
    """Milliseconds to read a stream of ``runs`` runs, and its last 90."""

    database: str
    runs: int
    all: float
    last: float


def _nights(run: Run, count: int, kind: str) -> Iterator[Run]:
    """Yield runs as they differ from night to night."""
    chance = random.Random(0)  # noqa: S311 - invented data, the same each time
    decided = [item for item in run.verdicts if item.kind is VerdictKind.PASS]
    for number in range(count):
        night = replace(
            run,
            header=replace(
                run.header,
                run_id=hashlib.sha256(f"{kind}{number}".encode()).hexdigest()[:16],
                started=(_FIRST + dt.timedelta(days=number)).isoformat(timespec="seconds"),
            ),
        )
        if kind == "another failure":
            night = _broken(night, decided[number % len(decided)].requirement.id)
        elif kind == "live":
            night = _timed(night, chance)
        yield night


def _broken(run: Run, requirement: str) -> Run:
    verdicts = tuple(
        replace(item, kind=VerdictKind.FAIL, reason="the body is not what its schema says")
        if item.requirement.id == requirement
        else item
        for item in run.verdicts
    )
    sent, distinct = run.summary.exchanges, run.summary.distinct_requests
    summary = summarise(verdicts, run.findings, exchanges=sent, distinct_requests=distinct)
    return replace(run, verdicts=verdicts, footer=replace(run.footer, summary=summary))


def _timed(run: Run, chance: random.Random) -> Run:
    def times(count: int) -> tuple[float, ...]:
        return tuple(sorted(round(chance.lognormvariate(4.8, 0.3), 3) for _ in range(count)))

    return replace(
        run,
        latencies=tuple(
            Latency(item.api, item.operation, status, item.cases, times(min(item.cases, _SAMPLES)))
            for item in run.statistics
            for status in item.statuses
        ),
        exchanges=tuple(replace(item, elapsed_ms=times(1)[0]) for item in run.exchanges),
    )


def _best(rounds: int, work: Callable[[int], float]) -> float:
    return min(work(number) for number in range(rounds))


def _median(work: Callable[[Run], object], runs: Sequence[Run]) -> float:
    """Return the median of the seconds that ``work`` takes of a run."""
    taken = []
    for run in runs:
        before = time.perf_counter()
        work(run)
        taken.append(time.perf_counter() - before)
    return statistics.median(taken)


def _row(run: Run) -> tuple[str, bytes]:
    """Return what whoever stores a run has to make of it at least."""
    return run.header.run_id, pack(run_bytes(run), "run")


def _sqlite_insert(path: Path, runs: Sequence[Run]) -> float:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous=EXTRA")
    connection.execute("CREATE TABLE plain (id TEXT PRIMARY KEY, bytes BLOB)")

    def insert(run: Run) -> None:
        row = _row(run)
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO plain VALUES (?, ?)", row)
        connection.execute("COMMIT")

    taken = _median(insert, runs)
    connection.close()
    return taken


def _postgres_insert(url: str, runs: Sequence[Run]) -> float:
    import psycopg  # noqa: PLC0415 - where a server is installed

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE plain (id TEXT PRIMARY KEY, bytes BYTEA)")
        asked = "INSERT INTO plain VALUES (%s, %s)"
        return _median(lambda run: connection.execute(asked, _row(run)), runs)


def _store(history: History, runs: Sequence[Run]) -> None:
    for run in runs:
        history.store_run(run)


def _bytes(history: History) -> int:
    size = history.size()
    if size is not None:
        return size
    with history.reading() as connection:
        asked = "SELECT pg_database_size(current_database())"
        return int(connection.exec_driver_sql(asked).scalar_one())


class _Bench:
    """One kind of database; ``fresh`` returns where a new one can be made."""

    def __init__(self, name: str, fresh: Callable[[], str], nights: int, rounds: int) -> None:
        self._name = name
        self._fresh = fresh
        self._nights = nights
        self._rounds = rounds

    def storing(self, run: Run) -> Storing:
        """Store nights that say the same, and insert their bytes plainly."""
        runs = list(_nights(run, self._nights, "same"))

        def stored(_number: int) -> float:
            with open_history(self._fresh()) as history:
                return _median(history.store_run, runs)

        def plain(_number: int) -> float:
            where = self._fresh()
            if self._name == "SQLite":
                return _sqlite_insert(Path(where), runs)
            return _postgres_insert(where, runs)

        peer = "sqlite3" if self._name == "SQLite" else "psycopg"
        return Storing(self._name, _best(self._rounds, stored), peer, _best(self._rounds, plain))

    def size(self, run: Run, kind: str) -> Size:
        """Store nights of a kind, then cut them down to their summaries."""
        runs = list(_nights(run, self._nights, kind))
        with open_history(self._fresh()) as history:
            # The tables themselves take room, and the first night brings what others share.
            history.store_run(runs[0])
            before = _bytes(history)
            _store(history, runs[1:])
            whole = _bytes(history) - before
            prune(history, keep_days=0, at="2099-01-01T00:00:00+00:00")
            with history.writing() as connection:
                connection.exec_driver_sql("DELETE FROM document")
            history.vacuum()
            if history.size() is None:
                with history.reading() as connection:
                    asked = "SELECT sum(pg_total_relation_size(oid)) FROM pg_class"
                    kept = f"{asked} WHERE relname = 'document'"
                    gone = int(connection.exec_driver_sql(kept).scalar_one())
                # PostgreSQL keeps the room of what was deleted for what comes.
                summary = _bytes(history) - gone - before
            else:
                summary = _bytes(history) - before
        count = len(runs) - 1
        data = run_bytes(runs[1])
        packed = len(pack(data, "run"))
        return Size(self._name, kind, len(data), packed, whole / count, max(0, summary) / count)

    def reading(self, run: Run) -> Reading:
        """Read the stream of a year back."""
        stream = Stream(run.header.apis[0].api, run.header.target)
        with open_history(self._fresh()) as history:
            _store(history, list(_nights(run, _NIGHTS, "same")))

            def timed(limit: int | None) -> float:
                before = time.perf_counter()
                list(history.timeline(stream, limit=limit))
                return (time.perf_counter() - before) * 1000

            everything = _best(self._rounds, lambda _: timed(None))
            return Reading(
                self._name, _NIGHTS, everything, _best(self._rounds, lambda _: timed(90))
            )


@contextlib.contextmanager
def _databases(folder: Path) -> Iterator[dict[str, Callable[[], str]]]:
    count = iter(range(10_000))
    found: dict[str, Callable[[], str]] = {"SQLite": lambda: str(folder / f"{next(count)}.db")}
    installed = programs()
    if installed is None:
        yield found
        return
    server = Server(installed, durable=True)
    try:
        yield {**found, "PostgreSQL": server.fresh}
    finally:
        server.stop()


def _print(storing: Sequence[Storing], sizes: Sequence[Size], reading: Sequence[Reading]) -> None:
    write = sys.stdout.write
    write("storing a run           ms   plain INSERT ms (peer)     ratio\n")
    for item in storing:
        write(f"{item.database:<18} {item.run * 1000:>7.2f}   ")
        write(f"{item.plain * 1000:>7.2f} ({item.peer})".ljust(25))
        write(f"{item.ratio:>7.1f}\n")
    write("\nbytes per run       nights            run file  compressed     whole   summary")
    write(f"   {_APIS} APIs a year: whole  summaries\n")
    for size in sizes:
        write(f"{size.database:<19} {size.nights:<16} {size.file:>9} {size.packed:>11}")
        write(f"{size.whole:>10.0f} {size.summary:>9.0f}")
        write(f"{size.year / 1e6:>20.0f} MB {size.year_of_summaries / 1e6:>7.0f} MB\n")
    write("\nreading             runs   timeline ms   last 90 ms\n")
    for told in reading:
        write(f"{told.database:<18} {told.runs:>5} {told.all:>13.1f} {told.last:>12.1f}\n")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--api", default="onesignal")
    parser.add_argument("--nights", type=int, default=120)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    run = execute(RunPlan(apis=(options.api,)))
    storing, sizes, reading = [], [], []
    with tempfile.TemporaryDirectory() as folder, _databases(Path(folder)) as databases:
        for name, fresh in databases.items():
            bench = _Bench(name, fresh, options.nights, options.rounds)
            storing.append(bench.storing(run))
            sizes += [bench.size(run, kind) for kind in ("same", "another failure", "live")]
            reading.append(bench.reading(run))
    if options.json:
        document = {
            "storing": [asdict(item) | {"ratio": item.ratio} for item in storing],
            "sizes": [
                asdict(item) | {"year": item.year, "year_of_summaries": item.year_of_summaries}
                for item in sizes
            ],
            "reading": [asdict(item) for item in reading],
        }
        sys.stdout.write(json.dumps(document, indent=2) + "\n")
    else:
        _print(storing, sizes, reading)


if __name__ == "__main__":
    main()
