"""What became of a requirement from one run to a later one."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from specproof.model import Severity, VerdictKind

__all__ = ["Transition", "severity_of", "transition"]


class Transition(StrEnum):
    """From the verdict of the old run to that of the new one."""

    NEWLY_FAILING = "newly-failing"
    """It fails, and did not when it was last decided; or its deviation is no more."""

    SETTLED = "settled"
    """It came and went as of the old run, but that explains it no more: it is broken."""

    STILL_FAILING = "still-failing"
    """It fails, as it did when it was last decided."""

    ACCEPTED = "accepted"
    """It fails, and deviations cover all of it."""

    FIXED = "fixed"
    """It passes, and failed when it was last decided."""

    UNRESOLVED = "unresolved"
    """It failed when it was last decided, and neither of the two runs decided it."""

    NEWLY_INCONCLUSIVE = "newly-inconclusive"
    """The new run did not bring it about, the old one said something of it."""

    NEWLY_VACUOUS = "newly-vacuous"
    """Nothing can break it any more."""

    NEWLY_PASSING = "newly-passing"
    """It passes, and the old run said nothing of it."""

    ADDED = "added"
    """Only the new run knows it, and it does not fail."""

    REMOVED = "removed"
    """Only the old run knows it, so that nobody checks it any more."""

    UNCHANGED = "unchanged"
    """Both runs say the same."""


def transition(
    was: VerdictKind | None,
    now: VerdictKind | None,
    *,
    failed_before: bool | None,
    accepted: bool = False,
    accepted_before: bool = False,
    settled: bool = False,
    open_: bool = False,
) -> Transition:
    """Return what became of a requirement.

    Args:
        was: verdict of the old run, None where it does not know the requirement.
        now: verdict of the new run, None likewise; not both are None.
        failed_before: whether it failed when it was last decided, up to the old run; None where
            it never was.
        accepted: whether deviations cover each finding that makes it fail in the new run.
        accepted_before: the same of the run that decided it last, up to the old one.
        settled: whether it was flaky as of the old run and is not any more.
        open_: whether it failed when it was last decided, up to the new run.
    """
    if now is None:
        return Transition.REMOVED
    if now is VerdictKind.FAIL:
        known = failed_before is True and not accepted_before
        return _failing(accepted=accepted, known=known, settled=settled)
    if now is VerdictKind.PASS and failed_before:
        return Transition.FIXED
    if open_ and now is VerdictKind.INCONCLUSIVE and was in {None, now}:
        return Transition.UNRESOLVED
    if was is now:
        return Transition.UNCHANGED
    return Transition.ADDED if was is None else _NEWLY[now]


def _failing(*, accepted: bool, known: bool, settled: bool) -> Transition:
    if accepted:
        return Transition.ACCEPTED
    if not known:
        return Transition.NEWLY_FAILING
    return Transition.SETTLED if settled else Transition.STILL_FAILING


_NEWLY: Final = {
    VerdictKind.PASS: Transition.NEWLY_PASSING,
    VerdictKind.INCONCLUSIVE: Transition.NEWLY_INCONCLUSIVE,
    VerdictKind.VACUOUS: Transition.NEWLY_VACUOUS,
}


def severity_of(found: Transition, *, flaky: bool, spec_changed: bool) -> Severity | None:
    """Return how grave a transition is, None where nothing is worse than before.

    Args:
        flaky: whether the requirement comes and goes; its failing is no news.
        spec_changed: whether the two runs were of different effective specs.
    """
    match found:
        case Transition.NEWLY_FAILING:
            return Severity.WARNING if flaky else Severity.ERROR
        case Transition.SETTLED:
            # Nobody was woken while it was flaky.
            return Severity.ERROR
        case Transition.NEWLY_INCONCLUSIVE | Transition.NEWLY_VACUOUS:
            return Severity.WARNING
        case Transition.REMOVED:
            # The contract says so; without its doing, something was left out.
            return Severity.INFO if spec_changed else Severity.WARNING
        case Transition.ADDED:
            return Severity.INFO
        case _:
            return None
