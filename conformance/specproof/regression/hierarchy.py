"""Schemas that others extend, told apart by a discriminator and not by a union.

OpenAPI 3.1.1, 4.8.25.4: where a discriminator stands in a schema that others name in ``allOf``,
an instance may be of any of these, though nothing in the schema leads to them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from specproof.document.references import escape
from specproof.json_types import JsonObject
from specproof.regression.places import EMPTY, Document, Place, mapping
from specproof.regression.shape import Spot
from specproof.regression.steps import Outcome, Pair, Relations, Step

__all__ = ["Families", "Family", "compare_families", "mapped_values"]

_SCHEMAS: Final = "#/components/schemas/"
_MOST_COMPARED = 40  # types that are looked for under another name
# Of a component, and of no file (OpenAPI 3.1.1, 4.8.25.3).
_NAME: Final = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")


class Family(NamedTuple):
    """A schema and those that extend it.

    Attributes:
        discriminator: the Discriminator Object.
        members: references by the value that stands for them.
        explicit: values that are written down.
    """

    discriminator: Place
    members: dict[str, str]
    explicit: frozenset[str]


class Families:
    """The families of one document.

    Args:
        document: whose schemas they are.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._children: dict[str, list[str]] | None = None

    def family(self, spot: Spot) -> Family | None:
        """Return the family of a schema that has a discriminator and no union, else None."""
        node = mapping(spot[0].node) if len(spot) == 1 else {}
        if not isinstance(node.get("discriminator"), dict) or "oneOf" in node or "anyOf" in node:
            return None
        explicit = mapped_values(mapping(node["discriminator"]))
        members = dict(explicit)
        named = set(explicit.values())
        for name in self._extending(f"#{spot[0].pointer}"):
            reference = f"{_SCHEMAS}{name}"
            if reference not in named:
                members.setdefault(name, reference)
        return Family(spot[0].child("discriminator"), members, frozenset(explicit))

    def member(self, reference: str) -> Place | None:
        """Return where a member is described."""
        return self._document.target(reference)

    def _extending(self, reference: str) -> list[str]:
        """Return names of the components that extend a schema, through others as well."""
        if self._children is None:
            self._children = {}
            schemas = mapping(mapping(self._document.root.get("components")).get("schemas"))
            for name, schema in schemas.items():
                held = mapping(schema).get("allOf")
                for part in held if isinstance(held, list) else []:
                    base = mapping(part).get("$ref")
                    if isinstance(base, str):
                        self._children.setdefault(base, []).append(name)
        found: dict[str, None] = {}
        waiting = [reference]
        while waiting:
            for name in self._children.get(waiting.pop(), ()):
                if name not in found:
                    found[name] = None
                    waiting.append(f"{_SCHEMAS}{name}")
        return sorted(found)


def mapped_values(discriminator: JsonObject) -> dict[str, str]:
    """Return the mapping with names written as references (OpenAPI 3.1.1, 4.8.25.3)."""
    return {
        value: f"{_SCHEMAS}{target}" if _NAME.fullmatch(target) else target
        for value, target in mapping(discriminator.get("mapping")).items()
        if isinstance(target, str)
    }


def compare_families(
    pair: Pair, relations: Relations, old: tuple[Families, Spot], new: tuple[Families, Spot]
) -> Iterator[Outcome]:
    """Yield what differs between the types that extend a schema.

    Args:
        pair: the schema that they extend.
        relations: answers questions about schemas.
        old: the families of the old document, and the schema there.
        new: likewise of the new one.
    """
    before, after = old[0].family(old[1]), new[0].family(new[1])
    if before is None or after is None:
        return
    place = Place(after.discriminator.node, after.discriminator.pointer, pair.new.place.name)
    names = [str(mapping(item.discriminator.node).get("propertyName")) for item in (before, after)]
    if names[0] != names[1]:
        yield pair.finding("discriminator-changed", place=place, old=names[0], new=names[1])
    gone, come = _unmatched(relations, (old[0], before), (new[0], after))
    for value in gone:
        yield pair.finding("discriminator-value-removed", place=place, value=value)
    for value in come:
        at = Place(EMPTY, f"{place.pointer}/mapping/{escape(value)}", place.name)
        yield pair.finding("discriminator-value-added", place=at, value=value)
    known = set(before.members.values()), set(after.members.values())
    for value in sorted(before.members.keys() & after.members.keys()):
        source, target = before.members[value], after.members[value]
        if source != target and source in known[1] and target in known[0]:
            words = source.rpartition("/")[2], target.rpartition("/")[2]
            yield pair.finding(
                "discriminator-value-moved", place=place, value=value, old=words[0], new=words[1]
            )
            continue
        one, other = old[0].member(source), new[0].member(target)
        if one is not None and other is not None:
            yield Step((one,), (other,), pair.mode)


def _unmatched(
    relations: Relations, old: tuple[Families, Family], new: tuple[Families, Family]
) -> tuple[list[str], list[str]]:
    """Return values of one side alone; a type that only got another name is on both."""
    gone = sorted(old[1].members.keys() - new[1].members.keys())
    come = sorted(new[1].members.keys() - old[1].members.keys())
    # The name of a type that is written down now stood for it only as long as nothing else did.
    chosen = {new[1].members[value] for value in new[1].explicit}
    kept = [value for value in gone if value in old[1].explicit]
    gone = kept + [
        value for value in gone if value not in kept and old[1].members[value] not in chosen
    ]
    if len(gone) > _MOST_COMPARED or len(come) > _MOST_COMPARED:
        return gone, come
    for value in tuple(gone):
        one = old[0].member(old[1].members[value])
        for fellow in come:
            other = new[0].member(new[1].members[fellow])
            written = value in old[1].explicit or fellow in new[1].explicit
            if one is None or other is None or written:
                continue
            if relations.same_spots((one,), (other,)):
                gone.remove(value)
                come.remove(fellow)
                break
    return gone, come
