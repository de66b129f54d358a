"""The copy of a description that the transforms work on, and what they leave out of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from specproof.document.references import escape
from specproof.errors import LimitError
from specproof.text import one_line

__all__ = [
    "SCHEMA_PREFIX",
    "Draft",
    "Entry",
    "Ignored",
    "LeftOut",
    "Slot",
    "children",
    "json_path",
    "slots",
    "walk",
]

SCHEMA_PREFIX = "#/components/schemas/"
_MOST_SCHEMAS = 1_000_000
_HOLDING = frozenset(
    {"additionalProperties", "allOf", "anyOf", "items", "oneOf", "prefixItems", "properties"}
)
_MOST_ALTERNATIVES = 50_000
_escaped = lru_cache(maxsize=1 << 16)(escape)  # names of properties come again and again

Slot = tuple[str, Any, Any]
"""JSON Pointer of a schema, the object or array that holds it, and its key or index there."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A part of the description that is not in the client as it is documented.

    Attributes:
        what: the part, e.g. ``GET /users: response 200``.
        place: JSON Pointer into the description.
        why: one clause.
        remedy: an overlay action that would mend it, on one line.
    """

    what: str
    place: str
    why: str
    remedy: str

    def line(self) -> str:
        """Return all of it as one line."""
        return one_line(f"{self.what} is left out: {self.why}; overlay: {self.remedy}", 1000)


class Ignored(LeftOut):
    """A part that plays no role in the client, which has everything else that is documented."""

    def line(self) -> str:
        """Return all of it as one line."""
        return one_line(f"{self.what} is ignored: {self.why}; overlay: {self.remedy}", 1000)


def json_path(pointer: str) -> str:
    """Return ``pointer`` as the target of an overlay action (RFC 9535)."""
    parts = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    quoted = [part.replace("\\", "\\\\").replace("'", "\\'") for part in parts]
    return "$" + "".join(f"['{part}']" for part in quoted)


@dataclass(slots=True)
class Entry:
    """One operation of the draft.

    Attributes:
        method: lower case.
        path: as published.
        key: of the path in the draft; arguments are named in it as they are in Python.
        identifier: its unique ``operationId``, a Python identifier.
        parts: the path as sent: texts (even) and names of arguments (odd).
        wire: parameters whose name differs from what is sent: (place, name) to that.
        node: Operation Object of the draft.
        origin: Operation Object of the description, and ``pointer`` to it.
    """

    method: str
    path: str
    node: dict[str, Any]
    origin: dict[str, Any]
    pointer: str
    item: dict[str, Any]
    key: str = ""
    identifier: str = ""
    parts: list[str] = field(default_factory=list)
    wire: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """Name for people."""
        return one_line(f"{self.method.upper()} {self.path}", 200)


@dataclass(slots=True)
class Draft:
    """A description on its way to the generator.

    Attributes:
        origin: the description; never changed.
        schemas: component schemas by name.
        entries: its operations.
        left_out: what the client will lack.
        overrides: media type as sent to the one that the generator takes it for.
        models: classes by the name of the component that they stand for.
        combined: components that were made of several, by the references to those.
        alternatives: how many were looked into to make one schema of several.
    """

    origin: dict[str, Any]
    schemas: dict[str, Any] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    overrides: dict[str, str] = field(default_factory=dict)
    models: dict[str, str] = field(default_factory=dict)
    combined: dict[tuple[str, ...], str] = field(default_factory=dict)
    alternatives: int = 0

    @property
    def is_modern(self) -> bool:
        """Whether it is OpenAPI 3.1, whose schemas are JSON Schema 2020-12."""
        return not str(self.origin.get("openapi", "")).startswith("3.0")

    def leave_out(self, what: str, place: str, why: str, remedy: str | None = None) -> None:
        """Note that a part is left out; the remedy is an update of that place by default."""
        action = remedy or f"target {json_path(place)}, with the corrected part as update"
        self.left_out.append(LeftOut(one_line(what, 300), place, one_line(why, 300), action))

    def ignore(self, what: str, place: str, why: str, remedy: str) -> None:
        """Note that a part plays no role in the client."""
        self.left_out.append(Ignored(one_line(what, 300), place, one_line(why, 300), remedy))

    def look_into_alternative(self) -> None:
        """Count one more alternative that is looked into.

        Raises:
            LimitError: alternatives hold each other so often that no reader ends.
        """
        self.alternatives += 1
        if self.alternatives > _MOST_ALTERNATIVES:
            raise LimitError(
                f"the alternatives inside allOf unfold to more than {_MOST_ALTERNATIVES}",
                remedy="correct the description with an overlay action",
            )

    def component(self, node: Any) -> Any:
        """Follow ``node`` while it is a reference to a component schema of the draft."""
        seen = set()
        while isinstance(node, dict) and "$ref" in node:
            if node["$ref"] in seen:
                return {}
            seen.add(node["$ref"])
            node = self.schemas.get(node["$ref"].removeprefix(SCHEMA_PREFIX), {})
        return node


def children(pointer: str, node: dict[str, Any]) -> list[Slot]:
    """Return the schemas right below the schema ``node``."""
    below: list[Slot] = []
    properties = node.get("properties")
    if properties:
        start = f"{pointer}/properties/"
        below = [(start + _escaped(name), properties, name) for name in properties]
    for keyword in ("items", "additionalProperties"):
        if isinstance(node.get(keyword), dict):
            below.append((f"{pointer}/{keyword}", node, keyword))
    for keyword in ("allOf", "anyOf", "oneOf", "prefixItems"):
        members = node.get(keyword)
        if members:
            start = f"{pointer}/{keyword}/"
            below += [(f"{start}{index}", members, index) for index in range(len(members))]
    return below


def slots(draft: Draft) -> Iterator[Slot]:
    """Yield every schema of the draft, outer ones first; one that is replaced is gone into."""
    return walk(_roots(draft))


def walk(roots: Iterable[Slot]) -> Iterator[Slot]:
    """Yield ``roots`` and every schema below them, as ``slots`` does.

    Raises:
        LimitError: there are more schemas than any honest description unfolds to.
    """
    stack = [*roots]
    stack.reverse()
    visited = 0
    while stack:
        slot = stack.pop()
        visited += 1
        if visited > _MOST_SCHEMAS:
            raise LimitError(f"the description unfolds to more than {_MOST_SCHEMAS} schemas")
        yield slot
        pointer, holder, key = slot
        node = holder[key]
        # Most hold none, and are not looked through.
        if "$ref" not in node and not _HOLDING.isdisjoint(node):
            below = children(pointer, node)
            below.reverse()
            stack.extend(below)


def _roots(draft: Draft) -> Iterator[Slot]:
    for name in draft.schemas:
        yield f"/components/schemas/{escape(name)}", draft.schemas, name
    for entry in draft.entries:
        for index, parameter in enumerate(entry.node["parameters"]):
            yield f"{entry.pointer}/parameters/{index}/schema", parameter, "schema"
        body = entry.node.get("requestBody")
        yield from _media(f"{entry.pointer}/requestBody", body)
        for status, response in entry.node["responses"].items():
            yield from _media(f"{entry.pointer}/responses/{_escaped(status)}", response)


def _media(pointer: str, holder: Any) -> Iterator[Slot]:
    for media_type, node in holder.get("content", {}).items() if holder else ():
        if "schema" in node:
            yield f"{pointer}/content/{_escaped(media_type)}/schema", node, "schema"
