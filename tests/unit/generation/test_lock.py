from __future__ import annotations

import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from generation_cases import describe, source

from specproof.errors import InputError
from specproof.generation.changelog import Release
from specproof.generation.lock import LOCK_NAME, Lock, lock_bytes, read_lock

RELEASED = 'format = 1\n[files]\n[client]\nversion = "1.0.0"\n[[releases]]\n'


def test_a_lock_says_what_went_in_and_what_came_out(tmp_path: Path) -> None:
    """Hashes of specs, configuration, templates and files, and the versions of the tools."""
    files = {"b.py": "2" * 64, "a.py": "1" * 64}
    releases = (
        Release("0.3.0", "minor", {"Added": ("`a`", "`b`"), "Changed": ("x",), "Removed": ("y",)}),
        Release("0.1.0", "none"),
    )
    written = lock_bytes(source(describe()), "0.3.0", files, releases=releases)
    found = tomllib.loads(written.decode())
    assert found["client"] == {
        "name": "small-client",
        "package": "small_client",
        "version": "0.3.0",
    }
    assert found["source"] == {"effective_sha256": "1" * 64, "published_sha256": "0" * 64}
    assert found["generator"]["openapi_python_client"] == version("openapi-python-client")
    assert found["generator"]["ruff"] == version("ruff")
    assert len(found["generator"]["config_sha256"]) == 64
    assert len(found["generator"]["templates_sha256"]) == 64
    assert list(found["files"]) == ["a.py", "b.py"]
    (tmp_path / LOCK_NAME).write_bytes(written)
    assert read_lock(tmp_path) == Lock("0.3.0", files, "1" * 64, releases)


def test_an_older_lock_has_no_releases(tmp_path: Path) -> None:
    """What it does not say is empty, not wrong."""
    text = 'format = 1\n[client]\nversion = "1.0.0"\n[files]\na = "b"\n'
    (tmp_path / LOCK_NAME).write_text(text)
    assert read_lock(tmp_path) == Lock("1.0.0", {"a": "b"})


def test_no_lock_is_none(tmp_path: Path) -> None:
    """A folder without a lock was not generated."""
    assert read_lock(tmp_path) is None


@pytest.mark.parametrize(
    "text",
    [
        "not toml",
        "format = 1",
        "format = 1\nclient = 5\nfiles = {}",
        'format = 1\nfiles = []\n[client]\nversion = "1.0.0"',
        'format = 2\nfiles = {}\n[client]\nversion = "1.0.0"',
        'format = 1\nfiles = {}\n[client]\nversion = "1.0\\"\\nimport os"',
        RELEASED + 'version = "1"\nlevel = "none"',
        RELEASED + 'version = "1.0.0"\nlevel = "huge"',
        RELEASED + 'version = "1.0.0"\nlevel = "none"\nadded = [5]',
        RELEASED + 'level = "none"',
        b"\xff\xfe",
    ],
)
def test_a_lock_of_another_kind_is_refused(tmp_path: Path, text: str | bytes) -> None:
    """What cannot be understood is named with its file; nothing is guessed."""
    path = tmp_path / LOCK_NAME
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError, match="is no lock") as caught:
        read_lock(tmp_path)
    assert caught.value.file == str(path)
