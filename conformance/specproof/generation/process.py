"""Starts ``worker``: once for one description, or once for many, each in a process of its own.

What a generation costs beside its description is the start: loading the generator takes more
time than writing a small client. ``Workers`` loads it once; for each job that process forks
before it has read any of the job, so that nothing of one description reaches another, and
limits, the audit hook and what the generator remembers are those of one job.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess  # the generator gets no more than it needs, see ``worker``
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

__all__ = ["Workers", "run_once"]

_WORKER = Path(__file__).with_name("worker.py")
# -B: no bytecode is written; -s, -P: neither the user's packages nor this folder is searched.
_COMMAND = (sys.executable, "-B", "-s", "-P", str(_WORKER))
_ANSWER, _LOG = "answer", "log"


def run_once(
    job: Mapping[str, Any], work: Path, *, hash_seed: str = "0"
) -> subprocess.CompletedProcess[str]:
    """Do ``job`` in a process that is started for it.

    Args:
        work: scratch directory.

    Raises:
        subprocess.TimeoutExpired: it took longer than the job's limit.
    """
    return subprocess.run(  # noqa: S603 - our own program, no shell
        _COMMAND,
        input=json.dumps(job),
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        env=_environment(work, hash_seed),
        cwd=work,
        timeout=job["limits"]["seconds"],
        check=False,
    )


class Workers:
    """Does jobs one after the other; a context manager. Without fork, each starts for itself."""

    def __init__(self) -> None:
        self._started: subprocess.Popen[bytes] | None = None
        self._home: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> Self:
        """Start nothing; the first job does."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the process, and a job that is still at work in it."""
        self._stop()

    def run(self, job: Mapping[str, Any], work: Path) -> subprocess.CompletedProcess[str]:
        """Do ``job`` as ``run_once`` does; a job that dies or hangs leaves the next one alone.

        Raises:
            subprocess.TimeoutExpired: it took longer than its limit.
        """
        if not hasattr(os, "fork"):
            return run_once(job, work)
        started = self._started or self._start()
        if started.stdin is None or started.stdout is None:
            raise RuntimeError("the worker has no pipes")
        try:
            started.stdin.write(json.dumps({**job, "work": str(work.resolve())}).encode() + b"\n")
            started.stdin.flush()
            status = self._status(started, job["limits"]["seconds"])
        except BrokenPipeError:
            status = b""
        if not status.strip():
            # The process that forks is gone, killed from outside; the next job gets another.
            self._stop()
            return run_once(job, work)
        told = [
            path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
            for path in (work / _ANSWER, work / _LOG)
        ]
        return subprocess.CompletedProcess(_COMMAND, int(status), *told)

    def _start(self) -> subprocess.Popen[bytes]:
        self._home = tempfile.TemporaryDirectory(prefix="specproof-workers-")
        home = Path(self._home.name)
        self._started = subprocess.Popen(  # noqa: S603 - our own program, no shell
            (*_COMMAND, "--many"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(home, "0"),
            cwd=home,
            # A group of its own, so that a job that hangs is ended with it.
            start_new_session=True,
        )
        return self._started

    def _status(self, started: subprocess.Popen[bytes], seconds: int) -> bytes:
        with selectors.DefaultSelector() as selector:
            selector.register(started.stdout, selectors.EVENT_READ)  # type: ignore[arg-type] # it is a pipe
            if not selector.select(seconds):
                self._stop()
                raise subprocess.TimeoutExpired(_COMMAND, seconds)
        return started.stdout.readline()  # type: ignore[union-attr] # it is a pipe

    def _stop(self) -> None:
        started, self._started = self._started, None
        if started is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(started.pid, signal.SIGKILL)
            for pipe in (started.stdin, started.stdout):
                if pipe is not None:
                    with contextlib.suppress(BrokenPipeError):
                        pipe.close()
            started.wait()
        if self._home is not None:
            self._home.cleanup()
            self._home = None


def _environment(work: Path, hash_seed: str) -> dict[str, str]:
    return {
        "LC_ALL": "C.UTF-8",
        "PYTHONHASHSEED": hash_seed,
        "PYTHONUTF8": "1",
        "TMPDIR": str(work),
    }
