"""One pass over the runs of a stream: since when each requirement is as it is, what turned when."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from specproof.history.comparable import DECIDED, Step
from specproof.history.flaky import WINDOW, Flakiness, flakiness_of, unchanged
from specproof.history.records import StoredRun, StoredVerdict
from specproof.model import VerdictKind

__all__ = ["Course", "Standing", "read_course"]

Verdicts = Mapping[str, StoredVerdict]


@dataclass(frozen=True, slots=True)
class Standing:
    """How one requirement stands in the latest run.

    Attributes:
        since: the first run of the present streak: of runs with this verdict, those aside that
            decide nothing.
        runs: how many runs the streak has.
        open: whether the history begins within the streak, so that it may be older.
    """

    verdict: StoredVerdict
    since: StoredRun
    runs: int
    open: bool


@dataclass(frozen=True)
class Course:
    """A stream, as the site needs it.

    Attributes:
        runs: newest first.
        standings: by id of the requirement, those of the latest run.
        turned: ids of the runs in which a verdict was another than in the run before.
        flaky: what comes and goes by the rule of `specproof.history.flaky`, by id.
    """

    runs: tuple[StoredRun, ...]
    standings: Mapping[str, Standing]
    turned: frozenset[str]
    flaky: Mapping[str, Flakiness]

    @functools.cached_property
    def by_id(self) -> Mapping[str, StoredRun]:
        """The runs by id."""
        return {run.run_id: run for run in self.runs}


@dataclass(slots=True)
class _Streak:
    verdict: StoredVerdict
    since: StoredRun
    runs: int = 0
    closed: bool = False


def read_course(timeline: Iterable[tuple[StoredRun, Verdicts]], api: str) -> Course:
    """Return what the runs of a stream of ``api`` say, read once and newest first.

    Verdicts that did not change are one object for all their runs, so that a year of nights
    costs little more than the nights on which something was another.
    """
    runs: list[StoredRun] = []
    turned: set[str] = set()
    recent: list[Step] = []
    streaks: dict[str, _Streak] = {}
    unclosed: list[_Streak] = []
    same: list[_Streak] = []
    newer: Verdicts | None = None
    for run, verdicts in timeline:
        if newer is None:
            streaks = {name: _Streak(found, run) for name, found in verdicts.items()}
            unclosed = list(streaks.values())
        elif verdicts is not newer and _kinds(verdicts) != _kinds(newer):
            turned.add(runs[-1].run_id)
        if newer is None or verdicts is not newer:
            same = [streak for streak in unclosed if _goes_on(streak, verdicts)]
            unclosed = [streak for streak in unclosed if not streak.closed]
        for streak in same:
            streak.since = run
            streak.runs += 1
        runs.append(run)
        if len(recent) < WINDOW:
            recent.append(Step(run, verdicts))
        newer = verdicts
    standings = {
        name: Standing(streak.verdict, streak.since, streak.runs, not streak.closed)
        for name, streak in streaks.items()
    }
    return Course(
        runs=tuple(runs),
        standings=standings,
        turned=frozenset(turned),
        flaky=_flaky(recent, api, streaks),
    )


def _goes_on(streak: _Streak, verdicts: Verdicts) -> bool:
    """Return whether a run has the verdict of the streak; a run with another one closes it."""
    found = verdicts.get(streak.verdict.requirement)
    if found is not None and found.kind is streak.verdict.kind:
        return True
    if streak.verdict.kind not in DECIDED or (found is not None and found.kind in DECIDED):
        streak.closed = True
    return False


def _kinds(verdicts: Verdicts) -> dict[str, VerdictKind]:
    return {name: verdict.kind for name, verdict in verdicts.items()}


def _flaky(recent: Sequence[Step], api: str, names: Iterable[str]) -> dict[str, Flakiness]:
    """Return what is flaky of ``names``; what never failed lately is not looked at."""
    steps = unchanged(recent, api)
    failed: set[str] = set()
    seen: Verdicts | None = None
    for step in steps:
        if step.verdicts is not seen:
            failed.update(
                name for name, verdict in step.verdicts.items() if verdict.kind is VerdictKind.FAIL
            )
            seen = step.verdicts
    figures = {name: flakiness_of(steps, name) for name in sorted(failed.intersection(names))}
    return {name: found for name, found in figures.items() if found.flaky}
