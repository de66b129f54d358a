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
            "asks without, with garbled, with unknown and with another tenant's credentials",
            _act,
        )


def _act(stage: Stage) -> None:
    outcome = "401" if "401" in stage.operation.responses else None
    for mode in ("none", "malformed", "wrong", "other"):
        if mode == "other" and not stage.session.target.credentials.has_other:
            continue
        values = stage.world.parameters(stage.operation)
        if values is None:
            # A refusal needs no resource: what never existed must not be shown either.
            values = next(iter(stage.world.unknown(stage.operation)), {})
        stage.send(values, expects=outcome if mode != "other" else None, facts={}, credentials=mode)
