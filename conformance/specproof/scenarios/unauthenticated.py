"""The request is valid but for its credentials."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.requirements.contract import OperationContract
from specproof.scenarios.model import Scenario, Stage

__all__ = ["scenarios_of"]


def scenarios_of(operation: OperationContract) -> Iterator[Scenario]:
    """Plan one scenario where the operation needs credentials."""
    if any(operation.security):
        outcomes = tuple(key for key in ("401", "403") if key in operation.responses)
        yield Scenario(
            "unauthenticated",
            operation.id,
            outcomes,
            "asks without, with garbled, unknown, almost right and another tenant's credentials",
            _act,
        )


def _act(stage: Stage) -> None:
    outcome = "401" if "401" in stage.operation.responses else None
    for mode in stage.session.target.credentials.refusable(stage.operation.security):
        values = stage.world.parameters(stage.operation)
        arranged = values is not None and stage.world.arranged
        if values is None:
            # A refusal needs no resource: what never existed must not be shown either.
            values = next(iter(stage.world.unknown(stage.operation)), {})
        refused = stage.send_refusable(
            values, expects=outcome if mode != "other" else None, facts={}, credentials=mode
        )
        if arranged:
            stage.send_after_refusal(values, refused)
