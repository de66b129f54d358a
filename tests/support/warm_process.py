"""A process that has imported everything once and forks for each job under an audit hook.

Run as a program it reads jobs, one JSON object a line, from standard input and answers each with
one JSON object on standard output. A new interpreter for every document would cost two seconds
of processor time each; a fork costs some milliseconds and starts from the same state.

The program that ``specproof.generation`` starts, its ``worker``, is run in a fork too, with the
same standard input, environment, working directory, limits and audit hook of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

__all__ = ["Outcome", "WarmProcess"]

_PROGRAM = Path(__file__).with_name("warm_jobs.py")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one job did.

    Attributes:
        code: exit code, or minus the signal that ended it.
        output: standard output.
        errors: standard error.
        events: what the audit hook saw and no document may bring about.
        result: what the job returned.
        seconds: of processor time, its children's with it.
        memory: the most bytes that it or a child of it held at once.
    """

    code: int
    output: str
    errors: str
    events: tuple[str, ...]
    result: Any
    seconds: float
    memory: int


class WarmProcess:
    """Use as a context manager; ``run`` does one job."""

    def __enter__(self) -> Self:
        """Start the process."""
        environment = {
            "LC_ALL": "C.UTF-8",
            "PYTHONHASHSEED": "0",
            "PYTHONUTF8": "1",
            "PATH": os.environ.get("PATH", ""),
            "HOME": "/nonexistent",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-B", "-s", str(_PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            encoding="utf-8",
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let the process end."""
        self._process.communicate()

    def run(self, action: str, folder: Path, **options: Any) -> Outcome:
        """Do one job in ``folder``, the only place where it may write.

        Args:
            action: name of a function of ``warm_jobs``.
            options: what it is called with.
        """
        job: Mapping[str, Any] = {"action": action, "folder": str(folder), "options": options}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        return Outcome(**{**answer, "events": tuple(answer["events"])})
