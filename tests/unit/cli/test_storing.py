"""Where a run is stored, and the labels it gets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Self

import pytest
from runs import awkward_run
from typer.testing import CliRunner

from specproof.cli.main import app
from specproof.cli.storing import ci_labels, place_of, read_labels, store, try_place
from specproof.errors import CouldNotCheckError, InputError
from specproof.history.store import open_history
from specproof.suites.runfile import read_run

GITHUB = {
    "GITHUB_SHA": "a" * 40,
    "GITHUB_REF_NAME": "main",
    "GITHUB_SERVER_URL": "https://git.test",
    "GITHUB_REPOSITORY": "o/r",
    "GITHUB_RUN_ID": "7",
    "GITHUB_TOKEN": "CANARY",
}
GITLAB = {
    "CI_COMMIT_SHA": "b" * 40,
    "CI_COMMIT_REF_NAME": "dev",
    "CI_JOB_URL": "https://lab.test/o/r/-/jobs/9",
    "CI_JOB_TOKEN": "CANARY",
}


@pytest.fixture(autouse=True)
def _nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start without a history of the developer's and without the variables of a CI."""
    for name in ("SPECPROOF_HISTORY", *GITHUB, *GITLAB):
        monkeypatch.delenv(name, raising=False)


def test_a_run_is_stored_where_that_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """By option or variable; a part only ever by mistake."""
    assert place_of(None, off=False, partial=False) is None
    assert place_of("h.db", off=False, partial=False) == "h.db"
    monkeypatch.setenv("SPECPROOF_HISTORY", "variable.db")
    assert place_of(None, off=False, partial=False) == "variable.db"
    assert place_of("h.db", off=False, partial=False) == "h.db"
    assert place_of(None, off=True, partial=False) is None
    assert place_of(None, off=False, partial=True) is None
    with pytest.raises(InputError, match="exclude each other"):
        place_of("h.db", off=True, partial=False)
    with pytest.raises(InputError, match=r"a part of a run is not stored .* history merge"):
        place_of("h.db", off=False, partial=True)


def test_the_ci_labels_its_runs() -> None:
    """Commit, branch and job; of the environment nothing else."""
    assert ci_labels({}) == {}
    assert ci_labels(GITHUB) == {
        "commit": "a" * 40,
        "branch": "main",
        "url": "https://git.test/o/r/actions/runs/7",
    }
    assert ci_labels(GITLAB) == {
        "commit": "b" * 40,
        "branch": "dev",
        "url": "https://lab.test/o/r/-/jobs/9",
    }


@pytest.mark.parametrize(
    "odd",
    [
        {"GITHUB_SHA": "not a commit"},
        {"CI_COMMIT_REF_NAME": "a\x1b[31mb"},
        {"CI_COMMIT_REF_NAME": "b" * 301},
        {"CI_JOB_URL": "javascript:alert(1)"},
        {"CI_JOB_URL": "https://a b"},
        {"GITHUB_SERVER_URL": "https://git.test", "GITHUB_RUN_ID": "7"},
    ],
)
def test_what_looks_odd_labels_nothing(odd: dict[str, str]) -> None:
    """The environment of a job is as hostile as a branch name."""
    assert ci_labels(odd) == {}


def test_options_label_too() -> None:
    """And win over what the CI says."""
    labels = ["branch=other", "team.name=a=b "]
    found = read_labels(labels, stored=True, environment=GITLAB)
    assert found == ci_labels(GITLAB) | {"branch": "other", "team.name": "a=b"}


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["branch"], "--label is no label; write it like --label branch=main"),
        (["branch="], "--label is no label"),
        (["=x"], "--label is no label"),
        (["Branch=x"], "--label is no label"),
        (["a=\x1b[31m"], "the label a is not a short text"),
        (["a=" + "b" * 301], "the label a is not a short text"),
        ([f"a{number}=b" for number in range(21)], "more than 20 labels"),
    ],
)
def test_what_is_no_label_is_refused(texts: list[str], words: str) -> None:
    """In words that say how to mend it."""
    with pytest.raises(InputError, match=words):
        read_labels(texts, stored=True, environment={})
    with pytest.raises(InputError, match="--label belongs to a stored run; add --history"):
        read_labels(texts, stored=False, environment={})


def test_a_failure_to_store_is_no_verdict(tmp_path: Path) -> None:
    """It says why, and how the run may still be stored."""
    broken = tmp_path / "history.db"
    broken.write_text("this is no database, and long enough to be looked at as one" * 30)
    output = tmp_path / "run.jsonl"
    assert store(awkward_run(), None, {}, output=output) is None
    with pytest.raises(CouldNotCheckError, match=r"the run was not stored: .*history store .*run"):
        store(awkward_run(), str(broken), {}, output=output)
    with pytest.raises(CouldNotCheckError) as caught:
        store(awkward_run(), str(broken), {}, output=None)
    assert "history store" not in str(caught.value)
    try_place(None)
    with pytest.raises(InputError):
        try_place(str(broken))
    place = tmp_path / "good.db"
    try_place(str(place), output)
    with pytest.raises(InputError, match="would be written over: the history is kept in it"):
        try_place(str(place), place)


@pytest.fixture
def executed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Have ``specproof run`` find the awkward run; return the names of what was run."""
    asked: list[str] = []

    def fake(plan: Any, **_: object) -> Any:
        asked.extend(plan.apis)
        return awkward_run()

    monkeypatch.setattr("specproof.suites.execute.execute", fake)
    return asked


def test_the_command_stores_what_it_ran(
    executed: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With labels; the exit code stays that of the run."""
    place, output = tmp_path / "history.db", tmp_path / "run.jsonl"
    monkeypatch.setenv("SPECPROOF_HISTORY", str(place))
    monkeypatch.setenv("CI_COMMIT_SHA", "c" * 40)
    arguments = ["run", "onesignal", "--label", "team=x", "--output", str(output)]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == awkward_run().footer.exit_code
    with open_history(str(place)) as history:
        (stored,) = history.runs()
        assert stored.labels == {"commit": "c" * 40, "team": "x"}
        assert history.run(stored.run_id) == read_run(output)
    off = CliRunner().invoke(app, ["run", "onesignal", "--no-history", "--label", "team=x"])
    assert off.exit_code == awkward_run().footer.exit_code
    with open_history(str(place)) as history:
        assert len(history.runs()) == 1
    assert executed == ["onesignal", "onesignal"]


def test_a_history_that_is_none_is_told_before_the_run(executed: list[str], tmp_path: Path) -> None:
    """Nobody waits an hour to hear it."""
    broken = tmp_path / "history.db"
    broken.write_text("this is no database, and long enough to be looked at as one" * 30)
    done = CliRunner().invoke(app, ["run", "onesignal", "--history", str(broken)])
    assert isinstance(done.exception, InputError)
    assert executed == []


def test_storing_may_fail_after_the_run(
    executed: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run file is there then, and the exit code says that something could not be done."""

    class Full:
        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None:
            return None

        def spare(self, _: object) -> None:
            return None

        def store_run(self, *_: object, **__: object) -> bool:
            raise InputError("the disk is full", file="history.db")

    monkeypatch.setattr("specproof.history.store.open_history", lambda *_: Full())
    output = tmp_path / "run.jsonl"
    arguments = ["run", "onesignal", "--history", "h.db", "--output", str(output), "--json"]
    done = CliRunner().invoke(app, arguments)
    assert isinstance(done.exception, CouldNotCheckError)
    assert done.exception.exit_code == 3
    assert "history.db: the disk is full; store it later" in str(done.exception)
    assert json.loads(done.stdout)["schema"] == "specproof.run/1"
    assert read_run(output) == awkward_run()
    assert executed == ["onesignal"]
