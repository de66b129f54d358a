"""Several documents of one API to one document that means the same."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from typing import cast

from specproof import document
from specproof.document import openapi
from specproof.document.references import escape
from specproof.errors import InputError
from specproof.model import Json, JsonObject
from specproof.text import one_line
from specproof.vendoring.page import Extracted

__all__ = ["merge"]

_INHERITED = ("servers", "security")
# Fields about the document as a whole that no operation depends on: the first page's stand.
_DESCRIPTIVE = frozenset({"info", "externalDocs"})
_DESCRIPTIVE_OF_PATH = frozenset({"summary", "description"})
_HANDLED = frozenset({*_INHERITED, *_DESCRIPTIVE, "openapi", "paths", "components", "tags"})


def merge(parts: Sequence[Extracted]) -> JsonObject:
    """Return one document with the operations and components of all ``parts``, in their order.

    - The OpenAPI version must agree (3.0 or 3.1; the patch number may differ), and so must
      ``info.version``; title and description are those of the first part.
    - ``servers`` and ``security`` at the root stay there when the parts agree; where they do
      not, they are written into each operation that inherits them.
    - An operation, component, tag, webhook or extension that two parts hold must be identical.

    Raises:
        InputError: two parts contradict each other; names both and shows what differs.
    """
    if len(parts) == 1:
        return parts[0].document
    documents = [copy.deepcopy(part.document) for part in parts]
    names = [part.name for part in parts]
    _check_versions(documents, names)
    _settle_inherited(documents)
    merged = documents[0]
    origin: dict[str, str] = {}
    for position, (other, name) in enumerate(zip(documents, names, strict=True)):
        joiner = _Joiner(name, origin)
        if position:
            _join_root(joiner, merged, other)
        joiner.remember(other)
    return merged


def _check_versions(documents: list[JsonObject], names: list[str]) -> None:
    first = documents[0]
    for other, name in zip(documents[1:], names[1:], strict=True):
        versions = [openapi.version(item, name=name) for item in (first, other)]
        if versions[0] != versions[1]:
            raise InputError(
                f"follows OpenAPI {versions[1]} but {names[0]} follows {versions[0]}", file=name
            )
        stated = [cast(JsonObject, item["info"]).get("version") for item in (first, other)]
        if _bytes(stated[0]) != _bytes(stated[1]):
            raise InputError(
                f"has info.version {_shown(stated[1])} but {names[0]} has {_shown(stated[0])}",
                file=name,
            )


def _settle_inherited(documents: list[JsonObject]) -> None:
    for field in _INHERITED:
        if len({_bytes(item.get(field)) for item in documents}) == 1:
            continue
        for item in documents:
            # Absent at the root: no security at all, and the server "/" (OpenAPI 3.1.1, 4.8.1).
            nothing: Json = [] if field == "security" else [{"url": "/"}]
            inherited = item.pop(field, nothing)
            for operation in openapi.operations(item):
                if field not in operation.node and (
                    field == "security" or field not in operation.path_item
                ):
                    operation.node[field] = copy.deepcopy(inherited)


def _join_root(joiner: _Joiner, merged: JsonObject, other: JsonObject) -> None:
    for field, value in other.items():
        if field not in _HANDLED:
            if field == "webhooks":
                joiner.join_maps(merged, other, "webhooks", "")
            else:
                joiner.add(merged, field, value, "")
    _join_tags(joiner, merged, other)
    _join_components(joiner, merged, other)
    _join_paths(joiner, merged, other)


def _join_paths(joiner: _Joiner, merged: JsonObject, other: JsonObject) -> None:
    paths = cast(JsonObject, merged["paths"])
    for path, item in cast(JsonObject, other["paths"]).items():
        present = paths.get(path)
        if not isinstance(present, dict) or not isinstance(item, dict):
            joiner.add(paths, path, item, "/paths")
            continue
        pointer = f"/paths/{escape(path)}"
        for field in dict.fromkeys([*present, *item]):
            if field in openapi.METHODS or field.startswith("x-"):
                if field in item:
                    joiner.add(present, field, item[field], pointer)
            elif field in _DESCRIPTIVE_OF_PATH:
                present.setdefault(field, item.get(field))
            else:
                joiner.compare(present.get(field), item.get(field), f"{pointer}/{field}")


def _join_components(joiner: _Joiner, merged: JsonObject, other: JsonObject) -> None:
    sections = other.get("components")
    if isinstance(sections, dict) and sections:
        mine = cast(JsonObject, merged.setdefault("components", {}))
        for section in sections:
            joiner.join_maps(mine, sections, section, "/components")


def _join_tags(joiner: _Joiner, merged: JsonObject, other: JsonObject) -> None:
    theirs = other.get("tags")
    if not isinstance(theirs, list):
        return
    mine = cast("list[Json]", merged.setdefault("tags", []))
    known = {tag.get("name"): tag for tag in mine if isinstance(tag, dict)}
    for tag in theirs:
        name = tag.get("name") if isinstance(tag, dict) else None
        if name in known:
            joiner.compare(known[name], tag, f"/tags ({_shown(name)})")
        else:
            mine.append(tag)


class _Joiner:
    """Adds the parts of one document to the merged one and says who holds what."""

    def __init__(self, name: str, origin: dict[str, str]) -> None:
        self._name = name
        self._origin = origin

    def remember(self, other: JsonObject) -> None:
        """Note which page was the first to hold each path, operation and component."""
        for pointer in _places(other):
            self._origin.setdefault(pointer, self._name)

    def join_maps(self, mine: JsonObject, theirs: JsonObject, field: str, pointer: str) -> None:
        """Add the entries of the map ``theirs[field]`` to ``mine[field]``."""
        additions = theirs[field]
        present = mine.setdefault(field, {})
        if isinstance(present, dict) and isinstance(additions, dict):
            for key, value in additions.items():
                self.add(present, key, value, f"{pointer}/{escape(field)}")
        else:
            self.compare(present, additions, f"{pointer}/{escape(field)}")

    def add(self, mine: JsonObject, key: str, value: Json, pointer: str) -> None:
        """Add one entry; an entry that is there already must be identical."""
        if key in mine:
            self.compare(mine[key], value, f"{pointer}/{escape(key)}")
        else:
            mine[key] = value

    def compare(self, mine: Json, theirs: Json, pointer: str) -> None:
        """Raise InputError where the two differ, in more than the order of keys."""
        if _bytes(mine) == _bytes(theirs):
            return
        place, left, right = _difference(mine, theirs, pointer)
        holder = pointer
        while holder and holder not in self._origin:
            holder = holder.rpartition("/")[0]
        raise InputError(
            f"contradicts {self._origin.get(holder, 'an earlier page')} at {place}: "
            f"{_shown(right)} here, {_shown(left)} there",
            file=self._name,
            remedy="pages of one API must agree; vendor them as two APIs or fetch both again",
        )


def _places(other: JsonObject) -> Iterable[str]:
    yield ""
    for path, item in cast(JsonObject, other["paths"]).items():
        yield f"/paths/{escape(path)}"
        for field in item if isinstance(item, dict) else ():
            yield f"/paths/{escape(path)}/{escape(field)}"
    components = other.get("components")
    for section, entries in components.items() if isinstance(components, dict) else ():
        for key in entries if isinstance(entries, dict) else ():
            yield f"/components/{escape(section)}/{escape(key)}"


_ABSENT = "nothing"


def _difference(left: Json, right: Json, pointer: str) -> tuple[str, Json, Json]:
    """Return the first place where two values differ, and what stands there in each."""
    if isinstance(left, dict) and isinstance(right, dict):
        for key in dict.fromkeys([*left, *right]):
            below = f"{pointer}/{escape(key)}"
            if key not in left or key not in right:
                return below, left.get(key, _ABSENT), right.get(key, _ABSENT)
            if _bytes(left[key]) != _bytes(right[key]):
                return _difference(left[key], right[key], below)
    if isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for index, (mine, theirs) in enumerate(zip(left, right, strict=True)):
            if _bytes(mine) != _bytes(theirs):
                return _difference(mine, theirs, f"{pointer}/{index}")
    return pointer, left, right


def _bytes(value: Json) -> bytes:
    return document.canonical_json(value)


def _shown(value: Json) -> str:
    return one_line(_bytes(value).decode(), 120)
