# ruff: noqa: INP001 - a script: no package
"""Prints what comparisons of descriptions cost: ``scripts/bench/regression``."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

_PEERS: Mapping[str, tuple[str, ...]] = {
    # name of the program -> arguments before the two files
    "oasdiff": ("breaking",),
    "openapi-changes": ("summary", "--no-logo"),
    "openapi-diff": (),
    "api-diff": ("--json",),
    "api-schema-diff": ("--format", "json"),
    "apiguard": ("diff",),
    "breakwatch": ("diff",),
    "contractor": ("diff",),
}
_SMALL = """{"openapi": "3.0.3", "info": {"title": "Shop", "version": "1"},
"paths": {"/pets": {"get": {"parameters": [
{"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": %d}}],
"responses": {"200": {"description": "OK", "content": {"application/json": {"schema":
{"type": "object", "properties": {"name": {"type": "%s"}}}}}}}}}}}"""
# In a process of its own: a child's peak counts that of the process that started it.
_SYNTHETIC = """
import json, sys
from descriptions_table import synthetic
made = synthetic(int(sys.argv[1]))
open(sys.argv[2], "w").write(json.dumps(made))
schemas = made["components"]["schemas"]
for number, (name, schema) in enumerate(schemas.items()):
    if number % 10 == 0:
        schema["properties"]["kind"]["enum"].append("four")
    if number % 25 == 0:
        schema["required"] = ["kind"]
for number, path in enumerate(list(made["paths"])):
    if number % 100 == 0:
        del made["paths"][path]
open(sys.argv[3], "w").write(json.dumps(made))
"""
_PROFILE = """
import cProfile, pstats, sys
from specproof.cli.main import app
profile = cProfile.Profile()
try:
    profile.runcall(app, ["diff", *sys.argv[1:], "--json"], standalone_mode=False)
except BaseException as error:
    sys.stderr.write(f"{type(error).__name__}\\n")
sys.stdout = sys.stderr
pstats.Stats(profile).sort_stats("tottime").print_stats(25)
"""


@dataclass(frozen=True)
class Cost:
    """What one comparison took.

    Attributes:
        pair: which.
        tool: what made it.
        cpu: seconds, those of its children counted in.
        memory: MB at its peak.
        outcome: ``exit 1``, ``gave up`` or ``not installed``.
    """

    pair: str
    tool: str
    cpu: float | None
    memory: int | None
    outcome: str


def tools(peers: Path | None) -> Iterator[tuple[str, tuple[str, ...] | None]]:
    """Yield ours and each peer with its command, or None where it is not installed."""
    yield "specproof", (str(Path(sys.executable).parent / "specproof"), "diff", "--json")
    for name, arguments in _PEERS.items():
        places = [] if peers is None else [peers / "bin", peers / "node_modules" / ".bin"]
        found = next((place / name for place in places if (place / name).is_file()), None)
        yield name, None if found is None else (str(found.resolve()), *arguments)


def measured(command: Sequence[str], limit: int) -> tuple[float, int, str]:
    """Run ``command`` and return CPU seconds, MB and how it ended."""
    quiet = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in (0, 1, 2)]
    # The limit is inherited; the kernel ends what exceeds it.
    limited = ("/bin/sh", "-c", f'ulimit -t {limit}; exec "$@"', "sh", *command)
    # As users have it: compiled modules are kept, which the first round may have to write.
    surroundings = {
        name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
    }
    child = os.posix_spawn(limited[0], limited, surroundings, file_actions=quiet)
    _, status, used = os.wait4(child, 0)
    code = os.waitstatus_to_exitcode(status)
    outcome = "gave up" if code < 0 else f"exit {code}"
    return used.ru_utime + used.ru_stime, used.ru_maxrss // 1024, outcome


def cost(pair: str, tool: str, command: Sequence[str] | None, limit: int, rounds: int) -> Cost:
    """Return what the cheapest of ``rounds`` rounds took."""
    if command is None:
        return Cost(pair, tool, None, None, "not installed")
    best = min(measured(command, limit) for _ in range(rounds))
    return Cost(pair, tool, round(best[0], 2), best[1], best[2])


def pairs(given: argparse.Namespace, work: Path) -> Iterator[tuple[str, Path, Path, int]]:
    """Yield name, files and rounds of each pair."""
    for name, values in (("old", (100, "string")), ("new", (50, "integer"))):
        (work / f"{name}.json").write_text(_SMALL % values, "utf-8")
    yield "small", work / "old.json", work / "new.json", given.rounds
    if given.operations:
        files = (work / "synthetic-old.json", work / "synthetic-new.json")
        subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", _SYNTHETIC, str(given.operations), *map(str, files)],
            check=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
        )
        yield "synthetic", *files, 1
    if given.files:
        yield "given", *given.files, 1


def line(found: Cost) -> str:
    """Return one line of the table."""
    cpu = "" if found.cpu is None else f"{found.cpu:.2f}"
    memory = "" if found.memory is None else str(found.memory)
    return f"{found.pair:12}{found.tool:18}{cpu:>8}{memory:>8}  {found.outcome}\n"


def main() -> None:
    """Print the table of what the command line names."""
    parser = argparse.ArgumentParser(prog="scripts/bench/regression")
    parser.add_argument("--operations", type=int, default=1200)
    parser.add_argument("--peers", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--limit", type=int, default=120)
    parser.add_argument("--only", action="append", choices=("small", "synthetic", "given"))
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("files", nargs="*", type=Path, metavar="OLD NEW")
    given = parser.parse_args()
    if len(given.files) not in {0, 2}:
        parser.error("name two files, or none")
    rows: list[Cost] = []
    if not given.json:
        sys.stdout.write(f"{'pair':12}{'tool':18}{'CPU s':>8}{'MB':>8}\n")
    with tempfile.TemporaryDirectory(prefix="specproof-bench-") as scratch:
        chosen = [
            pair for pair in pairs(given, Path(scratch)) if not given.only or pair[0] in given.only
        ]
        if given.profile:
            subprocess.run(  # noqa: S603 - our own program
                [sys.executable, "-c", _PROFILE, *map(str, chosen[-1][1:3])],
                check=True,
                stdout=subprocess.DEVNULL,
            )
            return
        for name, old, new, rounds in chosen:
            for tool, command in tools(given.peers):
                called = None if command is None else (*command, str(old), str(new))
                rows.append(cost(name, tool, called, given.limit, rounds))
                if not given.json:
                    sys.stdout.write(line(rows[-1]))
                    sys.stdout.flush()
    if given.json:
        told = {"schema": "specproof.bench.regression/1", "rows": [asdict(row) for row in rows]}
        sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
