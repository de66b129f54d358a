"""``oneOf``, ``anyOf``, ``not`` and ``if`` of two schemas."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from specproof.document.references import escape
from specproof.regression.change import Direction, Finding
from specproof.regression.hierarchy import mapped_values
from specproof.regression.matching import Matching
from specproof.regression.modes import Mode
from specproof.regression.places import EMPTY, Place, mapping
from specproof.regression.shape import Alternatives, Shape, Spot, value_key
from specproof.regression.steps import Outcome, Pair, Relations, Step
from specproof.regression.values import type_words

__all__ = ["compare_alternatives", "compare_logic", "match_branches"]

_DEPTH = 3  # of /components/schemas/Pet
_SHOWN = 5  # names in a message
_SCHEMAS = "#/components/schemas/"
_MOST_COMPARED = 40
"""Unions with more branches left are matched by what can be looked up: the rest is quadratic."""


def compare_alternatives(pair: Pair, relations: Relations) -> Iterator[Outcome]:
    """Yield what differs between unions that are left in both normal forms.

    Unions of one keyword are taken in the order in which they stand. Where only one side has a
    union, see ``graph``, which compares the other side with its branches.
    """
    left_old, left_new = list(pair.old.alternatives), list(pair.new.alternatives)
    matched: list[tuple[Alternatives, Alternatives]] = []
    for belong in (_same_keyword, _any):
        for old in tuple(left_old):
            new = next((item for item in left_new if belong(old, item)), None)
            if new is not None:
                matched.append((old, new))
                left_old.remove(old)
                left_new.remove(new)
    for old, new in matched:
        yield from _union(pair, relations, old, new)
    for group in left_old:
        yield pair.finding("union-removed", place=_start(group), gone=True)
    for group in left_new:
        yield pair.finding("union-added", place=_start(group))


def _same_keyword(old: Alternatives, new: Alternatives) -> bool:
    return old.keyword == new.keyword


def _any(_: Alternatives, __: Alternatives) -> bool:
    return True


def _start(group: Alternatives) -> Place:
    return group.branches[0][0]


def _union(
    pair: Pair, relations: Relations, old: Alternatives, new: Alternatives
) -> Iterator[Outcome]:
    yield from match_branches(pair, relations, old.branches, new.branches, new.keyword)
    yield from _discriminator(pair, old, new)


def match_branches(
    pair: Pair,
    relations: Relations,
    old: Sequence[Spot],
    new: Sequence[Spot],
    keyword: str,
) -> Iterator[Outcome]:
    """Yield steps for the branches that belong together, and findings for the others.

    Args:
        pair: the schemas that have the unions.
        relations: answers questions about schemas.
        old: branches of the old union.
        new: branches of the new one.
        keyword: ``oneOf`` or ``anyOf``.
    """
    matching = Matching(old, new)

    def match_keys(key: Callable[[Shape], object]) -> None:
        matching.by_key(
            lambda spot: key(relations.shapes(spot, ())[0]),
            lambda spot: key(relations.shapes((), spot)[1]),
        )

    match_keys(_component)
    if not _few(matching.gone, matching.come):
        match_keys(_text)
        match_keys(_tag)
        match_keys(_outline)
        match_keys(_demand)
    if _few(matching.gone, matching.come):
        matching.by_relation(relations.same_spots)
        matching.by_relation(lambda one, other: _same_tag(*relations.shapes(one, other)))
        matching.by_relation(lambda one, other: relations.fits(one, other, pair.mode))
        if len(old) == 1 or len(new) == 1:
            match_keys(_demand)
        matching.by_relation(lambda one, other: _alike(*relations.shapes(one, other)))
    for before, after in matching.matched:
        yield Step(before, after, pair.mode)
    yield from _left(pair, relations, (matching.gone, matching.come), (old, new), keyword)


def _few(*lists: Sequence[object]) -> bool:
    return all(len(items) <= _MOST_COMPARED for items in lists)


def _left(
    pair: Pair,
    relations: Relations,
    left: tuple[Sequence[Spot], Sequence[Spot]],
    whole: tuple[Sequence[Spot], Sequence[Spot]],
    keyword: str,
) -> Iterator[Finding]:
    """Yield findings for branches that have no partner."""
    name = {"oneOf": "one-of", "anyOf": "any-of"}[keyword]
    gone, come = left
    few = _few(*whole)
    request = pair.mode.direction is Direction.REQUEST
    for spot in gone:
        covered = few and any(relations.fits(spot, other, pair.mode) for other in whole[1])
        if not (request and covered) or _is_component(spot):
            words = _branch_words(relations.shapes(spot, ())[0])
            yield pair.finding(f"{name}-branch-removed", place=spot[0], gone=True, branch=words)
    for spot in come:
        covered = few and any(relations.fits(other, spot, pair.mode) for other in whole[0])
        if request or not covered or _is_component(spot):
            words = _branch_words(relations.shapes((), spot)[1])
            yield pair.finding(f"{name}-branch-added", place=spot[0], branch=words)


def _branch_words(shape: Shape) -> str:
    """Return an alternative as a phrase: ``Dog``, ``string``, ``object with a, b``."""
    if _is_named(shape.place.pointer):
        return shape.place.name
    words = type_words(shape.types)
    if shape.values:
        words = " or ".join(sorted(shape.values)[:_SHOWN])
    elif shape.properties:
        names = sorted(shape.required) or sorted(shape.properties)
        words += f" with {', '.join(names[:_SHOWN])}"
    return words


def _is_component(spot: Spot) -> bool:
    """Return whether a branch has a name of its own, and so a type in a generated client."""
    node = mapping(spot[0].node)
    return isinstance(node.get("$ref"), str) or _is_named(spot[0].pointer)


def _component(shape: Shape) -> str | None:
    """Return the pointer of a component, and None for a schema that is none."""
    return shape.place.pointer if _is_named(shape.place.pointer) else None


def _text(shape: Shape) -> str:
    """Return the schema as it is written."""
    return value_key(shape.place.node)


def _tag(shape: Shape) -> tuple[str, str] | None:
    """Return a property that has one value, and the value."""
    return min(_tags(shape), default=None)


def _outline(shape: Shape) -> tuple[frozenset[str], frozenset[str]]:
    """Return types and names of properties."""
    return shape.types, frozenset(shape.properties)


def _demand(shape: Shape) -> frozenset[str] | None:
    """Return names of required properties, or None."""
    return shape.required or None


def _is_named(pointer: str) -> bool:
    """Return whether it leads to a component, and not into one."""
    return pointer.startswith("/components/") and pointer.count("/") == _DEPTH


def _same_tag(old: Shape, new: Shape) -> bool:
    """Return whether both are told apart from other branches by one value of one property."""
    return bool(_tags(old) & _tags(new))


def _tags(shape: Shape) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for name, spot in shape.properties.items():
        node = mapping(spot[0].node)
        values = [node["const"]] if "const" in node else node.get("enum")
        if isinstance(values, list) and len(values) == 1:
            found.add((name, value_key(values[0])))
    return found


def _alike(old: Shape, new: Shape) -> bool:
    """Return whether both are of one type and share most property names."""
    if old.types != new.types:
        return False
    names = old.properties.keys() | new.properties.keys()
    shared = old.properties.keys() & new.properties.keys()
    return 2 * len(shared) > len(names) or (not names and old.types != {"object"})


def _discriminator(pair: Pair, old: Alternatives, new: Alternatives) -> Iterator[Finding]:
    before, after = mapping(old.discriminator.node), mapping(new.discriminator.node)
    place = Place(new.discriminator.node, new.discriminator.pointer, pair.new.place.name)
    if not before and not after:
        return
    if not before or not after:
        yield pair.finding(f"discriminator-{'added' if after else 'removed'}", place=place)
        return
    names = str(before.get("propertyName")), str(after.get("propertyName"))
    if names[0] != names[1]:
        yield pair.finding("discriminator-changed", place=place, old=names[0], new=names[1])
    mapped = mapped_values(before), mapped_values(after)
    implied = _implied(old), _implied(new)
    known = [{*mapped[side].values(), *implied[side].values()} for side in (0, 1)]
    for value in sorted(mapped[0].keys() | mapped[1].keys()):
        source, target = (mapped[side].get(value) or implied[side].get(value) for side in (0, 1))
        at = Place(EMPTY, f"{place.pointer}/mapping/{escape(value)}", place.name)
        if target is None:
            yield pair.finding("discriminator-value-removed", place=place, value=value)
        elif source is None:
            yield pair.finding("discriminator-value-added", place=at, value=value)
        elif source != target and source in known[1] and target in known[0]:
            # Where a name is on one side alone, it is that name that changed.
            names = source.rpartition("/")[2], target.rpartition("/")[2]
            yield pair.finding(
                "discriminator-value-moved", place=at, value=value, old=names[0], new=names[1]
            )


def _implied(group: Alternatives) -> dict[str, str]:
    """Return what the names of the alternatives stand for without any mapping."""
    references = (mapping(spot[0].node).get("$ref") for spot in group.branches)
    return {
        reference.removeprefix(_SCHEMAS): reference
        for reference in references
        if isinstance(reference, str) and reference.startswith(_SCHEMAS)
    }


def compare_logic(pair: Pair, relations: Relations) -> Iterator[Outcome]:
    """Yield what differs in ``not`` and in ``if``, ``then`` and ``else``."""
    matching = Matching(pair.old.negations, pair.new.negations)
    matching.by_key(_spot_text, _spot_text)
    if _few(matching.gone, matching.come):
        matching.by_relation(relations.same_spots)
    matching.by_relation(lambda _, __: True)
    for old, new in matching.matched:
        if relations.same_spots(old, new):
            continue
        # What is refused grows when what passes shrinks.
        wider = relations.fits(old, new, Mode.RESPONSE)
        narrower = relations.fits(old, new, Mode.REQUEST)
        aspect = "changed" if wider == narrower else "narrowed" if narrower else "widened"
        yield pair.finding(f"not-{aspect}", place=new[0])
    for spot in matching.gone:
        yield pair.finding("not-removed", place=spot[0], gone=True)
    for spot in matching.come:
        yield pair.finding("not-added", place=spot[0])
    yield from _conditions(pair, relations)


def _conditions(pair: Pair, relations: Relations) -> Iterator[Finding]:
    def same(old: Place, new: Place) -> bool:
        return all(
            relations.same_spots((old.child(word),), (new.child(word),))
            for word in ("if", "then", "else")
        )

    matching = Matching(pair.old.conditions, pair.new.conditions)
    matching.by_key(_condition_text, _condition_text)
    if _few(matching.gone, matching.come):
        matching.by_relation(same)
    matching.by_relation(lambda _, __: True)
    for old, new in matching.matched:
        if not same(old, new):
            yield pair.finding("condition-changed", place=new)
    for place in matching.gone:
        yield pair.finding("condition-removed", place=place, gone=True)
    for place in matching.come:
        yield pair.finding("condition-added", place=place)


def _spot_text(spot: Spot) -> str:
    """Return schemas as they are written."""
    return value_key([place.node for place in spot])


def _condition_text(place: Place) -> str:
    """Return a condition as it is written."""
    node = mapping(place.node)
    return value_key([node.get(word) for word in ("if", "then", "else")])
