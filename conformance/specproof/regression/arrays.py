"""Elements of two array schemas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from specproof.regression.shape import Bounds, Spot
from specproof.regression.steps import Outcome, Pair, Relations, Step
from specproof.regression.values import compare_bounds

__all__ = ["compare_arrays"]


def compare_arrays(pair: Pair, _: Relations) -> Iterator[Outcome]:
    """Yield what differs between two schemas that describe arrays."""
    old, new = pair.old, pair.new
    if not (old.may_be("array") and new.may_be("array")):
        return
    if old.unique != new.unique:
        yield pair.finding(f"unique-items-{'added' if new.unique else 'removed'}")
    if old.unevaluated_items != new.unevaluated_items:
        yield pair.finding(f"items-{'closed' if new.unevaluated_items else 'opened'}")
    yield from _items(pair)
    yield from _prefix(pair)
    yield from _contains(pair)


def _items(pair: Pair) -> Iterator[Outcome]:
    old, new = pair.old.items, pair.new.items
    if old is None and new is None:
        return
    if old is None:
        yield pair.finding("items-opened")
    elif new is None:
        yield pair.finding("items-closed")
    elif old or new:
        yield Step(old, new, pair.mode)


def _prefix(pair: Pair) -> Iterator[Outcome]:
    old, new = pair.old.prefix, pair.new.prefix
    for index in range(max(len(old), len(new))):
        before = _element(old, pair.old.items, index)
        after = _element(new, pair.new.items, index)
        # Elements beyond a closed array are told by its being closed or opened.
        if before is not None and after is not None:
            yield Step(before, after, pair.mode)
    if len(old) != len(new) and pair.old.items is None and pair.new.items is None:
        aspect = "removed" if len(new) < len(old) else "added"
        yield pair.finding(f"prefix-item-{aspect}", old=str(len(old)), new=str(len(new)))


def _element(prefix: tuple[Spot, ...], items: Spot | None, index: int) -> Spot | None:
    return prefix[index] if index < len(prefix) else items


def _contains(pair: Pair) -> Iterator[Outcome]:
    old, new = pair.old.contains, pair.new.contains
    if old is None and new is None:
        return
    if old is None or new is None:
        yield pair.finding(f"contains-{'added' if old is None else 'removed'}")
        return
    yield Step(old, new, pair.mode)
    yield from compare_bounds(
        pair,
        _counted(pair.old.contains_count),
        _counted(pair.new.contains_count),
        "min-contains",
        "max-contains",
    )


def _counted(bounds: Bounds) -> Bounds:
    """Return limits with the default written out (JSON Schema 2020-12 Validation, 6.4.5)."""
    return bounds if bounds.low is not None else replace(bounds, low=1)
