"""The command ``specproof history issues``."""

from __future__ import annotations

import json
from pathlib import Path

import fake_gh
import jsonschema_rs
import pytest
from histories import Night, night_run, nights
from history_files import history_of
from typer.testing import CliRunner

from specproof.cli.main import app
from specproof.errors import InputError
from specproof.history.store import open_history
from specproof.report import schema


def _issues(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(
        app, ["history", "issues", "--tracker", "github", *arguments], catch_exceptions=True
    )
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout


@pytest.fixture
def options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """A history with two failures, and ``gh`` on PATH."""
    fake_gh.install(tmp_path / "bin")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=":")
    night = Night({"list/200/body": "F", "show/200/body": "F"})
    history_of(tmp_path / "h.db", [night]).close()
    return ("--repository", "o/r", "--history", str(tmp_path / "h.db"))


def test_issues_through_gh(options: tuple[str, ...], tmp_path: Path) -> None:
    """What is done is said; a dry run says what would be, and a second call nothing."""
    title = "shop list 200 keeps its body"
    assert _issues(*options, "--limit", "1", "--dry-run") == (
        0,
        f"would open: {title}\nleft for the next call: 1\n",
    )
    assert _issues(*options, "--limit", "1") == (0, f"open 1: {title}\nleft for the next call: 1\n")
    assert _issues(*options)[1] == "open 2: shop show 200 keeps its body\n"
    assert _issues(*options) == (0, "nothing to do\n")
    with open_history(options[-1]) as history:
        history.store_run(night_run(nights("list/200/body", "PP")[1]))
    validator = jsonschema_rs.validator_for(schema.load("history-issues"))
    document = json.loads(_issues(*options, "--json")[1])
    validator.validate(document)
    assert [(each["action"], each["number"]) for each in document["actions"]] == [
        ("close", 1),
        ("close", 2),
    ]
    state = fake_gh.state_of(tmp_path / "bin" / "gh.json")
    assert [each["state"] for each in state["issue"].values()] == ["CLOSED", "CLOSED"]


@pytest.mark.parametrize(
    "wrong",
    [("--repository", "nonsense"), ("--link", "ftp://x"), ("--history", "/nonexistent/h.db")],
)
def test_wrong_options_are_one_sentence(options: tuple[str, ...], wrong: tuple[str, ...]) -> None:
    """Nothing is asked of the tracker."""
    with pytest.raises(InputError):
        _issues(*options, *wrong)
