# ruff: noqa: INP001 - a script: no package
"""Prints what a cluster checks in an hour: ``scripts/bench/cluster``."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "support"))

from clusters import Cluster, running_cluster
from tiny_apis import tiny_environment, write_tiny_apis

from specproof.history.store import History, open_history

_HOUR = 3600


@dataclass(frozen=True, slots=True)
class _Row:
    """What one arrangement did; seconds of CPU are per run."""

    name: str
    seconds: float
    per_hour: int
    ratio: float
    worker_cpu: float | None = None
    scheduler_cpu: float | None = None
    client_cpu: float | None = None
    bytes_first: int | None = None
    bytes_again: int | None = None

    @property
    def scheduler_bears(self) -> int | None:
        """Runs in an hour that would keep one scheduler busy."""
        return None if not self.scheduler_cpu else round(_HOUR / self.scheduler_cpu)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--apis", type=int, default=60)
    parser.add_argument("--workers", default="1,2")
    parser.add_argument("--parts", type=int, default=1)
    parser.add_argument("--history")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="specproof-bench-") as scratch:
        root = Path(scratch)
        write_tiny_apis(root, given.apis)
        rows = [_alone(root, given.apis)]
        for count in map(int, given.workers.split(",")):
            where = given.history or str(root / f"history-{count}.db")
            rows.append(_cluster(root, where, given, count, rows[0].seconds))
    if given.json:
        document = [asdict(row) | {"scheduler_bears": row.scheduler_bears} for row in rows]
        _say(json.dumps({"schema": "specproof.bench-cluster/1", "rows": document}, indent=2))
        return
    _say(f"{given.apis} APIs, {given.parts} parts each, {os.cpu_count()} processors")
    _say(_LINE.format(*_HEADS))
    for row in rows:
        cells = (
            row.name,
            f"{row.seconds:.1f}",
            row.per_hour,
            f"{row.ratio:.2f}",
            _shown(row.worker_cpu),
            _shown(row.scheduler_cpu),
            _shown(row.client_cpu),
            row.scheduler_bears or "",
            row.bytes_first or "",
            row.bytes_again or "",
        )
        _say(_LINE.format(*cells))


_HEADS = (
    *("", "seconds", "APIs/h", "ratio", "worker s", "scheduler s", "client s"),
    *("scheduler/h", "bytes/run", "again"),
)
_LINE = "{:<12}{:>9}{:>9}{:>7}{:>10}{:>13}{:>10}{:>13}{:>11}{:>8}"


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _shown(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.4f}"


def _alone(root: Path, count: int) -> _Row:
    """Have all APIs checked by one process, as without a cluster."""
    program = str(Path(sys.executable).with_name("specproof"))
    began = time.monotonic()
    subprocess.run(  # noqa: S603 - our own program
        [program, "run", "--all", "--cases", "0", "--no-history", "--json"],
        env={**os.environ, **tiny_environment(root)},
        cwd=root,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    seconds = time.monotonic() - began
    return _Row("one process", seconds, round(count / seconds * _HOUR), 1.0)


def _cluster(root: Path, where: str, given: argparse.Namespace, count: int, alone: float) -> _Row:
    folder = root / f"workers-{count}"
    folder.mkdir()
    environment = {**tiny_environment(root), "SPECPROOF_HISTORY": where}
    with running_cluster(folder, environment) as cluster, open_history(where) as history:
        scheduler = cluster.scheduler()
        workers = [cluster.worker() for _ in range(count)]
        # Twice as many as there are workers, so that each gets one.
        warm = [f"tiny-{number:03d}" for number in range(min(2 * count, given.apis))]
        _batch(cluster, f"warm-{count}", given.parts, *warm)
        sizes = [_size(history, where)]
        before = [_cpu(scheduler.pid), sum(_cpu(worker.pid) for worker in workers)]
        seconds, client = _batch(cluster, f"first-{count}", given.parts, "--all")
        sizes.append(_size(history, where))
        after = [_cpu(scheduler.pid), sum(_cpu(worker.pid) for worker in workers)]
        _batch(cluster, f"again-{count}", given.parts, "--all")
        sizes.append(_size(history, where))
    runs = given.apis
    return _Row(
        name=f"{count} worker{'s' if count > 1 else ''}",
        seconds=seconds,
        per_hour=round(runs / seconds * _HOUR),
        ratio=alone / seconds,
        worker_cpu=(after[1] - before[1]) / runs,
        scheduler_cpu=(after[0] - before[0]) / runs,
        client_cpu=client / runs,
        bytes_first=round((sizes[1] - sizes[0]) / runs),
        bytes_again=round((sizes[2] - sizes[1]) / runs),
    )


def _batch(cluster: Cluster, batch: str, parts: int, *apis: str) -> tuple[float, float]:
    """Have a batch checked; return its seconds, and the CPU seconds of the client."""
    began, used = time.monotonic(), os.times()
    asked = [*apis, "--cases", "0", "--batch", batch, "--parts", str(parts), "--json"]
    client = cluster.client(*asked)
    _, said = client.communicate()
    if client.returncode:
        raise SystemExit(said.decode(errors="replace"))
    now = os.times()
    spent = now.children_user + now.children_system - used.children_user - used.children_system
    return time.monotonic() - began, spent


def _cpu(pid: int) -> float:
    # proc(5): utime and stime are the 14th and 15th field; the second may hold spaces.
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _size(history: History, where: str) -> int:
    if "://" not in where:
        return Path(where).stat().st_size
    with history.reading() as connection:
        return int(connection.scalar(sa.text("SELECT pg_database_size(current_database())")) or 0)


if __name__ == "__main__":
    main()
