"""What a document says of operations beside their interface, and of itself as a whole."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import unquote

from specproof.document.canonical import canonical_json
from specproof.json_types import Json
from specproof.regression.collector import Collector
from specproof.regression.lifecycle import announced_sunset, is_deprecated, sunset_date
from specproof.regression.pairing import OperationPair
from specproof.regression.places import Document, Place, mapping, strings

__all__ = ["compare_documents", "compare_lifecycle", "is_unstable"]

_NOTICE = timedelta(days=30)
"""An end that comes sooner than this after it is announced leaves no time to react."""

_LEVELS = ("draft", "alpha", "beta", "stable")
_STABILITY = ("x-stability-level", "x-stability")
# OpenAPI 3.1.1, 4.8.1.1, `jsonSchemaDialect`.
_FOR_READERS = frozenset({"description", "example", "examples", "summary", "title"})
_DIALECT = "https://spec.openapis.org/oas/3.1/dialect/base"


def compare_lifecycle(collector: Collector, pair: OperationPair, *, today: date) -> None:
    """Compare tags, deprecation, sunset date and stability of an operation.

    Args:
        collector: takes the findings.
        pair: an operation that both documents have.
        today: tells whether an end that is announced is near.
    """
    _compare_tags(collector, pair)
    _compare_deprecation(collector, pair, today)
    _compare_stability(collector, pair)


def compare_documents(collector: Collector) -> None:
    """Compare what concerns a document as a whole: its dialect, components that nothing uses."""
    old, new = _dialect(collector.old), _dialect(collector.new)
    if old != new and collector.old.modern and collector.new.modern:
        place = collector.new.place.child("jsonSchemaDialect")
        collector.found(
            "schema-dialect-changed", place, subject="the description", old=old, new=new
        )
    _compare_components(collector)


def is_unstable(place: Place) -> bool:
    """Return whether an Operation Object calls itself a draft or alpha."""
    return _stability(place) in _LEVELS[:2]


def _compare_tags(collector: Collector, pair: OperationPair) -> None:
    old = frozenset(strings(pair.old.place.get("tags")))
    new = frozenset(strings(pair.new.place.get("tags")))
    for rule, tags in (
        ("operation-tag-removed", old - new),
        ("operation-tag-added", new - old),
    ):
        for tag in tags:
            collector.found(rule, pair.new.place, site=pair.site(), subject=pair.name, tag=tag)


def _compare_deprecation(collector: Collector, pair: OperationPair, today: date) -> None:
    old, new = pair.old.place, pair.new.place
    before, after = is_deprecated(old), is_deprecated(new)
    if before and not after:
        _report(collector, "operation-undeprecated", pair)
    elif after:
        if not before:
            _report(collector, "operation-deprecated", pair)
        _compare_sunset(collector, pair, today)


def _compare_sunset(collector: Collector, pair: OperationPair, today: date) -> None:
    old, new = pair.old.place, pair.new.place
    # A date counts from when the operation is called deprecated.
    had = announced_sunset(old) if is_deprecated(old) else None
    has = announced_sunset(new)
    if had == has:
        return
    if has is None:
        _report(collector, "operation-sunset-removed", pair, old=str(had))
        return
    before, after = sunset_date(old) if had is not None else None, sunset_date(new)
    if after is None:
        _report(collector, "operation-sunset-unreadable", pair, new=has)
    elif before is None:
        soon = after < today + _NOTICE
        rule = "operation-sunset-too-near" if soon else "operation-sunset-announced"
        _report(collector, rule, pair, new=has)
    elif after != before:
        rule = f"operation-sunset-{'moved-nearer' if after < before else 'postponed'}"
        _report(collector, rule, pair, old=str(had), new=has)


def _report(collector: Collector, rule: str, pair: OperationPair, **facts: str) -> None:
    place = pair.new.place
    collector.found(rule, place, site=pair.site(), subject=pair.name, gone=False, **facts)


def _compare_stability(collector: Collector, pair: OperationPair) -> None:
    old, new = _stability(pair.old.place), _stability(pair.new.place)
    if old == new or old not in _LEVELS:
        return
    if new is None and old in _LEVELS[:2]:
        # Whoever is not called unstable any more promises more than before.
        return
    lowered = new not in _LEVELS or _LEVELS.index(new) < _LEVELS.index(old)
    collector.found(
        "operation-stability-lowered" if lowered else "operation-stability-raised",
        pair.new.place,
        site=pair.site(),
        subject=pair.name,
        old=old,
        new=new or "not stated",
    )


def _stability(place: Place) -> str | None:
    for key in _STABILITY:
        found = place.get(key)
        if isinstance(found, str):
            return found.strip().lower()
    return None


def _dialect(document: Document) -> str:
    found = document.root.get("jsonSchemaDialect")
    return found.rstrip("#") if isinstance(found, str) else _DIALECT


def _compare_components(collector: Collector) -> None:
    """Report components that are gone and that nothing in the old document refers to.

    What something refers to is compared where it is used, and a component that is there under
    another name is not gone.
    """
    old, new = collector.old.place.child("components"), collector.new.place.child("components")
    gone: list[Place] = []
    for kind, group in mapping(old.node).items():
        if kind.startswith("x-") or kind == "securitySchemes":
            continue
        left = mapping(mapping(new.node).get(kind))
        lost = [name for name in mapping(group) if name not in left]
        if lost:
            come = {_bytes(node) for name, node in left.items() if name not in mapping(group)}
            places = [old.child(kind).child(name, f"{kind}/{name}") for name in lost]
            gone += [place for place in places if _bytes(place.node) not in come]
    if gone:
        used = _references(collector.old.root)
        for place in gone:
            if f"#{place.pointer}" not in used:
                collector.found("component-removed", place, gone=True)


def _bytes(node: Json) -> bytes:
    """Return a component without what only readers see."""
    held = mapping(node)
    telling = {key: value for key, value in held.items() if key not in _FOR_READERS}
    return canonical_json(telling if held else node)


def _references(root: Json) -> frozenset[str]:
    """Return the components that any text of a document could be a reference to."""
    found: set[str] = set()
    waiting: list[Json] = [root]
    while waiting:
        item = waiting.pop()
        inner = item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
        for value in inner:
            if isinstance(value, str):
                if value.startswith("#/components/"):
                    found.add("/".join(unquote(value).split("/")[:4]))
            elif isinstance(value, dict | list):
                waiting.append(value)
    return frozenset(found)
