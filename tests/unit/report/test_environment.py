from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path

import pytest

from specproof.report import environment, schema
from specproof.report.environment import Environment, Library, Tool, examine

SPEC = """
openapi: 3.1.0
info: {title: Pets, version: "1"}
security: [{key: []}]
paths:
  /pets/{owner}:
    get:
      parameters:
        - {name: owner, in: path, required: true, schema: {type: string},
           x-specproof-env: SPECPROOF_PETS_OWNER}
      responses: {"200": {description: ok}}
components:
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Key}
    login: {type: http, scheme: basic}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a catalog with one API that was added by hand."""
    folder = tmp_path / "specs" / "pets"
    folder.mkdir(parents=True)
    (folder / "published.yaml").write_text(SPEC, "utf-8")
    return tmp_path


def _valid(found: Environment) -> None:
    import jsonschema_rs

    jsonschema_rs.validator_for(schema.load("doctor")).validate(found.document())


def test_this_environment_is_healthy(root: Path) -> None:
    """Where the tests run, nothing that specproof needs is missing."""
    found = examine(root)
    assert found.problems == ()
    assert found.root == str(root)
    _valid(found)


def test_every_dependency_is_told_with_its_pin() -> None:
    """The libraries are those that the package declares, each with its locked version."""
    found = {library.name: library for library in environment._libraries()}
    assert found["httpx"].installed == metadata.version("httpx")
    assert found["httpx"].locked == (metadata.version("httpx"),)
    assert "schemathesis" in found
    assert "mypy" not in found


def test_credentials_are_named_and_never_shown(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An API tells which variables it reads and whether they are set, not what they hold."""
    monkeypatch.setenv("SPECPROOF_PETS_KEY", "s3cr3t")
    found = examine(root)
    assert found.apis[0].state == "by-hand"
    assert found.apis[0].credentials == (
        ("SPECPROOF_PETS_KEY", "environment"),
        ("SPECPROOF_PETS_LOGIN_PASSWORD", None),
        ("SPECPROOF_PETS_LOGIN_USERNAME", None),
        ("SPECPROOF_PETS_OWNER", None),
    )
    assert "s3cr3t" not in repr(found) + str(found.document())


def test_a_touched_file_is_a_problem(root: Path) -> None:
    """A published spec that is not what was vendored makes the environment unhealthy."""
    (root / "specs" / "pets" / "source.toml").write_text(
        f'[api]\nname = "pets"\ntitle = "Pets"\n\n[spec]\nfile = "published.yaml"\n'
        f'sha256 = "{"0" * 64}"\n',
        "utf-8",
    )
    found = examine(root)
    assert found.apis[0].state == "broken"
    assert len(found.problems) == 1
    assert "SHA-256" in found.problems[0]
    assert found.document()["healthy"] is False
    _valid(found)


def test_a_folder_without_catalog_is_a_problem(tmp_path: Path) -> None:
    """Without a catalog the rest is told all the same."""
    found = examine(tmp_path)
    assert found.root is None
    assert found.apis == ()
    assert ["has no folder specs/" in problem for problem in found.problems] == [True]
    _valid(found)


def test_an_unsupported_python_is_a_problem(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An interpreter outside of 3.11 to 3.14 is named as a problem."""
    monkeypatch.setattr(sys, "version_info", (3, 10, 0))
    assert any("is not one of 3.11 to 3.14" in problem for problem in examine(root).problems)


@pytest.mark.parametrize(
    ("library", "problem"),
    [
        (Library("x", "1.0", ("1.0",)), None),
        (Library("x", "1.0", ("0.9", "1.0")), None),
        (Library("x", "1.0", ()), None),
        (Library("x", None, ("1.0",)), "the library x is not installed"),
        (
            Library("x", "1.1", ("0.9", "1.0")),
            "the library x is 1.1, but requirements.lock has 0.9 or 1.0",
        ),
    ],
)
def test_a_library_is_compared_with_the_lock(library: Library, problem: str | None) -> None:
    """A missing library and one of another version are problems; no lock is none."""
    assert library.problem == problem


def test_a_missing_library_has_no_version() -> None:
    """A library that is not installed is told as missing, not raised."""
    assert environment._installed("no-such-library-anywhere") is None


def test_only_a_needed_tool_is_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing tool is a problem only where specproof itself runs it."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert environment._tool("ruff", "p", True).problem == "the program ruff is missing"
    assert environment._tool("node", "p", False) == Tool("node", "p", False, None, None)


@pytest.mark.parametrize(
    ("script", "version"),
    [
        ("#!/bin/sh\necho tool v1.2.3\n", "1.2.3"),
        ("#!/bin/sh\necho none\n", None),
        ("#!/nowhere/interpreter\n", None),
    ],
)
def test_a_tool_that_says_no_version_is_still_found(
    script: str, version: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tool's version is read from what it prints; one that prints none is there anyway."""
    (tmp_path / "node").write_text(script, "utf-8")
    (tmp_path / "node").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    tool = environment._tool("node", "p", False)
    assert (tool.path, tool.version) == (str(tmp_path / "node"), version)


def test_an_installed_wheel_has_no_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside of a checkout no lock is looked for."""
    monkeypatch.setattr(environment, "__file__", str(tmp_path / "a" / "b" / "c" / "d.py"))
    assert environment._lock() == ""
