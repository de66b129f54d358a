"""Requirements -> requests: what is sent to bring every documented outcome about."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Iterator
from typing import cast

from specproof.requirements.contract import OperationContract
from specproof.scenarios.model import Scenario, Stage

__all__ = ["Scenario", "Stage", "plan"]

Planner = Callable[[OperationContract], Iterator[Scenario]]


def plan(operation: OperationContract) -> tuple[Scenario, ...]:
    """Return the scenarios of one operation, in the order of their kinds' names."""
    return tuple(scenario for planner in _planners() for scenario in planner(operation))


@functools.cache
def _planners() -> tuple[Planner, ...]:
    """Return the ``scenarios_of`` of every module of this package that has one."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    return tuple(
        cast(Planner, module.scenarios_of) for module in modules if hasattr(module, "scenarios_of")
    )
