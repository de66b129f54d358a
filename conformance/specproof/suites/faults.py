"""The matrix of faults: is each one found, and is everything legal left alone?"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from specproof.errors import CouldNotCheckError, InputError
from specproof.model import Finding, Severity
from specproof.suites.bench import Bench
from specproof.suites.collector import Evidence
from specproof.suites.plan import RunPlan, subject
from specproof.suites.plugin import MAKERS
from specproof.suites.test_generated import test_generated
from specproof.suites.test_promises import test_promises
from specproof.suites.test_replay import test_replay
from specproof.suites.test_scenarios import test_scenario
from specproof.suites.verdicts import judge
from specproof.targets.faults.catalog import all_faults, change_of, faulty_apis, legal_variations

__all__ = ["Matrix", "Outcome", "examine", "measure"]

_CASES = 20
"""Fresh cases of each kind on an emulator that has no fault."""

_PLAYERS: Mapping[str, Callable[[Any, Callable[[str, str], Bench]], None]] = {
    "scenario_item": test_scenario,
    "machine_item": test_promises,
    "replay_item": test_replay,
    "generated_item": test_generated,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the suite said of one emulator.

    Attributes:
        id: fault or legal variation; empty for the unbroken emulator.
        rules: ids of the rules that found something of severity error or warning, sorted.
        messages: one line per finding.
    """

    id: str
    api: str
    seed: int
    rules: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Matrix:
    """Every fault, legal variation and unbroken emulator with what the suite said of it."""

    faults: tuple[Outcome, ...]
    legal: tuple[Outcome, ...]
    sound: tuple[Outcome, ...]

    @property
    def false_alarms(self) -> int:
        """Findings about emulators without a fault."""
        return sum(len(item.messages) for item in self.sound)

    @property
    def holds(self) -> bool:
        """Whether every fault was found and nothing else."""
        quiet = not any(item.rules for item in (*self.legal, *self.sound))
        return quiet and all(item.rules for item in self.faults)


@dataclass(frozen=True, slots=True)
class _Task:
    id: str
    api: str
    seed: int
    fast: bool = False
    root: str | None = None


@dataclass
class _Stage:
    """The items of one kind, played on benches of their own."""

    plan: RunPlan
    evidence: list[Evidence] = field(default_factory=list)

    def play(self, kind: str) -> None:
        for item in MAKERS[kind](self.plan):
            benches: list[Bench] = []

            def make(api: str, name: str, made: list[Bench] = benches) -> Bench:
                made.append(Bench(self.plan, api, name))
                return made[-1]

            try:
                _PLAYERS[kind](item, make)
            finally:
                self.evidence.extend(bench.close() for bench in benches)


def examine(
    plan: RunPlan, *, fast: bool, kinds: Sequence[str] = tuple(_PLAYERS)
) -> tuple[Finding, ...]:
    """Run the suite on one API in this process; return findings of severity error and warning.

    Args:
        fast: stop after the kind of items that found something, the quick ones first.
        kinds: of items, names in ``MAKERS``.
    """
    stage = _Stage(plan)
    api = plan.apis[0]
    found: tuple[Finding, ...] = ()
    for kind in kinds:
        stage.play(kind)
        requirements = subject(api, plan.root, plan.spec).requirements
        judgement = judge(requirements, stage.evidence, target=plan.target)
        found = tuple(item for item in judgement.findings if item.severity is not Severity.INFO)
        if found and fast:
            break
    return found


def measure(
    apis: Sequence[str],
    *,
    only: Sequence[str] = (),
    seeds: int = 20,
    workers: int = 2,
    root: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Matrix:
    """Run the suite against every fault, every legal variation and the unbroken emulators.

    Args:
        apis: names; all with faults where there is none.
        only: ids of the faults and variations to try; the unbroken emulators are left out then.
        seeds: how many different seeds the unbroken emulators get.
        workers: processes.
        progress: called with the number of emulators done and of all.

    Raises:
        InputError: an API or a fault that does not exist.
    """
    names = tuple(dict.fromkeys(apis)) or faulty_apis()
    for name in names:
        if name not in faulty_apis():
            raise InputError(f"{name} has no catalogue of faults")
    wanted = set(only)
    for name in wanted:
        change_of(name)

    def tasks(ids: Iterable[tuple[str, str]], *, fast: bool) -> list[_Task]:
        return [
            _Task(name, api, 0, fast=fast, root=root)
            for name, api in ids
            if not wanted or name in wanted
        ]

    faults = [(item.id, item.api) for api in names for item in all_faults(api)]
    legal = [(item.id, item.api) for api in names for item in legal_variations(api)]
    sound = [
        _Task("", api, seed, root=root) for api in names for seed in range(seeds) if not wanted
    ]
    broken, varied = tasks(faults, fast=True), tasks(legal, fast=False)
    # The long ones first, so that no worker is left with one of them at the end.
    every = [*sound, *varied, *broken]
    outcomes: list[Outcome] = []
    for outcome in _played(every, workers, root):
        outcomes.append(outcome)
        if progress is not None:
            progress(len(outcomes), len(every))
    first, second = len(sound), len(sound) + len(varied)
    return Matrix(
        faults=tuple(outcomes[second:]),
        legal=tuple(outcomes[first:second]),
        sound=tuple(outcomes[:first]),
    )


def _played(tasks: Sequence[_Task], workers: int, root: str | None) -> Iterator[Outcome]:
    if workers < 2 or len(tasks) < 2:  # noqa: PLR2004 - one process does it alone
        yield from map(_play, tasks)
        return
    names = tuple(dict.fromkeys(task.api for task in tasks))
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        workers, mp_context=context, initializer=_warm, initargs=(names, root)
    ) as pool:
        yield from pool.map(_play, tasks)


def _warm(names: Sequence[str], root: str | None) -> None:
    for name in names:
        subject(name, root, None)


def _play(task: _Task) -> Outcome:
    """Try one fault.

    Raises:
        CouldNotCheckError: the run itself broke down; says on which fault.
    """
    try:
        return _tried(task)
    except Exception as error:
        # One fault that brings the suite itself down has to be named, whatever it raised.
        raise CouldNotCheckError(
            f"{task.id or 'no fault'} of {task.api} could not be tried ({type(error).__name__})"
        ) from error


def _tried(task: _Task) -> Outcome:
    plan = RunPlan(
        apis=(task.api,), seed=task.seed, root=task.root, fault=task.id or None, shrink=False
    )
    found = examine(plan, fast=task.fast)
    if not task.id:
        # Scenarios and state machines of the same seed would send the same again.
        fresh = replace(plan, mode="discover", cases=_CASES)
        found = (*found, *examine(fresh, fast=False, kinds=("generated_item",)))
    return Outcome(
        id=task.id,
        api=task.api,
        seed=task.seed,
        rules=tuple(sorted({item.rule for item in found})),
        messages=tuple(
            dict.fromkeys(f"{item.rule}: {item.requirement}: {item.message}" for item in found)
        ),
    )
