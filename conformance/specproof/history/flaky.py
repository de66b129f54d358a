"""Flaky is told from broken: what came and went while nothing was changed.

The rule. Looked at are the last `WINDOW` comparable runs of the stream, those since its effective
spec last changed, in which the requirement was decided: it failed or it passed. It is flaky if

1. its verdict flipped at least `FLIPS` times from one of these runs to the next, and
2. this was no outage, one single stretch of at least two failing runs between passes, and
3. it is not settled: a stretch of failing runs that lasts until now, of at least `SETTLED` runs
   and twice as long as every earlier one, says that it is broken, whatever it was before.

What failed once between passes is flaky; what fails for the first time is not. Repeats within one
run (``run --confirm``) go before all that: a finding that came back each time is no flake now, one
that never came back is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Final

from specproof.errors import InputError
from specproof.history.comparable import DECIDED, Past, Since, Step, Stored
from specproof.history.records import StoredFinding, StoredRun, Stream
from specproof.model import Severity, VerdictKind
from specproof.suites.records import Confirmation
from specproof.text import one_line

__all__ = [
    "FLIPS",
    "SETTLED",
    "WINDOW",
    "Flakiness",
    "Standing",
    "StandingKind",
    "Standings",
    "confirmed",
    "flakiness",
    "flakiness_of",
    "standing",
    "unchanged",
]

WINDOW: Final = 20
"""Runs that are looked back at, the one in question included."""

FLIPS: Final = 2
"""Changes from one verdict to the other that it takes to be flaky."""

SETTLED: Final = 3
"""Failing runs in a row after which something may be broken that was flaky before."""

_GRAVITY: Final = (Severity.INFO, Severity.WARNING, Severity.ERROR)


@dataclass(frozen=True, slots=True)
class Flakiness:
    """How often something failed in a window of runs.

    Attributes:
        runs: comparable runs in the window; ``decided`` of them say something.
        failed: runs in which it failed.
        flips: how often a run said other than the deciding one before it.
        stretches: lengths of the stretches of failing runs, the latest first.
        failing: whether the last deciding run failed, None if none decided.
        last_failed: the last run in which it failed, or None.
        one_seed: whether one seed both failed and passed, so that the requests that it draws
            do not explain the difference.
    """

    runs: int
    decided: int
    failed: int
    flips: int
    stretches: tuple[int, ...]
    failing: bool | None
    last_failed: StoredRun | None
    one_seed: bool

    @property
    def flaky(self) -> bool:
        """Whether the rule of this module says so."""
        return self.flips >= FLIPS and not self.outage and not self.settled

    @property
    def once(self) -> bool:
        """Whether it failed in one stretch only, and does not any more."""
        return not self.failing and len(self.stretches) == 1

    @property
    def outage(self) -> bool:
        """Whether it was broken for a while, once, and is mended."""
        return self.once and self.stretches[0] > 1

    @property
    def settled(self) -> bool:
        """Whether it has failed for so long that it is broken."""
        if not self.failing:
            return False
        present, *earlier = self.stretches
        return present >= max(SETTLED, 2 * max(earlier, default=0))

    @property
    def rate(self) -> float:
        """Share of the deciding runs in which it failed."""
        return self.failed / self.decided if self.decided else 0.0


def unchanged(steps: Sequence[Step], api: str, window: int = WINDOW) -> tuple[Step, ...]:
    """Return the leading runs, at most ``window``, that have the effective spec of the first."""
    found: list[Step] = []
    for step in steps[:window]:
        if _spec(step, api) != _spec(steps[0], api):
            break
        found.append(step)
    return tuple(found)


def flakiness(looks: Sequence[tuple[StoredRun, bool | None]]) -> Flakiness:
    """Return the figures of a window.

    Args:
        looks: runs, newest first, each with whether it failed, None where it does not say.
    """
    said = [(run, failed) for run, failed in looks if failed is not None]
    stretches = [(failed, len(list(members))) for failed, members in groupby(said, lambda x: x[1])]
    seeds = {outcome: {run.seed for run, failed in said if failed is outcome} for outcome in _BOTH}
    return Flakiness(
        runs=len(looks),
        decided=len(said),
        failed=sum(failed for _, failed in said),
        flips=max(len(stretches) - 1, 0),
        stretches=tuple(length for failed, length in stretches if failed),
        failing=said[0][1] if said else None,
        last_failed=next((run for run, failed in said if failed), None),
        one_seed=not seeds[True].isdisjoint(seeds[False]),
    )


def confirmed(confirmation: Confirmation | None) -> bool:
    """Return whether a finding was tried again within its run and came back each time."""
    return confirmation is not None and confirmation.seen == confirmation.of > 0


def flakiness_of(steps: Sequence[Step], requirement: str) -> Flakiness:
    """Return the figures of a requirement; ``steps`` are those of the window, see `unchanged`."""
    return flakiness(
        [
            (step.run, kind is VerdictKind.FAIL if kind in DECIDED else None)
            for step in steps
            for kind in [step.kind(requirement)]
        ]
    )


class StandingKind(StrEnum):
    """What a finding is in the light of the runs before."""

    NEW = "new"
    """The last run that could have found it did not, or had it accepted, or there is none."""

    WORSE = "worse"
    """Its rule broke the same requirement before, less gravely."""

    SETTLED = "settled"
    """It came and went as of the run before, but that explains it no more: it is broken."""

    CHANGED = "changed"
    """Its rule broke the same requirement before, in another way; if it is not there itself, its
    rule breaks the requirement in another way now."""

    ONGOING = "ongoing"
    """The last run that could have found it did."""

    FLAKY = "flaky"
    """It comes and goes, or a repeat within the run did not show it again."""

    ACCEPTED = "accepted"
    """A deviation covers it."""

    FIXED = "fixed"
    """The run decided its requirement and did not find it."""

    UNCHECKED = "unchecked"
    """The run did not find it and did not decide its requirement either."""

    GONE = "gone"
    """The run does not know its requirement any more."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a finding is, and why.

    Attributes:
        present: whether the run found it.
        confirmed: whether it is no chance: each repeat within the run showed it again, or it
            was there in the deciding run before and is not flaky.
        since: since when its rule breaks the requirement without a pass between, or since
            when it does not any more.
        flakiness: of its rule and requirement over the window.
        confirmation: what repeats within the run showed, None where it made none.
    """

    kind: StandingKind
    present: bool
    confirmed: bool
    since: Since | None
    flakiness: Flakiness
    confirmation: Confirmation | None


class Standings:
    """Tells what findings of one run are, each run before it read once.

    Args:
        past: the history.
        stream: API and place.
        run: the run in question.
        window: runs to look back at.

    Raises:
        InputError: the run is not in the stream.
    """

    def __init__(self, past: Past, stream: Stream, run: StoredRun, window: int = WINDOW) -> None:
        self._past = past
        self._stream = stream
        self._run = run
        steps = past.steps(stream, run, window + 1)
        if not steps:
            raise InputError(
                f"run {one_line(run.run_id)} did not test {one_line(stream.api)} there"
            )
        self._here = steps[0]
        self._steps = unchanged(steps, stream.api, window)
        self._earlier = steps[1:]
        self._steps_before = unchanged(self._earlier, stream.api, window)

    def of(self, finding: StoredFinding, confirmation: Confirmation | None = None) -> Standing:
        """Return what ``finding``, of this run or an earlier one, is as of the run.

        Args:
            confirmation: what repeating it within the run showed, if that was tried.
        """
        now = [item for item in self._found(self._here) if item.fingerprint == finding.fingerprint]

        def found(step: Step) -> bool | None:
            return self._saw(step, finding)

        figures = flakiness([(step.run, found(step)) for step in self._steps])
        if not now:
            kind = self._absent(finding, figures)
            since = self._past.since(self._stream, self._run, lambda step: _opposite(found(step)))
            return Standing(kind, False, False, since, figures, None)
        again = confirmed(confirmation)
        kind = self._present(now[0], figures, confirmation)
        since = self._past.since(self._stream, self._run, found)
        return Standing(kind, True, again or kind in _LASTING, since, figures, confirmation)

    def _absent(self, finding: StoredFinding, figures: Flakiness) -> StandingKind:
        kind = self._here.kind(finding.requirement)
        if kind is None:
            return StandingKind.GONE
        saw = self._saw(self._here, finding)
        if saw is not False:
            return StandingKind.UNCHECKED if saw is None else StandingKind.CHANGED
        return StandingKind.FLAKY if figures.flaky else StandingKind.FIXED

    def _present(
        self, now: StoredFinding, figures: Flakiness, confirmation: Confirmation | None
    ) -> StandingKind:
        if now.deviation is not None:
            return StandingKind.ACCEPTED
        once = confirmation is not None and confirmation.flaky
        if once or (figures.flaky and not confirmed(confirmation)):
            return StandingKind.FLAKY
        before = next((step for step in self._earlier if self._saw(step, now) is not None), None)
        same = [item for item in self._found(before) if _alike(item, now)] if before else []
        counted = [item for item in same if item.deviation is None]
        if not counted:
            return StandingKind.NEW
        if _gravity(now) > max(map(_gravity, counted)):
            return StandingKind.WORSE
        if flakiness([(step.run, self._saw(step, now)) for step in self._steps_before]).flaky:
            return StandingKind.SETTLED
        known = any(item.fingerprint == now.fingerprint for item in counted)
        return StandingKind.ONGOING if known else StandingKind.CHANGED

    def _found(self, step: Step) -> tuple[StoredFinding, ...]:
        return self._past.findings(step.run.run_id, self._stream.api)

    def _saw(self, step: Step, finding: StoredFinding) -> bool | None:
        """Return whether a run shows what ``finding`` is about, None where it did not look."""
        if any(_alike(item, finding) for item in self._found(step)):
            return True
        return False if step.kind(finding.requirement) in DECIDED else None


def standing(  # noqa: PLR0917 - called by name beyond the run
    history: Stored,
    stream: Stream,
    run: StoredRun,
    finding: StoredFinding,
    window: int = WINDOW,
    confirmation: Confirmation | None = None,
) -> Standing:
    """Return what one finding is as of ``run``; of several, `Standings` is quicker."""
    return Standings(Past(history), stream, run, window).of(finding, confirmation)


_BOTH: Final = (True, False)
_LASTING: Final = frozenset(
    {StandingKind.WORSE, StandingKind.SETTLED, StandingKind.CHANGED, StandingKind.ONGOING}
)
"""What was there in the run before that could have found it."""


def _alike(one: StoredFinding, other: StoredFinding) -> bool:
    """Return whether two findings are of one rule about one requirement."""
    return (one.rule, one.requirement) == (other.rule, other.requirement)


def _gravity(finding: StoredFinding) -> int:
    return _GRAVITY.index(finding.severity)


def _opposite(answer: bool | None) -> bool | None:
    return None if answer is None else not answer


def _spec(step: Step, api: str) -> str | None:
    found = step.run.api(api)
    return None if found is None else found.effective_sha256
