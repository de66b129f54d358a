"""What ``--resources`` may say, and how it says what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from specproof.errors import InputError
from specproof.targets import given
from specproof.targets.given import Given, read_resources

TABLES = """
plain = ["01", 2]
[userId]
values = ["u-1"]
use_up = true
[noteId]
values = ["n-1"]
"""


def _read(folder: Path, text: str, name: str = "resources.toml") -> Given:
    path = folder / name
    path.write_text(text, "utf-8")
    return read_resources(path)


def test_toml_and_yaml_say_the_same(tmp_path: Path) -> None:
    """A list is read only; a table says whether its ids may be used up."""
    wanted = Given(
        {"plain": ("01", "2"), "userId": ("u-1",), "noteId": ("n-1",)}, frozenset({"userId"})
    )
    assert _read(tmp_path, TABLES) == wanted
    yaml = "plain: ['01', 2]\nuserId: {values: [u-1], use_up: true}\nnoteId: {values: [n-1]}\n"
    assert _read(tmp_path, yaml, "resources.yaml") == wanted


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = 5", "a is no list of ids"),
        ("a = [[]]", "a is no list of ids"),
        ("a = [true]", "a is no list of ids"),
        ("a = ['']", "a has an empty id"),
        ("a = ['x', 'x']", "a names an id twice"),
        ("[a]\nuse_up = true", "a is no list of ids"),
        ("[a]\nvalues = ['x']\nuse_up = 'yes'", "use_up of a is neither true nor false"),
        ("[a]\nvalues = ['x']\nuseup = true", "a has no setting useup"),
        ("a = ", "is not TOML"),
        ("a = " + "[" * 5000, "is not TOML"),
    ],
)
def test_what_is_wrong_is_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    """It names the file and the place in it."""
    with pytest.raises(InputError) as caught:
        _read(tmp_path, text)
    assert str(caught.value).startswith(f"{tmp_path / 'resources.toml'}: {said}")


def test_a_file_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not even read."""
    monkeypatch.setattr(given, "_SIZE_LIMIT", 3)
    with pytest.raises(InputError, match="too large"):
        _read(tmp_path, TABLES)
