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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from specproof.history.comparable import DECIDED, Step
from specproof.history.records import StoredRun
from specproof.model import VerdictKind
from specproof.suites.records import Confirmation

__all__ = [
    "FLIPS",
    "SETTLED",
    "WINDOW",
    "Flakiness",
    "come_and_go",
    "confirmed",
    "flakiness",
    "flakiness_of",
    "unchanged",
]

WINDOW: Final = 20
"""Runs that are looked back at, the one in question included."""

FLIPS: Final = 2
"""Changes from one verdict to the other that it takes to be flaky."""

SETTLED: Final = 3
"""Failing runs in a row after which something may be broken that was flaky before."""


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


def come_and_go(window: Sequence[Step]) -> Mapping[str, Flakiness]:
    """Return the figures of the requirements of the first run of a window that are flaky."""
    # Runs that say the same share one mapping, and most do.
    distinct = {id(step.verdicts): step for step in window}.values()
    figures = {
        name: flakiness_of(window, name)
        for name in window[0].verdicts
        if {step.kind(name) for step in distinct} >= DECIDED
    }
    return {name: item for name, item in figures.items() if item.flaky}


_BOTH: Final = (True, False)


def _spec(step: Step, api: str) -> str | None:
    found = step.run.api(api)
    return None if found is None else found.effective_sha256
