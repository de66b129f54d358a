"""Documents as they are walked: nodes that know where they stand, references followed lazily."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import NamedTuple, TypeGuard
from urllib.parse import unquote

from specproof.document.references import escape, lookup
from specproof.errors import InputError
from specproof.json_types import Json, JsonObject

__all__ = ["EMPTY", "Document", "Place", "is_object", "mapping", "strings", "within"]

_KINDS = {
    "pathItems": "path item",
    "requestBodies": "request body",
    "securitySchemes": "security scheme",
}
_MAX_HOPS = 64  # references that lead to references
EMPTY: JsonObject = {}
"""Stands for what is not there."""


class Place(NamedTuple):
    """A node of a document and where it stands.

    Attributes:
        node: any JSON value of the document; its identity is used as a key, so it stays alive.
        pointer: JSON Pointer to it, references on the way replaced by where they lead.
        name: the same in words that survive unrelated edits, see ``Finding.subject``.
    """

    node: Json
    pointer: str
    name: str

    def child(self, key: str, name: str | None = None) -> Place:
        """Return the member ``key``, or an empty object if there is none."""
        node = self.node.get(key, EMPTY) if isinstance(self.node, dict) else EMPTY
        return Place(node, f"{self.pointer}/{escape(key)}", self.name if name is None else name)

    def item(self, index: int, name: str | None = None) -> Place:
        """Return the element ``index``, or an empty object if there is none."""
        held = self.node
        node = held[index] if isinstance(held, list) and index < len(held) else EMPTY
        return Place(node, f"{self.pointer}/{index}", self.name if name is None else name)

    def get(self, key: str) -> Json:
        """Return the value of the member ``key``, or None."""
        return self.node.get(key) if isinstance(self.node, dict) else None

    def members(self, key: str) -> Iterator[tuple[str, Place]]:
        """Yield the members of the object ``key``, extensions left out, names as they stand."""
        inner = self.child(key)
        for name in inner.node if isinstance(inner.node, dict) else ():
            if not name.startswith("x-"):
                yield name, inner.child(name)

    def elements(self, key: str) -> Iterator[Place]:
        """Yield the elements of the array ``key``."""
        inner = self.child(key)
        for index in range(len(inner.node) if isinstance(inner.node, list) else 0):
            yield inner.item(index)


class Document:
    """One side of a comparison.

    Args:
        root: the whole document, OpenAPI 3.0 or 3.1.
        name: what errors call it.
    """

    def __init__(self, root: JsonObject, name: str) -> None:
        self.root = root
        self.name = name
        found = root.get("openapi")
        self.modern = isinstance(found, str) and not found.startswith("3.0")
        self._resolved: dict[str, Place | None] = {}

    @property
    def place(self) -> Place:
        """The document itself."""
        return Place(self.root, "", "")

    def resolve(self, place: Place) -> Place:
        """Follow references until there is none.

        What leads nowhere, elsewhere or in a circle is an empty object where the reference stands:
        a comparison always has an answer, and lint names such references.
        """
        hops = 0
        while isinstance(place.node, dict) and isinstance(reference := place.node.get("$ref"), str):
            hops += 1
            target = self.target(reference)
            if target is None or hops > _MAX_HOPS:
                return Place(EMPTY, place.pointer, place.name)
            place = target
        return place

    def target(self, reference: str) -> Place | None:
        """Return the place that a reference leads to, which may be a reference again."""
        if reference not in self._resolved:
            self._resolved[reference] = self._look_up(reference)
        return self._resolved[reference]

    def _look_up(self, reference: str) -> Place | None:
        if not reference.startswith("#"):
            return None
        if len(reference) > 1 and not reference.startswith("#/"):
            return self._anchors.get(reference[1:])
        try:
            node = lookup(self.root, reference)
        except InputError:
            return None
        pointer = unquote(reference[1:])
        return Place(node, pointer, _component_name(pointer))

    @functools.cached_property
    def _anchors(self) -> dict[str, Place]:
        """Places by the names that ``$anchor`` and ``$dynamicAnchor`` give them."""
        found: dict[str, Place] = {}
        waiting: list[tuple[Json, str]] = [(self.root, "")]
        while waiting:
            node, pointer = waiting.pop()
            if isinstance(node, list):
                waiting += [(item, f"{pointer}/{index}") for index, item in enumerate(node)]
            elif isinstance(node, dict):
                waiting += [(value, f"{pointer}/{escape(key)}") for key, value in node.items()]
                for keyword in ("$anchor", "$dynamicAnchor"):
                    if isinstance(anchor := node.get(keyword), str):
                        found[anchor] = Place(node, pointer, _component_name(pointer))
        return found


def _component_name(pointer: str) -> str:
    """Return ``Pet`` for a schema, ``parameter limit`` for another component, else the pointer."""
    parts = pointer.split("/")
    if len(parts) >= 4 and parts[1] == "components":  # noqa: PLR2004 - /components/<kind>/<name>
        name = parts[3].replace("~1", "/").replace("~0", "~")
        rest = "".join(f"/{part}" for part in parts[4:])
        kind = "" if parts[2] == "schemas" else f"{_KINDS.get(parts[2], parts[2].rstrip('s'))} "
        return f"{kind}{name}{rest}"
    return pointer


def within(name: str, member: str) -> str:
    """Return the name of what is inside something: ``Pet.name``, ``id of request body of PUT /x``.

    Args:
        name: of the schema around it.
        member: ``.name`` of a property, ``[]`` of elements, or another mark.
    """
    path, _, around = name.partition(" of ")
    if " " not in name:
        return f"{name}{member}"
    if " " not in path and around:
        return f"{path}{member} of {around}"
    if member.startswith("["):
        return f"elements of {name}" if member == "[]" else f"element {member[1:-1]} of {name}"
    return f"{member.removeprefix('.')} of {name}"


def is_object(node: object) -> TypeGuard[JsonObject]:
    """Return whether ``node`` is a JSON object."""
    return isinstance(node, dict)


def mapping(node: Json) -> JsonObject:
    """Return ``node`` if it is an object, else an empty one."""
    return node if isinstance(node, dict) else EMPTY


def strings(node: Json) -> tuple[str, ...]:
    """Return the strings of an array, repeats left out; nothing for anything else."""
    found = [item for item in node if isinstance(item, str)] if isinstance(node, list) else []
    return tuple(dict.fromkeys(found))
