"""The command ``specproof history merge``, and the parts it takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from typer.testing import CliRunner, Result

from specproof.cli.main import app
from specproof.errors import InputError
from specproof.history.store import open_history
from specproof.report import schema
from specproof.suites.runfile import read_run


@pytest.fixture(autouse=True)
def _nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start without a history of the developer's."""
    monkeypatch.delenv("SPECPROOF_HISTORY", raising=False)


def _invoke(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(item) for item in arguments])


def _shard(folder: Path, index: int, *arguments: object) -> Path:
    output = folder / f"part-{index}.jsonl"
    options = ("--target", "recorded", "--shard", f"{index}/2", "--output", output)
    done = _invoke("run", "onesignal", *options, *arguments)
    assert done.exit_code == 0, done.output
    return output


def test_shards_are_merged_and_stored_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The document keeps its schema; the same parts again are the same run."""
    # A variable that the jobs of a CI share does not make parts runs.
    place = tmp_path / "history.db"
    monkeypatch.setenv("SPECPROOF_HISTORY", str(place))
    parts = [_shard(tmp_path, index) for index in (2, 1)]
    assert not place.exists()
    output = tmp_path / "run.jsonl"
    told: list[dict[str, Any]] = []
    for _ in range(2):
        done = _invoke("history", "merge", *parts, "-o", output, "--label", "a=b", "--json")
        assert done.exit_code == 0, done.output
        told.append(json.loads(done.stdout))
        jsonschema_rs.validate(schema.load("history-merge"), told[-1])
        jsonschema_rs.validate(schema.load("run"), told[-1]["run"])
    assert [item.pop("stored") for item in told] == [True, False]
    assert told[0] == told[1]
    assert told[0]["output"] == str(output)
    with open_history(str(place)) as history:
        (stored,) = history.runs()
    assert stored.run_id == told[0]["run"]["run"]["id"] == read_run(output).header.run_id
    assert stored.labels == {"a": "b"} | dict(stored.labels)


def test_without_a_place_it_is_shown_only(tmp_path: Path) -> None:
    """As text, with the exit code of the whole run."""
    parts = [_shard(tmp_path, index, "--seed", 4) for index in (1, 2)]
    done = _invoke("history", "merge", *parts)
    assert done.exit_code == 0
    assert done.stdout.rstrip().endswith("; holds")
    assert "part" not in done.stdout.splitlines()[0]
    again = _invoke("history", "merge", *parts, "--json")
    assert json.loads(again.stdout)["stored"] is None
    before = parts[0].read_bytes()
    with pytest.raises(InputError, match="would be written over: it is one of the parts"):
        CliRunner().invoke(
            app, ["history", "merge", *map(str, parts), "-o", str(parts[0])], catch_exceptions=False
        )
    assert parts[0].read_bytes() == before
    earlier = tmp_path / "earlier.jsonl"
    _invoke("history", "merge", *parts, "-o", earlier)
    assert _invoke("history", "merge", *parts, "--against", earlier).exit_code == 0


def test_a_part_says_that_it_is_one(tmp_path: Path) -> None:
    """In text, Markdown and JSON, and never that the contract holds."""
    markdown = tmp_path / "part.md"
    path = _shard(tmp_path, 2, "--markdown", markdown)
    text = _invoke("report", path).stdout
    plain = json.loads(_invoke("report", path, "--json").stdout)
    jsonschema_rs.validate(schema.load("run"), plain)
    assert plain["run"]["shard"] == {"index": 2, "count": 2}
    assert plain["summary"]["outcome"] == "nothing is broken in this part"
    for shown in (text, markdown.read_text("utf-8")):
        assert "part 2 of 2 of a run" in shown
        assert "what the other parts see is not in it" in shown
        assert "another part may see it" in shown
        assert "holds" not in shown
    assert "onesignal on recorded, part 2 of 2: " in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--shard", "1"], "--shard is no part of a run; write it like 2/4"),
        (["--shard", "0/2"], "--shard is no part"),
        (["--shard", "3/2"], "--shard is no part"),
        (["--shard", "1/x"], "--shard is no part"),
        (["--shard", "1/2"], r"without a file for the merge; add --output part-1\.jsonl"),
        (
            ["--shard", "1/2", "--output", "p", "--against", "r"],
            "--against is for whole runs; give it to specproof history merge",
        ),
        (["--shard", "1/2", "--output", "p", "--history", "h"], "a part of a run is not stored"),
        (["--flaky-ok"], "--flaky-ok needs repeats to tell what is flaky; add --confirm 2"),
        (["--all"], "--all and names of APIs exclude each other"),
        (["--history", "h", "--no-history"], "exclude each other"),
    ],
)
def test_options_of_a_run_that_do_not_go_together(arguments: list[str], words: str) -> None:
    """Are bad input, before anything is run."""
    with pytest.raises(InputError, match=words):
        CliRunner().invoke(app, ["run", "onesignal", *arguments], catch_exceptions=False)


def test_options_of_a_merge_that_make_no_sense(tmp_path: Path) -> None:
    """Are bad input, too."""
    for arguments, words in (
        (["--fail-on", "often"], "--fail-on often is none of"),
        (["--label", "a=b"], "--label belongs to a stored run"),
    ):
        with pytest.raises(InputError, match=words):
            CliRunner().invoke(
                app, ["history", "merge", str(tmp_path), *arguments], catch_exceptions=False
            )


def test_all_is_every_api(monkeypatch: pytest.MonkeyPatch) -> None:
    """Said, or where no name is given."""
    asked: list[tuple[str, ...]] = []

    def fake(plan: Any, **_: object) -> Any:
        asked.append(plan.apis)
        raise InputError("enough")

    monkeypatch.setattr("specproof.suites.execute.execute", fake)
    _invoke("run", "--all")
    _invoke("run")
    assert asked[0] == asked[1]
    assert {"onesignal", "sequence"} <= set(asked[0])
