"""From a schema as it is written to its normal form.

``allOf`` is folded in, ``nullable`` and unions of one type each become types, a union of one is
what it holds, old exclusive bounds become new ones, and what says nothing is dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from specproof.json_types import JsonObject
from specproof.regression.keywords import absorb, typed
from specproof.regression.places import EMPTY, Document, Place, mapping
from specproof.regression.shape import Alternatives, Shape, Spot
from specproof.regression.tidying import is_bare, listing, tidied

__all__ = ["Shaper"]

_MAX_DEPTH = 40  # unions inside unions that are folded
_MAX_PARTS = 5_000  # schemas that hold together
_MAX_WRAPPERS = 64
_UNIONS = ("anyOf", "oneOf")
# A dynamic reference leads to its outermost anchor (JSON Schema 2020-12 Core, 8.2.3.2); in one
# document that no other extends, that is the one of its name.
_REFERENCES = ("$ref", "$dynamicRef")
_ANNOTATIONS = frozenset(
    {"$ref", "$comment", "$id", "$schema", "description", "example", "examples", "summary", "title"}
)


class _Part(NamedTuple):
    """One schema of those that hold together.

    Attributes:
        nullable: whether null passes beside it.
        free: whether its types have been counted elsewhere, as those of a union.
    """

    place: Place
    nullable: bool
    free: bool


class Shaper:
    """Makes the normal forms of one document, each once.

    Args:
        document: whose schemas they are.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        # The spot is kept, so that nothing else can have the same identity.
        self._shapes: dict[tuple[int, ...], tuple[Spot, Shape]] = {}
        self._busy: set[tuple[int, ...]] = set()

    def shape(self, spot: Spot) -> Shape:
        """Return what the schemas of ``spot`` say together."""
        key = tuple(id(place.node) for place in spot)
        found = self._shapes.get(key)
        if found is None:
            self._busy.add(key)
            try:
                found = (spot, self._made(spot))
            finally:
                self._busy.discard(key)
            self._shapes[key] = found
        return found[1]

    def settled(self, spot: Spot) -> Spot:
        """Return ``spot`` with references replaced by what they lead to, where that is all.

        A schema that only wraps another, as a lone ``allOf``, is replaced by the other.
        """
        return tuple(self._settled(place) for place in spot) if spot else spot

    def _settled(self, place: Place) -> Place:
        for _ in range(_MAX_WRAPPERS):
            node = place.node
            if not isinstance(node, dict):
                break
            reference = node.get("$ref")
            if isinstance(reference, str) and not self._siblings(node):
                target = self._document.target(reference)
                if target is None:
                    return Place(EMPTY, place.pointer, place.name)
                place = target
                continue
            held = node.get("allOf")
            bare = node.keys() - {"allOf"} <= _ANNOTATIONS
            if not (bare and isinstance(held, list) and len(held) == 1):
                break
            place = place.child("allOf").item(0)
        return place

    def _made(self, spot: Spot) -> Shape:
        shape = Shape(spot[0] if spot else Place(EMPTY, "", "anything"))
        parts: list[_Part] = []
        seen: set[tuple[int, bool, bool]] = set()
        waiting = [_Part(place, nullable=False, free=False) for place in reversed(spot)]
        left: list[Alternatives] = []
        while waiting and len(parts) < _MAX_PARTS:
            part = waiting.pop()
            node = part.place.node
            if node is False:
                shape.types, shape.declared = frozenset(), True
            # YAML aliases make one object stand in several places.
            use = (id(node), part.nullable, part.free)
            if not isinstance(node, dict) or use in seen:
                continue
            seen.add(use)
            parts.append(part)
            waiting.extend(reversed(list(self._within(part))))
            for keyword in _UNIONS:
                folded = self._folded(part, keyword, shape)
                if isinstance(folded, Alternatives):
                    left.append(folded)
                else:
                    waiting.extend(reversed(folded))
        for part in parts:
            node = mapping(part.place.node)
            if isinstance(node.get("$ref"), str) and not self._siblings(node):
                continue
            if not part.free:
                self._restrict(shape, typed(node), nullable=part.nullable)
            absorb(shape, part.place)
        for group in left:
            self._restrict(shape, self._union(group.branches), nullable=group.nullable)
        shape.alternatives = tuple(left)
        return tidied(shape)

    def _siblings(self, node: JsonObject) -> bool:
        """Return whether what stands beside a ``$ref`` counts (OpenAPI 3.0.3, Reference Object)."""
        return self._document.modern and not node.keys() <= _ANNOTATIONS

    def _within(self, part: _Part) -> Iterator[_Part]:
        """Yield what a part refers to and what stands in its ``allOf``."""
        node = mapping(part.place.node)
        for keyword in _REFERENCES:
            reference = node.get(keyword)
            target = self._document.target(reference) if isinstance(reference, str) else None
            if target is not None:
                yield part._replace(place=target)
        if isinstance(node.get("$ref"), str) and not self._siblings(node):
            return
        # OpenAPI 3.0 lets null pass only beside a type; authors mean it beside allOf as well.
        nullable = part.nullable or (node.get("nullable") is True and "type" not in node)
        for element in part.place.elements("allOf"):
            yield part._replace(place=element, nullable=nullable)

    def _folded(self, part: _Part, keyword: str, shape: Shape) -> list[_Part] | Alternatives:
        """Return the parts that a union comes to, or the union where it can not be folded."""
        node = mapping(part.place.node)
        branches: list[Spot] = [(place,) for place in self._branches(part.place, keyword)]
        if not branches or (isinstance(node.get("$ref"), str) and not self._siblings(node)):
            return []
        discriminator = part.place.child("discriminator")
        if len(self._busy) > _MAX_DEPTH or any(self._is_busy(branch) for branch in branches):
            return Alternatives(keyword, tuple(branches), discriminator, nullable=False)
        shapes = [(branch, self.shape(branch)) for branch in branches]
        kept = [(branch, made) for branch, made in shapes if made.types != {"null"}]
        nullable = len(kept) < len(shapes) or part.nullable or node.get("nullable") is True
        if not kept:
            self._restrict(shape, frozenset({"null"}), nullable=False)
            return []
        if keyword == "anyOf":
            kept = _not_covered(kept)
        listed = listing([made for _, made in kept])
        if listed is not None and len(kept) > 1:
            types = frozenset[str]().union(*(made.types for _, made in kept))
            if not part.free:
                self._restrict(shape, types, nullable=nullable)
            place = Place(listed, f"{part.place.pointer}/{keyword}", part.place.name)
            return [_Part(place, nullable, free=True)]
        lone = len(kept) == 1
        if lone or _apart([made for _, made in kept]):
            types = frozenset[str]().union(*(made.types for _, made in kept))
            if not lone and not part.free:
                self._restrict(shape, types, nullable=nullable)
            free = part.free or not lone
            return [_Part(place, nullable, free) for branch, _ in kept for place in branch]
        return Alternatives(
            keyword, tuple(branch for branch, _ in kept), discriminator, nullable=nullable
        )

    def _branches(self, place: Place, keyword: str, depth: int = 0) -> Iterator[Place]:
        """Yield the branches of a union; those of one ``anyOf`` in another are its own."""
        for branch in place.elements(keyword):
            node = mapping(branch.node)
            within = keyword == "anyOf" and isinstance(node.get("anyOf"), list)
            if within and depth < _MAX_DEPTH and node.keys() - {"anyOf"} <= _ANNOTATIONS:
                yield from self._branches(branch, keyword, depth + 1)
            else:
                yield branch

    def _is_busy(self, spot: Spot) -> bool:
        """Return whether the normal form of ``spot`` is being made, so that it can not be used."""
        if tuple(id(place.node) for place in spot) in self._busy:
            return True
        return any((id(self._document.resolve(place).node),) in self._busy for place in spot)

    def _union(self, branches: Iterable[Spot]) -> frozenset[str] | None:
        found: frozenset[str] = frozenset()
        for branch in branches:
            if self._is_busy(branch):
                return None
            made = self.shape(branch)
            if not made.declared:
                return None
            found |= made.types
        return found

    @staticmethod
    def _restrict(shape: Shape, types: frozenset[str] | None, *, nullable: bool) -> None:
        if types is None:
            return
        wanted = types | {"null"} if nullable else types
        shape.types = wanted if not shape.declared else shape.types & wanted
        shape.declared = True


def _not_covered(kept: list[tuple[Spot, Shape]]) -> list[tuple[Spot, Shape]]:
    """Drop branches of an ``anyOf`` that add nothing to those that name types and no more."""
    bare = [made.types for _, made in kept if is_bare(made)]
    if not bare:
        return kept
    found: list[tuple[Spot, Shape]] = []
    for branch, made in kept:
        covered = made.declared and any(made.types <= types for types in bare)
        if not covered or (is_bare(made) and made.types not in (held.types for _, held in found)):
            found.append((branch, made))
    return found


def _apart(shapes: list[Shape]) -> bool:
    """Return whether each type is of one branch alone, or branches say nothing but types."""
    if not all(made.declared for made in shapes):
        return False
    if any(made.alternatives or made.negations or made.conditions for made in shapes):
        return False
    if all(is_bare(made) for made in shapes):
        return True
    if any(made.values is not None for made in shapes):
        return False
    total = sum(len(made.types) for made in shapes)
    return total == len(frozenset[str]().union(*(made.types for made in shapes)))
