"""Everything the operation needs exists, and the request is valid."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.requirements.contract import OperationContract
from specproof.scenarios.model import Scenario, Stage

__all__ = ["scenarios_of"]


def scenarios_of(operation: OperationContract) -> Iterator[Scenario]:
    """Plan one success, for every documented 2xx at once: which comes is the server's choice."""
    outcomes = tuple(key for key in operation.responses if key.upper().startswith("2"))
    if outcomes:
        yield Scenario(
            "success", operation.id, outcomes, "asks for what exists, as the contract says", _act
        )


def _act(stage: Stage) -> None:
    outcomes = [key for key in stage.operation.responses if key.upper().startswith("2")]
    values = stage.world.parameters(stage.operation)
    if values is None:
        for key in outcomes:
            stage.gap(key, stage.world.reason)
        return
    facts = {"because": "everything the request needs exists"}
    if stage.world.arranged and len(outcomes) == 1:
        facts["due"] = "success"
    facts["answer"] = stage.world.answer(stage.operation, values)
    stage.send(values, expects=outcomes[0], facts=facts)
