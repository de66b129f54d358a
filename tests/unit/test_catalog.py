from __future__ import annotations

from pathlib import Path

import pytest
from pages import spec

from specproof import catalog as catalog_module
from specproof.catalog import Catalog, open_catalog, verify
from specproof.document import digest
from specproof.errors import InputError, StaleError

PAGE = b"# page"
PUBLISHED = spec("GET /pets").encode()
SOURCE = f"""
[api]
name = "pets"
title = "Pet shop"
licence_note = "theirs"

[[page]]
file = "pages/get-pets.md"
url = "https://example.com/get-pets.md"
retrieved = 2026-01-02T03:04:05Z
media_type = "text/markdown"
sha256 = "{digest(PAGE)}"

[spec]
file = "published.yaml"
sha256 = "{digest(PUBLISHED)}"
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a root with a vendored API, one added by hand, and what is no API."""
    pets = tmp_path / "specs" / "pets"
    (pets / "pages").mkdir(parents=True)
    (pets / "pages" / "get-pets.md").write_bytes(PAGE)
    (pets / "published.yaml").write_bytes(PUBLISHED)
    (pets / "source.toml").write_text(SOURCE, "utf-8")
    (tmp_path / "specs" / "by-hand").mkdir()
    (tmp_path / "specs" / "by-hand" / "published.yaml").write_bytes(PUBLISHED)
    (tmp_path / "specs" / "Notes").mkdir()
    (tmp_path / "specs" / ".hidden").mkdir()
    (tmp_path / "specs" / ".hidden" / "published.yaml").write_bytes(PUBLISHED)
    return tmp_path


def test_every_folder_with_a_spec_is_an_api(root: Path) -> None:
    """Names are sorted; other folders are passed over."""
    catalog = Catalog(root)
    assert catalog.names() == ("by-hand", "pets")
    assert [api.name for api in catalog.apis()] == ["by-hand", "pets"]
    assert Catalog(root / "nowhere").names() == ()


def test_an_api_knows_its_source_and_its_files(root: Path) -> None:
    """What source.toml says is there, typed, with the paths of the layout."""
    api = Catalog(root).get("pets")
    assert (api.title, api.licence_note, api.spec_sha256) == (
        "Pet shop",
        "theirs",
        digest(PUBLISHED),
    )
    [page] = api.pages
    assert page.file == "pages/get-pets.md"
    assert page.retrieved.isoformat() == "2026-01-02T03:04:05+00:00"
    assert (page.etag, page.spec_name, page.operation) == (None, None, None)
    places = [api.published, api.overlay, api.effective, api.promises, api.deviations, api.source]
    assert [path.relative_to(root / "specs" / "pets").as_posix() for path in places] == [
        "published.yaml",
        "overlay.yaml",
        "effective.yaml",
        "promises.yaml",
        "deviations.toml",
        "source.toml",
    ]


def test_a_spec_added_by_hand_needs_nothing_else(root: Path) -> None:
    """The title is that of the document, and there is nothing to verify."""
    api = Catalog(root).get("by-hand")
    assert (api.title, api.pages, api.spec_sha256) == ("Pets", (), None)
    verify(api)
    api.published.write_text("openapi: 3.0.0\n", "utf-8")
    assert Catalog(root).get("by-hand").title == "by-hand"


def test_the_clients_and_recordings_have_their_places(root: Path) -> None:
    """Hyphens become underscores in the package name alone."""
    catalog = Catalog(root)
    api = catalog.get("by-hand")
    assert catalog.client_folder(api) == root / "generated" / "by-hand-client"
    assert catalog.client_package(api) == "by_hand_client"
    assert catalog.recordings == root / "conformance" / "recordings"


@pytest.mark.parametrize(
    ("name", "remedy"),
    [("pet", "did you mean pets?"), ("zzz", "known APIs: by-hand, pets"), ("../pets", "did you")],
)
def test_an_unknown_api_is_answered_with_the_known_ones(root: Path, name: str, remedy: str) -> None:
    """The nearest name, or all of them."""
    with pytest.raises(InputError) as caught:
        Catalog(root).get(name)
    assert "there is no API" in str(caught.value)
    assert remedy in str(caught.value)


@pytest.mark.parametrize("name", ["Pets", "pe_ts", "1pets", "pets-", "a--b", "ä"])
def test_a_folder_that_can_not_name_an_api_is_refused(root: Path, name: str) -> None:
    """A name that no client package could have is said to be wrong, not passed over."""
    (root / "specs" / name).mkdir()
    (root / "specs" / name / "published.yaml").write_bytes(PUBLISHED)
    with pytest.raises(InputError, match="can not name an API; use lower-case letters"):
        Catalog(root).names()


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("[spec]", "[other]\nx = 1\n[spec]", "other: Extra inputs are not permitted"),
        ('title = "Pet shop"', "", "api.title: Field required"),
        ("pages/get-pets.md", "../../secret", "page.0.file: String should match pattern"),
        ("pages/get-pets.md", "pages/.x", "page.0.file: String should match pattern"),
        ('"published.yaml"', '"x.yaml"', "spec.file: String should match pattern"),
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05", "page.0.retrieved: "),
        ("[spec]", "[spec", "is not TOML: "),
        ('name = "pets"', 'name = "cats"', "names the API 'cats' in the folder of pets"),
        ("[api]", "# " + "x" * 5_000_000 + "\n[api]", "is larger than 4194304 bytes"),
    ],
)
def test_a_malformed_source_file_is_one_sentence(
    root: Path, old: str, new: str, problem: str
) -> None:
    """Unknown keys, missing ones, wrong types and paths that lead elsewhere are refused."""
    path = root / "specs" / "pets" / "source.toml"
    path.write_text(SOURCE.replace(old, new), "utf-8")
    with pytest.raises(InputError, match=r"source\.toml: ") as caught:
        Catalog(root).get("pets")
    assert problem in str(caught.value)


def test_a_page_is_listed_once(root: Path) -> None:
    """Two entries for one file contradict each other."""
    path = root / "specs" / "pets" / "source.toml"
    entry = SOURCE[SOURCE.index("[[page]]") : SOURCE.index("[spec]")]
    path.write_text(SOURCE.replace("[spec]", entry + "[spec]"), "utf-8")
    with pytest.raises(InputError, match="lists one page twice"):
        Catalog(root).get("pets")


def test_untouched_files_verify(root: Path) -> None:
    """The hashes of source.toml hold."""
    verify(Catalog(root).get("pets"))


@pytest.mark.parametrize("file", ["pages/get-pets.md", "published.yaml"])
def test_one_changed_byte_is_found(root: Path, file: str) -> None:
    """A changed or missing file is stale, and is named."""
    api = Catalog(root).get("pets")
    path = api.folder / file
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(StaleError, match=f"{file}: is not what source.toml says"):
        verify(api)
    path.unlink()
    with pytest.raises(StaleError, match=f"{file}: is missing"):
        verify(api)


def test_a_page_that_nobody_vendored_is_found(root: Path) -> None:
    """A page beside the listed ones is stale, with source.toml and without."""
    (root / "specs" / "pets" / "pages" / "more.md").write_bytes(PAGE)
    with pytest.raises(StaleError, match=r"more\.md: is not listed"):
        verify(Catalog(root).get("pets"))
    (root / "specs" / "by-hand" / "pages").mkdir()
    (root / "specs" / "by-hand" / "pages" / "x.md").write_bytes(PAGE)
    with pytest.raises(StaleError, match=r"x\.md: is not listed"):
        verify(Catalog(root).get("by-hand"))


def test_the_catalog_is_found_from_where_one_stands(
    root: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First the root that was named, then the variable, then the nearest parent."""
    other = tmp_path_factory.mktemp("other")
    (other / "specs").mkdir()
    monkeypatch.chdir(root / "specs" / "pets" / "pages")
    assert open_catalog().root == root
    monkeypatch.setenv("SPECPROOF_ROOT", str(other))
    assert open_catalog().root == other
    assert open_catalog(root).root == root


def test_a_root_without_specs_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless the caller is about to create one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(catalog_module, "_DATA", tmp_path / "none")
    with pytest.raises(InputError, match="has no folder specs/"):
        open_catalog(tmp_path)
    with pytest.raises(InputError, match="no folder specs/ here or in any parent"):
        open_catalog()
    assert open_catalog(tmp_path, create=True).root == tmp_path
    assert open_catalog(create=True).root == tmp_path
    assert list(tmp_path.iterdir()) == []


def test_the_installed_package_brings_its_own_catalog(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no catalog is near, the one of the wheel is read, but never written to."""
    data = tmp_path / "_data"
    (data / "specs").mkdir(parents=True)
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setattr(catalog_module, "_DATA", data)
    assert open_catalog().root == data
    assert open_catalog().recordings == data / "recordings"
    assert open_catalog(create=True).root == here
