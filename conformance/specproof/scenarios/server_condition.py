"""The server is throttled or out of order, where the target can be made so."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.requirements.contract import OperationContract
from specproof.scenarios.model import Scenario, Stage

__all__ = ["scenarios_of"]


def scenarios_of(operation: OperationContract) -> Iterator[Scenario]:
    """Plan one scenario for the documented responses that no request can bring about."""
    outcomes = tuple(key for key in operation.responses if _is_condition(key))
    if outcomes:
        yield Scenario(
            "server-condition",
            operation.id,
            outcomes,
            "asks while the server is throttled or out of order",
            _act,
        )


def _is_condition(key: str) -> bool:
    return key.isdigit() and (key == "429" or key.startswith("5"))


def _act(stage: Stage) -> None:
    for key in stage.operation.responses:
        if not _is_condition(key):
            continue
        conditions = stage.session.target.conditions_for(stage.operation.id, int(key))
        if not conditions:
            stage.gap(
                key,
                f"no request brings {key} about and the target {stage.session.target.name}"
                " can not be put into that state",
            )
        for condition in conditions:
            values = stage.world.parameters(stage.operation)
            if values is None:
                values = next(iter(stage.world.unknown(stage.operation)), {})
            with stage.session.target.condition(condition.name):
                stage.send(
                    values,
                    expects=key,
                    facts={"because": condition.description, "condition": condition.name},
                )
