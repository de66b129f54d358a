from __future__ import annotations

import sys
from pathlib import Path

import pytest

from specproof.generation import Generated
from specproof.generation.interface import (
    COMPUTED,
    Entry,
    Interface,
    Parameter,
    read_interface,
)

PACKAGE = {
    "__init__.py": """
from . import errors
from .client import Client
from .errors import ApiError
__all__ = ["ApiError", "Client", "errors"]
""",
    "client.py": """
class Client:
    def __init__(self, url: str, *, timeout: float = 30.0, **more: int) -> None:
        self.kept = url
    def close(self) -> None: ...
    def _hidden(self) -> None: ...
    @staticmethod
    def made(text: str) -> None: ...
class Internal: ...
""",
    "errors.py": "__all__ = ['ApiError']\nclass ApiError(Exception):\n    said: str = ''\n",
    "models/__init__.py": """
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from .pet import Kind, Pet
__all__ = ["Kind", "Pet"]
""",
    "models/pet.py": """
from enum import StrEnum
from attrs import define, field
class Kind(StrEnum):
    CAT = "cat"
@define
class Pet:
    name: str
    tags: list[str] = field(repr=False)
    notes: dict[str, str] = field(factory=dict)
    age: int | None = None
    _secret: int = 1
    @property
    def keys(self) -> list[str]: return []
""",
    "api/__init__.py": "",
    "api/pets/__init__.py": "",
    "api/pets/get_pet.py": '''
"""Calls GET /pets."""
from ...models.pet import Pet
LIMIT: int = 5
def _hidden() -> None: ...
def sync(pet_id: str, *, client: object) -> Pet: ...
''',
}


def _write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / "a_client" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def _read(folder: Path, *names: str, package: str = "a_client") -> Interface:
    every = [path.relative_to(folder).as_posix() for path in folder.rglob("*")]
    found = read_interface(folder, package, names or every)
    assert found is not None
    return found


def test_what_is_public_is_read(tmp_path: Path) -> None:
    """Exports, models, errors and operations are; other modules and underscores are not."""
    entries = _read(_write(tmp_path, PACKAGE))
    assert list(entries) == sorted(entries)
    assert set(entries) == {
        "ApiError",
        "Client",
        "Client.__init__",
        "Client.close",
        "Client.kept",
        "Client.made",
        "api.pets.get_pet",
        "api.pets.get_pet.LIMIT",
        "api.pets.get_pet.sync",
        "errors",
        "errors.ApiError",
        "errors.ApiError.said",
        "models.Kind",
        "models.Kind.CAT",
        "models.Pet",
        "models.Pet.age",
        "models.Pet.keys",
        "models.Pet.name",
        "models.Pet.notes",
        "models.Pet.tags",
    }
    assert entries["ApiError"] == Entry("name")
    assert entries["errors.ApiError"] == Entry("class", bases=("Exception",))
    assert entries["Client.__init__"].parameters == (
        Parameter("url", "positional or keyword", "str", None),
        Parameter("timeout", "keyword-only", "float", "30.0"),
        Parameter("more", "variadic keyword", "int", "{}"),
    )
    assert [parameter.name for parameter in entries["Client.made"].parameters] == ["text"]
    assert entries["Client.kept"].default == COMPUTED
    assert entries["api.pets.get_pet"] == Entry("module", calls="Calls GET /pets.")
    assert entries["api.pets.get_pet.sync"].annotation == "Pet"
    assert entries["models.Kind.CAT"] == Entry("member", default="'cat'")


@pytest.mark.parametrize(
    ("name", "default"),
    [("name", None), ("tags", None), ("notes", COMPUTED), ("age", "None"), ("keys", COMPUTED)],
)
def test_a_field_is_required_or_not(tmp_path: Path, name: str, default: str | None) -> None:
    """What the constructor needs is told from what has a default or is computed."""
    assert _read(_write(tmp_path, PACKAGE))[f"models.Pet.{name}"].default == default


def test_only_what_was_asked_for_is_read(tmp_path: Path) -> None:
    """One file of thousands costs what one file costs; the others add nothing."""
    files = {**PACKAGE, "models/pet.py": "def f(:"}
    folder = _write(tmp_path, files)
    assert set(_read(folder, "a_client/errors.py")) == {"errors.ApiError", "errors.ApiError.said"}
    assert set(_read(folder, "a_client/__init__.py")) == {"ApiError", "Client", "errors"}
    assert _read(folder, "README.md", "a_client/gone.py", "a_client/schemas.json") == {}


def test_no_code_runs(tmp_path: Path) -> None:
    """The package is parsed, never imported."""
    files = {**PACKAGE, "client.py": "raise SystemExit\nclass Client: ..."}
    assert "Client" in _read(_write(tmp_path, files))
    assert "a_client" not in sys.modules


@pytest.mark.parametrize("text", [b"def f(:", b"\xff"])
def test_what_can_not_be_read_is_none(
    tmp_path: Path, text: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    """A broken package has no interface, and nobody is bothered with a log."""
    path = tmp_path / "a_client" / "__init__.py"
    path.parent.mkdir()
    path.write_bytes(text)
    assert read_interface(tmp_path, "a_client", ["a_client/__init__.py"]) is None
    assert capfd.readouterr() == ("", "")


def test_a_generated_client_is_read_whole(wide: Generated) -> None:
    """Every operation has its four functions, and the models are there."""
    entries = _read(wide.folder, package="wide_client")
    operations = [path for path, entry in entries.items() if entry.kind == "module"]
    assert len(operations) == wide.operations
    for path in operations:
        for name in ("sync", "sync_detailed", "asyncio", "asyncio_detailed"):
            assert entries[f"{path}.{name}"].kind == "function"
    assert entries["models.Pet"].kind == "class"
    assert {"AuthenticatedClient.__init__", "Retries.attempts", "errors.ApiError"} < set(entries)
