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
            "unknown-resource",
            operation.id,
            outcomes,
            "asks for what never existed, or almost",
            _act,
        )


def _act(stage: Stage) -> None:
    outcome = next((key for key in _OUTCOMES if key in stage.operation.responses), None)
    facts = {"because": "the resource never existed", "due": "refusal"}
    for number, values in enumerate(stage.world.unknown(stage.operation)):
        stage.send_refusable(values, expects=outcome, facts={**facts, "cause": f"unknown {number}"})
    _ask_almost(stage, outcome)


def _ask_almost(stage: Stage, outcome: str | None) -> None:
    """Ask for ids that differ in one thing from one that exists, and then for that one."""
    values = stage.world.parameters(stage.operation)
    if values is None or not stage.world.arranged:
        return
    refused = None
    for change, near in stage.world.near(stage.operation, values):
        because = f"nothing has this id ({change})"
        refused = stage.send(
            near, expects=outcome, facts={"because": because, "due": "refusal", "cause": "almost"}
        )
    stage.send_after_refusal(values, refused)
