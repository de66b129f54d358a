"""A cluster of real processes on loopback: Dask's own scheduler and workers, and our client."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, TypeAlias

from unmeasured import unmeasured
from warm_workers import Forked, WarmWorkers

__all__ = ["Cluster", "kill", "running_cluster", "until"]

_END_SECONDS = 30
_WAIT_SECONDS = 300
_LOOK_SECONDS = 0.2


_Out: TypeAlias = int | BinaryIO


class Cluster:
    """Scheduler, workers and clients as processes; each may be killed at any time.

    Args:
        folder: for logs and scratch.
        environment: further variables of every process.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self._port = int(listener.getsockname()[1])
        self._folder = folder
        # Dask looks into its threads a hundred times a second, for a page that nobody opens.
        calm = {"DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False"}
        self._environment = {**unmeasured(), **calm, **environment}
        self._log = (folder / "cluster.log").open("ab")
        self._processes: list[subprocess.Popen[bytes]] = []
        self._workers: list[Forked] = []
        self._warm: WarmWorkers | None = None

    @property
    def address(self) -> str:
        """Address of the scheduler."""
        return f"tcp://127.0.0.1:{self._port}"

    def scheduler(self, *options: str) -> subprocess.Popen[bytes]:
        """Start a scheduler, always on the same port."""
        place = ["--host", "127.0.0.1", "--port", str(self._port)]
        # Left alone, as by tests that were killed, it ends, and its workers with it.
        alone = ("--idle-timeout", "600")
        options = ("--dashboard-address", "127.0.0.1:0", *alone, *options)
        return self._dask("scheduler", *place, *options)

    def worker(self, *options: str) -> Forked:
        """Start a worker of one thread, without a nanny: whoever runs it starts it again."""
        if self._warm is None:
            self._warm = WarmWorkers(self._environment, self._folder, self._log.fileno())
        place = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1"]
        scratch = ["--local-directory", str(self._folder / "scratch")]
        worker = self._warm.worker(self.address, *place, *scratch, *options)
        self._workers.append(worker)
        return worker

    def client(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start ``specproof run --engine`` with ``arguments``; stdout and stderr are pipes."""
        program = Path(sys.executable).with_name("specproof")
        command = [str(program), "run", "--engine", self.address]
        return self._started([*command, *arguments], subprocess.PIPE, subprocess.PIPE)

    def log(self) -> str:
        """Return what scheduler and workers have said."""
        return (self._folder / "cluster.log").read_text(errors="replace")

    def stop(self) -> None:
        """Kill whatever still runs."""
        for worker in self._workers:
            kill(worker)
            worker.close()
        if self._warm is not None:
            self._warm.stop()
        for process in self._processes:
            if process.poll() is None:
                process.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.communicate(timeout=_END_SECONDS)
        self._log.close()

    def _dask(self, *arguments: str) -> subprocess.Popen[bytes]:
        return self._started([sys.executable, "-m", "dask", *arguments], self._log, self._log)

    def _started(self, command: Sequence[str], out: _Out, err: _Out) -> subprocess.Popen[bytes]:
        process: subprocess.Popen[bytes] = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            cwd=self._folder,
            env=self._environment,
        )
        self._processes.append(process)
        return process


@contextlib.contextmanager
def running_cluster(folder: Path, environment: Mapping[str, str]) -> Iterator[Cluster]:
    """Lend a cluster without any process yet; all are killed at the end."""
    cluster = Cluster(folder, {"HOME": os.environ["HOME"], **environment})
    try:
        yield cluster
    finally:
        cluster.stop()


def kill(process: subprocess.Popen[bytes] | Forked) -> None:
    """End a process as a power cut does."""
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=_END_SECONDS)


def until(true: Callable[[], bool], *, alive: subprocess.Popen[bytes]) -> None:
    """Return once something is so, which a process that is ``alive`` brings about."""
    late = time.monotonic() + _WAIT_SECONDS
    while not true():
        assert time.monotonic() < late, "it did not come about"
        with contextlib.suppress(subprocess.TimeoutExpired):
            alive.wait(timeout=_LOOK_SECONDS)
            raise AssertionError(f"the process ended before: {alive.communicate()}")
