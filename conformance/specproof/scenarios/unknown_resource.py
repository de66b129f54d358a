"""The request is valid and names something that never existed."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.requirements.contract import OperationContract
from specproof.scenarios.model import Scenario, Stage

__all__ = ["scenarios_of"]

_OUTCOMES = ("404", "410")


def scenarios_of(operation: OperationContract) -> Iterator[Scenario]:
    """Plan one scenario where the operation has path parameters."""
    outcomes = tuple(key for key in _OUTCOMES if key in operation.responses)
    if "{" in operation.operation.path:
        yield Scenario(
            "unknown-resource", operation.id, outcomes, "asks for what never existed", _act
        )


def _act(stage: Stage) -> None:
    outcome = next((key for key in _OUTCOMES if key in stage.operation.responses), None)
    facts = {"because": "the resource never existed", "due": "refusal"}
    for number, values in enumerate(stage.world.unknown(stage.operation)):
        # Twice each: the same cause has to be answered with the same error code.
        for _ in range(2):
            stage.send(values, expects=outcome, facts={**facts, "cause": f"unknown {number}"})
