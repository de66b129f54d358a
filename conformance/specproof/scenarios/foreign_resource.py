"""The request is valid, and what it names belongs to another tenant."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.requirements.contract import OperationContract
from specproof.scenarios.model import Scenario, Stage

__all__ = ["scenarios_of"]


def scenarios_of(operation: OperationContract) -> Iterator[Scenario]:
    """Plan one scenario where the operation needs credentials and names a resource."""
    if any(operation.security) and "{" in operation.operation.path:
        yield Scenario(
            "foreign-resource",
            operation.id,
            (),
            "asks for what belongs to another tenant, through it and through ourselves",
            _act,
        )


def _act(stage: Stage) -> None:
    bound = stage.world.bound(stage.operation)
    # Through the path of the other tenant, and through our own where the path names a tenant.
    ways = {"its own path": {}, "our path": bound} if bound else {"its own path": {}}
    for way, ours in ways.items():
        values = stage.world.foreign(stage.operation)
        if values is None:
            return
        refused = stage.send_refusable(
            {**values, **ours},
            expects=None,
            facts={
                "because": "the resource is another tenant's",
                "due": "refusal",
                "cause": f"through {way}",
            },
        )
        stage.send_after_refusal(values, refused, credentials="other")
