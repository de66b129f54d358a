from __future__ import annotations

from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from specproof.errors import InputError
from specproof.generation import formatting
from specproof.generation.formatting import format_code, ruff_version


def test_code_is_formatted_and_unused_imports_go(tmp_path: Path) -> None:
    """One pass over the folder; nothing but the code is changed, no cache is left."""
    (tmp_path / "a.py").write_text("import os\nimport json\nimport abc\nx=  json.dumps( abc )\n")
    (tmp_path / "b.txt").write_text("x=  1")
    format_code(tmp_path)
    assert (tmp_path / "a.py").read_text() == "import abc\nimport json\n\nx = json.dumps(abc)\n"
    assert (tmp_path / "b.txt").read_text() == "x=  1"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.py", "b.txt"]


def test_the_settings_of_the_surroundings_do_not_count(tmp_path: Path) -> None:
    """A ruff.toml above the folder changes nothing."""
    (tmp_path / "ruff.toml").write_text('line-length = 20\nexclude = ["*"]\n')
    folder = tmp_path / "client"
    folder.mkdir()
    (folder / "a.py").write_text("x = [1000000, 2000000,3000000]\n")
    format_code(folder)
    assert (folder / "a.py").read_text() == "x = [1000000, 2000000, 3000000]\n"


def test_code_that_is_no_python_is_an_error(tmp_path: Path) -> None:
    """What ruff refuses is told in one line."""
    (tmp_path / "a.py").write_text("def f(:\n")
    with pytest.raises(InputError, match=r"can not be formatted.*a\.py") as caught:
        format_code(tmp_path)
    assert "\n" not in str(caught.value)


def test_without_ruff_nothing_is_generated(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing formatter is an error, for other bytes would come out."""

    def missing(_: str) -> str:
        raise PackageNotFoundError

    monkeypatch.setattr(formatting, "version", missing)
    with pytest.raises(InputError, match="ruff is not installed"):
        ruff_version()


def test_without_the_program_of_ruff_nothing_is_generated(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An installation without its program is told from one without the package."""

    def missing() -> str:
        raise FileNotFoundError("bin/ruff")

    monkeypatch.setattr("ruff.find_ruff_bin", missing)
    with pytest.raises(InputError, match="the program of ruff is missing: bin/ruff"):
        format_code(tmp_path)
