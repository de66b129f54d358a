from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest
from typer.testing import CliRunner

from specproof.cli.main import app
from specproof.report import schema

SPEC = """
openapi: 3.0.3
info: {title: "Pets \\e[31m", version: "1"}
security: [{key: []}]
paths: {/pets: {get: {responses: {"200": {description: ok}}}}}
components: {securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a catalog with one API whose title holds a terminal escape."""
    folder = tmp_path / "specs" / "pets"
    folder.mkdir(parents=True)
    (folder / "published.yaml").write_text(SPEC, "utf-8")
    return tmp_path


def test_a_healthy_place_exits_0(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each library, tool, API and credential has a line, and no value is shown."""
    monkeypatch.setenv("SPECPROOF_PETS_KEY", "s3cr3t")
    result = CliRunner().invoke(app, ["doctor", "--root", str(root)])
    assert result.exit_code == 0
    assert result.output.endswith("everything needed is there\n")
    assert "credential   SPECPROOF_PETS_KEY set (from the environment)\n" in result.output
    assert "library      httpx 0.28" in result.output
    assert "s3cr3t" not in result.output
    assert "\x1b" not in result.output


def test_a_broken_place_exits_2(tmp_path: Path) -> None:
    """What is wrong is the last thing told, and the exit code is 2."""
    result = CliRunner().invoke(app, ["doctor", "--root", str(tmp_path)])
    assert result.exit_code == 2
    assert result.output.splitlines()[-1].startswith("problem ")
    assert "credential" not in result.output


def test_json_is_the_documented_document(root: Path) -> None:
    """``--json`` prints one document, valid against the schema that is shipped."""
    result = CliRunner().invoke(app, ["doctor", "--root", str(root), "--json"])
    told = json.loads(result.output)
    jsonschema_rs.validator_for(schema.load("doctor")).validate(told)
    assert told["schema"] == "specproof.doctor/1"
    assert told["catalog"]["apis"][0]["credentials"] == [
        {"variable": "SPECPROOF_PETS_KEY", "present": False, "source": None}
    ]
