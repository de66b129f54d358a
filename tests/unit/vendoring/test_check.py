from __future__ import annotations

from pathlib import Path

import pytest
from loopback import Reply, Site
from pages import page, spec

from specproof.catalog import Api, Catalog
from specproof.document import digest
from specproof.errors import CouldNotCheckError, StaleError, UpstreamError
from specproof.vendoring import (
    Fetcher,
    Move,
    Source,
    build_published,
    check,
    upstream_moves,
    vendor,
)
from specproof.vendoring.source import source_toml


@pytest.fixture
def api(site: Site, fetcher: Fetcher, tmp_path: Path) -> Api:
    """Return an API vendored from two pages."""
    sources = [
        Source(site.put("/a.md", Reply(page(spec("GET /a"))))),
        Source(site.put("/b.md", Reply(page(spec("GET /b"))))),
    ]
    return vendor(Catalog(tmp_path), "pets", sources, fetcher=fetcher).api


def test_what_was_vendored_checks(api: Api) -> None:
    """The pages give the committed bytes."""
    assert build_published(api) == api.published.read_bytes()
    check(api)


@pytest.mark.parametrize("file", ["pages/a.md", "pages/b.md", "published.yaml"])
def test_one_touched_byte_fails(api: Api, file: str) -> None:
    """The file is named."""
    path = api.folder / file
    path.write_bytes(path.read_bytes().replace(b"ok", b"OK"))
    with pytest.raises(StaleError, match=file):
        check(api)


def test_a_published_spec_that_its_pages_do_not_give_fails(api: Api, tmp_path: Path) -> None:
    """Editing the spec and its hash together does not help."""
    edited = api.published.read_bytes().replace(b"ok", b"fine")
    api.published.write_bytes(edited)
    changed = Api(api.name, api.title, api.folder, api.pages, api.licence_note, digest(edited))
    api.source.write_bytes(source_toml(changed))
    with pytest.raises(StaleError, match="is not what its pages give now; run specproof vendor"):
        check(Catalog(tmp_path).get("pets"))


def test_a_spec_added_by_hand_checks(tmp_path: Path) -> None:
    """There is nothing to compare it with."""
    folder = tmp_path / "specs" / "hand"
    folder.mkdir(parents=True)
    (folder / "published.yaml").write_text(spec("GET /a"), "utf-8")
    check(Catalog(tmp_path).get("hand"))


def test_an_upstream_that_stays_has_not_moved(site: Site, api: Api, fetcher: Fetcher) -> None:
    """Every page is asked for."""
    before = len(site.requests)
    assert upstream_moves(api, fetcher) == ()
    assert len(site.requests) == before + 2


def test_moves_are_told_apart(site: Site, api: Api, fetcher: Fetcher) -> None:
    """Another contract, or only another text around the same one; nothing is written."""
    site.put("/a.md", Reply(page(spec("GET /a", "GET /new"))))
    site.put("/b.md", Reply(page(spec("GET /b")) + b"\n\nNew prose.\n"))
    assert upstream_moves(api, fetcher) == (
        Move("pets", "pages/a.md", f"{site.url}/a.md", contract=True),
        Move("pets", "pages/b.md", f"{site.url}/b.md", contract=False),
    )
    check(api)


def test_an_answer_that_is_no_page_has_not_moved_but_failed(
    site: Site, api: Api, fetcher: Fetcher
) -> None:
    """HTML or a spec without paths is no move."""
    site.put("/a.md", Reply(page(spec())))
    with pytest.raises(UpstreamError, match="its paths are empty"):
        upstream_moves(api, fetcher)


def test_without_urls_upstream_can_not_be_checked(tmp_path: Path, fetcher: Fetcher) -> None:
    """A green answer would prove nothing."""
    path = tmp_path / "a.md"
    path.write_bytes(page(spec("GET /a")))
    done = vendor(Catalog(tmp_path), "pets", [Source(str(path))], fetcher=fetcher)
    with pytest.raises(CouldNotCheckError, match="no page of pets has a URL to ask"):
        upstream_moves(done.api, fetcher)
