"""Every documented outcome is brought about on purpose."""

from __future__ import annotations

from collections.abc import Callable

from specproof.scenarios import plan
from specproof.suites.bench import Bench

__all__ = ["test_scenario"]


def test_scenario(
    scenario_item: tuple[str, str, str], bench_of: Callable[[str, str], Bench]
) -> None:
    """Play one scenario; every check looks at every exchange of it."""
    api, operation_id, kind = scenario_item
    bench = bench_of(api, "/".join(scenario_item))
    operation = bench.subject.effective.operations[operation_id]
    scenario = next(item for item in plan(operation) if item.kind == kind)
    stage = bench.stage(operation)
    scenario.act(stage)
    for status, reason in stage.gaps.items():
        bench.collector.gaps[f"{operation_id}/{status}"] = reason
