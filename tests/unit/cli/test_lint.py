from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest
from typer.testing import CliRunner

from specproof.cli.main import app
from specproof.report import schema

DOCUMENT = """\
openapi: 3.0.3
info: {title: Shop, version: '1'}
security: [{}]
paths:
  /a:
    servers: []
    get:
      operationId: "get\\e[31m"
      responses: {'200': {description: OK}}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a catalog of one API that has been built."""
    folder = tmp_path / "specs" / "shop"
    folder.mkdir(parents=True)
    (folder / "published.yaml").write_text(DOCUMENT)
    (folder / "overlay.yaml").write_text(
        "overlay: 1.1.0\ninfo: {title: T, version: '1'}\nactions:\n"
        "- {target: $.paths.*.servers, remove: true, x-specproof-reason: r,"
        " x-specproof-evidence: [e]}\n"
    )
    CliRunner().invoke(app, ["build", "--root", str(tmp_path)])
    return tmp_path


def run(*arguments: str) -> tuple[int, str]:
    """Run ``specproof lint`` and return its exit code and output."""
    result = CliRunner().invoke(app, ["lint", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.stdout


def test_published_and_effective_are_two_documents(root: Path) -> None:
    """What the overlay mends is found in the one and not in the other."""
    code, published = run("--root", str(root), "shop", "--published")
    assert code == 0
    assert "shop (published): 0 error, 1 warning, 1 info" in published
    assert "warning: empty-servers" in published
    code, effective = run("--root", str(root))
    assert code == 0
    assert "shop (effective): 0 error, 0 warning, 1 info" in effective


@pytest.mark.parametrize(
    ("limit", "code"), [("error", 0), ("warning", 1), ("info", 1), ("never", 0)]
)
def test_fail_on_sets_the_exit_code(root: Path, limit: str, code: int) -> None:
    """Findings at the limit or above exit with 1."""
    assert run("--root", str(root), "--published", "--fail-on", limit)[0] == code


def test_any_file_can_be_looked_at(root: Path) -> None:
    """A file needs no catalog, its text can not steer a terminal, and mends are shown."""
    file = root / "any.yaml"
    file.write_text(DOCUMENT)
    code, output = run(str(file), "--mend", "--fail-on", "never")
    assert code == 0
    assert "\x1b" not in output
    assert "      - target: $.paths['/a'].servers\n        remove: true" in output


def test_json_is_the_documented_document(root: Path) -> None:
    """``--json`` prints one document, valid against the schema that is shipped."""
    file = root / "any.yaml"
    file.write_text(DOCUMENT)
    _, output = run("--root", str(root), "shop", str(file), "--json")
    told = json.loads(output)
    jsonschema_rs.validator_for(schema.load("lint")).validate(told)
    assert [(one["name"], one["which"]) for one in told["documents"]] == [
        ("shop", "effective"),
        (str(file), "file"),
    ]
    assert told["documents"][1]["summary"] == {"error": 0, "warning": 1, "info": 1}


@pytest.mark.parametrize("argument", ["missing.yaml", "./missing", "unknown"])
def test_what_can_not_be_read_is_an_error(root: Path, argument: str) -> None:
    """A missing file and an unknown API are two sentences, never a traceback."""
    result = CliRunner().invoke(app, ["lint", "--root", str(root), argument])
    assert argument.strip("./") in str(result.exception)


def test_dangling_reference_is_an_error(root: Path) -> None:
    """References are checked before anything follows them."""
    file = root / "any.yaml"
    file.write_text(DOCUMENT + "components: {schemas: {A: {$ref: 'http://a.example/b'}}}\n")
    result = CliRunner().invoke(app, ["lint", str(file)])
    assert "leaves the document" in str(result.exception)


def test_empty_catalog_is_an_error(tmp_path: Path) -> None:
    """Nothing looked at is no success."""
    (tmp_path / "specs").mkdir()
    result = CliRunner().invoke(app, ["lint", "--root", str(tmp_path)])
    assert "there is no API to look at" in str(result.exception)
