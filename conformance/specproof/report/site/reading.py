"""A history of which what many pages need is read once."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

from specproof.history.records import LatencySample, SeenCode, SeenResponse, StoredRun, Stream
from specproof.suites.records import Run

if TYPE_CHECKING:
    from specproof.history.store import History

__all__ = ["Reading"]

_RUNS: Final = 8
"""Whole runs that are remembered."""
_TIMES: Final = 2_000_000
"""Times of answers that are remembered; each run is held against several before it."""


class Reading:
    """Remembers what was read last; whatever else is asked of it the history answers.

    Args:
        history: is not written to as long as this lives.
    """

    def __init__(self, history: History) -> None:
        self.history = history
        self._runs: OrderedDict[str, Run] = OrderedDict()
        self._latencies: OrderedDict[tuple[str, str], tuple[LatencySample, ...]] = OrderedDict()
        self._times = 0
        self._codes: dict[Stream, tuple[SeenCode, ...]] = {}
        self._responses: dict[Stream, tuple[SeenResponse, ...]] = {}

    def __getattr__(self, name: str) -> Any:
        """Return what the history has under this name."""
        return getattr(self.history, name)

    def run(self, run_id: str) -> Run:
        """Return a whole run, see `History.run`."""
        if run_id not in self._runs:
            self._runs[run_id] = self.history.run(run_id)
            if len(self._runs) > _RUNS:
                self._runs.popitem(last=False)
        self._runs.move_to_end(run_id)
        return self._runs[run_id]

    def whole(self, stored: StoredRun) -> Run | None:
        """Return a whole run, None where only its summary is kept."""
        return self.run(stored.run_id) if stored.complete else None

    def latencies(self, run_id: str, api: str) -> tuple[LatencySample, ...]:
        """Return how long a run waited for answers, see `History.latencies`."""
        key = (run_id, api)
        if key not in self._latencies:
            self._latencies[key] = self.history.latencies(run_id, api)
            self._times += _times(self._latencies[key])
            while self._times > _TIMES and len(self._latencies) > 1:
                self._times -= _times(self._latencies.popitem(last=False)[1])
        self._latencies.move_to_end(key)
        return self._latencies[key]

    def codes(self, stream: Stream) -> tuple[SeenCode, ...]:
        """Return the error codes that a stream has seen."""
        if stream not in self._codes:
            self._codes[stream] = self.history.codes(stream)
        return self._codes[stream]

    def responses(self, stream: Stream) -> tuple[SeenResponse, ...]:
        """Return the statuses that a stream has seen."""
        if stream not in self._responses:
            self._responses[stream] = self.history.responses(stream)
        return self._responses[stream]


def _times(samples: tuple[LatencySample, ...]) -> int:
    return sum(len(sample.milliseconds) for sample in samples)
