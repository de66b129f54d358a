"""Which operations are taken for lists in pages."""

from __future__ import annotations

from typing import Any

import pytest
from paging import STYLES, document

from specproof.model import Json, JsonObject
from specproof.requirements.contract import Contract
from specproof.requirements.derive import derive
from specproof.requirements.pagination import PAGINATION, Pagination, recognise

THING: JsonObject = {"type": "object", "properties": {"id": {"type": "string"}}}
THINGS: JsonObject = {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}


def _recognised(
    parameters: dict[str, Any],
    members: JsonObject | None = None,
    *,
    schema: JsonObject | None = None,
    method: str = "get",
    stated: Json = None,
) -> Pagination | None:
    properties = {"items": THINGS} if members is None else members
    body = {"type": "object", "properties": properties} if schema is None else schema
    listed = [
        {"name": name, "in": "query", "schema": {"type": kind} if isinstance(kind, str) else kind}
        for name, kind in parameters.items()
    ]
    found: JsonObject = {
        "openapi": "3.1.0",
        "info": {"title": "Shop", "version": "1"},
        "paths": {
            "/things": {
                method: {
                    "operationId": "list",
                    "parameters": listed,
                    "responses": {
                        "200": {
                            "description": "it",
                            "content": {"application/json": {"schema": body}},
                        }
                    },
                    PAGINATION: stated,
                }
            }
        },
        "components": {"schemas": {"Thing": THING}},
    }
    return recognise(Contract(found, name="shop").operations["list"])


@pytest.mark.parametrize(
    ("parameters", "members", "expected"),
    [
        ({"limit": "integer", "offset": "integer"}, None, ("offset", "limit", "offset")),
        (
            {"count": "boolean", "skip": "integer", "$top": "integer"},
            None,
            ("offset", "$top", "skip"),
        ),
        (
            {"page[size]": "integer", "page[number]": "integer"},
            None,
            ("page", "page[size]", "page[number]"),
        ),
        (
            {"first": "integer", "limit": "integer", "page": "integer"},
            None,
            ("page", "limit", "page"),
        ),
        ({"start": "integer", "limit": "integer"}, None, ("offset", "limit", "start")),
        ({"start": "integer", "end": "integer", "limit": "integer"}, None, None),
        ({"start": "integer"}, None, None),
        ({"token": "string", "limit": "integer"}, None, None),
        ({"after": {"type": "string", "format": "date-time"}, "limit": "integer"}, None, None),
        ({"limit": "integer"}, None, None),
        ({"page": "string"}, None, None),
        (
            {"pageToken": "string", "pageSize": {"type": ["integer", "null"]}},
            {"things": THINGS, "nextPageToken": {"type": "string"}},
            ("cursor", "pageSize", "pageToken"),
        ),
        (
            {"after": "string"},
            {
                "data": THINGS,
                "paging": {"type": "object", "properties": {"after": {"type": "string"}}},
            },
            ("cursor", None, "after"),
        ),
        (
            {"limit": "integer"},
            {"data": THINGS, "next": {"type": "string"}},
            ("link", "limit", None),
        ),
        ({"page": "integer"}, {"one": THINGS, "two": THINGS}, None),
        ({"page": "integer"}, {"names": {"type": "array", "items": {"type": "string"}}}, None),
        ({"page": "integer"}, {"a": THINGS, "results": THINGS}, ("page", None, "page")),
        ({"page": "integer"}, {"id": {"type": "string"}}, None),
    ],
)
def test_pages_are_recognised(
    parameters: dict[str, Any], members: JsonObject | None, expected: tuple[str, ...] | None
) -> None:
    """Names of parameters and members tell, if their types fit; a lone limit or token does not."""
    found = _recognised(parameters, members)
    assert (None if found is None else (found.style, found.size, found.position)) == expected


def test_where_things_are_in_a_page() -> None:
    """The list, the markers and the totals are found beside one another, however deep."""
    found = _recognised(
        {"cursor": "string", "limit": {"type": "integer", "minimum": 5, "maximum": 9}},
        {
            "data": {"type": "object", "properties": {"things": THINGS}},
            "meta": {
                "allOf": [
                    {
                        "type": "object",
                        "properties": {
                            "cursor": {"type": "string"},
                            "next_cursor": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                            "total_count": {"type": "integer"},
                        },
                    },
                    {"properties": {"hasMore": {"type": "boolean"}}},
                ]
            },
        },
    )
    assert found == Pagination(
        style="cursor",
        size="limit",
        position="cursor",
        items=("data", "things"),
        least=5,
        most=9,
        next=(("meta", "next_cursor"),),
        more=("meta", "hasMore"),
        total=("meta", "total_count"),
    )


def test_a_link_object_leads_on() -> None:
    """HAL writes the next page as an object with a member ``href``."""
    href: JsonObject = {"type": "object", "properties": {"href": {"type": "string"}}}
    links: JsonObject = {"type": "object", "properties": {"self": href, "next": href}}
    members: JsonObject = {"items": THINGS, "_links": links}
    found = _recognised({"limit": "integer"}, members)
    assert found is not None
    assert (found.style, found.next) == ("link", (("_links", "next", "href"),))


@pytest.mark.parametrize(
    ("page", "first"),
    [
        ({"type": "integer", "default": 0}, 0),
        ({"type": "integer", "minimum": 1}, 1),
        ({"type": "integer", "minimum": 0}, None),
        ({"type": "integer"}, None),
    ],
)
def test_the_number_of_the_first_page(page: JsonObject, first: int | None) -> None:
    """A default says it, and so does a minimum of one; a minimum of zero does not."""
    found = _recognised({"page": page})
    assert found is not None
    assert found.first == first


def test_only_reads_are_walked() -> None:
    """A POST may do something each time, whatever it is called."""
    assert _recognised({"page": "integer"}, method="post") is None


def test_an_overlay_states_what_is_not_recognised() -> None:
    """Names that nobody can guess are stated, as is that a list has no pages."""
    stated: JsonObject = {
        "style": "cursor",
        "items": "/found/de~1tails",
        "size": "n",
        "position": "resume",
        "next": "/resume",
        "more": "/onward",
        "total": "/sum",
    }
    found = _recognised({"n": "integer", "resume": "string"}, {}, stated=stated)
    assert found == Pagination(
        style="cursor",
        size="n",
        position="resume",
        items=("found", "de/tails"),
        next=(("resume",),),
        more=("onward",),
        total=("sum",),
    )
    link: JsonObject = {"style": "link", "items": ""}
    top = _recognised({}, {}, stated=link)
    assert top is not None
    assert (top.style, top.items) == ("link", ())
    assert _recognised({"page": "integer"}, stated={"style": "offset"}) is None
    assert _recognised({"page": "integer"}, stated=False) is None


def test_a_reference_to_nowhere_is_no_pagination() -> None:
    """What is wrong with the schema is told elsewhere."""
    assert _recognised({"page": "integer"}, schema={"$ref": "#/components/schemas/No"}) is None


@pytest.mark.parametrize("style", STYLES)
def test_requirements_of_pages(style: str) -> None:
    """Both promises have ids of their own, and only where pages are documented."""
    contract = Contract(document(style), name="shop")
    ids = [item.id for item in derive("shop", contract, contract)]
    found = [name for name in ids if "/pagination/" in name]
    assert found == ["shop/list/pagination/complete", "shop/list/pagination/stable"]


def test_pages_that_the_overlay_states_are_its_own() -> None:
    """What the vendor did not document is the overlay's requirement."""
    published = Contract(document("page", parameters=[]), name="shop")
    effective = Contract(document("page"), name="shop")
    sources = {
        item.source.value
        for item in derive("shop", published, effective)
        if item.where == "pagination"
    }
    assert sources == {"overlay"}
