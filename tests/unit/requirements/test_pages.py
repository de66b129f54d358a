"""Reading a page, and where its successor is."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from specproof.model import Exchange, Json, Request, Response
from specproof.requirements.pages import (
    MOST_PAGES,
    Page,
    Step,
    circles,
    following,
    only_page,
    read_page,
)
from specproof.requirements.pagination import Pagination

URL = "https://api.test/v1/things?limit=2"
OFFSET = Pagination(style="offset", size="limit", position="offset", items=("items",))
CURSOR = replace(OFFSET, style="cursor", position="cursor", next=(("next",),))
LINK = replace(OFFSET, style="link", position=None, next=(("next",),))
ITEMS = (("a", "1"), ("b", "2"))


def _read(
    pagination: Pagination,
    body: Any,
    *,
    link: str | None = None,
    status: int = 200,
    before: Page | None = None,
    url: str = URL,
) -> Page | None:
    headers = () if link is None else (("Link", link),)
    response = Response(status, headers, b"", json.dumps(body).encode())
    exchange = Exchange("x#1", "shop", "list", "x", Request("GET", url), response, "live")
    return read_page(pagination, exchange, body, "asked", before)


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("?cursor=b", ("cursor", "b")),
        ("/v1/things?cursor=b", ("cursor", "b")),
        ("/v1/things/?cursor=b", ("cursor", "b")),
        ("https://API.test:443/v1/things?cursor=b", ("cursor", "b")),
        ("//api.test/v1/things?cursor=b", ("cursor", "b")),
        ("/v2/things?cursor=b", "path"),
        ("https://api.test:8443/v1/things?cursor=b", "host"),
        ("http://api.test/v1/things?cursor=b", "host"),
        ("https://api.test.evil.example/v1/things?cursor=b", "host"),
        ("https://evil.example\\@api.test/v1/things", "host"),
        ("https://[evil/v1/things", "path"),
    ],
)
def test_links_that_stay_are_followed(reference: str, expected: Any) -> None:
    """Only the query of a link is used, and only where it is the same resource of this host."""
    page = _read(LINK, {"items": [1], "next": reference})
    assert page is not None
    if isinstance(expected, str):
        assert (page.step, page.astray) == (None, expected)
    else:
        assert page.step == Step((expected,), whole=True)


def test_a_link_may_lead_to_the_same_host_over_tls() -> None:
    """A plain server behind a proxy writes links as the world sees it; never the reverse."""
    page = _read(
        LINK,
        {"items": [], "next": "https://api.test/v1/things?p=2"},
        url="http://api.test/v1/things",
    )
    assert page is not None
    assert page.astray == ""


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ('<?p=1>; rel="prev", <?p=3>; rel="last next"', "3"),
        ("<?p=1>;rel=first;title=x,<?p=4>;REL=next", "4"),
        ('<?p=5>; title="a, b"; rel="next"', "5"),
        ('<?p=1>; rel="last"', None),
        ("nonsense; rel=next", None),
    ],
)
def test_link_headers(field: str, expected: str | None) -> None:
    """The relation next of RFC 8288 is found among others, in quotes or without."""
    page = _read(OFFSET, {"items": [1]}, link=field)
    assert page is not None
    assert page.step == (None if expected is None else Step((("p", expected),), whole=True))


@pytest.mark.parametrize(
    ("given", "expected"),
    [("abc", "abc"), (7, "7"), ("/wEPDw==", "/wEPDw=="), ("", None), (None, None), (True, None)],
)
def test_cursors_are_sent_back(given: Json, expected: str | None) -> None:
    """A text or a number stands for itself; empty ones end the list."""
    page = _read(CURSOR, {"items": [1], "next": given})
    assert page is not None
    assert page.step == (None if expected is None else Step((("cursor", expected),)))


def test_what_brings_no_page() -> None:
    """Neither errors nor other bodies are pages; numbers may lie behind the last page."""
    before = Page(items=ITEMS)
    assert _read(OFFSET, {"items": 3}) is None
    assert _read(OFFSET, {"items": []}, status=500, before=before) is None
    assert _read(OFFSET, {}, status=404) is None
    assert _read(OFFSET, {}, status=404, before=before) == Page(asked="asked")
    assert _read(OFFSET, {}, status=409, before=before) is None
    led = replace(before, step=Step((("cursor", "x"),)))
    assert _read(CURSOR, {}, status=429, before=led) is None
    refused = _read(CURSOR, {}, status=400, before=led)
    assert refused is not None
    assert refused.astray == "refused"
    exchange = Exchange("x#1", "shop", "list", "x", Request("GET", URL), None, "live")
    assert read_page(OFFSET, exchange, None, "", None) is None


def test_what_follows_numbered_pages() -> None:
    """Places are counted until a page is empty or says that it is the last."""
    page = Page(items=ITEMS)
    assert following(OFFSET, [page, page], 2, None) == Step((("offset", "4"),))
    assert following(OFFSET, [page], None, None) == Step((("offset", "2"),))
    numbered = replace(OFFSET, style="page", position="page")
    assert following(numbered, [page], 2, 0) == Step((("page", "1"),))
    assert following(numbered, [page], 2, None) == Step((("page", "2"),))
    assert following(OFFSET, [page, Page()], 2, None) is None
    assert following(OFFSET, [replace(page, more=False)], 2, None) is None
    assert following(OFFSET, [replace(page, linked=True)], 2, None) is None
    assert following(replace(OFFSET, linked=True), [replace(page, more=True)], 2, None) is not None
    assert following(OFFSET, [page] * MOST_PAGES, 2, None) is None


def test_what_follows_the_last_item() -> None:
    """Some cursors are the id of the last item; a short page ends them, if nothing else says."""
    plain = replace(CURSOR, next=())
    page = Page(items=ITEMS, last="b")
    assert following(plain, [page], 2, None) == Step((("cursor", "b"),))
    assert following(plain, [page], 3, None) is None
    assert following(plain, [replace(page, more=True)], 3, None) is not None
    assert following(plain, [Page(more=True)], 3, None) is None
    assert following(CURSOR, [page], 2, None) is None


def test_a_circle_ends_a_walk() -> None:
    """A step that was taken already is not taken again."""
    step = Step((("cursor", "b"),))
    pages = [Page(items=ITEMS, step=step, asked="x"), Page(items=ITEMS, step=step, asked=step.text)]
    assert not circles(pages[:1])
    assert circles(pages)
    assert following(CURSOR, pages, 2, None) is None


def test_items_are_told_apart() -> None:
    """By an id of their own or of their node, if they have one, and by what they hold."""
    page = _read(
        OFFSET, {"items": [{"id": 7}, {"id": 7, "x": 1}, {"node": {"id": 7}}, "7", {"id": True}]}
    )
    assert page is not None
    names = [name for name, _ in page.items]
    assert len({names[0], names[1], names[2]}) == 1
    assert names[3:] == ["", ""]
    assert len({content for _, content in page.items}) == 5


def test_the_only_page_of_a_stub() -> None:
    """What may be changed is; what the schema needs stays."""
    full = replace(CURSOR, more=("meta", "more"), total=("meta", "total"))
    body: Json = {"items": [1, 2], "next": "x", "meta": {"more": True, "total": 9}}
    kept: Json = {"items": [1], "next": None, "meta": {"more": False, "total": 1}}
    assert only_page(full, body, lambda _: True) == kept
    texts = only_page(full, body, lambda made: isinstance(made, dict) and made["next"] is not None)
    assert isinstance(texts, dict)
    assert texts["next"] == ""
    assert only_page(full, body, lambda _: False) == body
    assert only_page(full, {"items": []}, lambda _: True) == {"items": []}
    assert only_page(replace(LINK, items=(), next=()), [1, 2], lambda _: True) == [1]


def test_a_hostile_page_is_read_in_bounds() -> None:
    """Neither a huge list nor a field made to be tried in many ways costs more than a moment."""
    page = _read(OFFSET, {"items": [0] * 100_000}, link="<x>;a=" + " " * 16_000 + "<" * 9000)
    assert page is not None
    assert (len(page.items), page.step) == (2000, None)
