"""Which runs can be compared, and what they said of a requirement in turn.

Runs are comparable that belong to the same stream: one API at one target and origin. Their seed,
cases, spec and version of specproof may differ, and a comparison says so where they do.

Only ``pass`` and ``fail`` *decide* a requirement. ``inconclusive`` and ``vacuous`` say nothing of
it, so they neither mend nor break it, and neither begin nor end a stretch of failing runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final, Protocol

from specproof.history.records import (
    LatencySample,
    SeenCode,
    SeenResponse,
    StoredFinding,
    StoredRun,
    StoredVerdict,
    Stream,
)
from specproof.model import Severity, VerdictKind
from specproof.suites.deviations import DEVIATION_RULES
from specproof.suites.records import Run

__all__ = [
    "DECIDED",
    "Past",
    "Since",
    "Step",
    "Stored",
    "Test",
    "breaks",
    "decides",
    "parts_of",
]

DECIDED: Final = frozenset({VerdictKind.PASS, VerdictKind.FAIL})
"""Verdicts that say something of a requirement."""


class Stored(Protocol):
    """What comparisons read of a history, see `specproof.history.store.History`."""

    def run(self, run_id: str) -> Run:
        """Return a whole run."""
        ...

    def timeline(
        self, stream: Stream, *, limit: int | None = None
    ) -> Iterator[tuple[StoredRun, Mapping[str, StoredVerdict]]]:
        """Yield the runs of a stream with their verdicts, newest first."""
        ...

    def findings(self, run_id: str, api: str | None = None) -> tuple[StoredFinding, ...]:
        """Return the findings of a run."""
        ...

    def latencies(self, run_id: str, api: str) -> tuple[LatencySample, ...]:
        """Return how long a run waited for answers."""
        ...

    def codes(self, stream: Stream) -> tuple[SeenCode, ...]:
        """Return the error codes that a stream has seen."""
        ...

    def responses(self, stream: Stream) -> tuple[SeenResponse, ...]:
        """Return the statuses that a stream has seen."""
        ...


@dataclass(frozen=True, slots=True)
class Step:
    """One run of a stream and what it says of each requirement of the API."""

    run: StoredRun
    verdicts: Mapping[str, StoredVerdict]

    def kind(self, requirement: str) -> VerdictKind | None:
        """Return the verdict on a requirement, None where the run does not know it."""
        found = self.verdicts.get(requirement)
        return None if found is None else found.kind


Test = Callable[[Step], bool | None]
"""Says yes or no of a run, or None where the run says nothing of the matter."""


@dataclass(frozen=True, slots=True)
class Since:
    """Since when something is as it is.

    Attributes:
        run_id: first run of the streak; it began at ``started``.
        runs: how many runs the streak has that say something.
        open: whether the history begins within the streak, so that it may be older.
    """

    run_id: str
    started: str
    runs: int
    open: bool


class Past:
    """The streams of a history, read as far back as somebody asks, and findings by run.

    Args:
        history: where the runs are.
    """

    def __init__(self, history: Stored) -> None:
        self.history = history
        self._courses: dict[Stream, _Course] = {}
        self._findings: dict[tuple[str, str], tuple[StoredFinding, ...]] = {}
        self._accepted: dict[tuple[str, str], frozenset[str]] = {}

    def steps(self, stream: Stream, run: StoredRun, limit: int | None = None) -> tuple[Step, ...]:
        """Return runs of ``stream`` from ``run`` backwards, it included, newest first.

        Args:
            limit: most runs; None for all there are.
        """
        return tuple(islice(self._backwards(stream, run), limit))

    def before(self, stream: Stream, run: StoredRun) -> StoredRun | None:
        """Return the last comparable run before ``run``."""
        steps = self.steps(stream, run, 2)
        return steps[1].run if len(steps) > 1 else None

    def findings(self, run_id: str, api: str) -> tuple[StoredFinding, ...]:
        """Return the findings of a run about one API."""
        key = (run_id, api)
        if key not in self._findings:
            self._findings[key] = self.history.findings(run_id, api)
        return self._findings[key]

    def accepted(self, run_id: str, api: str) -> frozenset[str]:
        """Return the requirements that fail in a run by nothing but what deviations cover."""
        key = (run_id, api)
        if key not in self._accepted:
            covered: dict[str, bool] = {}
            for item in self.findings(run_id, api):
                if breaks(item):
                    before = covered.get(item.requirement, True)
                    covered[item.requirement] = before and item.deviation is not None
            self._accepted[key] = frozenset(name for name, every in covered.items() if every)
        return self._accepted[key]

    def accepted_last(self, stream: Stream, run: StoredRun, requirement: str) -> bool:
        """Return whether deviations covered it all when it was last decided, up to ``run``."""
        for step in self._backwards(stream, run):
            if step.kind(requirement) in DECIDED:
                return requirement in self.accepted(step.run.run_id, stream.api)
        return False

    def since(self, stream: Stream, run: StoredRun, test: Test) -> Since | None:
        """Return since when ``test`` says yes of the runs up to ``run``, None if it does not."""
        first: StoredRun | None = None
        runs = 0
        open_ended = True
        for step in self._backwards(stream, run):
            answer = test(step)
            if answer is False:
                open_ended = False
                break
            if answer:
                first = step.run
                runs += 1
        return None if first is None else Since(first.run_id, first.started, runs, open_ended)

    def failed_last(
        self, stream: Stream, run: StoredRun, requirements: Iterable[str]
    ) -> Mapping[str, bool]:
        """Return of each requirement whether it failed when it was last decided, up to ``run``.

        What no run has decided is left out.
        """
        left = set(requirements)
        found: dict[str, bool] = {}
        known: set[int] = set()
        for step in self._backwards(stream, run):
            if not left:
                break
            # Runs that say the same share one mapping.
            if id(step.verdicts) in known:
                continue
            known.add(id(step.verdicts))
            for requirement in [item for item in left if step.kind(item) in DECIDED]:
                found[requirement] = step.kind(requirement) is VerdictKind.FAIL
                left.remove(requirement)
        return found

    def _backwards(self, stream: Stream, run: StoredRun) -> Iterator[Step]:
        course = self._courses.get(stream)
        if course is None:
            course = self._courses[stream] = _Course(self.history.timeline(stream))
        return course.backwards(run.run_id)


class _Course:
    """The runs of one stream, newest first, of which no more are read than are looked at."""

    def __init__(self, pairs: Iterator[tuple[StoredRun, Mapping[str, StoredVerdict]]]) -> None:
        self._rest = pairs
        self._read: list[Step] = []
        self._place: dict[str, int] = {}

    def backwards(self, run_id: str) -> Iterator[Step]:
        """Yield the run ``run_id`` and those before it, nothing if it is not of the stream."""
        while run_id not in self._place:
            if not self._more():
                return
        place = self._place[run_id]
        while place < len(self._read) or self._more():
            yield self._read[place]
            place += 1

    def _more(self) -> bool:
        pair = next(self._rest, None)
        if pair is None:
            return False
        self._place[pair[0].run_id] = len(self._read)
        self._read.append(Step(*pair))
        return True


def breaks(finding: StoredFinding) -> bool:
    """Return whether a finding makes its requirement fail; those about deviations do not."""
    return finding.severity is Severity.ERROR and finding.rule not in DEVIATION_RULES


def parts_of(requirement: str) -> tuple[str, str, str]:
    """Return operation, place and subject of a requirement, ``<api>/<operation>/<where>/<what>``.

    Operations may have slashes in their names; APIs have none.
    """
    place, _, what = requirement.partition("/")[2].rpartition("/")
    operation, _, where = place.rpartition("/")
    return operation, where, what


def decides(requirement: str, wanted: VerdictKind) -> Test:
    """Return the test whether a requirement has a verdict; None where it was not decided."""

    def test(step: Step) -> bool | None:
        kind = step.kind(requirement)
        return kind is wanted if kind in DECIDED else None

    return test
