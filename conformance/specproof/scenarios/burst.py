"""The same request many times at once, as an impatient caller sends it."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.requirements.contract import OperationContract
from specproof.scenarios.model import Scenario, Stage

__all__ = ["scenarios_of"]

_REQUESTS = 12
_THROTTLED = 429


def scenarios_of(operation: OperationContract) -> Iterator[Scenario]:
    """Plan one burst where the operation says that it throttles."""
    if str(_THROTTLED) in operation.responses:
        yield Scenario(
            "burst",
            operation.id,
            (str(_THROTTLED),),
            "asks for the same again and again, until it is throttled",
            _act,
        )


def _act(stage: Stage) -> None:
    values = stage.world.parameters(stage.operation)
    if values is None:
        values = next(iter(stage.world.unknown(stage.operation)), {})
    patience, stage.session.patience = stage.session.patience, 0
    for _ in range(_REQUESTS):
        sent = stage.send(values, expects=None, facts={"cause": "repeated"})
        if sent is None or sent.response is None or sent.response.status == _THROTTLED:
            break
    stage.session.patience = patience
