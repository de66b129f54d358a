"""Which operations hand out a list in pages, and how a caller asks for the next one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from specproof.errors import InputError
from specproof.model import Json
from specproof.requirements.contract import OperationContract

__all__ = ["PAGINATION", "Pagination", "plain_name", "recognise"]

PAGINATION = "x-specproof-pagination"
"""Extension of an Operation Object: an object with ``style`` and, where they are not recognised,
``items``, ``size``, ``position``, ``next``, ``more`` and ``total``; or false where the operation
hands out no pages."""

Style = Literal["offset", "page", "cursor", "link"]


def _names(text: str) -> tuple[str, ...]:
    """Return the words of ``text``, which stand there from the plainest to the vaguest."""
    return tuple(text.split())


_SIZES = _names(
    "limit pagesize perpage count first size maxresults maxitems maxkeys top take rows"
    " pagelimit resultsperpage itemsperpage numresults"
)
_POSITIONS: Mapping[Style, tuple[str, ...]] = {
    "cursor": _names(
        "cursor after startingafter startafter pagetoken nexttoken nextcursor nextpagetoken"
        " pagecursor pageafter continuationtoken continuation marker token startkey"
        " exclusivestartkey scrollid bookmark"
    ),
    "offset": _names("offset skip start startindex pageoffset firstresult"),
    "page": _names("page pagenumber pageno pagenum pageindex currentpage"),
}
_LISTS = (
    *("data", "items", "results", "records", "entries", "values", "list", "rows", "elements"),
    *("content", "edges", "nodes", "objects", "resources"),
)
_NEXT = _names(
    "next nextcursor nextpagetoken nexttoken nextmarker nextpage nextoffset nextlink nexturl"
    " nextpageurl nexthref continuationtoken endcursor odatanextlink scrollid bookmark"
    " startingafter"
)
# Beside other names too common to say anything; inside a part about pages they do.
_NEXT_INSIDE = _names("after continuation cursor")
_PARTS = _names(
    "pagination paging page pageinfo meta metadata links cursors cursor responsemetadata"
)
_MORE = _names("hasmore hasnext hasnextpage more morepages istruncated hasmoreitems")
_TOTALS = _names(
    "total totalcount totalitems totalresults totalelements totalrecords totalresultsize"
    " totalhits resultcount"
)
_DEPTH = 3


@dataclass(frozen=True, slots=True)
class Pagination:
    """How one operation hands out its list.

    Attributes:
        size: query parameter that limits the length of a page, or None.
        position: query parameter that says where a page begins; None for style ``link``.
        items: path of member names to the list in a success; empty where it is the whole body.
        least: smallest page that may be asked for.
        most: longest page that may be asked for, or None where nobody says.
        first: number of the first page, or None where nobody says; for style ``page``.
        next: paths to what may lead to the next page, in the order of the schema.
        more: path to whether there is more, or None.
        total: path to how many items there are in all, or None.
        linked: whether the contract documents a Link header (RFC 8288 3).
    """

    style: Style
    size: str | None
    position: str | None
    items: tuple[str, ...]
    least: int = 1
    most: int | None = None
    first: int | None = None
    next: tuple[tuple[str, ...], ...] = ()
    more: tuple[str, ...] | None = None
    total: tuple[str, ...] | None = None
    linked: bool = False


def plain_name(name: str) -> str:
    """Return ``name`` in lower case without separators: ``page[size]`` is ``pagesize``."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def recognise(operation: OperationContract) -> Pagination | None:
    """Return how ``operation`` hands out pages, or None where its contract shows no such thing.

    It is a GET whose success documents one list, and which has a query parameter for the
    place in the list, or documents a link to the next page.
    """
    stated = operation.operation.node.get(PAGINATION)
    if operation.operation.method != "GET" or stated is False:
        return None
    try:
        return _Recognition(operation, stated if isinstance(stated, Mapping) else {}).found()
    except InputError:
        # A reference that leads nowhere; the schema's own requirements tell of it.
        return None


class _Recognition:
    """Looks at one operation, beside what an overlay states of it."""

    def __init__(self, operation: OperationContract, stated: Mapping[str, Json]) -> None:
        self._operation = operation
        self._stated = stated
        self._query = {
            str(item.get("name")): _object(operation.compiler.resolve(item.get("schema")))
            for item in operation.parameters
            if item.get("in") == "query"
        }

    def found(self) -> Pagination | None:
        documented = self._success()
        if documented is None:
            return None
        schema, linked = documented
        body = self._members(schema)
        items = self._path("items") if "items" in self._stated else self._items(schema)
        if items is None:
            return None
        following = self._ways_on(body, items)
        more = self._marker("more", _MORE, ("boolean",), body, items)
        total = self._marker("total", _TOTALS, ("integer",), body, items)
        size = self._parameter("size", _SIZES, numeric=True)
        style, position = self._style(following, linked=linked, more=more is not None)
        if style is None:
            return None
        limits = self._query.get(size or "", {})
        return Pagination(
            style=style,
            size=size,
            position=position,
            items=items,
            least=max(1, _whole(limits.get("minimum")) or 1),
            most=_whole(limits.get("maximum")),
            first=self._first(position) if style == "page" else None,
            next=following,
            more=more,
            total=total,
            linked=linked,
        )

    def _style(
        self, following: tuple[tuple[str, ...], ...], *, linked: bool, more: bool
    ) -> tuple[Style | None, str | None]:
        stated = self._stated.get("style")
        found: dict[Style, str] = {}
        for style, names in _POSITIONS.items():
            name = self._parameter("position", names, numeric=style != "cursor")
            if name is not None:
                found[style] = name
        if stated in _POSITIONS:
            style = next(item for item in _POSITIONS if item == stated)
            return (style, found[style]) if style in found else (None, None)
        if stated == "link":
            return "link", None
        # A token alone may be anything; with something in the answer that gives it, it is not.
        if "cursor" in found and (following or more):
            return "cursor", found["cursor"]
        for style in ("offset", "page"):
            if style in found and (style == "page" or found[style] != "start" or self._sized()):
                return style, found[style]
        url = any(self._is_url(path) for path in following)
        return ("link", None) if linked or url else (None, None)

    def _sized(self) -> bool:
        # ``start`` and ``end`` are times, ``start`` and ``limit`` places.
        plain = {plain_name(name) for name in self._query}
        return not plain & {"end", "stop", "until"} and bool(plain & set(_SIZES))

    def _parameter(self, key: str, names: tuple[str, ...], *, numeric: bool) -> str | None:
        stated = self._stated.get(key)
        if isinstance(stated, str):
            return stated
        fitting: dict[str, str] = {}
        for name, schema in self._query.items():
            kinds = _kinds(schema)
            fits = bool(kinds & {"integer", "number"}) if numeric else self._is_token(schema)
            if fits or not kinds:
                fitting.setdefault(plain_name(name), name)
        return next((fitting[name] for name in names if name in fitting), None)

    @staticmethod
    def _is_token(schema: Mapping[str, Json]) -> bool:
        dated = schema.get("format") in {"date", "date-time"}
        return bool(_kinds(schema) & {"string", "integer"}) and not dated

    def _first(self, position: str | None) -> int | None:
        schema = self._query.get(position or "", {})
        default, least = _whole(schema.get("default")), _whole(schema.get("minimum"))
        return default if default is not None else (least if least == 1 else None)

    def _success(self) -> tuple[Json, bool] | None:
        for key, response in self._operation.responses.items():
            if not key.startswith("2"):
                continue
            for media, schema in response.content.items():
                if "json" in media and (schema is not None or "items" in self._stated):
                    linked = any(item.name.lower() == "link" for item in response.headers)
                    return schema, linked
        return None

    def _items(self, schema: Json) -> tuple[str, ...] | None:
        if "array" in _kinds(self._whole_schema(schema)):
            return ()
        lists = [
            path
            for path, node in self._members(schema)
            if len(path) < _DEPTH and "array" in _kinds(node) and self._holds_objects(path, node)
        ]
        for depth in range(1, _DEPTH):
            level = [path for path in lists if len(path) == depth]
            named = [path for name in _LISTS for path in level if plain_name(path[-1]) == name]
            if len(level) == 1 or named:
                return (named or level)[0]
            if level:
                return None
        return None

    def _holds_objects(self, path: tuple[str, ...], node: Mapping[str, Json]) -> bool:
        held = self._whole_schema(node.get("items"))
        return (
            "object" in _kinds(held) or "properties" in held or plain_name(path[-1]) in _LISTS[:3]
        )

    def _marker(
        self,
        key: str,
        names: tuple[str, ...],
        kinds: tuple[str, ...],
        body: list[tuple[tuple[str, ...], Mapping[str, Json]]],
        items: tuple[str, ...],
    ) -> tuple[str, ...] | None:
        if key in self._stated:
            return self._path(key)
        for path, node in body:
            inside = bool(items) and path[: len(items)] == items
            if plain_name(path[-1]) in names and _kinds(node) & set(kinds) and not inside:
                return path
        return None

    def _ways_on(
        self, body: list[tuple[tuple[str, ...], Mapping[str, Json]]], items: tuple[str, ...]
    ) -> tuple[tuple[str, ...], ...]:
        """Return the paths to what leads to the next page."""
        if "next" in self._stated:
            return tuple(path for path in (self._path("next"),) if path)
        plain: list[tuple[str, ...]] = []
        vague: list[tuple[str, ...]] = []
        for path, node in body:
            listed = bool(items) and path[: len(items)] == items
            if listed or not _kinds(node) & {"string", "integer"}:
                continue
            name = plain_name(path[-1])
            around = [plain_name(part) for part in path[:-1]]
            if name in _NEXT or (name == "href" and around[-1:] == ["next"]):
                plain.append(path)
            elif name in _NEXT_INSIDE and set(around) & set(_PARTS):
                vague.append(path)
        # A ``cursor`` beside a ``next_cursor`` is the page's own.
        return tuple(plain or vague)

    def _is_url(self, path: tuple[str, ...]) -> bool:
        name = plain_name(path[-1])
        return name in {"next", "href"} or name.endswith(("url", "link", "href"))

    def _path(self, key: str) -> tuple[str, ...] | None:
        """Return a stated place: a JSON Pointer (RFC 6901 3) without array indices."""
        stated = self._stated.get(key)
        if not isinstance(stated, str):
            return None
        return tuple(
            part.replace("~1", "/").replace("~0", "~") for part in stated.split("/")[1:] if part
        )

    def _members(self, schema: Json) -> list[tuple[tuple[str, ...], Mapping[str, Json]]]:
        return list(self._walk(schema, (), 0))

    def _walk(
        self, schema: Json, path: tuple[str, ...], depth: int
    ) -> Iterator[tuple[tuple[str, ...], Mapping[str, Json]]]:
        properties = self._whole_schema(schema).get("properties")
        for name, node in _object(properties).items():
            member = self._whole_schema(node)
            yield (*path, name), member
            if depth + 1 < _DEPTH:
                yield from self._walk(member, (*path, name), depth + 1)

    def _whole_schema(self, schema: Json, depth: int = 0) -> Mapping[str, Json]:
        """Return ``schema`` with its reference and the parts of ``allOf`` taken together."""
        node = dict(_object(self._operation.compiler.resolve(schema)))
        parts = [
            part
            for key in ("allOf", "anyOf", "oneOf")
            # Of alternatives one may be null, which says only that the member may be missing.
            for part in _alternatives(node.get(key), single=key != "allOf")
        ]
        for part in parts if depth < _DEPTH else ():
            inner = self._whole_schema(part, depth + 1)
            together = {**_object(node.get("properties")), **_object(inner.get("properties"))}
            node = {**inner, **node}
            if together:
                node["properties"] = together
        return node


def _alternatives(parts: Json, *, single: bool) -> list[Json]:
    every = parts if isinstance(parts, list) else []
    listed = [item for item in every if _object(item).get("type") != "null"]
    return listed if not single or len(listed) == 1 else []


def _object(node: Json) -> Mapping[str, Json]:
    return node if isinstance(node, Mapping) else {}


def _kinds(schema: Mapping[str, Json]) -> set[str]:
    kind = schema.get("type")
    listed = kind if isinstance(kind, list) else [kind]
    return {item for item in listed if isinstance(item, str) and item != "null"}


def _whole(value: Json) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
