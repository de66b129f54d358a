from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from generation_cases import describe
from typer.testing import CliRunner, Result

from specproof import generation
from specproof.catalog import open_catalog
from specproof.cli import generate
from specproof.cli.main import app
from specproof.effective import build
from specproof.errors import InputError

SCHEMA = json.loads(
    (
        Path(__file__).parents[3] / "conformance/specproof/cli/schemas/generate.schema.json"
    ).read_text()
)


def _run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["generate", *map(str, arguments)])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a catalog with the one API ``small``, built."""
    folder = tmp_path / "specs" / "small"
    folder.mkdir(parents=True)
    (folder / "published.yaml").write_text(json.dumps(describe()))
    api = open_catalog(tmp_path).get("small")
    api.effective.write_bytes(build(api))
    return tmp_path


def test_every_api_is_generated_and_checked(root: Path) -> None:
    """Without names all APIs are meant; a touched byte makes the check fail with its name."""
    first = _run("--root", root)
    assert first.exit_code == 0
    assert re.search(r"generated, 1 of 1 operation, \d+ files, version 0\.1\.0\n$", first.output)
    assert "up to date" in _run("--root", root, "small", "--check").output
    readme = root / "generated" / "small-client" / "README.md"
    readme.write_bytes(readme.read_bytes() + b" ")
    stale = _run("--root", root, "--check")
    assert stale.exit_code == 1
    assert "README.md differs; run specproof generate small" in stale.output
    assert not isinstance(stale.exception, InputError)


@pytest.mark.parametrize("touch", [False, True], ids=["fresh", "stale"])
def test_json_follows_its_schema(root: Path, *, touch: bool) -> None:
    """The document says what was written, or what is stale."""
    made = _run("--root", root, "--json")
    document: dict[str, Any] = json.loads(made.output)
    jsonschema_rs.validate(SCHEMA, document)
    assert document["clients"][0]["changed"] is True
    assert document["clients"][0]["package"] == "small_client"
    if touch:
        (root / "generated" / "small-client" / "pyproject.toml").unlink()
    checked = _run("--root", root, "--json", "--check")
    document = json.loads(checked.output)
    jsonschema_rs.validate(SCHEMA, document)
    assert checked.exit_code == int(touch)
    assert document["check"] is True
    assert (len(document["clients"]), len(document["stale"])) == (int(not touch), int(touch))


def test_any_description_is_generated_without_a_catalog(tmp_path: Path) -> None:
    """``--spec`` and ``--output`` need nothing else."""
    spec = tmp_path / "shop.json"
    spec.write_text(json.dumps(describe()))
    made = _run("--spec", spec, "--output", tmp_path / "out" / "client")
    assert made.exit_code == 0
    assert (tmp_path / "out" / "client" / "shop_client" / "py.typed").is_file()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--spec", "a.yaml"],
        ["--output", "b"],
        ["--spec", "a.yaml", "--output", "b", "name"],
        ["--spec", "a.yaml", "--output", "b", "--root", "c"],
    ],
)
def test_options_that_do_not_fit_together_are_refused(arguments: list[str]) -> None:
    """A file or the catalog, never a mixture."""
    error = _run(*arguments).exception
    assert isinstance(error, InputError)
    assert "--spec and --output go together" in str(error)


def test_an_empty_catalog_is_an_error(tmp_path: Path) -> None:
    """A run that generated nothing is no success."""
    (tmp_path / "specs").mkdir()
    error = _run("--root", tmp_path).exception
    assert isinstance(error, InputError)
    assert "no API to generate" in str(error)


def test_an_unknown_name_is_an_error(root: Path) -> None:
    """The error names the APIs that there are."""
    error = _run("--root", root, "smal").exception
    assert isinstance(error, InputError)
    assert "did you mean small?" in str(error)


def test_gaps_are_told_and_strict_fails(tmp_path: Path) -> None:
    """With --spec a gap is a line, in the output, the lock and the document; --strict exits 1."""
    spec = tmp_path / "gap.json"
    spec.write_text(json.dumps(describe({"//evil/x": {"get": {"responses": {}}}})))
    output = tmp_path / "client"
    arguments = ("--spec", spec, "--output", output)
    plain = _run(*arguments)
    assert plain.exit_code == 0
    assert "0 of 1 operation" in plain.output
    assert "specproof: GET //evil/x is left out: " in plain.output
    assert "GET //evil/x is left out" in (output / "generation.lock").read_text()
    strict = _run(*arguments, "--strict", "--json")
    assert strict.exit_code == 1
    document = json.loads(strict.stdout)
    jsonschema_rs.validate(SCHEMA, document)
    assert document["clients"][0]["left_out"][0]["what"] == "GET //evil/x"


def test_a_client_that_fails_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are made all the same, and the error is told."""

    def make(source: str, folder: Path, *, workers: object) -> str:
        assert workers is not None
        if source == "bad":
            raise InputError("can not be made", file=str(folder))
        return source

    monkeypatch.setattr(generation, "generate_client", make)
    jobs: Any = [("bad", Path("a")), ("good", Path("b"))]
    made: Any = generate._made(jobs, check=False)
    done, stale, (failed,) = made
    assert (done, stale) == (["good"], [])
    assert str(failed) == "a: can not be made"
