"""What a finding is in the light of the runs before: new, ongoing, flaky, fixed, and so on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from specproof.errors import InputError
from specproof.history.comparable import DECIDED, Past, Since, Step
from specproof.history.flaky import WINDOW, Flakiness, confirmed, flakiness, unchanged
from specproof.history.records import StoredFinding, StoredRun, Stream
from specproof.model import Severity
from specproof.suites.records import Confirmation
from specproof.text import one_line

__all__ = ["Standing", "StandingKind", "Standings"]

_GRAVITY: Final = (Severity.INFO, Severity.WARNING, Severity.ERROR)


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
