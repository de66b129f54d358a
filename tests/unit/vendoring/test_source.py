from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from loopback import Reply, Site
from pages import page, spec

from specproof.catalog import Api, Page
from specproof.errors import InputError, LimitError, UpstreamError
from specproof.vendoring.fetch import Fetcher
from specproof.vendoring.source import Got, Source, extract_source, file_name, get, source_toml

SPEC = spec("GET /pets")
JSON = b'{"openapi": "3.0.3", "info": {}, "paths": {"/a": {"get": {}}}}'


def _got(location: str, suffix: str = ".md", url: str = "") -> Got:
    return Got(Source(location, url), b"", "", None, suffix)


@pytest.mark.parametrize(
    ("path", "media_type", "body", "suffix"),
    [
        ("/a.md", "text/plain", page(SPEC), ".md"),
        ("/a.mdx", "application/json", page(SPEC), ".md"),
        ("/a", "text/markdown", page(SPEC), ".md"),
        ("/a.txt", "text/plain", page(SPEC), ".md"),
        ("/a.yaml", "text/plain", SPEC.encode(), ".yaml"),
        ("/a.yml", "", SPEC.encode(), ".yaml"),
        ("/a.json", "", JSON, ".json"),
        ("/a.json", "", SPEC.encode(), ".yaml"),
        ("/a", "application/vnd.oai.openapi+json", JSON, ".json"),
        ("/a", "application/yaml", SPEC.encode(), ".yaml"),
        ("/a", "text/plain", b"# comment\n\n---\n" + SPEC.encode(), ".yaml"),
        ("/a", "text/plain", b"\n" + JSON, ".json"),
        ("/a", "text/plain", b"# openapi: not yet\n\ntext", ".md"),
    ],
)
def test_a_source_is_a_page_or_a_whole_document(
    site: Site, fetcher: Fetcher, *, path: str, media_type: str, body: bytes, suffix: str
) -> None:
    """The name decides, then the media type, then the content."""
    url = site.put(path, Reply(body, headers={"Content-Type": media_type}))
    got = get(Source(url), fetcher)
    assert (got.suffix, got.body, got.media_type) == (suffix, body, media_type)


@pytest.mark.parametrize(
    ("name", "data", "suffix", "media_type"),
    [
        ("page.txt", page(SPEC), ".md", "text/markdown"),
        ("openapi.yml", SPEC.encode(), ".yaml", "application/yaml"),
        ("openapi.json", JSON, ".json", "application/json"),
    ],
)
def test_a_file_has_the_media_type_of_its_content(
    tmp_path: Path, fetcher: Fetcher, *, name: str, data: bytes, suffix: str, media_type: str
) -> None:
    """Nobody else says what a file is."""
    path = tmp_path / name
    path.write_bytes(data)
    got = get(Source(str(path), "https://example.com/a.md"), fetcher)
    assert (got.body, got.suffix, got.media_type, got.etag) == (data, suffix, media_type, None)
    assert got.source.public_url == "https://example.com/a.md"


def test_unreadable_files_are_named(tmp_path: Path) -> None:
    """Missing ones, ones that are too large, HTML, and a public URL that is none."""
    path = tmp_path / "a.md"
    with pytest.raises(InputError, match=r"a\.md: can not be read: No such file"):
        get(Source(str(path)), Fetcher())
    path.write_bytes(b"12345")
    with pytest.raises(LimitError, match=r"a\.md: is larger than 4 bytes"):
        get(Source(str(path)), Fetcher(max_bytes=4))
    with pytest.raises(InputError, match="is not https"):
        get(Source(str(path), "http://example.com"), Fetcher())
    path.write_bytes(b"<html>")
    with pytest.raises(UpstreamError, match=r"a\.md: is an HTML page"):
        get(Source(str(path)), Fetcher())


def test_what_a_server_gave_wrong_is_its_fault(tmp_path: Path) -> None:
    """The same defect is UpstreamError from a URL and InputError from a file."""
    broken = page(SPEC + "openapi: 1\n")
    for location, kind in (("https://e.org/a", UpstreamError), (str(tmp_path), InputError)):
        with pytest.raises(InputError, match=":11: has the key") as caught:
            extract_source(Got(Source(location), broken, "", None, ".md"))
        assert type(caught.value) is kind
    with pytest.raises(LimitError):
        extract_source(
            Got(Source("https://e.org/a"), page(SPEC + "x: " + "[" * 500 + "\n"), "", None, ".md")
        )


@pytest.mark.parametrize(
    ("got", "name"),
    [
        (_got("https://e.org/reference/Delete_an%20Alias.md?x=1"), "pages/delete-an-alias.md"),
        (_got("https://e.org/v1.2/openapi.json", ".json"), "pages/openapi.json"),
        (_got("https://e.org/reference/"), "pages/reference.md"),
        (_got("https://e.org"), "pages/page.md"),
        (_got("https://e.org/%2e%2e%2f%2e%2e%2fetc%2fpasswd"), "pages/passwd.md"),
        (_got("/some/where/page.txt"), "pages/page.md"),
        (_got("page.txt", url="https://e.org/delete.md"), "pages/delete.md"),
        (_got("https://e.org/Straße.md"), "pages/stra-e.md"),
        (_got(f"https://e.org/{'x' * 300}.md"), f"pages/{'x' * 80}.md"),
    ],
)
def test_the_file_is_named_after_the_page(got: Got, name: str) -> None:
    """The last path segment as lower-case words, never a path elsewhere."""
    assert file_name(got, ()) == name


def test_no_two_pages_share_a_file() -> None:
    """A number is added."""
    got = _got("https://e.org/a.md")
    assert file_name(got, {"pages/a.md"}) == "pages/a-2.md"
    assert file_name(got, {"pages/a.md", "pages/a-2.md"}) == "pages/a-3.md"


def test_source_toml_holds_what_is_known(tmp_path: Path) -> None:
    """Readable by any TOML reader, times in UTC and whole seconds, no empty fields."""
    when = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=timezone(timedelta(hours=1)))
    plain = Page("pages/a.md", "https://e.org/a", when, "text/markdown", "0" * 64)
    full = Page("pages/b.md", "", when, "x", "1" * 64, 'W/"\\"', "name", "GET /a")
    data = source_toml(Api("pets", 'Pet "shop"', tmp_path, (plain, full), "note", "2" * 64))
    read = tomllib.loads(data.decode())
    assert read["api"] == {"name": "pets", "title": 'Pet "shop"', "licence_note": "note"}
    assert read["spec"] == {"file": "published.yaml", "sha256": "2" * 64}
    assert read["page"][0] == {
        "file": "pages/a.md",
        "url": "https://e.org/a",
        "retrieved": datetime(2026, 1, 2, 2, 4, 5, tzinfo=UTC),
        "media_type": "text/markdown",
        "sha256": "0" * 64,
    }
    assert read["page"][1]["etag"] == 'W/"\\"'
    assert b"2026-01-02T02:04:05Z" in data
