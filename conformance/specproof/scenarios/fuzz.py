"""Sends generated cases of one operation, on resources that exist and on ones that do not."""

from __future__ import annotations

import itertools
from urllib.parse import unquote

from specproof.scenarios.composed import composed
from specproof.scenarios.generated import CaseSource
from specproof.scenarios.model import Stage
from specproof.scenarios.namespaced import Namespacer
from specproof.scenarios.written import written

__all__ = ["fuzz"]

_EVERY = 4
"""One case in so many goes to a resource that was arranged for it."""


def fuzz(stage: Stage, source: CaseSource, *, valid: bool, cases: int, seed: int) -> None:
    """Send distinct generated requests of the stage's operation.

    Args:
        valid: whether the cases keep the contract's rules for requests, or break one at least.
        cases: at most so many; fewer where there are no more distinct ones.
        seed: the same seed gives the same cases.
    """
    bound = stage.world.bound(stage.operation)
    live = stage.session.target.name == "live"
    space = Namespacer(stage.session, stage.operation) if live else None
    drawn_cases = composed(source, stage.operation, valid=valid, cases=cases, seed=seed)
    sent = 0
    for drawn in itertools.islice(drawn_cases, cases):
        case = drawn if space is None else space.drawn(drawn)
        if case is None:
            continue
        values = {name: unquote(value) for name, value in case.path.items()}
        if valid:
            values.update(bound)
            if sent % _EVERY == 0:
                values.update(stage.world.parameters(stage.operation) or {})
        sent += 1
        for value in (*values.values(), *map(str, case.query.values())):
            stage.session.tell(value)
        request = written(stage.session, stage.operation, case, values)
        if request is not None:
            facts = {"credentials": "own", "generated": "valid" if valid else "invalid"}
            facts["answer"] = stage.world.answer(stage.operation, values)
            stage.session.exchange(stage.operation.id, request, facts=facts)
