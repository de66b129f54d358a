"""Lists in pages of every style, sound and broken, for the checks of pagination."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

from specproof.model import JsonObject

__all__ = ["STYLES", "Listing", "document"]

STYLES = ("offset", "page", "cursor", "after", "link")

_QUERY: Mapping[str, tuple[tuple[str, JsonObject], ...]] = {
    "offset": (
        ("limit", {"type": "integer", "minimum": 1, "maximum": 50}),
        ("offset", {"type": "integer", "minimum": 0}),
    ),
    "page": (
        ("per_page", {"type": "integer"}),
        ("page", {"type": "integer", "default": 1}),
        ("status", {"type": "string"}),
    ),
    "cursor": (("page_size", {"type": "integer", "maximum": 50}), ("cursor", {"type": "string"})),
    "after": (
        ("limit", {"type": "integer", "maximum": 50}),
        ("starting_after", {"type": "string"}),
    ),
    "link": (("per_page", {"type": "integer", "maximum": 50}),),
}
_ITEM: JsonObject = {
    "type": "object",
    "required": ["id"],
    "properties": {"id": {"type": "string"}, "name": {"type": "string"}},
}
_ITEMS: JsonObject = {"type": "array", "items": _ITEM}
_BODY: Mapping[str, JsonObject] = {
    "offset": {"items": _ITEMS, "total": {"type": "integer"}, "has_more": {"type": "boolean"}},
    "page": {
        "data": _ITEMS,
        "meta": {"type": "object", "properties": {"total": {"type": "integer"}}},
    },
    "cursor": {
        "results": _ITEMS,
        "pagination": {
            "type": "object",
            "properties": {"next_cursor": {"type": ["string", "null"]}},
        },
    },
    "after": {"data": _ITEMS, "has_more": {"type": "boolean"}},
}


def document(style: str, **more: Any) -> JsonObject:
    """Return the OpenAPI document of a list in ``style``; ``more`` are fields of the operation."""
    schema: JsonObject = (
        _ITEMS if style == "link" else {"type": "object", "properties": dict(_BODY[style])}
    )
    response: JsonObject = {
        "description": "the things",
        "content": {"application/json": {"schema": schema}},
    }
    if style == "link":
        response["headers"] = {"Link": {"schema": {"type": "string"}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Shop", "version": "1"},
        "paths": {
            "/things": {
                "get": {
                    "operationId": "list",
                    "parameters": [
                        {"name": name, "in": "query", "schema": dict(kind)}
                        for name, kind in _QUERY[style]
                    ],
                    "responses": {"200": response, "400": {"description": "no"}},
                    **more,
                }
            }
        },
    }


@dataclass
class Listing:
    """A server of one list.

    Attributes:
        style: one of `STYLES`.
        fault: what is wrong with it; empty for a sound one.
        number: how many things there are.
        queries: every query that came, in order.
    """

    style: str
    fault: str = ""
    number: int = 11
    base: int = 1
    queries: list[dict[str, str]] = field(default_factory=list)

    def answer(self, query: str) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body of a GET with this query string."""
        asked = {name: values[-1] for name, values in parse_qs(query).items()}
        self.queries.append(asked)
        size = next(name for name, _ in _QUERY[self.style])
        things = self._things()
        limit = min(int(asked.get(size, 20)), 50)
        number = len(self.queries)
        if asked.get("cursor") == "gone":
            return 400, {}, b""
        if self.fault == "down" or (self.fault == "down-later" and number > 3):
            return 503, {}, b""
        if self.fault == "no-json":
            return 200, {"Content-Type": "application/json"}, b"{"
        if self.fault == "limit-ignored":
            limit = 20
        start = self._start(asked, limit, things)
        if self.fault == "not-found-behind" and start >= len(things):
            return 404, {}, b""
        if self.fault == "page-empties" and start:
            things = things[:start]
        took = limit + (self.fault == "page-too-long" and limit < 10)
        page = self._spoiled(things[start : start + took], start)
        end = start + limit
        return self._written(page, asked, end, len(things), size)

    def _things(self) -> list[dict[str, str]]:
        numbers = list(range(self.number))
        walk = len(self.queries)
        if self.fault == "order-changes":
            numbers = numbers[walk % self.number :] + numbers[: walk % self.number]
        places = {"offset", "page", "cursor", "starting_after", "from"}
        turn = sum(not places & set(query) for query in self.queries)
        if self.fault == "order-by-walk":
            numbers = numbers[:2] + (numbers[2:] if turn % 2 else numbers[:1:-1])
        if self.fault == "flaps":
            numbers.remove(turn)
        if self.fault == "order-changes-once" and walk > self.number:
            numbers.reverse()
        if self.fault == "shrinks-once" and walk > 5:
            numbers.remove(9)
        if self.fault == "grows-once" and walk > 4:
            numbers.insert(0, 99)
        return [{"id": f"t-{number}", "name": "thing"} for number in numbers]

    def _start(self, asked: Mapping[str, str], limit: int, things: list[dict[str, str]]) -> int:
        start = 0
        match self.style:
            case "offset":
                start = int(asked.get("offset", 0))
            case "page":
                start = (int(asked.get("page", self.base)) - self.base) * limit
            case "cursor":
                start = int(asked.get("cursor", "c0")[1:])
            case "after":
                ids = [thing["id"] for thing in things]
                after = asked.get("starting_after")
                start = ids.index(after) + 1 if after in ids else 0
            case "link":
                start = int(asked.get("from", 0))
        match self.fault:
            case "border-twice" if start:
                start -= 1
            case "border-lost" if start:
                start += 1
            case "position-ignored":
                start = 0
            case "last-again" if start >= len(things):
                start = max(0, len(things) - limit)
        return start

    def _spoiled(self, page: list[dict[str, str]], start: int) -> list[dict[str, str]]:
        if self.fault == "item-lost" and len(page) > 1 and start:
            return page[:-1]
        if self.fault == "twice-on-page" and len(page) > 1 and len(page) < self.number:
            return [page[0], *page[:-1]]
        return page

    def _written(
        self, page: list[dict[str, str]], asked: Mapping[str, str], end: int, number: int, size: str
    ) -> tuple[int, dict[str, str], bytes]:
        more = end < number
        told = {"more-always": True, "more-never": False}.get(self.fault, more)
        total = number + {"total-high": 3, "total-low": -2}.get(self.fault, 0)
        total = len(page) if self.fault == "total-of-page" else total
        headers = {"Content-Type": "application/json"}
        body: Any = page
        match self.style:
            case "offset":
                body = {"items": page, "total": total, "has_more": told}
            case "page":
                body = {"data": page, "meta": {"total": total}}
            case "cursor":
                following = f"c{end}" if more else None
                if self.fault == "circle" and not more:
                    following = f"c{end - int(asked.get(size, 20))}"
                if self.fault == "refused" and more:
                    following = "gone"
                body = {"results": page, "pagination": {"next_cursor": following}}
            case "after":
                body = {"data": page, "has_more": told}
            case "link":
                headers |= self._link(asked, end, more=more, size=size)
        return 200, headers, json.dumps(body).encode()

    def _link(self, asked: Mapping[str, str], end: int, *, more: bool, size: str) -> dict[str, str]:
        query = urlencode({size: asked.get(size, "20"), "from": end})
        if self.fault == "circle" and not more:
            query = urlencode({size: asked.get(size, "20"), "from": int(asked.get(size, 20))})
        elif not more:
            return {}
        host = {"elsewhere": "https://evil.example", "by-path": "/v2"}.get(self.fault, "")
        return {"Link": f'<{host}/things?x=1>; rel="first", <{host}/things?{query}>; rel="next"'}
