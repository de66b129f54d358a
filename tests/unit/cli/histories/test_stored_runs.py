"""The commands that store, list, show, prune, export and import runs."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from runs import inert
from stored import FAILING, night, stored_run
from typer.testing import CliRunner

from specproof.cli.main import app
from specproof.errors import InputError
from specproof.history.store import open_history
from specproof.model import VerdictKind
from specproof.report import schema
from specproof.report.stored_runs import show_runs
from specproof.suites.runfile import run_bytes, write_run


def _history(*arguments: str, given: str | None = None) -> str:
    result = CliRunner().invoke(app, ["history", *arguments], input=given)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0
    return result.stdout


def _document(name: str, *arguments: str, given: str | None = None) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(_history(name, *arguments, "--json", given=given))
    jsonschema_rs.validate(schema.load(f"history-{name}"), document)
    return document


@pytest.fixture
def where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A history of three nights, of which the second is mended, that every command finds."""
    path = tmp_path / "h.db"
    with open_history(str(path)) as history:
        for number in (1, 2, 3):
            mended = {FAILING: VerdictKind.PASS} if number == 2 else {}
            labels = {"url": "https://ci.test/\x1b[31m"}
            history.store_run(stored_run(number, mended), batch=f"b{number}", labels=labels)
    monkeypatch.setenv("SPECPROOF_HISTORY", str(path))
    return path


def test_run_files_are_stored_once(tmp_path: Path) -> None:
    """The second time says so, in words and as JSON."""
    files = [tmp_path / f"{number}.jsonl" for number in (1, 2)]
    for number, path in enumerate(files, 1):
        write_run(stored_run(number), path)
    place = ["--history", str(tmp_path / "h.db")]
    first = _history("store", *map(str, files), *place, "--label", "branch=main", "--batch", "b")
    assert first == f"{files[0]}: run night-0001 stored\n{files[1]}: run night-0002 stored\n"
    assert "stored already\n" in _history("store", str(files[0]), *place)
    assert _document("store", str(files[1]), *place)["runs"] == [
        {"file": str(files[1]), "run_id": "night-0002", "stored": False}
    ]
    with open_history(place[1]) as history:
        found = history.find("last")
        assert (found.labels, found.batch) == ({"branch": "main"}, "b")


def test_no_file_is_stored_where_one_is_wrong(tmp_path: Path) -> None:
    """Every file is read first."""
    good, wrong = tmp_path / "good", tmp_path / "wrong"
    write_run(stored_run(1), good)
    wrong.write_text("{}\n")
    place = str(tmp_path / "h.db")
    with pytest.raises(InputError, match="wrong:1: not a line of a run file"):
        _history("store", str(good), str(wrong), "--history", place)
    assert not Path(place).exists()


@pytest.mark.parametrize("command", ["export", "show", "compare"])
def test_nothing_is_written_over_the_history(where: Path, command: str) -> None:
    """An output that is the file of the history is refused, by whatever name, before it is lost."""
    other = where.with_name("other")
    other.symlink_to(where)
    for output in (where, other):
        with pytest.raises(InputError, match="would be written over: the history is kept in it"):
            _history(command, "--output", str(output))
    assert len(_document("list")["runs"]) == 3
    with open_history(":memory:") as history:
        history.spare(where)


def test_runs_are_listed_for_a_pipe(where: Path) -> None:
    """Columns, newest first; choices narrow the list."""
    lines = _history("list").splitlines()
    assert lines[0].split() == [
        "run",
        "started",
        "(UTC)",
        "APIs",
        "where",
        "outcome",
        "pass",
        "fail",
        "open",
    ]
    assert [line.split()[0] for line in lines[1:]] == ["night-0003", "night-0002", "night-0001"]
    assert "2026-01-03 03:00:00  onesignal, sequence  emulator http://emulator.test" in lines[1]
    assert "does not hold" in lines[1]
    assert len(_history("list", "--limit", "1").splitlines()) == 2
    assert _history("list", "--api", "nobody") == "no run\n"
    assert _history("list", "--target", "live", "--history", str(where)) == "no run\n"
    for command in ("list", "alert", "issues", "compare"):
        done = CliRunner().invoke(app, ["history", command, "--target", "liv"])
        assert (done.exit_code, "'liv' is not one of" in done.stderr) == (2, True), command
    assert len(_document("list", "--since", night(2), "--api", "sequence")["runs"]) == 2
    run = _document("list", "--batch", "b2")["runs"][0]
    assert (run["run_id"], run["apis"][0]["failed"], run["complete"]) == ("night-0002", 1, True)


class _Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def test_runs_are_a_table_on_a_terminal(where: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Colour unless the user wants none, fitted to the width, and nothing of strangers runs."""
    monkeypatch.setenv("COLUMNS", "110")
    with open_history(str(where)) as history:
        runs = history.runs()
    shown = []
    for _ in range(2):
        out = _Terminal()
        show_runs(runs, out)
        shown.append(out.getvalue())
        monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[1;31mdoes not hold" in shown[0]
    assert "\x1b" not in shown[1]
    assert "night-0003" in shown[1]
    assert all(len(line) <= 110 for line in shown[1].splitlines())


def test_a_run_is_shown_with_what_changed(where: Path) -> None:
    """Since the comparable run before; the words of strangers are inert."""
    text = _history("show")
    assert text.startswith("run night-0003 on emulator http://emulator.test: does not hold\n")
    assert "batch b3\nurl: https://ci.test/\\x1b[31m\n" in text
    assert f"  other than in run night-0002 of {night(2)}:\n    {FAILING}: pass -> fail" in text
    assert "(accepted)" in text
    assert inert(text)
    assert "the first run of its kind" in _history("show", "night-0001")
    with open_history(str(where)) as history:
        history.store_run(stored_run(4))
    assert "batch" not in _history("show")
    assert f"every verdict as in run night-0002 of {night(2)}" in text
    document = _document("show", "last~2", "--api", "onesignal")
    changes = {item["api"]: item for item in document["changes"]}
    assert changes["onesignal"]["before"] == "night-0001"
    assert changes["onesignal"]["verdicts"] == [
        {"requirement": FAILING, "before": "fail", "now": "pass", "reason": ""}
    ]
    assert changes["sequence"]["verdicts"] == []
    assert len(document["findings"]) == 3
    assert _document("show", "night-0001")["changes"][0]["before"] is None
    assert where.exists()


def test_requirements_that_come_and_go_are_shown(where: Path) -> None:
    """A requirement that one of the two runs does not know has no verdict there."""
    run = stored_run(4)
    kept = tuple(item for item in run.verdicts if item.requirement.id != FAILING)
    summary = replace(run.summary, failed=run.summary.failed - 1)
    shorter = replace(run, verdicts=kept, footer=replace(run.footer, summary=summary))
    with open_history(str(where)) as history:
        history.store_run(shorter)
        history.store_run(stored_run(5))
    gone, back = (
        _document("show", name)["changes"][0]["verdicts"] for name in ("night-0004", "last")
    )
    reason = back[0].pop("reason")
    assert "broken in 1 exchange" in reason
    assert gone == [{"requirement": FAILING, "before": "fail", "now": None, "reason": ""}]
    assert back == [{"requirement": FAILING, "before": None, "now": "fail"}]
    assert f"{FAILING}: not there -> fail (broken in 1 exchange" in _history("show")


def test_a_run_comes_back_as_it_was(where: Path, tmp_path: Path) -> None:
    """Byte for byte; one of which only the summary is left can not."""
    out = tmp_path / "back.jsonl"
    _history("show", "night-0002", "--output", str(out))
    assert out.read_bytes() == run_bytes(stored_run(2, {FAILING: VerdictKind.PASS}))
    _history("prune", "--keep-days", "0")
    assert "only the summary is kept\n" in _history("show", "night-0002")
    with pytest.raises(InputError, match="only the summary is kept of run 'night-0002'"):
        _history("show", "night-0002", "--output", str(tmp_path / "no.jsonl"))
    assert not (tmp_path / "no.jsonl").exists()
    assert where.exists()


def test_old_runs_are_pruned(where: Path) -> None:
    """First tried, then done; nothing to go by is wrong usage."""
    with pytest.raises(InputError, match="nothing says what is old"):
        _history("prune")
    tried = _document("prune", "--keep-days", "0", "--drop-days", "0", "--dry-run")
    assert (tried["dry_run"], tried["runs"], tried["held"]) == (True, 1, 2)
    assert "runs would be dropped: 1\n" in _history("prune", "--drop-days", "0", "--dry-run")
    done = _history("prune", "--drop-days", "0")
    assert "runs dropped: 1\n" in done
    assert f"and has {where.stat().st_size}\n" in done
    assert _document("prune", "--drop-days", "0")["runs"] == 0


def test_a_history_is_moved(where: Path, tmp_path: Path) -> None:
    """To a file or standard output, from a file or standard input."""
    out, copy = tmp_path / "out.jsonl", str(tmp_path / "copy.db")
    document = _document("export", "--output", str(out))
    assert (document["file"], document["records"]["run"]) == (str(out), 3)
    assert _history("export", "--output", str(out)).startswith(f"{out}: 3 run, 0 summary, 1 code")
    lines = _history("export")
    assert lines.encode("ascii") == out.read_bytes()
    found = _document("import", str(out), "--history", copy)
    assert (found["stored"]["run"], found["known"]["run"]) == (3, 0)
    words = _history("import", "-", "--history", copy, given=lines)
    assert words.startswith("-: new are 0 of 3 run, 0 of 0 summary, 0 of 1 code")
    assert _history("export", "--history", copy) == lines
    with pytest.raises(InputError, match="--json would stand among the lines"):
        _history("export", "--json")
    with pytest.raises(InputError, match="standard input:1: not a line"):
        _history("import", "-", "--history", copy, given="{}\n")
    assert where.exists()


@pytest.mark.parametrize("command", ["list", "show", "prune --keep-days 1", "export"])
def test_nothing_is_made_by_reading(command: str, tmp_path: Path) -> None:
    """Where there is no history, a sentence says so, and there is none afterwards."""
    path = tmp_path / "none.db"
    with pytest.raises(InputError, match=r"none.db: there is no history; store a run"):
        _history(*command.split(), "--history", str(path))
    assert not path.exists()
