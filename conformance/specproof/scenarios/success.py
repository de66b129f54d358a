"""Everything the operation needs exists, and the request is valid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from specproof.requirements.contract import OperationContract
from specproof.scenarios.model import Scenario, Stage

__all__ = ["scenarios_of"]

_MOST = 4
"""Most values of one parameter that are asked for one by one."""


def scenarios_of(operation: OperationContract) -> Iterator[Scenario]:
    """Plan one success, for every documented 2xx at once: which comes is the server's choice."""
    outcomes = tuple(key for key in operation.responses if key.upper().startswith("2"))
    if outcomes:
        yield Scenario(
            "success",
            operation.id,
            outcomes,
            "asks for what exists, as the contract says, and with each choice that it offers",
            _act,
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
    for place, name, text in _choices(stage.operation):
        # What a choice changes is not known, so that no success is due; what comes is looked at.
        values = stage.world.parameters(stage.operation)
        if values is None:
            return
        stage.send(
            values,
            expects=outcomes[0],
            facts={
                "because": "a documented value of a parameter is asked for",
                "answer": stage.world.answer(stage.operation, values),
            },
            replace={(place, name): text},
        )


def _choices(operation: OperationContract) -> Iterator[tuple[str, str, str]]:
    """Yield place, name and text of each value that an optional parameter lists, a few of each."""
    for parameter in operation.parameters:
        schema = parameter.get("schema")
        place = str(parameter.get("in"))
        if place not in {"query", "header"} or not isinstance(schema, Mapping):
            continue
        listed = schema.get("enum")
        values = [schema["const"]] if "const" in schema else listed
        for value in values[:_MOST] if isinstance(values, list) else ():
            if isinstance(value, str) and value:
                yield place, str(parameter.get("name")), value
