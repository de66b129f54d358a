"""Safe methods change nothing, also where the contract does not list them."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.requirements.contract import OperationContract
from specproof.scenarios.model import Scenario, Stage
from specproof.targets.session import expand

__all__ = ["scenarios_of"]

_SAFE = ("GET", "HEAD", "OPTIONS")
"""RFC 9110 9.2.1, less TRACE, which echoes credentials."""


def scenarios_of(operation: OperationContract) -> Iterator[Scenario]:
    """Plan one scenario where the operation removes something."""
    if operation.operation.method == "DELETE":
        yield Scenario(
            "safe-method",
            operation.id,
            (),
            "looks at the resource by safe methods and removes it then",
            _act,
        )


def _act(stage: Stage) -> None:
    outcomes = [key for key in stage.operation.responses if key.upper().startswith("2")]
    values = stage.world.parameters(stage.operation)
    if values is None or not stage.world.arranged or len(outcomes) != 1:
        return
    template = stage.operation.operation.path
    for method in _SAFE:
        stage.session.send(
            f"+{method.lower()}", method, expand(template, values), facts={"template": template}
        )
    stage.send(
        values,
        expects=outcomes[0],
        facts={
            "due": "success",
            "because": "safe methods have changed nothing",
            "answer": stage.world.answer(stage.operation, values),
        },
    )
