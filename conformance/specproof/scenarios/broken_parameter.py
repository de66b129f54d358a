"""The request is valid but for one parameter that breaks its schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from specproof.model import Json
from specproof.requirements.contract import OperationContract
from specproof.requirements.derive import parameter_what
from specproof.scenarios.model import Scenario, Stage

__all__ = ["breaking_values", "scenarios_of"]

_FORMATS: Mapping[str, tuple[str, ...]] = {
    "uuid": ("specproof-not-a-uuid", "0"),
    "date": ("specproof-not-a-date",),
    "date-time": ("specproof-not-a-time",),
    "email": ("specproof-not-an-address",),
    "ipv4": ("specproof-not-an-address",),
    "ipv6": ("specproof-not-an-address",),
}
_NOT_OF_TYPE = "specproof-not-of-this-type"


def scenarios_of(operation: OperationContract) -> Iterator[Scenario]:
    """Plan one scenario for all parameters whose schema some text breaks."""
    if any(breaking_values(parameter.get("schema")) for parameter in operation.parameters):
        outcomes = tuple(key for key in ("400", "422") if key in operation.responses)
        yield Scenario(
            "broken-parameter",
            operation.id,
            outcomes,
            "asks with one parameter after the other breaking its schema",
            _act,
        )


def breaking_values(schema: Json) -> tuple[str, ...]:
    """Return texts that break a parameter's schema; none where any text keeps it."""
    if not isinstance(schema, Mapping):
        return ()
    kind, form = schema.get("type"), schema.get("format")
    if "enum" in schema or "const" in schema or kind in {"integer", "number", "boolean"}:
        return (_NOT_OF_TYPE,)
    if isinstance(form, str) and form in _FORMATS:
        return _FORMATS[form]
    longest = schema.get("maxLength")
    if isinstance(longest, int) and 0 <= longest < 4096:  # noqa: PLR2004 - fits a request line
        return ("s" * (longest + 1),)
    return ()


def _act(stage: Stage) -> None:
    outcome = next((key for key in ("400", "422") if key in stage.operation.responses), None)
    for parameter in stage.operation.parameters:
        place, name = str(parameter.get("in")), str(parameter.get("name"))
        for value in breaking_values(parameter.get("schema")):
            values = stage.world.parameters(stage.operation)
            if values is None:
                values = next(iter(stage.world.unknown(stage.operation)), {})
            stage.send(
                values,
                expects=outcome,
                facts={"breaks": parameter_what(place, name)},
                replace={(place, name): _marked(stage, value)},
            )


def _marked(stage: Stage, value: str) -> str:
    """Return ``value`` so that on a server that is not ours it is nobody's."""
    session = stage.session
    if session.target.name != "live":
        return session.tell(value)
    fresh = session.unique("broken")
    longer = len(value) > len(fresh)
    return session.claim(fresh + value[len(fresh) :] if longer else f"{value}-{fresh}")
