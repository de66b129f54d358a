from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest
from typer.testing import CliRunner

from specproof.catalog import ROOT_VARIABLE
from specproof.cli.main import app
from specproof.report import schema

SPEC = """\
openapi: 3.0.3
info: {title: "Pets \\e[31m", version: "1"}
paths: {/pets: {get: {operationId: listPets, responses: {"204": {description: none}}}}}
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty working directory, a description beside it."""
    (tmp_path / "pets.yaml").write_text(SPEC, "utf-8")
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.delenv(ROOT_VARIABLE, raising=False)
    return folder


def test_an_api_is_added_to_an_empty_folder(place: Path) -> None:
    """Where there is no catalog, one is made here, and the next steps are told."""
    result = CliRunner().invoke(app, ["add", "pets", "../pets.yaml"])
    assert result.exit_code == 0, result.output
    assert (place / "specs" / "pets" / "effective.yaml").is_file()
    assert (place / "generated" / "pets-client" / "pets_client").is_dir()
    assert result.output.splitlines()[-2:] == [
        "next    specproof lint pets",
        "next    specproof run pets --target live --base-url URL",
    ]
    assert ": 1 operation\n" in result.output
    assert "\x1b" not in result.output


def test_json_is_the_documented_document(place: Path) -> None:
    """``--json`` prints one document, valid against the schema that is shipped."""
    arguments = ["add", "pets", "../pets.yaml", "--root", "elsewhere", "--json"]
    result = CliRunner().invoke(app, arguments)
    told = json.loads(result.output)
    jsonschema_rs.validator_for(schema.load("add")).validate(told)
    assert told["operations"] == ["GET /pets"]
    assert told["folder"] == str(place / "elsewhere" / "specs" / "pets")
    assert told["base_url"] is None
