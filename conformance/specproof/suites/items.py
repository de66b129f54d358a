"""The items of the suite: what a run consists of, by name and in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from specproof.scenarios import plan as plan_scenarios
from specproof.suites.machines import machines_of
from specproof.suites.plan import RunPlan, subject

__all__ = ["MAKERS", "item_name", "items_of", "kinds_of", "wanted"]


def items_of(plan: RunPlan) -> tuple[str, ...]:
    """Return the names of the items of ``plan``, sorted; the same on every machine.

    Raises:
        InputError: something about an API's files is wrong.
        StaleError: they are not what their sources give.
    """
    return tuple(sorted(item_name(kind, item) for kind in MAKERS for item in wanted(plan, kind)))


def kinds_of(plan: RunPlan) -> tuple[str, ...]:
    """Return the kinds of items of which ``plan`` has any, keys of `MAKERS`."""
    return tuple(kind for kind in MAKERS if any(True for _ in wanted(plan, kind)))


def item_name(kind: str, item: tuple[str, ...]) -> str:
    """Return the name of an item, unique in a run."""
    return "/".join((kind.removesuffix("_item"), *item))


def wanted(plan: RunPlan, kind: str) -> Iterator[tuple[str, ...]]:
    """Yield the items of one kind that ``plan`` asks for."""
    only = None if plan.only is None else frozenset(plan.only)
    for item in MAKERS[kind](plan):
        if only is None or item_name(kind, item) in only:
            yield item


def _recording_items(plan: RunPlan) -> Iterator[tuple[str, ...]]:
    if plan.target == "recorded":
        for api in plan.apis:
            for entry in subject(api, plan.root, plan.spec).recordings:
                yield api, entry.id


def _scenario_items(plan: RunPlan) -> Iterator[tuple[str, ...]]:
    if plan.target == "recorded":
        return
    for api in plan.apis:
        for operation in subject(api, plan.root, plan.spec).effective.operations.values():
            for scenario in plan_scenarios(operation):
                yield api, operation.id, scenario.kind


def _replays(plan: RunPlan, api: str) -> bool:
    """Return whether the stored corpus of ``api`` stands in for fresh cases."""
    return (
        plan.mode == "replay"
        and plan.target == "emulator"
        and subject(api, plan.root, plan.spec).stored
    )


def _replay_items(plan: RunPlan) -> Iterator[tuple[str, ...]]:
    for api in plan.apis:
        if _replays(plan, api):
            for operation in subject(api, plan.root, plan.spec).effective.operations:
                yield api, operation, "replay"


def _generated_items(plan: RunPlan) -> Iterator[tuple[str, ...]]:
    if plan.cases < 1 or plan.target == "recorded":
        return
    for api in plan.apis:
        if _replays(plan, api):
            continue
        for operation in subject(api, plan.root, plan.spec).effective.operations.values():
            for kind in ("valid", "invalid"):
                yield api, operation.id, kind


def _machine_items(plan: RunPlan) -> Iterator[tuple[str, ...]]:
    if plan.target == "recorded":
        return
    for api in plan.apis:
        tested: Any = subject(api, plan.root, plan.spec)
        for machine in machines_of(tested.name if plan.spec is None else ""):
            yield api, machine.NAME


MAKERS: Final[Mapping[str, Callable[[RunPlan], Iterator[tuple[str, ...]]]]] = {
    "scenario_item": _scenario_items,
    "machine_item": _machine_items,
    "replay_item": _replay_items,
    "generated_item": _generated_items,
    "recording_item": _recording_items,
}
"""Name of a parameter of the suite's functions -> what makes its items, the quick ones first."""
