"""Operations of two documents brought together, whatever their path parameters are called."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from specproof.regression.change import Site
from specproof.regression.places import EMPTY, Document, Place, mapping

__all__ = [
    "METHODS",
    "Operation",
    "OperationPair",
    "Pairing",
    "operations_of",
    "pair_operations",
    "unnamed",
]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
"""Fields of a Path Item Object that are operations (OpenAPI 3.1.1, 4.8.9; ``query`` since 3.2)."""

_EXPRESSION = re.compile(r"\{([^{}]*)\}")


def unnamed(template: str) -> str:
    """Return a path template with its parameters unnamed: ``/pets/{}``."""
    return _EXPRESSION.sub("{}", template)


class Operation(NamedTuple):
    """One operation of one document.

    Attributes:
        document: where it stands.
        method: in capitals.
        template: the path template, the webhook's name or the callback's expression, as written.
        place: the Operation Object.
        items: the Path Item Object around it, and the one it refers to if it is a reference.
    """

    document: Document
    method: str
    template: str
    place: Place
    items: tuple[Place, ...]

    @property
    def id(self) -> str:
        """Its ``operationId``, or empty."""
        found = self.place.get("operationId")
        return found if isinstance(found, str) else ""

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the parameters in its template, in order."""
        return tuple(_EXPRESSION.findall(self.template))

    def inherited(self, field: str) -> Place:
        """Return ``field`` of the operation, else of its path item; empty if neither has it."""
        for place in (self.place, *self.items):
            if place.get(field) is not None:
                return place.child(field)
        return Place(EMPTY, f"{self.place.pointer}/{field}", self.place.name)


class OperationPair(NamedTuple):
    """An operation as it was and as it is.

    Attributes:
        key: ``DELETE /apps/{}/users``, or ``POST webhook new-app``.
        ids: the ``operationId`` it has and had, sorted, without repeats.
        part: of the operation ``key`` that this is: ``callback onEvent``, else empty.
    """

    old: Operation
    new: Operation
    key: str
    ids: tuple[str, ...]
    part: str = ""

    @property
    def name(self) -> str:
        """What subjects call it: ``GET /pets/{}``, ``callback onEvent of POST /hooks``."""
        return f"{self.part} of {self.key}" if self.part else self.key

    def site(self, part: str = "", *, failure: bool = False) -> Site:
        """Return where in the operation something is felt."""
        whole = ", ".join(word for word in (self.part, part) if word)
        return Site(self.key, whole, failure)


class Pairing(NamedTuple):
    """All operations of two documents.

    Attributes:
        pairs: operations that both have, by key.
        removed: operations of the old document only, by key.
        added: operations of the new document only, by key.
    """

    pairs: tuple[OperationPair, ...]
    removed: tuple[tuple[str, Operation], ...]
    added: tuple[tuple[str, Operation], ...]


def operations_of(document: Document, holder: Place) -> Iterator[Operation]:
    """Yield the operations of a map of Path Item Objects.

    Args:
        document: where references lead.
        holder: a Paths Object, ``webhooks`` or a Callback Object.
    """
    for template, node in mapping(holder.node).items():
        if template.startswith("x-") or not isinstance(node, dict):
            continue
        item = holder.child(template, unnamed(template))
        items: tuple[Place, ...] = (item,)
        if "$ref" in node:
            items = (item, document.resolve(item)._replace(name=item.name))
        for method, found in _methods(items).items():
            named = found._replace(name=f"{method} {item.name}")
            yield Operation(document, method, template, named, items)


def _methods(items: tuple[Place, ...]) -> dict[str, Place]:
    """Return the Operation Objects of a path item by method, those beside a reference first."""
    found: dict[str, Place] = {}
    for item in items:
        others = item.child("additionalOperations")  # since 3.2
        for holder, names in ((item, METHODS), (others, mapping(others.node))):
            for name in names:
                if isinstance(holder.get(name), dict):
                    found.setdefault(name.upper(), holder.child(name))
    return found


def pair_operations(
    old: Iterable[Operation],
    new: Iterable[Operation],
    *,
    word: str = "",
    key: str = "",
    part: str = "",
) -> Pairing:
    """Bring operations together: by the template as written, then by what it means.

    What it means is the template without the names of its parameters, then also without the slash
    at its end. Where several mean the same, those with the same operationId belong together.

    Args:
        old: operations of the old document.
        new: operations of the new document.
        word: stands between method and name in keys, ``webhook ``.
        key: of the operation that all of them belong to, for callbacks.
        part: what they are of it.
    """
    left_old, left_new = list(old), list(new)
    keys_old, keys_new = _keys(left_old, word), _keys(left_new, word)
    matched: list[tuple[Operation, Operation]] = []
    for meaning in _MEANINGS:
        _match(left_old, left_new, matched, meaning)
    pairs = []
    for before, after in matched:
        ids = tuple(sorted({before.id, after.id} - {""}))
        pairs.append(OperationPair(before, after, key or keys_new[id(after)], ids, part))
    return Pairing(
        tuple(sorted(pairs, key=lambda pair: (pair.key, pair.part, pair.new.template))),
        tuple(sorted(((keys_old[id(item)], item) for item in left_old), key=_by_key)),
        tuple(sorted(((keys_new[id(item)], item) for item in left_new), key=_by_key)),
    )


def _by_key(entry: tuple[str, Operation]) -> tuple[str, str]:
    return entry[0], entry[1].template


def _keys(operations: list[Operation], word: str) -> dict[int, str]:
    """Return the key of each operation: parameters named only where two would be the same."""
    short = {id(item): f"{item.method} {word}{unnamed(item.template)}" for item in operations}
    often = Counter(short.values())
    return {
        id(item): short[id(item)]
        if often[short[id(item)]] == 1
        else f"{item.method} {word}{item.template}"
        for item in operations
    }


_MEANINGS: tuple[Callable[[Operation], str], ...] = (
    lambda item: f"{item.method} {item.template}",
    lambda item: f"{item.method} {unnamed(item.template)}",
    lambda item: f"{item.method} {unnamed(item.template).rstrip('/')}",
)


def _match(
    old: list[Operation],
    new: list[Operation],
    matched: list[tuple[Operation, Operation]],
    meaning: Callable[[Operation], str],
) -> None:
    """Move what means the same out of ``old`` and ``new`` into ``matched``."""
    candidates: dict[str, list[Operation]] = {}
    for item in sorted(new, key=lambda item: item.template):
        candidates.setdefault(meaning(item), []).append(item)
    taken: set[int] = set()
    for before in sorted(old, key=lambda item: item.template):
        found = candidates.get(meaning(before))
        if not found:
            continue
        after = next((item for item in found if item.id and item.id == before.id), found[0])
        found.remove(after)
        taken.update((id(before), id(after)))
        matched.append((before, after))
    old[:] = [item for item in old if id(item) not in taken]
    new[:] = [item for item in new if id(item) not in taken]
