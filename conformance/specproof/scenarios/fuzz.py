"""Sends generated cases of one operation, on resources that exist and on ones that do not."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from specproof.scenarios.explore import explore
from specproof.scenarios.generated import CaseSource, taken_apart
from specproof.scenarios.model import Stage
from specproof.scenarios.namespaced import Namespacer
from specproof.scenarios.written import written

__all__ = ["fuzz"]

_EVERY = 4
"""One case in so many goes to a resource that was arranged for it."""


def fuzz(stage: Stage, source: CaseSource, *, valid: bool, cases: int, seed: int) -> None:
    """Send ``cases`` generated requests of the stage's operation.

    Args:
        valid: whether the cases keep the contract's rules for requests, or break one each.
        seed: the same seed gives the same cases.
    """
    strategy = source.strategy(stage.operation, valid=valid)
    if strategy is None:
        return
    bound = stage.world.bound(stage.operation)
    live = stage.session.target.name == "live"
    space = Namespacer(stage.session, stage.operation) if live else None
    sent = 0

    def use(case: Any) -> None:
        nonlocal sent
        drawn = taken_apart(case)
        if drawn is None:
            return
        if space is not None:
            moved = space.drawn(drawn)
            if moved is None:
                return
            drawn = moved
        values = {name: unquote(value) for name, value in drawn.path.items()}
        if valid:
            values.update(bound)
            if sent % _EVERY == 0:
                values.update(stage.world.parameters(stage.operation) or {})
        sent += 1
        for value in (*values.values(), *map(str, drawn.query.values())):
            stage.session.tell(value)
        request = written(stage.session, stage.operation, drawn, values)
        if request is not None:
            facts = {"credentials": "own", "generated": "valid" if valid else "invalid"}
            facts["answer"] = stage.world.answer(stage.operation, values)
            stage.session.exchange(stage.operation.id, request, facts=facts)

    explore(strategy, cases, seed, use)
