"""Properties of two object schemas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from specproof.regression.change import Direction, Finding
from specproof.regression.places import Place, within
from specproof.regression.shape import Shape, Spot
from specproof.regression.steps import Outcome, Pair, Relations, Step

__all__ = ["compare_objects"]


def compare_objects(pair: Pair, relations: Relations) -> Iterator[Outcome]:
    """Yield what differs between two schemas that describe objects."""
    if not (pair.old.may_be("object") and pair.new.may_be("object")):
        return
    properties = _Properties(pair, relations)
    yield from properties.compare()
    yield from _undeclared_required(pair)
    yield from _rest(pair, "additional", "additional-properties")
    yield from _rest(pair, "evaluated", "unevaluated-properties")
    yield from _by_name(
        pair, pair.old.pattern_properties, pair.new.pattern_properties, "pattern-property"
    )
    yield from _by_name(
        pair, pair.old.dependent_schemas, pair.new.dependent_schemas, "dependent-schema"
    )
    if pair.old.property_names or pair.new.property_names:
        yield Step(pair.old.property_names, pair.new.property_names, pair.mode)
    yield from _dependent_required(pair)


class _Properties:
    """The named properties of a pair.

    Args:
        pair: both hold objects.
        relations: answers questions about schemas.
    """

    def __init__(self, pair: Pair, relations: Relations) -> None:
        self._pair = pair
        self._relations = relations
        self._request = pair.mode.direction is Direction.REQUEST

    def compare(self) -> Iterator[Outcome]:
        old, new = self._pair.old, self._pair.new
        for name, spot in old.properties.items():
            if name not in new.properties:
                yield from self._gone(name, spot)
        for name, spot in new.properties.items():
            if name not in old.properties:
                yield from self._come(name, spot)
            else:
                yield from self._kept(name, old.properties[name], spot)

    def _unseen(self, shape: Shape) -> bool:
        """Return whether a property takes no part in this direction.

        OpenAPI 3.0.3 and 3.1.1, Schema Object: readOnly properties SHOULD NOT be sent as part
        of the request, writeOnly ones not as part of the response.
        """
        return shape.read_only and not shape.write_only if self._request else shape.write_only

    def _gone(self, name: str, spot: Spot) -> Iterator[Outcome]:
        old, _ = self._relations.shapes(spot, ())
        place = spot[0]
        required = name in self._pair.old.required
        if name in self._pair.new.required:
            # Still there, but nothing is said of it any more.
            yield Step(spot, (), self._pair.mode)
        elif self._unseen(old):
            kind = "read-only" if self._request else "write-only"
            yield self._finding(f"{kind}-property-removed", place, gone=True)
        elif not self._request:
            aspect = "required-property-removed" if required else "property-removed"
            yield self._finding(aspect, place, gone=True)
        elif self._pair.new.additional is None or self._pair.new.evaluated is None:
            yield self._finding("property-removed-from-closed", place, gone=True)
        else:
            yield self._finding("property-removed", place, gone=True)

    def _come(self, name: str, spot: Spot) -> Iterator[Outcome]:
        _, new = self._relations.shapes((), spot)
        place = spot[0]
        required = name in self._pair.new.required
        was_required = name in self._pair.old.required
        if was_required:
            # It had to be there before, only its type was unknown.
            if not required:
                yield self._finding("property-became-optional", place)
            yield Step((), spot, self._pair.mode)
        elif self._unseen(new):
            kind = "read-only" if self._request else "write-only"
            yield self._finding(f"{kind}-property-added", place)
        elif required:
            yield self._finding("required-property-added", place)
        elif self._pair.old.additional is None and not self._request:
            yield self._finding("property-added-to-closed", place)
        else:
            yield self._finding("property-added", place)

    def _kept(self, name: str, before: Spot, after: Spot) -> Iterator[Outcome]:
        was, now = name in self._pair.old.required, name in self._pair.new.required
        if was == now and self._relations.unchanged(before, after):
            # Most of what large schemas hold: no normal form has to be made of it.
            return
        old, new = self._relations.shapes(before, after)
        place = after[0]
        if self._unseen(new) or self._unseen(old):
            yield from self._hidden(name, old, new, place)
            return
        if was != now:
            yield self._finding(f"property-became-{'required' if now else 'optional'}", place)
        yield Step(before, after, self._pair.mode)

    def _hidden(self, name: str, old: Shape, new: Shape, place: Place) -> Iterator[Outcome]:
        kind = "read-only" if self._request else "write-only"
        if self._unseen(old) and self._unseen(new):
            return
        if self._unseen(new):
            yield self._finding(f"property-became-{kind}", place)
        elif self._request and name in self._pair.new.required:
            yield self._finding("required-property-added", place)
        else:
            yield self._finding(f"property-no-longer-{kind}", place)

    def _finding(self, aspect: str, place: Place, *, gone: bool = False) -> Finding:
        return self._pair.finding(aspect, place=place, gone=gone)


def _undeclared_required(pair: Pair) -> Iterator[Finding]:
    """Yield required names that no schema describes."""
    described = pair.old.properties.keys() | pair.new.properties.keys()
    for name in sorted(pair.new.required ^ pair.old.required):
        if name not in described:
            now = name in pair.new.required
            base = pair.new.place if now else pair.old.place
            place = Place(base.node, base.pointer, within(base.name, f".{name}"))
            aspect = f"property-became-{'required' if now else 'optional'}"
            yield pair.finding(aspect, place=place, gone=not now)


def _rest(pair: Pair, attribute: str, aspect: str) -> Iterator[Outcome]:
    """Yield what differs in what unknown properties may be."""
    old: Spot | None = getattr(pair.old, attribute)
    new: Spot | None = getattr(pair.new, attribute)
    if old is None and new is None:
        return
    if old is None:
        yield pair.finding(f"{aspect}-opened")
    elif new is None:
        yield pair.finding(f"{aspect}-closed")
    elif old or new:
        yield Step(old, new, pair.mode)


def _by_name(
    pair: Pair, old: Mapping[str, Spot], new: Mapping[str, Spot], aspect: str
) -> Iterator[Outcome]:
    for name in old:
        if name not in new:
            yield pair.finding(f"{aspect}-removed", place=old[name][0], gone=True, name=name)
    for name in new:
        if name not in old:
            yield pair.finding(f"{aspect}-added", place=new[name][0], name=name)
        else:
            yield Step(old[name], new[name], pair.mode)


def _dependent_required(pair: Pair) -> Iterator[Finding]:
    old, new = pair.old.dependent_required, pair.new.dependent_required
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name, frozenset()), new.get(name, frozenset())
        if come := after - before:
            yield pair.finding("dependent-required-added", name=name, names=", ".join(sorted(come)))
        if gone := before - after:
            yield pair.finding(
                "dependent-required-removed", name=name, names=", ".join(sorted(gone))
            )
