"""A document under change: every change is written down with the action that made it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

from specproof.document import canonical_json
from specproof.effective.overlay import Action
from specproof.effective.queries import Location, pointer
from specproof.model import Json, JsonObject

__all__ = ["Change", "ChangeKind", "Ledger", "clone", "same"]


class ChangeKind(StrEnum):
    """What happened to a place."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Change:
    """One place where the effective document differs from the published one.

    Attributes:
        pointer: JSON Pointer into the effective document; into the published one where
            ``kind`` is ``removed``, since the place is only there.
        action: 1-based number of the action that made it.
    """

    pointer: str
    kind: ChangeKind
    action: int
    reason: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    """What one action did to one key of an object or one slot of an array."""

    action: int
    container: Any
    key: str | int


class Ledger:
    """Owns a copy of a document in which no two places share an object, and changes it.

    Containers are told apart by identity, and the items of an array by slots: numbers that
    stay with an item when others before it go. A slot below the published length of the
    array is the published index.

    Attributes:
        document: the document as it is now.
    """

    def __init__(self, published: JsonObject) -> None:
        self._published = published
        self.document: JsonObject = cast("JsonObject", clone(published))
        # Holding the containers as well keeps their identities from being used again.
        self._origins: dict[int, tuple[Location, Any]] = {}
        self._slots: dict[int, tuple[Any, list[int]]] = {}
        for location, node in _containers(self.document):
            self._origins[id(node)] = (location, node)
            if isinstance(node, list):
                self._slots[id(node)] = (node, list(range(len(node))))
        self._next_slot = 1 << 32
        self._entries: list[_Entry] = []

    def at(self, location: Location) -> Any:
        """Return the node at ``location`` of the document as it is now."""
        return _at(self.document, location)

    def put(self, container: Any, key: str | int, value: Json, action: int) -> None:
        """Put a copy of ``value`` at ``container[key]``, new or in place of what is there."""
        container[key] = clone(value)
        slot = self._slots_of(container)[key] if isinstance(key, int) else key
        self._entries.append(_Entry(action, container, slot))

    def append(self, items: list[Any], value: Json, action: int) -> None:
        """Append a copy of ``value`` to ``items``."""
        slots = self._slots_of(items)
        items.append(clone(value))
        slots.append(self._next_slot)
        self._entries.append(_Entry(action, items, self._next_slot))
        self._next_slot += 1

    def remove(self, container: Any, key: str | int, action: int) -> None:
        """Remove ``container[key]``."""
        slot = self._slots_of(container).pop(key) if isinstance(key, int) else key
        del container[key]
        self._entries.append(_Entry(action, container, slot))

    def changes(self, actions: Sequence[Action]) -> tuple[Change, ...]:
        """Return what differs between the published document and the document as it is now.

        What an action did and a later one undid is left out.
        """
        places = {id(node): location for location, node in _containers(self.document)}
        found: dict[Change, None] = {}
        for entry in self._entries:
            kind, location = self._net(entry, places)
            if kind is not None:
                action = actions[entry.action - 1]
                change = Change(
                    pointer(location), kind, action.number, action.reason, action.evidence
                )
                found[change] = None
        return tuple(found)

    def _slots_of(self, items: Any) -> list[int]:
        if id(items) not in self._slots:
            # An array that an action brought: none of its items is published.
            slots = list(range(self._next_slot, self._next_slot + len(items)))
            self._next_slot += len(items)
            self._slots[id(items)] = (items, slots)
        return self._slots[id(items)][1]

    def _net(
        self, entry: _Entry, places: dict[int, Location]
    ) -> tuple[ChangeKind | None, Location]:
        container, key = entry.container, entry.key
        before = after = None
        if id(container) in self._origins:
            place = self._origins[id(container)][0]
            published = _at(self._published, place)
            if _has(published, key):
                before = (*place, key)
        if id(container) in places:
            index = _index(self._slots_of(container), key) if isinstance(key, int) else key
            if index is not None and _has(container, index):
                after = (*places[id(container)], index)
        if self._undone(entry, places, before, after):
            return None, ()
        if after is None:
            return (None, ()) if before is None else (ChangeKind.REMOVED, before)
        return (ChangeKind.ADDED if before is None else ChangeKind.CHANGED), after

    def _undone(
        self,
        entry: _Entry,
        places: dict[int, Location],
        before: Location | None,
        after: Location | None,
    ) -> bool:
        if isinstance(entry.key, int):
            # Items have no names: an array counts as untouched when it reads as published.
            if id(entry.container) not in self._origins or id(entry.container) not in places:
                return False
            origin = self._origins[id(entry.container)][0]
            return same(_at(self._published, origin), entry.container)
        return (
            before is not None
            and after is not None
            and same(_at(self._published, before), self.at(after))
        )


def clone(value: Json) -> Any:
    """Return a copy of ``value`` made of dicts and lists in which nothing is shared."""
    if isinstance(value, dict):
        return {key: clone(item) for key, item in value.items()}
    if isinstance(value, list):
        return [clone(item) for item in value]
    return value


def same(left: Json, right: Json) -> bool:
    """Return whether two values are the same JSON: ``1``, ``1.0`` and ``true`` are three."""
    return canonical_json(left) == canonical_json(right)


def _containers(root: Any) -> Iterator[tuple[Location, Any]]:
    stack: list[tuple[Location, Any]] = [((), root)]
    while stack:
        location, node = stack.pop()
        if isinstance(node, dict):
            yield location, node
            stack.extend(((*location, key), item) for key, item in node.items())
        elif isinstance(node, list):
            yield location, node
            stack.extend(((*location, index), item) for index, item in enumerate(node))


def _at(root: Any, location: Location) -> Any:
    for step in location:
        root = root[step]
    return root


def _has(container: Any, key: str | int) -> bool:
    if isinstance(container, list):
        return isinstance(key, int) and key < len(container)
    return isinstance(container, dict) and key in container


def _index(slots: list[int], slot: int) -> int | None:
    return slots.index(slot) if slot in slots else None
