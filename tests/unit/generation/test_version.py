from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from generation_cases import describe, source
from hypothesis import given
from hypothesis import strategies as st

from specproof.document import digest
from specproof.generation.changelog import Release
from specproof.generation.interface_changes import Level
from specproof.generation.lock import Lock
from specproof.generation.version import Standing, is_versioned, next_version, stand

SOURCE = source(describe())
EFFECTIVE = "1" * 64
CODE = "__all__ = ['f']\ndef f(a: int) -> int: ...\n"
FIRST = Release("1.0.0", "none")


@pytest.mark.parametrize(
    ("version", "level", "following"),
    [
        ("1.2.3", "none", "1.2.3"),
        ("1.2.3", "patch", "1.2.4"),
        ("1.2.3", "minor", "1.3.0"),
        ("1.2.3", "major", "2.0.0"),
        ("0.2.3", "patch", "0.2.4"),
        ("0.2.3", "minor", "0.2.4"),
        ("0.2.3", "major", "0.3.0"),
        ("1.2", "patch", "1.2.1"),
        ("1.0.0rc1", "major", "1.0.0rc2"),
        ("1.0.0.dev9", "patch", "1.0.0.dev10"),
    ],
)
def test_the_next_version_follows_from_the_level(
    version: str, level: Level, following: str
) -> None:
    """Semantic Versioning; while the first number is 0, everything moves one place down."""
    assert next_version(version, level) == following


@given(
    numbers=st.tuples(*[st.integers(0, 99)] * 3), level=st.sampled_from(["patch", "minor", "major"])
)
def test_versions_only_grow(numbers: tuple[int, int, int], level: Level) -> None:
    """No release is older than the one before it."""
    following = next_version(".".join(map(str, numbers)), level)
    assert tuple(int(part) for part in following.split(".")) > numbers


def test_what_follows_from_the_version_is_known() -> None:
    """Those files say nothing about whether the rest changed."""
    assert is_versioned("CHANGELOG.md")
    assert is_versioned("generation.lock")
    assert is_versioned("small_client/_version.py")
    assert not is_versioned("small_client/models/version.py")


def _package(folder: Path, code: str) -> Path:
    package = folder / "small_client"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("from .types import *\n")
    (package / "types.py").write_text(code)
    return folder


def _hashes(folder: Path, readme: str) -> dict[str, str]:
    found = {
        path.relative_to(folder).as_posix(): digest(path.read_bytes())
        for path in folder.rglob("*.py")
    }
    return {"README.md": readme, **found}


def _stand(
    tmp_path: Path,
    new: str,
    *,
    edited: str | None = None,
    readme: str = "same",
    is_check: bool = False,
    **changes: Any,
) -> Standing:
    """Return where a client stands whose ``types.py`` was ``CODE`` and is ``new``."""
    before, fresh = _package(tmp_path / "old", CODE), _package(tmp_path / "new", new)
    lock = Lock("1.0.0", {**_hashes(before, "same"), "CHANGELOG.md": "other"}, EFFECTIVE, (FIRST,))
    if edited is not None:
        (before / "small_client" / "types.py").write_text(edited)
    return stand(
        SOURCE,
        fresh,
        {**_hashes(fresh, readme), "small_client/_version.py": "new"},
        lock=replace(lock, **changes),
        before=before,
        is_check=is_check,
    )


def _told(standing: Standing) -> dict[str, tuple[str, ...]]:
    assert standing.releases[-1] == FIRST
    assert standing.releases[0].version == standing.version
    return dict(standing.releases[0].sections)


def test_the_first_version(tmp_path: Path) -> None:
    """A client that replaces nothing is 0.1.0."""
    fresh = _package(tmp_path, CODE)
    standing = stand(SOURCE, fresh, {}, lock=None, before=fresh)
    assert (standing.version, standing.releases) == ("0.1.0", (Release("0.1.0", "none"),))


def test_nothing_changed(tmp_path: Path) -> None:
    """The same bytes keep their version."""
    standing = _stand(tmp_path, CODE)
    assert (standing.version, standing.releases) == ("1.0.0", (FIRST,))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"effective": "9" * 64}, "The description of the API."),
        ({"readme": "new"}, "The files `README.md`."),
        ({"effective": "9" * 64, "readme": "new"}, "The description of the API."),
    ],
)
def test_a_patch(tmp_path: Path, changes: dict[str, Any], told: str) -> None:
    """Another description or other bytes with the same interface."""
    standing = _stand(tmp_path, CODE, **changes)
    assert standing.version == "1.0.1"
    assert _told(standing) == {"Changed": (told,)}


def test_many_files_are_counted(tmp_path: Path) -> None:
    """The first five are named."""
    files = {f"{name}.md": "1" for name in "abcdefgh"}
    fresh = _package(tmp_path, CODE)
    lock = Lock("1.0.0", _hashes(fresh, "same"), EFFECTIVE, (FIRST,))
    hashes = {**_hashes(fresh, "same"), **files}
    standing = stand(SOURCE, fresh, hashes, lock=lock, before=fresh)
    assert _told(standing) == {
        "Changed": ("The files `a.md`, `b.md`, `c.md`, `d.md`, `e.md` and 3 more.",)
    }


@pytest.mark.parametrize(
    ("new", "version", "told"),
    [
        ("__all__ = ['f', 'g']\ndef f(a: int) -> int: ...\ndef g() -> None: ...\n", "1.1.0",
         {"Added": ("`types.g` (function)",)}),
        ("__all__ = ['f']\ndef f(a: str) -> int: ...\n", "2.0.0",
         {"Changed": ("**Breaking:** `types.f`: parameter `a` takes `str`, was `int`",)}),
        ("__all__ = []\n", "2.0.0", {"Removed": ("**Breaking:** `types.f` (function)",)}),
    ],
)  # fmt: skip
def test_the_interface_decides(
    tmp_path: Path, new: str, version: str, told: dict[str, tuple[str, ...]]
) -> None:
    """What is added is minor, what breaks callers is major, and the changelog says what it is."""
    standing = _stand(tmp_path, new, readme="new", effective="9" * 64)
    assert standing.version == version
    assert _told(standing) == told


def test_a_package_edited_by_hand_is_no_yardstick(tmp_path: Path) -> None:
    """Its interface is not the one that was released, so the worst is assumed."""
    standing = _stand(tmp_path, "__all__ = []\n", edited="__all__ = []\n")
    assert standing.version == "2.0.0"
    [line] = _told(standing)["Changed"]
    assert line.startswith("**Breaking:** The interface, it may be: the earlier package was edited")


def test_a_package_that_is_gone_is_no_yardstick(tmp_path: Path) -> None:
    """The same where the lock alone is left."""
    fresh = _package(tmp_path / "new", "__all__ = []\n")
    lock = Lock("1.0.0", {"small_client/types.py": "1" * 64}, EFFECTIVE, (FIRST,))
    standing = stand(SOURCE, fresh, _hashes(fresh, ""), lock=lock, before=tmp_path / "old")
    assert standing.version == "2.0.0"


def test_new_code_that_can_not_be_read_may_break_anything(tmp_path: Path) -> None:
    """Where there is nothing to compare with, the worst is assumed."""
    assert _stand(tmp_path, "__all__ = (\n").version == "2.0.0"


def test_a_hand_edit_that_generation_takes_back_is_no_release(tmp_path: Path) -> None:
    """The lock knows what the files were; what is there instead does not matter."""
    assert _stand(tmp_path, CODE, edited="__all__ = []\n").version == "1.0.0"


def test_a_lock_leads_nowhere(tmp_path: Path) -> None:
    """A name that leads out of the project is not followed."""
    files = {**_hashes(_package(tmp_path / "a", CODE), "same"), "small_client/../../x.py": "1"}
    assert _stand(tmp_path, CODE, files=files).version == "1.0.0"


def test_a_lock_without_releases_starts_from_its_version(tmp_path: Path) -> None:
    """Clients from before this rule are compared as they are."""
    standing = _stand(tmp_path, "__all__ = []\n", releases=())
    assert standing.version == "2.0.0"
    assert [release.version for release in standing.releases] == ["2.0.0", "1.0.0"]


@pytest.mark.parametrize(("new", "level"), [(CODE, "patch"), ("__all__ = []\n", "major")])
def test_a_maintainer_chooses_the_number(tmp_path: Path, new: str, level: str) -> None:
    """A version written into the lock is the next one, and its changes are told the same."""
    standing = _stand(tmp_path, new, version="3.0.0")
    assert standing.version == "3.0.0"
    assert standing.releases[0].level == level
    assert _told(standing)


def test_a_check_decides_nothing(tmp_path: Path) -> None:
    """The version is that of the last release, so that what differs is stale and nothing else."""
    standing = _stand(tmp_path, "__all__ = []\n", version="3.0.0", is_check=True)
    assert (standing.version, standing.releases) == ("1.0.0", (FIRST,))
