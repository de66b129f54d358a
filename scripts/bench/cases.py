# ruff: noqa: INP001, S603, T201 - a script: no package, runs fixed commands, prints its result
"""Measures what one generated case costs; ``scripts/bench/run`` and ``memory`` call it."""

from __future__ import annotations

import collections
import contextlib
import itertools
import json
import math
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from specproof.catalog import open_catalog
from specproof.document import read
from specproof.model import Exchange, Request
from specproof.requirements.contract import OperationContract
from specproof.scenarios.composed import composed
from specproof.scenarios.corpus import StoredCase
from specproof.scenarios.explore import explore
from specproof.scenarios.fuzz import fuzz
from specproof.scenarios.generated import taken_apart
from specproof.scenarios.replay import replay
from specproof.suites.bench import Bench
from specproof.suites.plan import RunPlan

_ROUNDS = 3
_CASES = re.compile(r"([\d,]+) (?:generated|test cases)")


def main() -> None:
    """Run the measurement that the arguments name."""
    kind, api, number = sys.argv[1], sys.argv[2], int(sys.argv[3])
    {"run": compare, "memory": memory}[kind](api, number)


def compare(api: str, cases: int) -> None:
    """Print CPU microseconds per case, shares of ``st run``, and where our own go."""
    subject = Bench(RunPlan((api,)), api, "bench").subject
    operation = next(iter(subject.effective.operations))
    stored = list(subject.corpus.by_operation[operation])[1:]
    # `st run` is taken without its start; so is ours.
    start = Row("our start, taken off each of ours", 1, replaying(api, []))
    rows = {
        "start": start,
        "discovery": Row("our discovery, checks and all", 2 * cases, discovery(api, cases)),
        "unchecked": Row("our discovery, all checks off", 2 * cases, discovery(api, cases, off)),
        "composing": Row("our cases alone, no request", 2 * cases, composing(api, cases)),
        "drawing": Row("Schemathesis drawing a case alone", 2 * cases, drawing(api, cases)),
        "replay": Row("our replay, checks and all", len(stored), replaying(api, stored)),
        "limit": Row("our replay, all checks off: limit", len(stored), replaying(api, stored, off)),
    }
    with Peer(api) as peer:
        for row in rows.values():
            row.once()
        for _ in range(_ROUNDS):
            # In turn, since what else the machine does changes from one minute to the next.
            peer.measure(cases)
            for row in rows.values():
                row.measure()
    whole = peer.per_case()
    print(f"{api}, CPU per case, best of {_ROUNDS}")
    show(f"st run, the CLI's process alone ({peer.cases} cases)", whole, whole)
    for row in rows.values():
        begun = 0.0 if row is start else start.best
        show(f"{row.label} ({row.cases} cases)", row.per_case(begun), whole)
    spent = {name: row.per_case(start.best) for name, row in rows.items()}
    parts = {
        "making cases": spent["composing"],
        "requests and answers": spent["unchecked"] - spent["composing"],
        "checks": spent["discovery"] - spent["unchecked"],
    }
    # On a busy machine a difference may come out below nothing.
    shares = ", ".join(
        f"{name} {max(0.0, part) / spent['discovery']:.0%}" for name, part in parts.items()
    )
    print(f"  of our discovery: {shares}")
    print(f"  a case of ours costs {spent['composing'] / spent['drawing']:.2f} of a drawn one")
    sent = distinct(api, cases)
    print(f"  distinct requests of {2 * cases}: {sent[0]}, distinct statuses: {sent[1]}")


def show(label: str, spent: float, peer: float) -> None:
    """Print one row of the table."""
    share = f"1/{peer / spent:.0f}" if spent * 4 < peer else f"{spent / peer:.2f}"
    print(f"  {label:55} {spent * 1e6:9.0f} us  {share:>6} of st run")


@dataclass
class Row:
    """Something of ours that is measured."""

    label: str
    cases: int
    once: Callable[[], None]
    best: float = math.inf

    def measure(self) -> None:
        """Run it once more and keep the least CPU time."""
        start = time.process_time()
        self.once()
        self.best = min(self.best, time.process_time() - start)

    def per_case(self, start: float) -> float:
        """Return seconds of CPU per case, ``start`` seconds not counted."""
        return (self.best - start) / self.cases


class Peer(contextlib.ExitStack):
    """``st run`` against the served emulator, its start-up taken off."""

    def __init__(self, api: str) -> None:
        super().__init__()
        document = read(open_catalog(None).get(api).effective)
        self._url, self._headers = self.enter_context(served(api))
        self._folder = self.enter_context(tempfile.TemporaryDirectory())
        self._spec = Path(self._folder, "spec.json")
        self._spec.write_text(json.dumps(document))
        self._start = self._whole = (math.inf, 0)

    @property
    def cases(self) -> int:
        """How many cases it sent."""
        return self._whole[1]

    def measure(self, examples: int) -> None:
        """Run it with one example and with ``examples``, and keep the least of each."""
        self._start = min(self._start, self._run(1))
        self._whole = min(self._whole, self._run(examples))

    def per_case(self) -> float:
        """Return seconds of CPU per case."""
        (start, few), (whole, many) = self._start, self._whole
        if whole <= start or many <= few:
            raise SystemExit("the machine is too busy to tell a case of st run from its start")
        return (whole - start) / (many - few)

    def _run(self, examples: int) -> tuple[float, int]:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            [
                str(Path(sys.executable).with_name("st")),
                *("run", str(self._spec), "--url", self._url),
                *("--phases", "fuzzing", "--mode", "all"),
                *("--max-examples", str(examples), "--seed", "1", "--workers", "1"),
                *("--generation-database", "none", "--continue-on-failure", "--no-color"),
                *itertools.chain.from_iterable(("-H", item) for item in self._headers),
            ],
            cwd=self._folder,
            capture_output=True,
            text=True,
            check=False,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        found = _CASES.search(done.stdout)
        if found is None:
            raise SystemExit(f"st run said nothing of its cases:\n{done.stdout[-2000:]}")
        return spent, int(found[1].replace(",", ""))


@contextlib.contextmanager
def served(api: str) -> Iterator[tuple[str, list[str]]]:
    """Serve the emulator in a process of its own; yield its URL and headers that authenticate."""
    process = subprocess.Popen(
        [str(Path(sys.executable).with_name("specproof")), "serve", api, "--port", "0", "--json"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        line = process.stdout.readline() if process.stdout else ""
        bench = Bench(RunPlan((api,)), api, "bench")
        security = bench.subject.effective.default_security()
        headers, _ = bench.target.credentials.apply(security, "own")
        yield json.loads(line)["url"], [f"{name}: {text}" for name, text in headers.items()]
    finally:
        process.terminate()
        process.wait()


def discovery(
    api: str, cases: int, prepare: Callable[[Bench], None] = lambda _: None
) -> Callable[[], None]:
    """Return what sends fresh requests, half of them invalid, to a fresh emulator."""

    def once() -> None:
        bench = Bench(RunPlan((api,), mode="discover"), api, "bench")
        prepare(bench)
        stage = bench.stage(first(bench))
        for valid in (True, False):
            fuzz(stage, bench.subject.source, valid=valid, cases=cases, seed=1)

    return once


def composing(api: str, cases: int) -> Callable[[], None]:
    """Return what makes the cases of a discovery and throws them away."""

    def once() -> None:
        bench = Bench(RunPlan((api,)), api, "bench")
        for valid in (True, False):
            made = composed(bench.subject.source, first(bench), valid=valid, cases=cases, seed=1)
            collections.deque(itertools.islice(made, cases), maxlen=0)

    return once


def drawing(api: str, cases: int) -> Callable[[], None]:
    """Return what draws whole cases from Schemathesis's strategies and throws them away."""

    def keep_nothing(case: Any) -> None:
        taken_apart(case)

    def once() -> None:
        bench = Bench(RunPlan((api,)), api, "bench")
        for valid in (True, False):
            strategy = bench.subject.source.strategy(first(bench), valid=valid)
            if strategy is not None:
                explore(strategy, cases, 1, keep_nothing)

    return once


def replaying(
    api: str, stored: list[StoredCase], prepare: Callable[[Bench], None] = lambda _: None
) -> Callable[[], None]:
    """Return what sends the stored cases, on a fresh emulator and collector each time."""

    def once() -> None:
        bench = Bench(RunPlan((api,)), api, "bench")
        prepare(bench)
        replay(bench.stage(first(bench)), stored)

    return once


def distinct(api: str, cases: int) -> tuple[int, int]:
    """Return how many distinct requests and statuses a discovery has."""
    requests: set[Request] = set()
    statuses: set[int | None] = set()

    def look(exchange: Exchange) -> None:
        if "generated" in exchange.facts:
            requests.add(exchange.request)
            statuses.add(None if exchange.response is None else exchange.response.status)

    discovery(api, cases, lambda bench: setattr(bench, "hear", look))()
    return len(requests), len(statuses)


def first(bench: Bench) -> OperationContract:
    """Return the operation that is measured."""
    return next(iter(bench.subject.effective.operations.values()))


def off(bench: Bench) -> None:
    """Switch all checks off."""
    setattr(bench.collector, "record", lambda _: None)  # noqa: B010 - no method of that name


def memory(api: str, cases: int) -> None:
    """Print the resident memory after a tenth of ``cases`` replayed cases and after all."""
    bench = Bench(RunPlan((api,)), api, "bench")
    operation = next(iter(bench.subject.effective.operations.values()))
    stored = list(bench.subject.corpus.by_operation[operation.id])[1:]
    stage = bench.stage(operation)
    cycle = itertools.cycle(stored)
    tenth = cases // 10
    replay(stage, itertools.islice(cycle, tenth))
    early = resident()
    replay(stage, itertools.islice(cycle, cases - tenth))
    late = resident()
    print(f"{api}: {early:.1f} MiB after {tenth} cases, {late:.1f} MiB after {cases}")
    print(f"  {(late - early) * 1024 * 1024 / max(1, cases - tenth):.1f} bytes per case between")


def resident() -> float:
    """Return the resident memory of this process in MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024 / 1024


if __name__ == "__main__":
    main()
