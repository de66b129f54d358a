"""The command ``specproof explain``."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest
from typer.testing import CliRunner

from specproof.catalog import open_catalog
from specproof.cli.main import app
from specproof.effective.build import build
from specproof.errors import InputError
from specproof.report import schema


def _explain(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["explain", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_verdict_is_explained() -> None:
    """Id, kind and text are printed."""
    text = _explain("vacuous")
    assert text.startswith("vacuous (verdict)\n")
    assert "specproof lint" in text


def test_a_check_is_explained_with_its_source() -> None:
    """A rule names the clause it comes from."""
    assert "Source: OpenAPI" in _explain("check:formats")


def test_without_an_id_all_are_listed() -> None:
    """The listing holds a line for each id."""
    lines = _explain().splitlines()
    assert any(line.split()[:2] == ["verdict", "inconclusive"] for line in lines)
    assert any(line.split()[:2] == ["check", "formats"] for line in lines)


@pytest.mark.parametrize("arguments", [("--json",), ("overlay", "--json")])
def test_json_keeps_its_schema(arguments: tuple[str, ...]) -> None:
    """The document of one id and that of all keep the shipped schema."""
    jsonschema_rs.validate(schema.load("explain"), json.loads(_explain(*arguments)))


def test_a_requirement_is_explained(tmp_path: Path) -> None:
    """An id with slashes is looked up among the requirements of its API."""
    folder = tmp_path / "specs" / "demo"
    folder.mkdir(parents=True)
    (folder / "published.yaml").write_text(
        "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n  /t:\n    get:\n"
        "      operationId: get-t\n      responses: {'204': {description: none}}\n"
    )
    (folder / "effective.yaml").write_bytes(build(open_catalog(tmp_path).get("demo")))
    root = ("--root", str(tmp_path))
    text = _explain("requirement:demo/get-t/http/status-documented", *root)
    assert text.startswith("demo/get-t/http/status-documented (requirement)\n")
    with pytest.raises(InputError, match="no API 'other'"):
        _explain("other/get-t/http/status-documented", *root)
    with pytest.raises(InputError, match="did you mean demo/get-t/http/status-documented"):
        _explain("demo/get-t/http/status-documentd", *root)


def test_an_unknown_id_is_refused() -> None:
    """An id that nothing is registered under is bad input."""
    with pytest.raises(InputError, match="nothing is registered"):
        _explain("nonsense")
