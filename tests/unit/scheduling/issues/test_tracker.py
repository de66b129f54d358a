"""Trackers through commands on PATH."""

from __future__ import annotations

import json
from pathlib import Path

import fake_gh
import fake_glab
import pytest

from specproof.errors import CouldNotCheckError, InputError
from specproof.scheduling.issues import tracker as module
from specproof.scheduling.issues.tracker import GitHub, GitLab, Issue, open_tracker

CANARY = "ghp_canary0815"


@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_issues_live_and_die(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opened, listed over pages, written anew, closed, commented; a title may hold anything."""
    install = fake_gh.install if kind == "github" else fake_glab.install
    file = install(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(module, "_PAGE", 2)
    tracker = open_tracker(kind, "owner/name" if kind == "github" else "group/sub/name")
    title = "--title $(touch x) `y` \"'"
    assert [tracker.create(title, f"body {number}") for number in range(3)] == [1, 2, 3]
    tracker.comment(2, "@/dev/null")
    tracker.edit(2, title="new", body="-", opened=False)
    assert tracker.issues() == (
        Issue(1, title, "body 0", open=True),
        Issue(2, "new", "-", open=False),
        Issue(3, title, "body 2", open=True),
    )
    tracker.edit(2, title="new", body="-", opened=True)
    assert tracker.issues()[1].open
    state = json.loads(file.read_text("utf-8"))
    kept = state["issue"]["2"]["comments"] if kind == "github" else state["issues"][1]["notes"]
    assert kept in ([{"body": "@/dev/null"}], ["@/dev/null"])
    # No text of an issue is an argument: others on the machine read those.
    assert all(call[0] == "api" and "body" not in " ".join(call) for call in state["calls"])


def _program(folder: Path, script: str, name: str = "gh") -> None:
    (folder / name).write_text(f"#!/bin/sh\ncat > /dev/null\n{script}\n", "utf-8")
    (folder / name).chmod(0o755)


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        (
            f"echo 'gh: Bad credentials {CANARY} (HTTP 401)' >&2; exit 1",
            r"gh api GET repos/o/r/issues failed \(HTTP 401\)",
        ),
        (f"echo {CANARY} >&2; exit 4", "it may not be logged in"),
        (f"echo '{{{CANARY}'", "did not answer with JSON"),
        ("echo '{}'", "did not answer with a list"),
        ("echo '[1]'", "did not answer with a list"),
        ("echo 'null'", "did not answer with a list"),
        ("sleep 60", "did not end within"),
        ("printf '[{},{}]'", "has more than 8 issues"),
    ],
)
def test_what_goes_wrong_is_one_sentence_without_what_the_command_said(
    script: str, problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the HTTP status of it is told."""
    _program(tmp_path, script)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(module, "_SECONDS", 0.5 if "sleep" in script else 20)
    monkeypatch.setattr(module, "_PAGE", 2)
    monkeypatch.setattr(module, "_PAGES", 4)
    with pytest.raises(CouldNotCheckError, match=problem) as caught:
        GitHub("o/r").issues()
    assert CANARY not in str(caught.value)


def test_an_answer_without_a_number_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was opened has to have a number."""
    _program(tmp_path, "echo '{}'", "glab")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(CouldNotCheckError, match="did not say which number"):
        GitLab("g/n").create("t", "b")


def test_an_answer_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than a tracker's issues can be is not read."""
    _program(tmp_path, "echo '[]'")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(module, "_MAX_ANSWER", 1)
    with pytest.raises(CouldNotCheckError, match="more than can be read"):
        GitHub("o/r").issues()


def test_a_command_that_is_not_there_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And so is one that can not be started."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match="gh is not installed"):
        GitHub("o/r").issues()
    (tmp_path / "gh").write_text("#!/nonexistent\n", "utf-8")
    (tmp_path / "gh").chmod(0o755)
    with pytest.raises(CouldNotCheckError, match="gh could not be started"):
        GitHub("o/r").issues()


def test_pull_requests_are_no_issues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GitHub lists them as such."""
    _program(tmp_path, 'echo \'[{"number": 1, "pull_request": {}}]\'')
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert GitHub("o/r").issues() == ()


@pytest.mark.parametrize(
    ("kind", "repository"),
    [
        ("github", "name"),
        ("github", "a/b/c"),
        ("github", "../x"),
        ("github", "o/.."),
        ("github", "o/r?x"),
        ("github", "-o/r"),
        ("gitlab", "name"),
        ("gitlab", "a//b"),
        ("gitlab", "a/b c"),
        ("jira", "a/b"),
    ],
)
def test_what_names_no_repository_is_refused(kind: str, repository: str) -> None:
    """It becomes part of a path."""
    with pytest.raises(InputError):
        open_tracker(kind, repository)
