"""Types, enumerations, limits and annotations of two schemas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from specproof.json_types import Json
from specproof.regression.change import Finding
from specproof.regression.shape import ANYTHING, Bounds
from specproof.regression.steps import Outcome, Pair, Step

__all__ = ["compare_bounds", "compare_values", "type_words"]

_WIDER_FORMATS = frozenset(
    {("int32", "int64"), ("float", "double"), ("int32", "bigint"), ("int64", "bigint")}
)
_TEXTABLE = frozenset({"boolean", "integer", "fraction", "string"})
_SHOWN = 5  # values of an enumeration in a message
_LIMITS = (
    ("number", "number", "minimum", "maximum"),
    ("length", "string", "min-length", "max-length"),
    ("items_count", "array", "min-items", "max-items"),
    ("properties_count", "object", "min-properties", "max-properties"),
)


def compare_values(pair: Pair) -> Iterator[Outcome]:
    """Yield what differs in a schema itself, whatever stands inside it."""
    types = list(_types(pair))
    yield from types
    if types and ANYTHING in {pair.old.types, pair.new.types}:
        return
    yield from _values(pair)
    yield from _extensible(pair)
    for attribute, family, low, high in _LIMITS:
        if pair.old.may_be(family) and pair.new.may_be(family):
            old, new = getattr(pair.old, attribute), getattr(pair.new, attribute)
            yield from compare_bounds(pair, old, new, low, high)
    if pair.old.may_be("number") and pair.new.may_be("number"):
        yield from _multiples(pair)
    if pair.old.may_be("string") and pair.new.may_be("string"):
        yield from _patterns(pair)
        if pair.old.encoding != pair.new.encoding:
            yield pair.finding(
                "encoding-changed",
                old=pair.old.encoding or "none",
                new=pair.new.encoding or "none",
            )
        if pair.old.content or pair.new.content:
            yield Step(pair.old.content, pair.new.content, pair.mode)
    yield from _format(pair)
    yield from _default(pair)
    if pair.new.deprecated and not pair.old.deprecated:
        yield pair.finding("schema-deprecated")
    if pair.mode.textual and pair.old.xml != pair.new.xml:
        yield pair.finding("xml-changed")


def _types(pair: Pair) -> Iterator[Finding]:
    old, new = pair.old.types, pair.new.types
    gone, come = old - new, new - old
    if pair.mode.textual:
        gone, come = _beyond_text(pair, gone, come)
    if "null" in gone | come and old - {"null"} and new - {"null"} and ANYTHING not in {old, new}:
        yield pair.finding("became-nullable" if "null" in come else "became-not-nullable")
        gone, come = gone - {"null"}, come - {"null"}
    if not gone and not come:
        return
    aspect = "type-changed" if gone and come else "type-narrowed" if gone else "type-widened"
    yield pair.finding(aspect, old=type_words(old), new=type_words(new))


def _beyond_text(
    pair: Pair, gone: frozenset[str], come: frozenset[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """Drop types that as text are strings anyway, where nothing is said of the strings.

    Where strings were named beside the others before, the others were left out on purpose.
    """
    if "string" in come and _any_text(pair, new=True):
        gone -= _TEXTABLE
    if "string" in gone and _any_text(pair, new=False):
        come -= _TEXTABLE
    return gone, come


def _any_text(pair: Pair, *, new: bool) -> bool:
    shape = pair.new if new else pair.old
    return not (shape.patterns or shape.values or shape.format or shape.length != Bounds())


def type_words(types: frozenset[str]) -> str:
    """Return types as a phrase: ``string or null``."""
    if types >= ANYTHING:
        return "anything"
    if not types:
        return "nothing"
    names = set(types)
    if "fraction" in names:
        names = names - {"fraction", "integer"} | {"number"}
    return " or ".join([*sorted(names - {"null"}), *(["null"] if "null" in names else [])])


def _values(pair: Pair) -> Iterator[Finding]:
    old, new = pair.old.values, pair.new.values
    if old is None or new is None:
        if new is not None:
            yield pair.finding("enum-added", new=_listed(new))
        elif old is not None:
            yield pair.finding("enum-removed", old=_listed(old))
        return
    if gone := {key: old[key] for key in old if key not in new}:
        yield pair.finding("enum-value-removed", old=_listed(gone))
    if come := {key: new[key] for key in new if key not in old}:
        yield pair.finding("enum-value-added", new=_listed(come))


def _extensible(pair: Pair) -> Iterator[Finding]:
    old, new = pair.old.extensible or {}, pair.new.extensible or {}
    if gone := {key: old[key] for key in old if key not in new}:
        yield pair.finding("extensible-enum-value-removed", old=_listed(gone))
    if come := {key: new[key] for key in new if key not in old}:
        yield pair.finding("extensible-enum-value-added", new=_listed(come))


def _listed(values: Mapping[str, Json]) -> str:
    keys = sorted(values)
    more = f" and {len(keys) - _SHOWN} more" if len(keys) > _SHOWN else ""
    return ", ".join(keys[:_SHOWN]) + more


def compare_bounds(pair: Pair, old: Bounds, new: Bounds, low: str, high: str) -> Iterator[Finding]:
    """Yield how two pairs of limits differ; ``low`` and ``high`` name them."""
    before, after = (old.low, old.exclusive_low), (new.low, new.exclusive_low)
    if before != after:
        tighter = before[0] is None or (after[0] is not None and after > before)
        yield _bound(pair, low, before, after, tighter=tighter)
    before, after = (old.high, old.exclusive_high), (new.high, new.exclusive_high)
    if before != after:
        tighter = before[0] is None or (
            after[0] is not None and (after[0] < before[0] or (after[0] == before[0] and after[1]))
        )
        yield _bound(pair, high, before, after, tighter=tighter)


def _bound(
    pair: Pair,
    name: str,
    old: tuple[float | None, bool],
    new: tuple[float | None, bool],
    *,
    tighter: bool,
) -> Finding:
    aspect = f"{name}-{'tightened' if tighter else 'loosened'}"
    return pair.finding(aspect, old=_bound_words(*old), new=_bound_words(*new))


def _bound_words(value: float | None, exclusive: bool) -> str:
    if value is None:
        return "none"
    return f"{value} (exclusive)" if exclusive else str(value)


def _multiples(pair: Pair) -> Iterator[Finding]:
    old, new = pair.old.multiples, pair.new.multiples
    if old == new:
        return
    tighter = all(any(_divides(b, a) for a in new) for b in old)
    looser = all(any(_divides(a, b) for b in old) for a in new)
    aspect = "changed" if tighter == looser else "tightened" if tighter else "loosened"
    words = [" and ".join(map(str, listed)) or "none" for listed in (old, new)]
    yield pair.finding(f"multiple-of-{aspect}", old=words[0], new=words[1])


def _divides(divisor: float, value: float) -> bool:
    quotient = value / divisor
    return abs(quotient - round(quotient)) < 1e-9  # noqa: PLR2004 - decimal fractions are inexact


def _patterns(pair: Pair) -> Iterator[Finding]:
    old, new = pair.old.patterns, pair.new.patterns
    if old == new:
        return
    if set(old) < set(new):
        yield pair.finding("pattern-added", new=" and ".join(sorted(set(new) - set(old))))
    elif set(new) < set(old):
        yield pair.finding("pattern-removed", old=" and ".join(sorted(set(old) - set(new))))
    else:
        yield pair.finding("pattern-changed", old=" and ".join(old), new=" and ".join(new))


def _format(pair: Pair) -> Iterator[Finding]:
    old, new = pair.old.format, pair.new.format
    if old == new or pair.old.types.isdisjoint(pair.new.types):
        return
    if not old:
        yield pair.finding("format-added", new=new)
    elif not new:
        yield pair.finding("format-removed", old=old)
    else:
        aspect = "changed"
        if (old, new) in _WIDER_FORMATS:
            aspect = "widened"
        elif (new, old) in _WIDER_FORMATS:
            aspect = "narrowed"
        yield pair.finding(f"format-{aspect}", old=old, new=new)


def _default(pair: Pair) -> Iterator[Finding]:
    old, new = pair.old.default, pair.new.default
    if old == new:
        return
    aspect = "added" if old is None else "removed" if new is None else "changed"
    finding = pair.finding(f"default-{aspect}", old=old or "none", new=new or "none")
    if pair.mode.parameter:
        yield Finding(
            f"parameter-default-{aspect}", finding.subject, finding.pointer, finding.facts
        )
    else:
        yield finding
