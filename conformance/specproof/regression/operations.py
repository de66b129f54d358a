"""Operations: which came, went or moved, and what changed in those that stayed."""

from __future__ import annotations

from datetime import date

from specproof.regression.bodies import compare_request_body
from specproof.regression.collector import Collector
from specproof.regression.lifecycle import announced_sunset, is_deprecated, sunset_date
from specproof.regression.pairing import (
    Operation,
    OperationPair,
    Pairing,
    operations_of,
    pair_operations,
    unnamed,
)
from specproof.regression.parameters import compare_parameters
from specproof.regression.places import Document, Place, is_object, mapping
from specproof.regression.responses import compare_responses

__all__ = ["OperationPair", "compare_operation", "match_operations", "match_webhooks"]

_DEPTH = 2  # callbacks of callbacks are compared, what they call back in turn is not


def match_operations(collector: Collector, *, today: date) -> Pairing:
    """Bring the operations of ``paths`` together; report what came, went and moved.

    Args:
        collector: takes what is found.
        today: tells whether an announced end has come.

    Returns:
        What both documents have, and what only one has.
    """
    pairing = pair_operations(
        operations_of(collector.old, collector.old.place.child("paths")),
        operations_of(collector.new, collector.new.place.child("paths")),
    )
    moved = _moved(pairing)
    for key, operation in pairing.removed:
        target = moved.get(operation.id)
        _report_removed(collector, key, operation, target, today)
    for key, operation in pairing.added:
        _report(collector, "operation-added", key, operation)
    return pairing


def match_webhooks(collector: Collector) -> Pairing:
    """Bring the operations of ``webhooks`` together; report what came and went."""
    pairing = pair_operations(
        operations_of(collector.old, collector.old.place.child("webhooks")),
        operations_of(collector.new, collector.new.place.child("webhooks")),
        word="webhook ",
    )
    for key, operation in pairing.removed:
        _report(collector, "webhook-removed", key, operation, gone=True)
    for key, operation in pairing.added:
        _report(collector, "webhook-added", key, operation)
    return pairing


def compare_operation(
    collector: Collector, pair: OperationPair, *, swapped: bool = False, depth: int = 0
) -> None:
    """Compare an operation: its id, parameters, bodies, answers and callbacks.

    Args:
        collector: takes what is found.
        pair: the operation.
        swapped: whether it is the API that calls, as in webhooks and callbacks.
        depth: how many callbacks lead to it.
    """
    _compare_template(collector, pair)
    _compare_id(collector, pair)
    compare_parameters(collector, pair, swapped=swapped)
    compare_request_body(collector, pair, swapped=swapped)
    compare_responses(collector, pair, swapped=swapped)
    if depth < _DEPTH:
        _compare_callbacks(collector, pair, swapped=swapped, depth=depth + 1)


def _compare_template(collector: Collector, pair: OperationPair) -> None:
    old, new = unnamed(pair.old.template), unnamed(pair.new.template)
    if old != new and old.rstrip("/") == new.rstrip("/"):
        collector.found(
            "path-trailing-slash-changed",
            pair.new.place,
            site=pair.site(),
            subject=pair.name,
            old=old,
            new=new,
        )


def _compare_id(collector: Collector, pair: OperationPair) -> None:
    old, new = pair.old.id, pair.new.id
    if old == new:
        return
    change = "added" if not old else "changed" if new else "removed"
    rule = f"operation-id-{change}"
    collector.found(rule, pair.new.place, site=pair.site(), subject=pair.name, old=old, new=new)


def _moved(pairing: Pairing) -> dict[str, str]:
    """Return by operationId where removed operations are now."""
    return {operation.id: key for key, operation in pairing.added if operation.id}


def _report_removed(
    collector: Collector, key: str, operation: Operation, target: str | None, today: date
) -> None:
    facts: dict[str, str] = {}
    if target is not None:
        rule = "operation-moved"
        facts = {"new": target}
    elif not is_deprecated(operation.place):
        rule = "operation-removed"
    elif announced_sunset(operation.place) is None:
        rule = "operation-removed-while-deprecated"
    else:
        end = sunset_date(operation.place)
        facts = {"sunset": announced_sunset(operation.place) or ""}
        over = end is not None and end <= today
        rule = "operation-removed-after-sunset" if over else "operation-removed-before-sunset"
    _report(collector, rule, key, operation, gone=True, **facts)


def _report(
    collector: Collector,
    rule: str,
    key: str,
    operation: Operation,
    *,
    gone: bool = False,
    **facts: str,
) -> None:
    ids = (operation.id,) if operation.id else ()
    pair = OperationPair(operation, operation, key, ids)
    collector.found(rule, operation.place, site=pair.site(), subject=key, gone=gone, **facts)


def _compare_callbacks(
    collector: Collector, pair: OperationPair, *, swapped: bool, depth: int
) -> None:
    old, new = _callbacks(collector.old, pair.old), _callbacks(collector.new, pair.new)
    for name in sorted(old.keys() - new.keys()):
        place = old[name]._replace(name=f"callback {name} of {pair.name}")
        collector.found("callback-removed", place, site=pair.site(f"callback {name}"), gone=True)
    for name in sorted(new.keys() - old.keys()):
        place = new[name]._replace(name=f"callback {name} of {pair.name}")
        collector.found("callback-added", place, site=pair.site(f"callback {name}"))
    for name in sorted(old.keys() & new.keys()):
        part = ", ".join(word for word in (pair.part, f"callback {name}") if word)
        pairing = pair_operations(
            operations_of(collector.old, old[name]),
            operations_of(collector.new, new[name]),
            key=pair.key,
            part=part,
        )
        for key, operation in pairing.removed:
            place = operation.place._replace(name=f"{key} of {part} of {pair.key}")
            collector.found("callback-removed", place, site=pair.site(part), gone=True)
        for key, operation in pairing.added:
            place = operation.place._replace(name=f"{key} of {part} of {pair.key}")
            collector.found("callback-added", place, site=pair.site(part))
        for inner in pairing.pairs:
            old_url, new_url = inner.old.template, inner.new.template
            if old_url != new_url:
                place = inner.new.place._replace(name=f"{part} of {pair.key}")
                site = pair.site(part)
                collector.found("callback-url-changed", place, site=site, old=old_url, new=new_url)
            compare_operation(collector, inner, swapped=not swapped, depth=depth)


def _callbacks(document: Document, operation: Operation) -> dict[str, Place]:
    held = operation.place.child("callbacks")
    return {
        name: document.resolve(held.child(name))
        for name, node in mapping(held.node).items()
        if is_object(node)
    }
