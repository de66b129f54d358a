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
from specproof.history.store import open_history
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


def test_sarif_and_badge(run_file: Path) -> None:
    """--format sarif prints the log, --format badge an SVG."""
    assert json.loads(_report(str(run_file), "--format", "sarif"))["version"] == "2.1.0"
    assert _report(str(run_file), "--format", "badge").startswith("<svg")


def _site_of(folder: Path, *arguments: str) -> str:
    return _report("--html", str(folder / "site"), "--today", "2026-01-03", *arguments)


def test_a_site_of_run_files(run_file: Path, tmp_path: Path) -> None:
    """Run files alone make a site; the same one twice is one run."""
    printed = _site_of(tmp_path, str(run_file), str(run_file), "--root", str(_root(tmp_path)))
    assert printed.startswith(f"{tmp_path / 'site'}: 9 files, ")
    assert printed.endswith("; 2 rows, 1 run page\n")
    assert "OneSignal" in (tmp_path / "site/apis/onesignal.html").read_text("utf-8")


def test_a_site_of_a_history(tmp_path: Path) -> None:
    """Without run files the history is shown; --json describes what was made."""
    with open_history(str(tmp_path / "history.db")) as history:
        history.store_run(awkward_run())
    asked = ["--history", str(tmp_path / "history.db"), "--runs", "1", "--json"]
    document = json.loads(_site_of(tmp_path, *asked))
    jsonschema_rs.validate(schema.load("report-site"), document)
    assert document["schema"] == "specproof.report-site/1"
    files = [path for path in (tmp_path / "site").rglob("*") if path.is_file()]
    assert (document["files"], document["runs"], document["streams"]) == (len(files), 1, 2)
    assert document["bytes"] == sum(path.stat().st_size for path in files)


def _root(folder: Path) -> Path:
    (folder / "specs").mkdir()
    return folder


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ((), "a report is made of one run file"),
        (("RUN", "RUN"), "a report is made of one run file"),
        (("RUN", "--history", "h.db"), "are for a site"),
        (("RUN", "--runs", "3"), "are for a site"),
        (("RUN", "--today", "2026-01-01"), "are for a site"),
        (("RUN", "--html", "s", "--history", "h.db"), "of run files or of a history"),
        (("RUN", "--html", "s", "--format", "text"), "no other report"),
        (("RUN", "--html", "s", "--output", "o"), "no other report"),
        (("RUN", "--html", "s", "--verbose"), "no other report"),
        (("RUN", "--html", "s", "--today", "soon"), "is no date"),
        (("--html", "s", "--history", "none.db"), "there is no history"),
    ],
)
def test_what_does_not_go_together(
    arguments: tuple[str, ...],
    problem: str,
    run_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Options of a site and of a report of one run are not mixed; nothing is written."""
    monkeypatch.chdir(tmp_path)
    named = ["report", *(str(run_file) if item == "RUN" else item for item in arguments)]
    with pytest.raises(InputError, match=problem):
        CliRunner().invoke(app, named, catch_exceptions=False)
    assert [path.name for path in tmp_path.iterdir()] == ["run.jsonl"]
