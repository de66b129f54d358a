"""The command ``specproof report``."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest
from runs import awkward_run
from typer.testing import CliRunner

from specproof.cli.main import app
from specproof.errors import InputError
from specproof.report import schema
from specproof.report.junit import render_junit
from specproof.report.markdown import render_markdown
from specproof.report.text import render_text
from specproof.suites.runfile import write_run


@pytest.fixture
def run_file(tmp_path: Path) -> Path:
    """A run file of the awkward run."""
    path = tmp_path / "run.jsonl"
    write_run(awkward_run(), path)
    return path


def _report(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["report", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_text_is_the_default(run_file: Path) -> None:
    """Without options the text report is printed."""
    assert _report(str(run_file)) == render_text(awkward_run())
    assert _report(str(run_file), "--verbose") == render_text(awkward_run(), verbose=True)


def test_json_keeps_its_schema(run_file: Path) -> None:
    """--json and --format json print the same document, which keeps the schema ``run``."""
    text = _report(str(run_file), "--json")
    jsonschema_rs.validate(schema.load("run"), json.loads(text))
    assert text == _report(str(run_file), "--format", "json")


def test_output_goes_to_a_file(run_file: Path, tmp_path: Path) -> None:
    """With --output nothing is printed and the file holds the report."""
    for form, render in (
        ("text", render_text),
        ("markdown", render_markdown),
        ("junit", render_junit),
    ):
        output = tmp_path / f"out.{form}"
        assert _report(str(run_file), "--format", form, "--output", str(output)) == ""
        assert output.read_text("utf-8") == render(awkward_run())


def test_no_run_is_bad_input(tmp_path: Path) -> None:
    """A file that is no run, or no file at all, is bad input."""
    path = tmp_path / "x"
    path.write_text("{}\n")
    with pytest.raises(InputError, match=r"x:1: not a line of a run file"):
        _report(str(path))
    with pytest.raises(FileNotFoundError):
        _report(str(tmp_path / "missing"))
