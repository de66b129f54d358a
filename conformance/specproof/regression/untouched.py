"""What did not change in any way, so that nothing has to be compared."""

from __future__ import annotations

from urllib.parse import unquote

from specproof.document.references import escape
from specproof.json_types import Json
from specproof.regression.places import Document, mapping
from specproof.regression.shape import Spot

__all__ = ["Untouched"]

# What a schema leads to through its discriminator: any component may say that it extends it.
_FAMILIES = "families"


class Untouched:
    """Tells parts that are the same, letter by letter, down every reference.

    Args:
        old: one document.
        new: the other.
    """

    def __init__(self, old: Document, new: Document) -> None:
        # `nullable` and siblings of references mean one thing in 3.0 and another in 3.1.
        self._comparable = old.modern == new.modern
        self._references: dict[int, tuple[Json, frozenset[str]]] = {}
        self._dirty = self._changed_components(old, new) if self._comparable else frozenset()

    def spots(self, old: Spot, new: Spot) -> bool:
        """Return whether two schemas are the same."""
        return len(old) == len(new) and all(
            self.nodes(one.node, other.node) for one, other in zip(old, new, strict=True)
        )

    def nodes(self, old: Json, new: Json) -> bool:
        """Return whether two nodes are the same."""
        if not self._comparable or old != new:
            return False
        return self._dirty.isdisjoint(self._reaching(old))

    def _reaching(self, node: Json) -> frozenset[str]:
        """Return the components that a node refers to, by ``kind/name``, others as ``?``."""
        held = self._references.get(id(node))
        if held is None:
            found: set[str] = set()
            waiting: list[Json] = [node]
            while waiting:
                item = waiting.pop()
                if isinstance(item, dict):
                    reference = item.get("$ref")
                    if isinstance(reference, str):
                        found.add(_component(reference))
                    if "discriminator" in item and "oneOf" not in item and "anyOf" not in item:
                        found.add(_FAMILIES)
                    waiting.extend(item.values())
                elif isinstance(item, list):
                    waiting.extend(item)
            held = (node, frozenset(found))
            self._references[id(node)] = held
        return held[1]

    def _changed_components(self, old: Document, new: Document) -> frozenset[str]:
        """Return the components that differ themselves or in what they refer to."""
        before, after = _components(old), _components(new)
        names = before.keys() | after.keys()
        dirty = {"?", *(name for name in names if before.get(name) != after.get(name))}
        if len(dirty) > 1:
            dirty.add(_FAMILIES)
        users: dict[str, set[str]] = {}
        for name, node in after.items():
            for used in self._reaching(node):
                users.setdefault(used, set()).add(name)
        waiting = list(dirty)
        while waiting:
            for user in users.get(waiting.pop(), ()):
                if user not in dirty:
                    dirty.add(user)
                    waiting.append(user)
        return frozenset(dirty)


def _components(document: Document) -> dict[str, Json]:
    return {
        f"{kind}/{escape(name)}": node
        for kind, group in mapping(document.root.get("components")).items()
        for name, node in mapping(group).items()
    }


def _component(reference: str) -> str:
    """Return ``schemas/Pet`` for ``#/components/schemas/Pet/properties/name``."""
    parts = unquote(reference).split("/")
    if len(parts) >= 4 and parts[:2] == ["#", "components"]:  # noqa: PLR2004 - kind and name
        return f"{parts[2]}/{parts[3]}"
    return "?"
