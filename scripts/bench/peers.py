# ruff: noqa: INP001 - a script: no package
"""What other tools find of the catalogue of faults: ``scripts/bench/faults``."""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import math
import queue
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from peer_prism import Prism, prism_program
from peer_schemathesis import SLOW, Schemathesis
from peer_server import Served, served
from peer_steps import Arranged, Step, arranged, steps
from peer_table import GROUPS, Change, Key, Row, Said, document, group_of, row_of, table

from specproof.apis.faults import Fault
from specproof.catalog import open_catalog
from specproof.document import read
from specproof.errors import InputError, SpecproofError
from specproof.suites.faults import examine, measure
from specproof.suites.plan import RunPlan
from specproof.targets.faults.catalog import (
    all_faults,
    change_of,
    faulty_apis,
    legal_variations,
)
from specproof.text import one_line

__all__ = ["chosen", "main"]

_TOOLS = ("schemathesis", "prism", "specproof")
_SEEDS = (1, 2, 3)
"""Seeds by which Schemathesis looks at an emulator without a fault: what it says by chance is
no finding. The first is the one for faults."""
_ABSENT = (
    "not measured: run `npm install --prefix FOLDER @stoplight/prism-cli`, then --prism FOLDER"
)

_Sayings = dict[str, dict[Key, list[Said]]]
"""What each tool said of each change, and under the id "" of none."""


@dataclass
class _Lane:
    """One of each tool and one emulator of each API, for one thread."""

    servers: Mapping[str, Served]
    schemathesis: Schemathesis | None = None
    proxies: dict[str, Prism] = field(default_factory=dict)


@dataclass(frozen=True)
class _Ground:
    """What is the same for every emulator of an API."""

    spec: Path
    world: Arranged
    steps: tuple[Step, ...]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; return the exit code."""
    options = _options(arguments)
    try:
        changes = chosen(options.apis, options.only, options.sample)
        tried, rows = _measured(changes, options)
    except SpecproofError as error:
        sys.stderr.write(f"faults: error: {error}\n")
        return error.exit_code
    if options.json:
        sys.stdout.write(document(rows, tried, options.spec))
        return 0
    if len(tried) < len(changes):
        sys.stdout.write(f"stopped: {len(tried)} of {len(changes)} emulators tried\n")
    sys.stdout.write(table(rows, tried))
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench/faults")
    parser.add_argument("apis", nargs="*", metavar="API")
    parser.add_argument("--only", action="append", default=[], metavar="GROUP-OR-ID")
    parser.add_argument("--sample", type=int, metavar="N")
    parser.add_argument("--tool", action="append", choices=_TOOLS, default=[])
    parser.add_argument("--prism", metavar="FOLDER")
    parser.add_argument("--spec", choices=("effective", "published"), default="effective")
    parser.add_argument("--cases", type=int, default=30)
    parser.add_argument("--requests", type=int, default=150)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=math.inf)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(arguments)


def chosen(apis: Sequence[str], only: Sequence[str], sample: int | None) -> tuple[Change, ...]:
    """Return the faults and legal variations to try.

    Args:
        apis: names; all with faults where there is none.
        only: groups or ids; all where there is none.
        sample: how many faults of those, and the same share of the legal variations. Which ones
            depends on their ids alone.

    Raises:
        InputError: there is no such API, group or id.
    """
    for name in apis:
        if name not in faulty_apis():
            raise InputError(f"{one_line(name, 100)} has no catalogue of faults")
    for name in only:
        if name not in GROUPS:
            change_of(name)
    names = apis or faulty_apis()
    every: list[Change] = []
    for name in names:
        every += (*all_faults(name), *legal_variations(name))
    wanted = [item for item in every if not only or item.id in only or group_of(item) in only]
    if not wanted:
        raise InputError("--only leaves nothing of the APIs that are named")
    faults = [item for item in wanted if isinstance(item, Fault)]
    if sample is None or not faults or sample >= len(faults):
        return tuple(wanted)
    legal = [item for item in wanted if not isinstance(item, Fault)]
    share = -(-len(legal) * sample // len(faults))
    kept = {item.id for item in (*_first(faults, sample), *_first(legal, share))}
    return tuple(item for item in wanted if item.id in kept)


def _first(changes: Sequence[Change], number: int) -> list[Change]:
    return sorted(changes, key=lambda item: hashlib.sha256(item.id.encode()).digest())[:number]


def _measured(
    changes: Sequence[Change], options: argparse.Namespace
) -> tuple[Sequence[Change], list[Row]]:
    """Return the changes that there was time for, and the rows."""
    tools = options.tool or _TOOLS
    program = prism_program(options.prism) if "prism" in tools else None
    said: _Sayings = {"schemathesis": {}, "prism": {}}
    rows: list[Row] = []
    if "schemathesis" in tools or program is not None:
        said = _driven(changes, options, program, fuzz="schemathesis" in tools)
        done = {change for tool in said.values() for _, change in tool}
        changes = [item for item in changes if item.id in done]
    if "schemathesis" in tools:
        label = f"Schemathesis {version('schemathesis')}"
        plain = {
            key: [Said(_without_time(one.complaints), one.cpu) for one in several]
            for key, several in said["schemathesis"].items()
        }
        rows.append(row_of(f"{label}, default", changes, plain))
        rows.append(row_of(f"{label}, all", changes, said["schemathesis"]))
    if program is not None:
        rows.append(row_of("Prism proxy", changes, said["prism"]))
    elif "prism" in tools:
        rows.append(Row("Prism proxy", absent=_ABSENT))
    if "specproof" in tools:
        rows.append(_own(changes, options.workers))
    return changes, rows


def _without_time(complaints: frozenset[str]) -> frozenset[str]:
    return frozenset(item for item in complaints if not item.startswith(SLOW))


def _ground(api: str, folder: Path, options: argparse.Namespace) -> _Ground:
    entry = open_catalog(None).get(api)
    described = read(entry.effective if options.spec == "effective" else entry.published)
    spec = folder / f"{api}.json"
    spec.write_text(json.dumps(described), "utf-8")
    return _Ground(spec, arranged(api), steps(api, options.requests))


def _driven(
    changes: Sequence[Change], options: argparse.Namespace, program: Path | None, *, fuzz: bool
) -> _Sayings:
    """Drive the peers at every change and at no change, a few emulators at a time.

    Args:
        program: the ``prism`` command, or None to do without.
        fuzz: whether to run Schemathesis.
    """
    said: _Sayings = {"schemathesis": {}, "prism": {}}
    apis = tuple(dict.fromkeys(item.api for item in changes))
    tasks: list[Key] = [(api, "") for api in apis]
    # In the order of a sample, so that a run that is out of time has been one.
    tasks += [(item.api, item.id) for item in _first(changes, len(changes))]
    until = time.monotonic() + options.minutes * 60
    lanes: queue.SimpleQueue[_Lane] = queue.SimpleQueue()

    def examine_one(task: Key) -> None:
        api, change = task
        if change and time.monotonic() > until:
            return
        ground, lane = grounds[api], lanes.get()
        try:
            server = lane.servers[api]
            if lane.schemathesis is not None:
                said["schemathesis"][task] = [
                    lane.schemathesis.examine(server, change, ground.spec, ground.world, seed)
                    for seed in (_SEEDS[:1] if change else _SEEDS)
                ]
            if api in lane.proxies:
                said["prism"][task] = [lane.proxies[api].examine(change, ground.steps)]
        finally:
            lanes.put(lane)

    with contextlib.ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="specproof-peers-")))
        grounds = {api: _ground(api, folder, options) for api in apis}
        for number in range(options.workers):
            place = folder / str(number)
            place.mkdir()
            lanes.put(opened.enter_context(_lane(grounds, place, options, program, fuzz=fuzz)))
        with ThreadPoolExecutor(options.workers) as pool:
            try:
                for number, _ in enumerate(pool.map(examine_one, tasks), start=1):
                    if sys.stderr.isatty():
                        sys.stderr.write(f"\r{number} of {len(tasks)} emulators")
            except BaseException:
                # Else leaving the block would wait for every emulator that is still to come.
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    return said


@contextlib.contextmanager
def _lane(
    grounds: Mapping[str, _Ground],
    place: Path,
    options: argparse.Namespace,
    program: Path | None,
    *,
    fuzz: bool,
) -> Iterator[_Lane]:
    with contextlib.ExitStack() as opened:
        servers = {api: opened.enter_context(served(api)) for api in grounds}
        lane = _Lane(servers)
        if fuzz:
            lane.schemathesis = Schemathesis(place, options.cases)
            opened.callback(lane.schemathesis.close)
        if program is not None:
            for api, ground in grounds.items():
                lane.proxies[api] = Prism(program, ground.spec, servers[api])
                opened.callback(lane.proxies[api].close)
        yield lane


def _own(changes: Sequence[Change], workers: int) -> Row:
    """Return our own row, as `specproof faults` has it."""
    apis = tuple(dict.fromkeys(item.api for item in changes))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    # One worker would work in this process, whose CPU is not the suite's alone.
    matrix = measure(apis, only=[item.id for item in changes], workers=max(2, workers))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    alarms = {api: examine(RunPlan((api,)), fast=False) for api in apis}
    return Row(
        "specproof",
        found=frozenset(item.id for item in matrix.faults if item.rules),
        flagged=frozenset(item.id for item in matrix.legal if item.rules),
        alarms=tuple(f"{api}: {item.rule}: {item.message}" for api in apis for item in alarms[api]),
        cpu=after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
    )


if __name__ == "__main__":
    # What ends the script has to end the servers that it started as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(3))
    raise SystemExit(main())
