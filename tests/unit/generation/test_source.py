from __future__ import annotations

import json
from pathlib import Path

import pytest
from generation_cases import describe

from specproof.catalog import open_catalog
from specproof.document import digest
from specproof.effective import build
from specproof.errors import InputError, StaleError
from specproof.generation import source_of_api, source_of_file


@pytest.mark.parametrize(
    ("file", "name", "package"),
    [
        ("petstore.yaml", "petstore", "petstore_client"),
        ("My API_v2.json", "my-api-v2", "my_api_v2_client"),
        ("2024-01-shop.yaml", "shop", "shop_client"),
        ("open.api.yml", "open-api", "open_api_client"),
    ],
)
def test_a_file_gives_the_name_of_the_client(
    tmp_path: Path, file: str, name: str, package: str
) -> None:
    """Project and package are named after the file."""
    path = tmp_path / file
    path.write_text(json.dumps(describe()))
    found = source_of_file(path)
    assert (found.name, found.project, found.package) == (name, f"{name}-client", package)
    assert found.label == f"{name}{path.suffix}"
    assert found.title == "Small"
    assert found.hashes == {"effective": digest(path.read_bytes())}


def test_a_name_has_an_end(tmp_path: Path) -> None:
    """A very long file name gives a name of at most 60 characters."""
    path = tmp_path / ("long-" * 40 + ".yaml")
    path.write_text(json.dumps({**describe(), "info": {"version": "1", "title": " "}}))
    found = source_of_file(path)
    assert len(found.name) <= 60
    assert found.title == found.name


@pytest.mark.parametrize("file", ["3.1.yaml", "日本.yaml", "--.yaml"])
def test_a_file_name_without_a_word_gives_way_to_the_title(tmp_path: Path, file: str) -> None:
    """Where the file name has no letter, the title names the package."""
    path = tmp_path / file
    path.write_text(json.dumps(describe()))
    assert source_of_file(path).name == "small"


@pytest.mark.parametrize("file", ["123.yaml", "日本.yaml", "--.yaml"])
def test_a_file_without_any_word_is_refused(tmp_path: Path, file: str) -> None:
    """A package must have a name."""
    path = tmp_path / file
    path.write_text(json.dumps({**describe(), "info": {"version": "1", "title": "漢 2"}}))
    with pytest.raises(InputError, match="no package name"):
        source_of_file(path)


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"swagger": "2.0"}, "Swagger"),
        (describe(components={"schemas": {"a": {"$ref": "other.yaml#/b"}}}), "other.yaml"),
        (describe(components={"schemas": {"a": {"$ref": "#/nowhere"}}}), "#/nowhere"),
    ],
)
def test_what_is_no_description_of_its_own_is_refused(
    tmp_path: Path, document: dict[str, object], told: str
) -> None:
    """Other formats and references that leave the file end here."""
    path = tmp_path / "a.json"
    path.write_text(json.dumps(document))
    with pytest.raises(InputError, match=told):
        source_of_file(path)


def test_an_api_is_read_from_its_effective_spec(tmp_path: Path) -> None:
    """Published and effective spec are both hashed; a stale effective spec is refused."""
    folder = tmp_path / "specs" / "small"
    folder.mkdir(parents=True)
    (folder / "published.yaml").write_text(json.dumps(describe()))
    api = open_catalog(tmp_path).get("small")
    with pytest.raises(InputError, match="has not been built"):
        source_of_api(api)
    api.effective.write_bytes(build(api))
    found = source_of_api(api)
    assert found.label == "specs/small"
    assert found.document == describe()
    assert found.hashes == {
        "published": digest(api.published.read_bytes()),
        "effective": digest(api.effective.read_bytes()),
    }
    with api.effective.open("ab") as stream:
        stream.write(b"# touched\n")
    with pytest.raises(StaleError):
        source_of_api(api)
