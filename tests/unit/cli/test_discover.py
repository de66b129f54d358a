from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import jsonschema_rs
import pytest
from typer.testing import CliRunner

from specproof.cli.main import app

SPEC = """\
openapi: 3.1.0
info: {title: Tiny, version: '1'}
paths:
  /things/{id}:
    get:
      operationId: view
      parameters:
        - {name: id, in: path, required: true, schema: {type: integer}}
        - {name: tag, in: query, schema: {type: string, maxLength: 3}}
      responses: {'200': {description: ok}}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A catalog with one API that was added by hand."""
    folder = tmp_path / "specs" / "tiny"
    folder.mkdir(parents=True)
    (folder / "published.yaml").write_text(SPEC)
    done = CliRunner().invoke(app, ["build", "tiny", "--root", str(tmp_path)])
    assert done.exit_code == 0, done.output
    return tmp_path


def test_a_corpus_is_drawn_once_and_checked(root: Path) -> None:
    """The same seed gives the same bytes; a file that was touched is stale, and drawn anew."""
    arguments = ["discover", "tiny", "--cases", "5", "--root", str(root), "--json"]
    first = CliRunner().invoke(app, arguments)
    assert first.exit_code == 0, first.output
    told = json.loads(first.stdout)
    schema = resources.files("specproof").joinpath("cli/schemas/discover.schema.json")
    jsonschema_rs.Draft202012Validator(json.loads(schema.read_text())).validate(told)
    row = told["corpora"][0]
    assert (row["valid"], row["changed"]) == (5, True)
    file = Path(row["file"])
    drawn = file.read_bytes()

    checked = CliRunner().invoke(app, ["discover", "--check", "--root", str(root)])
    assert (checked.exit_code, "up to date, 5 valid" in checked.stdout) == (0, True)

    file.write_bytes(drawn.rsplit(b"\n", 2)[0] + b"\n")
    stale = CliRunner().invoke(app, ["discover", "tiny", "--check", "--root", str(root)])
    assert (stale.exit_code, "stale or missing" in stale.stdout) == (1, True)
    assert json.loads(CliRunner().invoke(app, arguments).stdout)["corpora"][0]["changed"]
    assert file.read_bytes() == drawn


def test_without_an_api_there_is_nothing_to_draw(tmp_path: Path) -> None:
    """An empty catalog is wrong usage."""
    (tmp_path / "specs").mkdir()
    done = CliRunner().invoke(app, ["discover", "--root", str(tmp_path)])
    assert "no API" in str(done.exception)
