# ruff: noqa: INP001, S603, T201 - a script: no package, runs fixed commands, prints its result
"""Measures what one generated case costs; ``scripts/bench/run`` and ``memory`` call it."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from specproof.catalog import open_catalog
from specproof.document import read
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
    """Print CPU microseconds per case, and shares of ``st run``."""
    subject = Bench(RunPlan((api,)), api, "bench").subject
    operation = next(iter(subject.effective.operations))
    stored = list(subject.corpus.by_operation[operation])[1:]
    peer, peer_cases = schemathesis(api, cases)
    rows = [
        (f"st run, the CLI's process alone ({peer_cases} cases)", peer),
        (f"our discovery, checks and all ({cases * 2} cases)", discovery(api, operation, cases)),
        ("drawing a case alone, no request, no check", drawing(api, operation, cases)),
        (f"our replay, checks and all ({len(stored)} cases)", replaying(api, operation, stored)),
        ("our replay, all checks off: the limit", replaying(api, operation, stored, checks=False)),
    ]
    print(f"{api}, CPU per case, best of {_ROUNDS}")
    for label, spent in rows:
        share = f"1/{peer / spent:.0f}" if spent * 4 < peer else f"{spent / peer:.2f}"
        print(f"  {label:55} {spent * 1e6:9.0f} us  {share:>6} of st run")


def schemathesis(api: str, cases: int) -> tuple[float, int]:
    """Return seconds of CPU per case of ``st run``, its start-up taken off, and its cases."""
    catalog = open_catalog(None)
    document = read(catalog.get(api).effective)
    with served(api) as (url, headers), tempfile.TemporaryDirectory() as folder:
        spec = Path(folder, "spec.json")
        spec.write_text(json.dumps(document))

        def run(examples: int) -> tuple[float, int]:
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            done = subprocess.run(
                [
                    str(Path(sys.executable).with_name("st")),
                    *("run", str(spec), "--url", url, "--phases", "fuzzing", "--mode", "all"),
                    *("--max-examples", str(examples), "--seed", "1", "--workers", "1"),
                    *("--generation-database", "none", "--continue-on-failure", "--no-color"),
                    *itertools.chain.from_iterable(("-H", item) for item in headers),
                ],
                cwd=folder,
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

        # The least of a few on both sides: starting takes seconds, and the first start more.
        start, few = min(run(1) for _ in range(_ROUNDS))
        whole, many = min(run(cases) for _ in range(_ROUNDS))
    if whole <= start or many <= few:
        raise SystemExit("the machine is too busy to tell a case of st run from its start")
    return (whole - start) / (many - few), many


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


def discovery(api: str, operation: str, cases: int) -> float:
    """Return seconds of CPU per case of fresh requests, half of them invalid."""

    def once() -> None:
        bench = Bench(RunPlan((api,), mode="discover"), api, "bench")
        stage = bench.stage(bench.subject.effective.operations[operation])
        for valid in (True, False):
            fuzz(stage, bench.subject.source, valid=valid, cases=cases, seed=1)

    return best(once) / (2 * cases)


def drawing(api: str, operation: str, cases: int) -> float:
    """Return seconds of CPU per case that is drawn and thrown away."""
    subject = Bench(RunPlan((api,)), api, "bench").subject

    def once() -> None:
        for valid in (True, False):
            contract = subject.effective.operations[operation]
            strategy = subject.source.strategy(contract, valid=valid)
            if strategy is not None:
                explore(strategy, cases, 1, lambda case: taken_apart(case) and None)

    return best(once) / (2 * cases)


def replaying(api: str, operation: str, stored: list[StoredCase], *, checks: bool = True) -> float:
    """Return seconds of CPU per stored case, on a fresh emulator and collector each round."""

    def once() -> None:
        bench = Bench(RunPlan((api,)), api, "bench")
        if not checks:
            bench.collector.record = lambda _: None  # type: ignore[method-assign]  # off
        replay(bench.stage(bench.subject.effective.operations[operation]), stored)

    return best(once, rounds=_ROUNDS * 3) / len(stored)


def best(once: Callable[[], None], rounds: int = _ROUNDS) -> float:
    """Return the least CPU time of a few rounds, after one that fills the caches."""
    once()
    found = []
    for _ in range(rounds):
        start = time.process_time()
        once()
        found.append(time.process_time() - start)
    return min(found)


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
