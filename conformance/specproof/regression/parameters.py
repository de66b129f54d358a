"""Parameters: what a caller puts into the address, the header fields and the cookies."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.regression.change import Site
from specproof.regression.collector import Collector
from specproof.regression.fields import Field, compare_field
from specproof.regression.headers import compare_received_fields
from specproof.regression.pairing import Operation, OperationPair, unnamed
from specproof.regression.places import Place

__all__ = ["compare_parameters", "compare_sent_fields", "parameters_of"]

_NOT_PARAMETERS = frozenset({"accept", "authorization", "content-type"})
"""Header parameters of these names are ignored (OpenAPI 3.1.1, 4.8.12.2.1)."""

_PERMISSIONS = {"allowEmptyValue": "empty-value", "allowReserved": "reserved-characters"}
_IN_TEMPLATE = "template"

_Key = tuple[str, str]


def compare_parameters(collector: Collector, pair: OperationPair, *, swapped: bool) -> None:
    """Compare the parameters of an operation.

    Args:
        collector: takes what is found.
        pair: the operation.
        swapped: whether it is the API that sends them (webhooks and callbacks).
    """
    old = parameters_of(pair.old, pair.name)
    new = parameters_of(pair.new, pair.name)
    if swapped:
        compare_received_fields(collector, old, new, pair.site())
        return
    _compare_undeclared(collector, pair, old, new)
    compare_sent_fields(collector, pair, old, new)


def compare_sent_fields(
    collector: Collector,
    pair: OperationPair,
    old: dict[_Key, Field],
    new: dict[_Key, Field],
    *,
    part: str = "",
) -> None:
    """Compare fields that the caller writes.

    Args:
        collector: takes what is found.
        pair: the operation they belong to.
        old: by what tells them apart.
        new: likewise.
        part: of the operation that they belong to, ``request body``; empty for parameters.
    """
    moved = _moved(old, new)
    for key, field in old.items():
        if key not in new and field not in moved.values():
            site = _site(pair, field, part)
            collector.found("parameter-removed", field.here, site=site, gone=True)
    for key, field in new.items():
        site = _site(pair, field, part)
        if key in old:
            _compare_sent(collector, old[key], field, site)
        elif key in moved:
            collector.found(
                "parameter-location-changed",
                field.here,
                site=site,
                old=moved[key].location,
                new=field.location,
            )
        else:
            rule = _added_rule(field)
            # What disturbs nobody is told once, however many operations have it now.
            merged = field.is_shared and rule == "optional-parameter-added"
            subject = field.words if merged else None
            collector.found(rule, field.here, site=site, subject=subject)


def _compare_sent(collector: Collector, old: Field, new: Field, site: Site) -> None:
    if new.required and not old.required:
        collector.found("parameter-became-required", new.place, site=site)
    elif old.required and not new.required:
        collector.found("parameter-became-optional", new.place, site=site)
    compare_field(collector, old, new, site, writes=True)
    if new.location != "query":
        return
    for name, words in _PERMISSIONS.items():
        before, after = old.place.get(name) is True, new.place.get(name) is True
        if before != after:
            change = "allowed" if after else "forbidden"
            collector.found(f"parameter-{words}-{change}", new.place, site=site)


def _moved(old: dict[_Key, Field], new: dict[_Key, Field]) -> dict[_Key, Field]:
    """Return what has to be sent elsewhere now, with what it was."""
    gone = {field.name.lower(): field for key, field in old.items() if key not in new}
    return {
        key: gone[field.name.lower()]
        for key, field in new.items()
        if key not in old and field.required and field.name.lower() in gone
    }


def _added_rule(field: Field) -> str:
    if field.location == "path":
        return "path-parameter-added"
    return "required-parameter-added" if field.required else "optional-parameter-added"


def _site(pair: OperationPair, field: Field, part: str) -> Site:
    words = f"{field.location} {field.name}" if part else f"{field.location} parameter {field.name}"
    return pair.site(f"{part} {words}".strip())


def _compare_undeclared(
    collector: Collector, pair: OperationPair, old: dict[_Key, Field], new: dict[_Key, Field]
) -> None:
    """Report and drop parameters of the template that one document forgot to declare."""
    for held, other, gone, change in (
        (old, new, True, "forgotten"),
        (new, old, False, "declared"),
    ):
        for key in [key for key in held if key[0] == _IN_TEMPLATE and key not in other]:
            field = held.pop(key)
            site = _site(pair, field, "")
            collector.found(f"path-parameter-{change}", field.here, site=site, gone=gone)


def parameters_of(operation: Operation, name: str) -> dict[_Key, Field]:
    """Return the parameters of an operation, those of its path item included.

    Args:
        operation: whose.
        name: what subjects call it.

    Returns:
        By location and name; header names in small letters, path parameters that stand in the
        template by their position there, since their name never goes over the wire.
    """
    found: dict[_Key, Field] = {}
    variables = operation.variables
    for owner, place in _listed(operation, name):
        target = operation.document.resolve(place)
        location, written = target.get("in"), target.get("name")
        if not isinstance(location, str) or not isinstance(written, str):
            continue
        key = (location, written)
        shown = written
        if location == "header":
            shown = written.lower()
            key = (location, shown)
            if shown in _NOT_PARAMETERS:
                continue
        elif location == "path" and written in variables:
            key = (_IN_TEMPLATE, str(variables.index(written)))
        words = f"{location} parameter {shown}"
        here = place._replace(name=f"{words} of {owner}")
        shared = here if target.pointer == place.pointer else target
        field = Field(operation.document, location, shown, shared, here, words)
        found.setdefault(key, field)
    return found


def _listed(operation: Operation, name: str) -> Iterator[tuple[str, Place]]:
    """Yield each listed parameter with the name of what lists it, the operation's own first."""
    for place in operation.place.elements("parameters"):
        yield name, place
    for item in operation.items:
        for place in item.elements("parameters"):
            yield unnamed(operation.template), place
