"""A process that has imported what a worker of Dask needs and forks a worker for each request.

Run as a program it reads requests, one JSON object a line, from standard input and answers each
with the number of the process. To start an interpreter and import Dask and specproof takes three
seconds of processor time; a worker that was forked is as much a process of its own, to be killed.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

__all__ = ["Forked", "WarmWorkers"]


class Forked:
    """A forked worker, with as much of `subprocess.Popen` as is used of it.

    Args:
        number: of the process.
    """

    def __init__(self, number: int) -> None:
        self.pid = number
        self._handle = os.pidfd_open(number)

    def poll(self) -> int | None:
        """Return None while it runs; how it ended only its parent knows."""
        return 0 if self._ended(0) else None

    def wait(self, timeout: float) -> int:
        """Return once it has ended."""
        if not self._ended(timeout):
            raise subprocess.TimeoutExpired("worker", timeout)
        return 0

    def send_signal(self, number: int) -> None:
        """Send it a signal."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, number)

    def close(self) -> None:
        """Forget it."""
        os.close(self._handle)

    def _ended(self, seconds: float) -> bool:
        waiting = select.poll()
        waiting.register(self._handle, select.POLLIN)
        return bool(waiting.poll(seconds * 1000))


class WarmWorkers:
    """Forks workers.

    Args:
        environment: of all of them.
        folder: which they work in.
        log: file descriptor for what they say.
    """

    def __init__(self, environment: Mapping[str, str], folder: Path, log: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=folder,
            env=environment,
        )

    def worker(self, *arguments: str) -> Forked:
        """Start ``dask worker`` with ``arguments``."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(arguments).encode() + b"\n")
        self._process.stdin.flush()
        return Forked(int(self._process.stdout.readline()))

    def stop(self) -> None:
        """Let the process end; its workers are to be killed before."""
        self._process.communicate()


def _work(arguments: Sequence[str]) -> None:
    from distributed.cli.dask_worker import main as worker

    os.dup2(2, 1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.argv = ["dask worker", *arguments]
    worker(list(arguments), prog_name="dask worker")


def _warm() -> None:
    import distributed.cli.dask_worker
    import psycopg

    import specproof.scheduling.cluster.worker
    from specproof.catalog import open_catalog
    from specproof.suites.execute import execute
    from specproof.suites.plan import RunPlan

    del distributed, psycopg, specproof
    # Much is imported by the first run only; that of any API will do.
    execute(RunPlan(apis=open_catalog().names()[:1], mode="discover", cases=0))
    assert threading.active_count() == 1, "a fork would lose threads"
    gc.collect()
    gc.freeze()


def _bury(*_: object) -> None:
    """Take note of workers that have ended; who needs to know looks at them from outside."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def main() -> None:
    """Fork workers until standard input ends."""
    _warm()
    signal.signal(signal.SIGCHLD, _bury)
    for line in iter(sys.stdin.readline, ""):
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _work(json.loads(line))
            os._exit(0)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
    with contextlib.suppress(ChildProcessError):
        while os.wait():
            pass


if __name__ == "__main__":
    main()
