from __future__ import annotations

import pytest
from loopback import Reply, Site
from pages import page, spec

from specproof.errors import UpstreamError
from specproof.vendoring import Candidate, Fetcher, discover
from specproof.vendoring.discover import links

WHOLE = b'{"openapi": "3.0.3", "info": {}, "paths": {"/a": {"get": {}}}}'
INDEX = """# Docs

> Summary with [a link](/reference/summary.md).

## Docs
- [Guide](/docs/en/users.md): no reference
- [Delete *alias*](/reference/delete-alias.md#top): removes one
- [Delete again](/reference/delete-alias.md)
- [Elsewhere](https://other.example/reference/a.md)
- [Unsafe](http://other.example/reference/a.md)
- [Unencrypted](http://docs.example/reference/u.md)
- [Script](javascript:alert(1))
- [HTML](/reference/page)
- [Deep](/en/api-reference/v1/get.mdx)
- [](/api/untitled.md)

## OpenAPI Specs
- [openapi](/openapi/v1.json)

<!-- [Hidden](/reference/hidden.md) -->
"""


def test_api_pages_of_the_same_site_are_listed() -> None:
    """In order, once each, without guides, other hosts and other schemes."""
    base = "https://docs.example/llms.txt"
    assert [(item.title, item.url) for item in links(INDEX, base)] == [
        ("a link", "https://docs.example/reference/summary.md"),
        ("Delete alias", "https://docs.example/reference/delete-alias.md"),
        ("Deep", "https://docs.example/en/api-reference/v1/get.mdx"),
        ("https://docs.example/api/untitled.md", "https://docs.example/api/untitled.md"),
        ("openapi", "https://docs.example/openapi/v1.json"),
    ]


def test_the_index_is_fetched_and_nothing_else(site: Site, fetcher: Fetcher) -> None:
    """A site or its llms.txt may be named."""
    site.put("/llms.txt", Reply(INDEX.encode(), headers={"Content-Type": "text/plain"}))
    found = discover(site.url, fetcher)
    assert len(found) == 5
    assert {item.probed for item in found} == {False}
    assert discover(f"{site.url}/llms.txt", fetcher) == found
    assert [path for path, _ in site.requests] == ["/llms.txt", "/llms.txt"]


def test_probing_keeps_what_can_be_vendored(site: Site, fetcher: Fetcher) -> None:
    """Each candidate is fetched, up to the bound, and those that fail are left out."""
    site.put("/llms.txt", Reply(INDEX.encode()))
    site.put("/reference/summary.md", Reply(b"# Prose only\n"))
    url = site.put("/reference/delete-alias.md", Reply(page(spec("DELETE /a"), "yaml DELETE /a")))
    site.put("/openapi/v1.json", Reply(WHOLE))
    expected = Candidate("Delete alias", url, "DELETE /a", probed=True)
    assert discover(site.url, fetcher, probe=True, max_pages=3) == (expected,)
    assert len(site.requests) == 4
    whole = Candidate("openapi", f"{site.url}/openapi/v1.json", None, probed=True)
    assert discover(site.url, fetcher, probe=True) == (expected, whole)


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        (Reply(status=404), "answers 404"),
        (Reply(b"<html>"), "is an HTML page"),
        (Reply(b"x" * (8 * 1024 * 1024 + 1)), "is larger than 8388608 bytes"),
    ],
)
def test_an_unusable_index_is_refused(
    site: Site, fetcher: Fetcher, reply: Reply, problem: str
) -> None:
    """No index, no list."""
    site.put("/llms.txt", reply)
    with pytest.raises(UpstreamError, match=problem):
        discover(site.url, fetcher)
