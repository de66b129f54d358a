"""A cluster without Dask: the engine hands each task to this process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from specproof.json_types import JsonObject
from specproof.scheduling.cluster.jobs import Task
from specproof.scheduling.cluster.task import run_part

__all__ = ["FakeEngine", "Handed"]


class Handed:
    """A task that was handed out: does at the first look what it is told to."""

    def __init__(self, act: Callable[[], JsonObject | str]) -> None:
        self._act = act
        self._found: JsonObject | str | None = None

    def state(self) -> str:
        """Do it, at the first look."""
        if self._found is None:
            self._found = self._act()
        return self._found if isinstance(self._found, str) else "finished"

    def result(self) -> JsonObject | None:
        """Return the report."""
        assert isinstance(self._found, dict)
        return self._found

    def failure(self) -> str:
        """Return what Dask says of a part that kills its workers."""
        return "KilledWorker"


class FakeEngine:
    """A scheduler whose one worker is this process.

    Args:
        act: what becomes of a task: a report, or ``killed``, ``lost`` or ``pending``.
    """

    def __init__(self, act: Callable[[Task], JsonObject | str] | None = None) -> None:
        self._act = act or (lambda task: run_part(task.to_text()))
        self.alive = True
        self.keys: list[str] = []
        self.cancelled = 0
        self.closed = False
        self.count = 1

    def submit(self, function: Callable[[str], JsonObject], text: str, *, key: str) -> Handed:
        """Take a task."""
        assert function is run_part
        self.keys.append(key)
        return Handed(lambda: self._act(Task.from_text(text)))

    def workers(self) -> int:
        """Return how many there are."""
        return self.count

    def cancel(self, tasks: Sequence[Any]) -> None:
        """Count what is taken back."""
        self.cancelled = len(tasks)

    def close(self) -> None:
        """Note that it was left."""
        self.closed = True
