"""A stub keeps no list, so it must not promise pages that it does not have."""

from __future__ import annotations

import json
from typing import Any

import pytest
from calling import call
from paging import STYLES, document

from specproof.targets.stub import StubEmulator

THINGS = [{"id": "a"}, {"id": "b"}, {"id": "c"}]
EXAMPLES: dict[str, Any] = {
    "offset": {"items": THINGS, "total": 30, "has_more": True},
    "page": {"data": THINGS, "meta": {"total": 30}},
    "cursor": {"results": THINGS, "pagination": {"next_cursor": "abc"}},
    "after": {"data": THINGS, "has_more": True},
    "link": THINGS,
}
ONE: dict[str, Any] = {
    "offset": {"items": THINGS[:1], "total": 1, "has_more": False},
    "page": {"data": THINGS[:1], "meta": {"total": 1}},
    "cursor": {"results": THINGS[:1], "pagination": {"next_cursor": None}},
    "after": {"data": THINGS[:1], "has_more": False},
    "link": THINGS[:1],
}


@pytest.mark.parametrize("style", STYLES)
def test_a_list_is_one_page_of_one_item(style: str) -> None:
    """What the example shows of it, cut so that no walk over its pages goes on."""
    described: Any = document(style)
    response = described["paths"]["/things"]["get"]["responses"]["200"]
    response["content"]["application/json"]["example"] = EXAMPLES[style]
    if style == "link":
        link = {"type": "string", "example": '</things?page=2>; rel="next", </>; rel=next'}
        response["headers"]["Link"]["schema"] = link
    stub = StubEmulator(described, name="shop.yaml", api="shop")
    answer = call(stub.app, "GET", "/things?limit=2")
    assert json.loads(answer.body) == ONE[style]
    if style == "link":
        assert answer.header("link") == '</things?page=2>; rel="self", </>; rel=self'
