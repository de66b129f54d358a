"""The comparison of two documents, from end to end."""

from __future__ import annotations

from datetime import date

from specproof.errors import InputError
from specproof.json_types import Json
from specproof.regression.acceptance import NO_OVERRIDES, Overrides
from specproof.regression.change import Diff, Perspective, Policy
from specproof.regression.collector import Collector
from specproof.regression.documents import compare_documents, compare_lifecycle, is_unstable
from specproof.regression.examples import Examples
from specproof.regression.graph import SchemaGraph
from specproof.regression.guards import collapse, collapsed, unreadable
from specproof.regression.judging import Judge
from specproof.regression.operations import (
    compare_operation,
    match_operations,
    match_webhooks,
)
from specproof.regression.pairing import (
    OperationPair,
    Pairing,
    operations_of,
)
from specproof.regression.places import Document, Place, mapping
from specproof.regression.security import compare_security
from specproof.regression.servers import compare_servers
from specproof.regression.untouched import Untouched

__all__ = ["diff", "diff_unreadable"]


def diff(
    old: Document,
    new: Document,
    *,
    today: date,
    perspective: Perspective = Perspective.CONSUMER,
    policy: Policy = Policy.DEFAULT,
    overrides: Overrides = NO_OVERRIDES,
) -> Diff:
    """Return what changed between two documents, and how much each change hurts.

    Args:
        old: what calls were written for.
        new: what takes its place.
        today: the date by which announced ends and acceptances are judged.
        perspective: whose eyes judge.
        policy: ``strict`` calls breaking whatever could break a generated client.
        overrides: levels and acceptances of the user.
    """
    collector = Collector(old, new, SchemaGraph(old, new))
    pairing = match_operations(collector, today=today)
    webhooks = match_webhooks(collector)
    judge = Judge(
        today,
        perspective,
        policy,
        overrides,
        _ids(pairing, webhooks),
        _unstable(pairing, webhooks),
    )
    problem = collapse(pairing)
    if problem:
        changes = judge.changes([(collapsed(problem), ())])
    else:
        _compare(collector, pairing.pairs, webhooks.pairs, today)
        changes = judge.changes(collector.results())
    return Diff(
        changes,
        len(pairing.pairs) + len(pairing.removed),
        len(pairing.pairs) + len(pairing.added),
        problem,
    )


def diff_unreadable(
    old: Document,
    error: InputError,
    *,
    today: date,
    overrides: Overrides = NO_OVERRIDES,
) -> Diff:
    """Return the answer for a vendor's new document that can not be read at all.

    Args:
        old: what calls were written for.
        error: what reading the new one raised.
        today: the date by which acceptances are judged.
        overrides: levels and acceptances of the user.
    """
    problem = unreadable(error)
    changes = Judge(today, overrides=overrides).changes([(collapsed(problem), ())])
    operations = len(tuple(operations_of(old, old.place.child("paths"))))
    return Diff(changes, operations, 0, problem)


def _compare(
    collector: Collector,
    operations: tuple[OperationPair, ...],
    webhooks: tuple[OperationPair, ...],
    today: date,
) -> None:
    untouched = collector.graph.untouched
    examples = Examples(collector, untouched)
    for pairs, swapped in ((operations, False), (webhooks, True)):
        for pair in pairs:
            if not _same(untouched, pair):
                compare_operation(collector, pair, swapped=swapped)
                compare_lifecycle(collector, pair, today=today)
                examples.compare(pair)
    compare_security(collector, operations)
    compare_servers(collector, operations)
    compare_documents(collector)


def _same(untouched: Untouched, pair: OperationPair) -> bool:
    """Return whether an operation and what surrounds it are the same, letter by letter."""
    old, new = pair.old, pair.new
    return (
        old.template == new.template
        and untouched.nodes(old.place.node, new.place.node)
        and len(old.items) == len(new.items)
        and all(
            untouched.nodes(_shared(one), _shared(other))
            for one, other in zip(old.items, new.items, strict=True)
        )
    )


def _shared(item: Place) -> Json:
    """Return what a Path Item Object says for all of its operations."""
    return mapping(item.node).get("parameters")


def _ids(*pairings: Pairing) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for pairing in pairings:
        found.update((pair.key, pair.ids) for pair in pairing.pairs)
        for key, operation in (*pairing.removed, *pairing.added):
            found[key] = (operation.id,) if operation.id else ()
    return found


def _unstable(*pairings: Pairing) -> frozenset[str]:
    """Return keys of operations that were a draft or alpha, and are still where they are there."""
    found: set[str] = set()
    for pairing in pairings:
        found.update(
            pair.key
            for pair in pairing.pairs
            if is_unstable(pair.old.place) and is_unstable(pair.new.place)
        )
        found.update(key for key, operation in pairing.removed if is_unstable(operation.place))
    return frozenset(found)
