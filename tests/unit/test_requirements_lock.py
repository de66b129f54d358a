from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
ENTRY = re.compile(
    r"^([a-z0-9._-]+)==(\S+)(?: ;[^\n]*?)?((?: \\\n    --hash=sha256:[0-9a-f]{64})*)$", re.MULTILINE
)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
WANTED = PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]


def _normal(requirement: str) -> str:
    """Return the package name of a requirement, normalised as PEP 503 says."""
    name = re.split(r"[\s\[<>=!~;]", requirement, maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("requirement", WANTED)
def test_every_dependency_is_locked(requirement: str) -> None:
    """Each dependency that pyproject.toml names is pinned in requirements.lock."""
    assert _normal(requirement) in {match[1] for match in ENTRY.finditer(LOCK)}


def test_every_pin_has_hashes() -> None:
    """Each line of the lock is a comment, a pin with hashes, or one of its hashes."""
    pins = [line for line in LOCK.splitlines() if line and line[0] not in "# "]
    entries = list(ENTRY.finditer(LOCK))
    assert len(entries) == len(pins) > 0
    assert [match[1] for match in entries if not match[3]] == []


def test_the_lock_names_no_registry() -> None:
    """The lock works with whatever registry its user has configured."""
    code = [line for line in LOCK.splitlines() if not line.lstrip().startswith("#")]
    assert [line for line in code if "://" in line or line.startswith("-")] == []


def test_the_build_backend_is_locked() -> None:
    """The project is built without isolation, so what builds it comes from the lock too."""
    locked = {match[1] for match in ENTRY.finditer(LOCK)}
    assert {_normal(name) for name in PROJECT["build-system"]["requires"]} <= locked


def test_there_is_one_lock() -> None:
    """No second lock file, which would name registries, is committed."""
    files = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout
    assert "uv.lock" not in files.split()
