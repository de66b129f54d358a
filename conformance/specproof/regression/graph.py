"""Comparison of schemas: each pair once, in each use once, cycles taken as equal.

Pairs are the nodes of a graph; a pair holds its own findings and leads to the pairs inside it.
Two recursive schemas are the same unless some pair that can be reached says otherwise, which is
the greatest fixed point.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from specproof.json_types import JsonObject
from specproof.regression.alternatives import (
    compare_alternatives,
    compare_logic,
    match_branches,
)
from specproof.regression.arrays import compare_arrays
from specproof.regression.change import Finding, Level
from specproof.regression.hierarchy import Families, compare_families
from specproof.regression.modes import Mode
from specproof.regression.objects import compare_objects
from specproof.regression.places import EMPTY, Document, Place, mapping
from specproof.regression.rules import registry
from specproof.regression.shape import Alternatives, Shape, Spot
from specproof.regression.shaping import Shaper
from specproof.regression.steps import Outcome, Pair, Step
from specproof.regression.untouched import Untouched
from specproof.regression.values import compare_values

__all__ = ["Key", "SchemaGraph"]

Key = tuple[tuple[int, ...], tuple[int, ...], Mode]
"""A pair of schemas in one use."""

_UNIONS = frozenset({"anyOf", "oneOf", "discriminator"})
_NULL: JsonObject = {"type": "null"}


@dataclass(slots=True)
class _Node:
    step: Step
    findings: list[Finding] = field(default_factory=list)
    inner: list[Key] = field(default_factory=list)


class SchemaGraph:
    """All pairs of schemas of two documents that anyone asked about.

    Args:
        old: the document that is replaced.
        new: the one that replaces it.

    Attributes:
        untouched: tells parts that did not change in any way.
    """

    def __init__(self, old: Document, new: Document) -> None:
        self._old = Shaper(old)
        self._new = Shaper(new)
        self._families = Families(old), Families(new)
        self._nodes: dict[Key, _Node] = {}
        self._pending: dict[Key, Step] = {}
        self.untouched = Untouched(old, new)
        self._bases: dict[int, tuple[Place, Place]] = {}
        self._answers: dict[tuple[Key, bool], bool] = {}
        self._comparing = 0

    def compare(self, old: Place, new: Place, mode: Mode) -> Key:
        """Compare two Schema Objects, or references to them, and all that is inside.

        Args:
            old: of the old document; an empty object is a schema that says nothing.
            new: of the new document.
            mode: how it is used.

        Returns:
            What ``findings`` wants.
        """
        return self._explored(Step(_spot(old), _spot(new), mode))

    def findings(self, key: Key) -> Iterator[Finding]:
        """Yield what was found in a pair and in all that it leads to, each pair once."""
        seen = {key}
        waiting = [key]
        while waiting:
            at = waiting.pop()
            if at not in self._nodes:
                # Asked while a pair around it is being compared, which comes to it later.
                self._explore(at, self._pending[at])
            node = self._nodes[at]
            yield from node.findings
            for inner in node.inner:
                if inner not in seen:
                    seen.add(inner)
                    waiting.append(inner)

    def unchanged(self, old: Spot, new: Spot) -> bool:
        """Return whether two schemas are the same letter by letter."""
        return self.untouched.spots(old, new)

    def same_spots(self, old: Spot, new: Spot) -> bool:
        """Return whether two schemas mean the same."""
        return all(
            self._answer(Step(old, new, mode), breaking=False)
            for mode in (Mode.REQUEST, Mode.RESPONSE)
        )

    def fits(self, old: Spot, new: Spot, mode: Mode) -> bool:
        """Return whether nothing can hurt where ``new`` takes the place of ``old``."""
        return self._answer(Step(old, new, mode), breaking=True)

    def shapes(self, old: Spot, new: Spot) -> tuple[Shape, Shape]:
        """Return both normal forms."""
        return self._old.shape(self._old.settled(old)), self._new.shape(self._new.settled(new))

    def _answer(self, step: Step, *, breaking: bool) -> bool:
        """Return whether nothing is found, or nothing that could hurt.

        An answer may rest on a pair that is being compared just now, which counts as equal until
        it is known better. Findings are only ever added, so a no stays; a yes is asked again.
        """
        key = self._explored(step)
        known = self._answers.get((key, breaking))
        if known is None:
            levels = (registry()[item.rule].level for item in self.findings(key))
            known = not any(not breaking or level is not Level.INFO for level in levels)
            if not known or not self._comparing:
                self._answers[key, breaking] = known
        return known

    def _explored(self, step: Step) -> Key:
        key, settled = self._key(step)
        self._explore(key, settled)
        return key

    def _explore(self, first: Key, step: Step) -> None:
        waiting = [first]
        self._pending.setdefault(first, step)
        while waiting:
            key = waiting.pop()
            settled = self._pending.pop(key, None)
            if settled is None or key in self._nodes:
                continue
            node = _Node(settled)
            self._nodes[key] = node
            self._comparing += 1
            for outcome in self._outcomes(settled):
                if isinstance(outcome, Finding):
                    node.findings.append(outcome)
                else:
                    inner, inside = self._key(outcome)
                    node.inner.append(inner)
                    if inner not in self._nodes:
                        self._pending[inner] = inside
                        waiting.append(inner)
            self._comparing -= 1

    def _key(self, step: Step) -> tuple[Key, Step]:
        old, new = self._old.settled(step.old), self._new.settled(step.new)
        key = (
            tuple(id(place.node) for place in old),
            tuple(id(place.node) for place in new),
            step.mode,
        )
        return key, Step(old, new, step.mode)

    def _outcomes(self, step: Step) -> Iterator[Outcome]:
        if self.untouched.spots(step.old, step.new):
            return
        old, new = self._old.shape(step.old), self._new.shape(step.new)
        pair = Pair(old, new, step.mode)
        spread = self._spread(pair, step)
        if spread is not None:
            yield from match_branches(pair, self, *spread)
            return
        told = list(compare_values(pair))
        yield from told
        if told and not (step.old and step.new):
            # That anything goes now, or no longer, is all there is to say.
            return
        yield from compare_objects(pair, self)
        yield from compare_arrays(pair, self)
        yield from compare_alternatives(pair, self)
        yield from compare_logic(pair, self)
        old_side, new_side = (self._families[0], step.old), (self._families[1], step.new)
        yield from compare_families(pair, self, old_side, new_side)

    def _spread(
        self, pair: Pair, step: Step
    ) -> tuple[tuple[Spot, ...], tuple[Spot, ...], str] | None:
        """Return branches of both sides where one side alone is a union, else None."""
        old, new = pair.old.alternatives, pair.new.alternatives
        if len(old) + len(new) != 1 or not (step.old and step.new):
            return None
        if old:
            branches = self._branches(old[0], step.old)
            return None if branches is None else (branches, (step.new,), old[0].keyword)
        branches = self._branches(new[0], step.new)
        return None if branches is None else ((step.old,), branches, new[0].keyword)

    def _branches(self, group: Alternatives, spot: Spot) -> tuple[Spot, ...] | None:
        """Return each branch with what stands beside the union."""
        if len(spot) != 1 or not is_member(group, spot[0]):
            return None
        base = self._base(spot[0])
        extra = (base,) if base.node else ()
        null = ((Place(_NULL, spot[0].pointer, spot[0].name),),) if group.nullable else ()
        return (*((*branch, *extra) for branch in group.branches), *null)

    def _base(self, place: Place) -> Place:
        """Return a schema without its union, the same object each time."""
        held = self._bases.get(id(place.node))
        if held is None:
            node = {key: value for key, value in mapping(place.node).items() if key not in _UNIONS}
            telling = node.keys() - {"description", "title", "example", "examples", "type"}
            base = Place(node if telling else EMPTY, place.pointer, place.name)
            held = (place, base)
            self._bases[id(place.node)] = held
        return held[1]


def is_member(group: Alternatives, place: Place) -> bool:
    """Return whether a union is written in the schema at ``place`` itself."""
    held = mapping(place.node).get(group.keyword)
    first = group.branches[0][0].node
    return isinstance(held, list) and any(item is first for item in held)


def _spot(place: Place) -> Spot:
    return (place,) if place.node != EMPTY else ()
