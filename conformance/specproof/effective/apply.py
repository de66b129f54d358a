"""Applying an overlay: Overlay Specification 1.1.0, section "Action Object".

Stricter than the specification on request: an action that selects nothing, and one that
upstream has meanwhile made itself, is an error that names its reason, since a correction
nobody needs any more is as wrong as one that is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from specproof.effective.ledger import Change, Ledger, clone, same
from specproof.effective.overlay import Action, Kind, Overlay
from specproof.effective.queries import Location, pointer, select
from specproof.errors import InputError
from specproof.model import Json, JsonObject
from specproof.text import one_line

__all__ = ["Overlaid", "apply_overlay"]


@dataclass(frozen=True, slots=True)
class Overlaid:
    """A document after an overlay, and what the overlay did to it."""

    document: JsonObject
    changes: tuple[Change, ...]


def apply_overlay(document: JsonObject, overlay: Overlay, *, strict: bool = True) -> Overlaid:
    """Return a new document with the actions of ``overlay`` applied in order.

    Args:
        document: the target document; it is not changed.
        overlay: the actions.
        strict: refuse actions that select nothing or change nothing. Without it they pass in
            silence, as the specification says.

    Raises:
        InputError: an action can not be applied; names the action, its target and reason.
        LimitError: a target selects too many nodes.
    """
    ledger = Ledger(document)
    for action in overlay.actions:
        _Step(ledger, overlay, action, strict).run()
    changes = ledger.changes(overlay.actions)
    if strict:
        traced = {change.action for change in changes}
        for action in overlay.actions:
            if action.number not in traced:
                raise _Step(ledger, overlay, action, strict).needless("the result is as published")
    return Overlaid(ledger.document, changes)


@dataclass(frozen=True, slots=True)
class _Step:
    """One action on the document as the actions before it left it."""

    ledger: Ledger
    overlay: Overlay
    action: Action
    strict: bool

    def run(self) -> None:
        locations = self._select(self.action.target)
        if not locations and self.strict:
            raise self._wrong(
                "it selects nothing",
                "if upstream has made this correction itself, delete the action",
            )
        if self.action.kind is Kind.REMOVE:
            self._remove(locations)
        else:
            self._update(locations, self._value())

    def needless(self, detail: str) -> InputError:
        return self._wrong(
            f"upstream has made this correction itself ({detail})", "delete the action"
        )

    def _remove(self, locations: list[Location]) -> None:
        # From the leaves up and from the end of an array, so that no location moves.
        for location in sorted(locations, key=_depth, reverse=True):
            if not location:
                raise self._wrong("the whole document can not be removed", "name a part of it")
            self.ledger.remove(self.ledger.at(location[:-1]), location[-1], self.action.number)

    def _value(self) -> Json:
        if self.action.kind is Kind.UPDATE:
            return self.action.update
        if self.overlay.minor < 1:
            raise self._wrong("copy came with Overlay 1.1", "declare overlay: 1.1.0")
        sources = self._select(self.action.source)
        if len(sources) != 1:
            raise self._wrong(
                f"copy {one_line(self.action.source)} selects {len(sources)} nodes",
                "a copy has exactly one source",
            )
        value: Json = clone(self.ledger.at(sources[0]))
        return value

    def _update(self, locations: list[Location], value: Json) -> None:
        nodes = [(location, self.ledger.at(location)) for location in locations]
        if len({_kind(node) for _, node in nodes}) > 1:
            raise self._wrong(
                "its target selects nodes of several kinds",
                "select objects, arrays or primitive values, not a mixture",
            )
        if self.strict and nodes and all(_covers(node, value) for _, node in nodes):
            raise self.needless("what it would bring is there already")
        for location, node in nodes:
            if isinstance(node, dict):
                if not isinstance(value, dict):
                    raise self._clash(location, node, value)
                self._merge(location, node, value)
            elif isinstance(node, list):
                self._concatenate(location, node, value if isinstance(value, list) else [value])
            else:
                self._replace(location, node, value)

    def _merge(self, location: Location, target: dict[str, Any], update: dict[str, Json]) -> None:
        for key, value in update.items():
            place = (*location, key)
            if key not in target:
                self.ledger.put(target, key, value, self.action.number)
                continue
            node = target[key]
            if isinstance(node, dict) and isinstance(value, dict):
                self._merge(place, node, value)
            elif isinstance(node, list) and isinstance(value, list):
                self._concatenate(place, node, value)
            elif value is None and isinstance(node, dict | list) and self.overlay.minor < 1:
                # The "Structured Overlay" example of 1.0 names objects and says no more.
                continue
            elif isinstance(node, dict | list) or isinstance(value, dict | list):
                raise self._clash(place, node, value)
            elif not same(node, value):
                self.ledger.put(target, key, value, self.action.number)

    def _concatenate(self, location: Location, target: list[Any], items: list[Json]) -> None:
        for item in items:
            if self.strict and any(same(item, there) for there in target):
                raise self.needless(f"{pointer(location)} holds that item already")
            self.ledger.append(target, item, self.action.number)

    def _replace(self, location: Location, node: Any, value: Json) -> None:
        if self.overlay.minor < 1:
            raise self._wrong(
                "its target selects a primitive value, which Overlay 1.0 does not update",
                "declare overlay: 1.1.0, or select the object around it",
            )
        if isinstance(value, dict | list):
            raise self._clash(location, node, value)
        if not same(node, value):
            parent = self.ledger.at(location[:-1])
            self.ledger.put(parent, location[-1], value, self.action.number)

    def _select(self, query: str) -> list[Location]:
        return select(query, self.ledger.document, file=self.overlay.file, line=self.action.line)

    def _clash(self, location: Location, node: Json, value: Json) -> InputError:
        return self._wrong(
            f"{_kind(value)} can not be merged into {_kind(node)} at {pointer(location) or '/'}",
            "bring a value of the same kind, or remove the old one first",
        )

    def _wrong(self, problem: str, remedy: str) -> InputError:
        reason = f" (its reason: {one_line(self.action.reason)})" if self.action.reason else ""
        return InputError(
            f"action {self.action.number}, target {one_line(self.action.target)}: "
            f"{problem}{reason}",
            file=self.overlay.file,
            line=self.action.line,
            remedy=remedy,
        )


def _depth(location: Location) -> tuple[int, int]:
    last = location[-1] if location else -1
    return len(location), last if isinstance(last, int) else -1


def _kind(node: Json) -> str:
    if isinstance(node, dict):
        return "an object"
    return "an array" if isinstance(node, list) else "a primitive value"


def _covers(node: Any, value: Json) -> bool:
    """Return whether ``node`` already holds everything that ``value`` would bring."""
    if isinstance(node, dict):
        return isinstance(value, dict) and all(
            key in node and _covers(node[key], item) for key, item in value.items()
        )
    if isinstance(node, list):
        items = value if isinstance(value, list) else [value]
        return all(any(same(item, there) for there in node) for item in items)
    return same(node, value)
