"""What the vendor promises in prose, as state machines."""

from __future__ import annotations

from collections.abc import Callable

from specproof.suites.bench import Bench
from specproof.suites.machines import machines_of, prove

__all__ = ["test_promises"]


def test_promises(machine_item: tuple[str, str], bench_of: Callable[[str, str], Bench]) -> None:
    """Run one state machine until every promise of it is broken or has held throughout."""
    api, name = machine_item
    bench = bench_of(api, "/".join(machine_item))
    machine = next(item for item in machines_of(api) if name == item.NAME)
    prove(bench, machine)
