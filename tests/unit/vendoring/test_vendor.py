from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from loopback import Reply, Site
from pages import page, spec

from specproof.catalog import Catalog, verify
from specproof.document import read
from specproof.errors import (
    CouldNotCheckError,
    InputError,
    SpecproofError,
    StaleError,
    UpstreamError,
)
from specproof.vendoring import Fetcher, Source, Vendored, check, vendor
from specproof.vendoring import vendor as vendor_module

vendor_file = vendor_module.__globals__

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
LATER = datetime(2026, 2, 2, 2, 2, 2, 222, tzinfo=UTC)
MARKDOWN = {"Content-Type": "text/markdown; charset=utf-8"}


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    """Return a catalog without any API, not even the folder specs/."""
    return Catalog(tmp_path / "root")


def _bytes(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _vendor(
    catalog: Catalog,
    fetcher: Fetcher,
    *locations: str,
    now: datetime = FIRST,
    max_loss: float = 0.5,
) -> Vendored:
    sources = [Source(location) for location in locations]
    return vendor(catalog, "pets", sources, max_loss=max_loss, fetcher=fetcher, now=lambda: now)


def test_pages_are_kept_and_their_spec_is_built(
    site: Site, fetcher: Fetcher, catalog: Catalog
) -> None:
    """Pages byte for byte, one published.yaml, and a source.toml that says where from."""
    one, two = page(spec("GET /pets"), "yaml v1 GET /pets"), page(spec("PUT /pets"))
    first = site.put("/ref/get-pets.md", Reply(one, headers={**MARKDOWN, "ETag": '"1"'}))
    second = site.put("/ref/put-pets", Reply(two, headers=MARKDOWN))
    done = _vendor(catalog, fetcher, first, second)
    folder = catalog.specs / "pets"
    assert (
        set(_bytes(folder))
        == set(done.changed)
        == {
            "pages/get-pets.md",
            "pages/put-pets.md",
            "published.yaml",
            "source.toml",
        }
    )
    assert (folder / "pages" / "get-pets.md").read_bytes() == one
    assert (folder / "pages" / "put-pets.md").read_bytes() == two
    assert done.operations == done.added == ("GET /pets", "PUT /pets")
    assert done.removed == ()
    api = catalog.get("pets")
    assert api == done.api
    assert api.title == "Pets"
    assert "belong to the vendor" in api.licence_note
    assert [(item.url, item.etag, item.spec_name, item.operation) for item in api.pages] == [
        (first, '"1"', "v1", "GET /pets"),
        (second, None, None, None),
    ]
    assert {item.retrieved for item in api.pages} == {FIRST}
    assert {item.media_type for item in api.pages} == {"text/markdown"}
    check(api)


def test_a_whole_document_is_a_source_too(
    fetcher: Fetcher, catalog: Catalog, tmp_path: Path
) -> None:
    """openapi.yaml from a file is kept beside the pages, with its own name."""
    path = tmp_path / "openapi.yaml"
    path.write_text(spec("GET /pets"), "utf-8")
    done = _vendor(catalog, fetcher, str(path))
    assert done.api.pages[0].file == "pages/openapi.yaml"
    assert done.api.pages[0].url == ""
    check(catalog.get("pets"))
    with pytest.raises(InputError, match=r"pages/openapi\.yaml has no URL to be vendored from"):
        _vendor(catalog, fetcher)


def test_twice_the_same_changes_no_byte(site: Site, fetcher: Fetcher, catalog: Catalog) -> None:
    """A later run of the same pages keeps the time of the first, with a 304 and without."""
    tagged = site.put(
        "/a.md", Reply(page(spec("GET /a")), headers={"ETag": '"1"'}), Reply(status=304)
    )
    plain = site.put("/b.md", Reply(page(spec("GET /b"))))
    _vendor(catalog, fetcher, tagged, plain)
    before = _bytes(catalog.root)
    for locations in ((), (tagged, plain)):
        done = _vendor(catalog, fetcher, *locations, now=LATER)
        assert (done.changed, done.added, done.removed) == ((), (), ())
        assert _bytes(catalog.root) == before
    assert [h.get("If-None-Match") for path, h in site.requests if path == "/a.md"] == [
        None,
        '"1"',
        '"1"',
    ]


def test_a_damaged_page_is_fetched_anew(site: Site, fetcher: Fetcher, catalog: Catalog) -> None:
    """The entity tag speaks for the vendored bytes alone."""
    url = site.put("/a.md", Reply(page(spec("GET /a")), headers={"ETag": '"1"'}))
    _vendor(catalog, fetcher, url)
    before = _bytes(catalog.root)
    (catalog.specs / "pets" / "pages" / "a.md").write_bytes(b"damaged")
    assert _vendor(catalog, fetcher, now=LATER).changed == ("pages/a.md",)
    assert _bytes(catalog.root) == before
    assert "If-None-Match" not in site.requests[-1][1]


def test_a_moved_page_is_replaced_and_dated(site: Site, fetcher: Fetcher, catalog: Catalog) -> None:
    """Only the page that changed gets a new time; what was added and removed is said."""
    kept = site.put("/a.md", Reply(page(spec("GET /a"))))
    moved = site.put("/b.md", Reply(page(spec("GET /b"))), Reply(page(spec("GET /c"))))
    _vendor(catalog, fetcher, kept, moved)
    vendor(catalog, "pets", title="Shop", licence_note="mine", fetcher=fetcher, max_loss=1)
    done = _vendor(catalog, fetcher, now=LATER)
    assert (done.api.title, done.api.licence_note) == ("Shop", "mine")
    assert done.changed == ()
    site.put("/b.md", Reply(page(spec("GET /d", "GET /e"))))
    done = _vendor(catalog, fetcher, now=LATER)
    assert done.changed == ("pages/b.md", "published.yaml", "source.toml")
    assert (done.added, done.removed) == (("GET /d", "GET /e"), ("GET /c",))
    assert [item.retrieved for item in done.api.pages] == [FIRST, LATER.replace(microsecond=0)]


def test_pages_that_are_no_longer_named_go(site: Site, fetcher: Fetcher, catalog: Catalog) -> None:
    """The sources given are all the pages; a file name stays with its URL."""
    one = site.put("/x/a.md", Reply(page(spec("GET /a"))))
    two = site.put("/y/a.md", Reply(page(spec("GET /b"))))
    _vendor(catalog, fetcher, one, two)
    done = _vendor(catalog, fetcher, two)
    assert done.changed == ("published.yaml", "source.toml", "pages/a.md")
    assert [item.file for item in done.api.pages] == ["pages/a-2.md"]
    check(catalog.get("pets"))
    done = _vendor(catalog, fetcher, two, one)
    assert [item.file for item in done.api.pages] == ["pages/a-2.md", "pages/a.md"]


def test_a_page_that_becomes_a_document_changes_its_name(
    site: Site, fetcher: Fetcher, catalog: Catalog
) -> None:
    """The suffix says what is in the file."""
    url = site.put("/a", Reply(page(spec("GET /a"))), Reply(spec("GET /a").encode()))
    _vendor(catalog, fetcher, url)
    assert _vendor(catalog, fetcher).changed == ("pages/a.yaml", "source.toml", "pages/a.md")
    check(catalog.get("pets"))


UNUSABLE: list[tuple[Reply, type[SpecproofError], str]] = [
    (Reply(b"<html>", headers={"Content-Type": "text/html"}), UpstreamError, "is an HTML page"),
    (Reply(b"<html><input type=password>"), UpstreamError, "is a login page"),
    (Reply(b""), UpstreamError, "is empty"),
    (Reply(b"# Just prose\n"), UpstreamError, "holds no fence"),
    (Reply(page("a: 1\n")), UpstreamError, "holds no fence"),
    (Reply(page(spec())), UpstreamError, "its paths are empty"),
    (Reply(page(spec("GET /a"))), UpstreamError, "lost 2 of 3 operations, such as GET /b, GET /c"),
    (Reply(page(spec("GET /a"))[:-10]), UpstreamError, "cut short"),
    (Reply(page(spec("GET /a", extra="x: &a [*a]"))), UpstreamError, "alias inside"),
    (Reply(b'{"error": "unauthorized"}'), UpstreamError, "holds no fence"),
    (Reply(b"secret", status=401), UpstreamError, "wants a login"),
    (Reply(status=404), UpstreamError, "answers 404"),
    (Reply(status=500), CouldNotCheckError, "answers 500"),
    (Reply(b"cut", headers={"Connection": "close"}, cut=True), CouldNotCheckError, "reached"),
]


@pytest.mark.parametrize(("reply", "error", "problem"), UNUSABLE)
def test_an_unusable_answer_overwrites_nothing(
    site: Site,
    fetcher: Fetcher,
    catalog: Catalog,
    *,
    reply: Reply,
    error: type[SpecproofError],
    problem: str,
) -> None:
    """Whatever is wrong with an answer, every byte stays as it was."""
    url = site.put("/a.md", Reply(page(spec("GET /a", "GET /b", "GET /c"))))
    _vendor(catalog, fetcher, url)
    before = _bytes(catalog.root)
    site.put("/a.md", reply)
    with pytest.raises(error, match=problem) as caught:
        _vendor(catalog, fetcher)
    assert caught.value.exit_code == (3 if error is CouldNotCheckError else 2)
    assert "/a.md" in str(caught.value)
    assert _bytes(catalog.root) == before


def test_a_loss_can_be_meant(site: Site, fetcher: Fetcher, catalog: Catalog) -> None:
    """The share that may vanish is the user's choice."""
    url = site.put("/a.md", Reply(page(spec("GET /a", "GET /b", "GET /c"))))
    _vendor(catalog, fetcher, url)
    site.put("/a.md", Reply(page(spec("GET /a"))))
    assert _vendor(catalog, fetcher, max_loss=0.7).removed == ("GET /b", "GET /c")


def test_pages_that_contradict_each_other_write_nothing(
    site: Site, fetcher: Fetcher, catalog: Catalog
) -> None:
    """A failure of a new API leaves no folder behind."""
    schema = "components: {{schemas: {{A: {{type: {0}}}}}}}"
    one = site.put("/a.md", Reply(page(spec("GET /a", extra=schema.format("string")))))
    two = site.put("/b.md", Reply(page(spec("GET /b", extra=schema.format("object")))))
    with pytest.raises(InputError, match=f"{two}: contradicts {one} at /components/schemas/A"):
        _vendor(catalog, fetcher, one, two)
    assert not catalog.specs.exists()
    catalog.specs.mkdir(parents=True)
    with pytest.raises(InputError):
        _vendor(catalog, fetcher, one, two)
    assert list(catalog.specs.iterdir()) == []


def test_a_spec_added_by_hand_can_be_vendored_later(
    site: Site, fetcher: Fetcher, catalog: Catalog
) -> None:
    """Its operations count as published, and its other files stay."""
    folder = catalog.specs / "pets"
    folder.mkdir(parents=True)
    (folder / "published.yaml").write_text(spec("GET /a", "GET /b", "GET /c"), "utf-8")
    (folder / "overlay.yaml").write_bytes(b"mine")
    with pytest.raises(InputError, match="pets has no pages yet; name their URLs or files"):
        _vendor(catalog, fetcher)
    url = site.put("/a.md", Reply(page(spec("GET /a"))))
    with pytest.raises(UpstreamError, match="lost 2 of 3 operations"):
        _vendor(catalog, fetcher, url)
    site.put("/a.md", Reply(page(spec("GET /a", "GET /b"))))
    _vendor(catalog, fetcher, url)
    assert (folder / "overlay.yaml").read_bytes() == b"mine"
    check(catalog.get("pets"))


@pytest.mark.parametrize("survives", range(4))
@pytest.mark.parametrize("fresh", [True, False])
def test_a_kill_never_leaves_a_mixture_that_verifies(
    site: Site,
    fetcher: Fetcher,
    catalog: Catalog,
    monkeypatch: pytest.MonkeyPatch,
    *,
    survives: int,
    fresh: bool,
) -> None:
    """After a kill between any two writes the API is stale or absent, and a rerun mends it."""
    one = site.put("/a.md", Reply(page(spec("GET /a"))))
    two = site.put("/b.md", Reply(page(spec("GET /b"))))
    if not fresh:
        _vendor(catalog, fetcher, one, two)
        site.put("/a.md", Reply(page(spec("GET /a", "GET /a2"))))
        site.put("/b.md", Reply(page(spec("GET /b", "GET /b2"))))
    writes = iter(range(survives))
    real: Callable[[Path, bytes], bool] = vendor_file["write_atomic"]

    def killed(path: Path, data: bytes) -> bool:
        if next(writes, None) is None:
            raise KeyboardInterrupt
        return real(path, data)

    with monkeypatch.context() as patch:
        patch.setitem(vendor_file, "write_atomic", killed)
        with pytest.raises(KeyboardInterrupt):
            _vendor(catalog, fetcher, one, two)
    if survives and "pets" in catalog.names():
        with pytest.raises(StaleError):
            verify(catalog.get("pets"))
    _vendor(catalog, fetcher, one, two)
    check(catalog.get("pets"))
    assert len(read(catalog.get("pets").published)["paths"]) == (2 if fresh else 4)  # type: ignore[arg-type]  # an object


def test_two_at_once_are_one_too_many(site: Site, fetcher: Fetcher, catalog: Catalog) -> None:
    """Who comes second is told so, in one sentence, and changes nothing."""
    url = site.put("/a.md", Reply(page(spec("GET /a"))))
    _vendor(catalog, fetcher, url)
    before = _bytes(catalog.root)
    # A lock belongs to whoever opened the folder, so one process can play both.
    descriptor = os.open(catalog.specs / "pets", os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    with pytest.raises(InputError, match="specs/pets: is being changed by another process"):
        _vendor(catalog, fetcher)
    assert _bytes(catalog.root) == before
    os.close(descriptor)
    assert _vendor(catalog, fetcher).changed == ()


@pytest.mark.parametrize("name", ["Pets", "../pets", "", "a b"])
def test_the_name_must_be_a_name(catalog: Catalog, name: str) -> None:
    """A wrong name creates nothing."""
    with pytest.raises(InputError, match="can not name an API"):
        vendor(catalog, name, [Source("x")])
    assert not catalog.root.exists()


def test_the_size_limit_holds_for_vendoring(site: Site, fetcher: Fetcher, catalog: Catalog) -> None:
    """A page over the limit is refused like any other unusable answer."""
    url = site.put("/a.md", Reply(page(spec("GET /a"))))
    with pytest.raises(InputError, match="is larger than 10 bytes"):
        _vendor(catalog, replace(fetcher, max_bytes=10), url)
    assert not catalog.specs.exists()
