"""Generated requests, valid and invalid, are answered as the contract says."""

from __future__ import annotations

from collections.abc import Callable

from specproof.scenarios.fuzz import fuzz
from specproof.suites.bench import Bench

__all__ = ["test_generated"]


def test_generated(
    generated_item: tuple[str, str, str], bench_of: Callable[[str, str], Bench]
) -> None:
    """Send generated cases of one kind; every check looks at every exchange."""
    api, operation_id, kind = generated_item
    bench = bench_of(api, "/".join(generated_item))
    operation = bench.subject.effective.operations[operation_id]
    fuzz(
        bench.stage(operation),
        bench.subject.source,
        valid=kind == "valid",
        cases=bench.plan.cases,
        seed=bench.seed,
    )
