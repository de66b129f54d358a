"""Whether an API has become slower or faster: a two-sample test, held to a least effect.

Each pair of operation and status is tested. Its sample of the new run is held against the pooled
samples of the last `RUNS` comparable runs by the Mann-Whitney U test (two-sided, normal
approximation with tie correction: `scipy.stats.mannwhitneyu`, asymptotic), and the p values of all
pairs tested are corrected by Holm's method. Told is a pair if

1. its corrected p value is at most `ALPHA`,
2. its median is at least `FACTOR` times the earlier one, or that is of it, and they are at least
   `MILLISECONDS` apart, and
3. its median is unlike those of the single earlier runs: a prediction interval of Student's t
   over their logarithms, one in ten of them left out as a stray, excludes it at `RUNS_ALPHA`.
   Answers of one night have the weather of that night in common, so that samples of two nights
   differ although nothing was changed, and the first test alone would say so. A few runs tell
   little of how much nights vary, so that a second interval moderates their variance with a
   usual one (Smyth 2004, doi:10.2202/1544-6115.1027); the surer of the two counts, at half the
   level (Bonferroni).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from statistics import fmean, median, stdev
from typing import Final

from specproof.history.records import LatencySample

__all__ = [
    "ALPHA",
    "FACTOR",
    "LEAST_EARLIER",
    "LEAST_NEW",
    "LEAST_RUNS",
    "MILLISECONDS",
    "RUNS",
    "RUNS_ALPHA",
    "Direction",
    "Latency",
    "holm",
    "latencies",
]

ALPHA: Final = 0.001
"""Chance of any false alarm in one comparison, were all answers drawn alike."""

RUNS_ALPHA: Final = 0.005
"""Level at which the median of one more run is called unlike the earlier ones.

Medians of nights that vary by a sixth (0.15 in logarithms) raise an alarm in one comparison of
sixty; the test of the answers alone did so in one of six. Answers that take twice as long are
told after five earlier runs in 9 nights of 10 where nights vary by a tenth, in 99 of 100 where
they vary by a twentieth; the plain interval alone did so in one of two.
"""

_USUAL: Final = 0.12
"""By how much medians of nights usually vary, as a standard deviation of their logarithms."""

_USUAL_RUNS: Final = 10
"""Degrees of freedom that `_USUAL` counts for."""

FACTOR: Final = 1.25
"""Least ratio of the medians."""

MILLISECONDS: Final = 20.0
"""Least difference of the medians."""

RUNS: Final = 10
"""Earlier runs whose samples are pooled."""

LEAST_RUNS: Final = 5
"""Earlier runs that it takes."""

LEAST_NEW: Final = 20
"""Answers of the new run that it takes."""

LEAST_EARLIER: Final = 60
"""Answers of the earlier runs that it takes."""

_STRAYS: Final = 10
"""Of so many earlier runs the one furthest off is left out."""

_SHORTEST: Final = 0.001
"""Milliseconds below which no clock tells one time from another."""


class Direction(StrEnum):
    """Which way a latency moved."""

    SLOWER = "slower"
    FASTER = "faster"


@dataclass(frozen=True, slots=True)
class Latency:
    """One pair of operation and status, tested.

    Attributes:
        before: median of the pooled earlier samples, in milliseconds; ``now`` of the new one.
        p: corrected p value; None where the medians alone say that there is nothing to tell.
        answers: size of the new sample; ``earlier`` of the pooled one, from ``runs`` runs.
        runs_p: how likely the median of one more run like these would be so far off, or None.
        tested: pairs that the correction is for.
    """

    operation: str
    status: int
    direction: Direction
    before: float
    now: float
    p: float | None
    answers: int
    earlier: int
    runs: int
    tested: int
    runs_p: float | None = None

    @property
    def moved(self) -> bool:
        """Whether all three conditions of this module hold."""
        if self.p is None or self.runs_p is None:
            return False
        return self.large and self.p <= ALPHA and self.runs_p <= RUNS_ALPHA

    @property
    def large(self) -> bool:
        """Whether the medians are far enough apart."""
        low, high = sorted((self.before, self.now))
        return high >= FACTOR * low and high - low >= MILLISECONDS


def latencies(
    new: Sequence[LatencySample], earlier: Sequence[Sequence[LatencySample]]
) -> tuple[Latency, ...]:
    """Return the pairs that there are enough answers of, by operation and status.

    Args:
        new: samples of the new run.
        earlier: those of the runs before it, newest first; more than `RUNS` are left out.
    """
    known = [_by_pair(samples) for samples in earlier[:RUNS]]
    pairs: list[tuple[Latency, tuple[float, ...], list[tuple[float, ...]]]] = []
    for (operation, status), sample in sorted(_by_pair(new).items()):
        before = [each[operation, status] for each in known if each.get((operation, status))]
        size = sum(map(len, before))
        if len(sample) < LEAST_NEW or size < LEAST_EARLIER or len(before) < LEAST_RUNS:
            continue
        now, then = median(sample), median(value for each in before for value in each)
        tested = Latency(
            operation=operation,
            status=status,
            direction=Direction.SLOWER if now >= then else Direction.FASTER,
            before=then,
            now=now,
            p=None,
            answers=len(sample),
            earlier=size,
            runs=len(before),
            tested=0,
        )
        pairs.append((tested, sample, before))
    found = [replace(item, tested=len(pairs)) for item, _, _ in pairs]
    # Whatever the tests say, nothing would be told; their library takes a second to load.
    if not any(item.large for item in found):
        return tuple(found)
    from scipy import stats  # type: ignore[import-untyped]  # noqa: PLC0415 - no types; see above

    raw = [
        float(
            stats.mannwhitneyu(
                sample,
                [value for each in before for value in each],
                alternative="two-sided",
                method="asymptotic",
            ).pvalue
        )
        for _, sample, before in pairs
    ]
    return tuple(
        replace(item, p=p, runs_p=_unlike(item.now, before, stats.t.sf))
        for item, p, (_, _, before) in zip(found, holm(raw), pairs, strict=True)
    )


def _unlike(
    now: float, before: Sequence[tuple[float, ...]], survival: Callable[[float, int], float]
) -> float:
    """Return how likely the median of one more run would be at least as far off.

    Args:
        survival: that of Student's t.
    """
    known = sorted(math.log(max(median(each), _SHORTEST)) for each in before)
    middle = median(known)
    for _ in range(len(known) // _STRAYS):
        # The furthest one is the first or the last.
        known.pop(0 if middle - known[0] > known[-1] - middle else -1)
    off = abs(math.log(max(now, _SHORTEST)) - fmean(known))
    if not off:
        return 1.0
    free, grown = len(known) - 1, math.sqrt(1 + 1 / len(known))
    spread = stdev(known)
    if not spread:
        return 0.0
    moderated = math.hypot(spread * math.sqrt(free), _USUAL * math.sqrt(_USUAL_RUNS))
    moderated /= math.sqrt(free + _USUAL_RUNS)
    tails = (
        survival(off / (spread * grown), free),
        survival(off / (moderated * grown), free + _USUAL_RUNS),
    )
    # Two-sided, and of two tests.
    return min(1.0, 2 * 2 * float(min(tails)))


def holm(values: Sequence[float]) -> list[float]:
    """Return p values corrected for their number (Holm 1979), in the order given.

    Whether one is at most the level does not depend on it: the corrected ones are compared
    with the level that all together may have.
    """
    corrected = [1.0] * len(values)
    least = 0.0
    # Samples that are all equal have no p value; they differ in nothing.
    known = [1.0 if math.isnan(value) else value for value in values]
    for rank, place in enumerate(sorted(range(len(known)), key=known.__getitem__)):
        least = max(least, min(1.0, known[place] * (len(known) - rank)))
        corrected[place] = least
    return corrected


def _by_pair(samples: Sequence[LatencySample]) -> Mapping[tuple[str, int], tuple[float, ...]]:
    return {(item.operation, item.status): item.milliseconds for item in samples}
