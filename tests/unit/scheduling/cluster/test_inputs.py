from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tiny_apis import write_tiny_apis

from specproof.errors import InputError
from specproof.scheduling.cluster.inputs import inputs_digest


def test_the_place_makes_no_difference(tmp_path: Path) -> None:
    """The same files elsewhere have the same digest, whatever else lies there."""
    [name] = write_tiny_apis(tmp_path / "one", 1)
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    (tmp_path / "two" / "specs" / name / ".swap").write_text("of an editor")
    (tmp_path / "two" / "specs" / name / ".cache").mkdir()
    (tmp_path / "two" / "specs" / name / ".cache" / "x").write_text("hidden too")
    (tmp_path / "two" / "specs" / "another").mkdir()
    assert inputs_digest(name, tmp_path / "one") == inputs_digest(name, tmp_path / "two")


@pytest.mark.parametrize(
    "place",
    [
        "specs/tiny-000/effective.yaml",
        "specs/tiny-000/deviations.toml",
        "conformance/corpus/tiny-000/listThings.json",
        "conformance/recordings/tiny-000/one.har",
    ],
)
def test_each_file_counts(tmp_path: Path, place: str) -> None:
    """Whatever decides a run changes the digest."""
    [name] = write_tiny_apis(tmp_path, 1)
    before = inputs_digest(name, tmp_path)
    path = tmp_path / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("another")
    assert inputs_digest(name, tmp_path) != before


def test_an_unknown_api_is_named(tmp_path: Path) -> None:
    """There is no digest of what is not there."""
    write_tiny_apis(tmp_path, 1)
    with pytest.raises(InputError, match="there is no API 'other'"):
        inputs_digest("other", tmp_path)
