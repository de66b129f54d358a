"""Issues on GitHub and GitLab, through ``gh api`` and ``glab api``.

Those commands hold the credentials; we never see them. Bodies go over standard input. Of what they
print on failure only the HTTP status is told, since the rest may hold anything.

Sources: https://docs.github.com/rest/issues/issues, https://docs.gitlab.com/api/issues,
https://cli.github.com/manual/gh_api, https://docs.gitlab.com/cli/api.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess  # the commands are the interface
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol
from urllib.parse import quote

from specproof.errors import CouldNotCheckError, InputError
from specproof.text import one_line

__all__ = ["LABEL", "GitHub", "GitLab", "Issue", "Tracker", "open_tracker"]

LABEL: Final = "specproof"
"""Marks our issues. Only members of a project can put a label on an issue, so a stranger's issue
that copies our marker is not taken for ours."""

_SECONDS: Final = 60
_PAGE: Final = 100
_PAGES: Final = 50
_MAX_ANSWER: Final = 64 * 1024 * 1024
_STATUS: Final = re.compile(r"\bHTTP(?:/[\d.]+)? (\d{3})\b|\b([45]\d\d) (?=[A-Z{])")
_SEGMENT: Final = r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,98}[A-Za-z0-9_-])?"
_GITHUB: Final = re.compile(rf"{_SEGMENT}/{_SEGMENT}")
_GITLAB: Final = re.compile(rf"{_SEGMENT}(?:/{_SEGMENT}){{1,20}}")
_QUIET: Final[Mapping[str, str]] = {
    "GH_NO_UPDATE_NOTIFIER": "1",
    "GH_PROMPT_DISABLED": "1",
    "GLAB_CHECK_UPDATE": "false",
    "NO_COLOR": "1",
    "NO_PROMPT": "1",
}


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue with our label."""

    number: int
    title: str
    body: str
    open: bool


class Tracker(Protocol):
    """Where issues are kept.

    Every method raises `CouldNotCheckError` where the tracker is out of reach or refuses, and
    `InputError` where its command is not installed.
    """

    def issues(self) -> tuple[Issue, ...]:
        """Return all issues with our label, open and closed, oldest first."""
        ...

    def create(self, title: str, body: str) -> int:
        """Open an issue with our label; return its number."""
        ...

    def edit(self, number: int, *, title: str, body: str, opened: bool) -> None:
        """Give an issue this title, body and state."""
        ...

    def comment(self, number: int, body: str) -> None:
        """Add a comment."""
        ...


class _Command:
    """``gh api`` or ``glab api``."""

    def __init__(self, program: str, headers: Sequence[str]) -> None:
        self._program = program
        self._headers = [part for header in headers for part in ("--header", header)]

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Send one request; return the JSON of the answer."""
        found = shutil.which(self._program)
        if found is None:
            raise InputError(
                f"{self._program} is not installed",
                remedy="install it and log in, it speaks for us to the tracker",
            )
        command = [found, "api", "--method", method, *self._headers, path]
        if body is not None:
            command += ["--input", "-"]
        try:
            done = subprocess.run(  # noqa: S603 - no shell, the path is ours
                command,
                input=None if body is None else json.dumps(body).encode(),
                stdin=subprocess.DEVNULL if body is None else None,
                capture_output=True,
                timeout=_SECONDS,
                check=False,
                env={**os.environ, **_QUIET},
            )
        except subprocess.TimeoutExpired:
            raise CouldNotCheckError(f"{self._program} did not end within {_SECONDS} s") from None
        except OSError as error:
            raise CouldNotCheckError(
                f"{self._program} could not be started ({error.strerror})"
            ) from None
        if done.returncode:
            raise CouldNotCheckError(self._refusal(method, path, done.stderr + done.stdout))
        return self._parsed(done.stdout)

    def _parsed(self, answer: bytes) -> Any:
        if len(answer) > _MAX_ANSWER:
            raise CouldNotCheckError(f"{self._program} answered more than can be read")
        try:
            return json.loads(answer or b"null")
        except (ValueError, RecursionError):
            raise CouldNotCheckError(f"{self._program} did not answer with JSON") from None

    def _refusal(self, method: str, path: str, said: bytes) -> str:
        found = _STATUS.search(said[:4096].decode("utf-8", "replace"))
        status = f"HTTP {found[1] or found[2]}" if found else "it may not be logged in"
        return f"{self._program} api {method} {path.partition('?')[0]} failed ({status})"


class GitHub:
    """Issues of ``OWNER/NAME`` on GitHub.

    Raises:
        InputError: the repository is not named so.
    """

    def __init__(self, repository: str) -> None:
        _check(_GITHUB, repository, "OWNER/NAME")
        self._path = f"repos/{repository}/issues"
        accept = "Accept: application/vnd.github+json"
        self._command = _Command("gh", (accept, "X-GitHub-Api-Version: 2022-11-28"))

    def issues(self) -> tuple[Issue, ...]:
        """Return all issues with our label, open and closed, oldest first."""
        asked = f"{self._path}?state=all&labels={LABEL}&sort=created&direction=asc"
        return tuple(
            Issue(int(item["number"]), item["title"], item["body"] or "", item["state"] == "open")
            for item in _pages(self._command, asked)
            # Pull requests are issues there, too.
            if "pull_request" not in item
        )

    def create(self, title: str, body: str) -> int:
        """Open an issue with our label; return its number."""
        told = {"title": title, "body": body, "labels": [LABEL]}
        return _number(self._command.call("POST", self._path, told), "number")

    def edit(self, number: int, *, title: str, body: str, opened: bool) -> None:
        """Give an issue this title, body and state."""
        told = {"title": title, "body": body, "state": "open" if opened else "closed"}
        self._command.call("PATCH", f"{self._path}/{number}", told)

    def comment(self, number: int, body: str) -> None:
        """Add a comment."""
        self._command.call("POST", f"{self._path}/{number}/comments", {"body": body})


class GitLab:
    """Issues of ``GROUP/NAME`` on GitLab.

    Raises:
        InputError: the project is not named so.
    """

    def __init__(self, repository: str) -> None:
        _check(_GITLAB, repository, "GROUP/NAME")
        self._path = f"projects/{quote(repository, safe='')}/issues"
        self._command = _Command("glab", ("Content-Type: application/json",))

    def issues(self) -> tuple[Issue, ...]:
        """Return all issues with our label, open and closed, oldest first."""
        asked = f"{self._path}?labels={LABEL}&scope=all&order_by=created_at&sort=asc"
        return tuple(
            Issue(
                int(item["iid"]),
                item["title"],
                item["description"] or "",
                item["state"] == "opened",
            )
            for item in _pages(self._command, asked)
        )

    def create(self, title: str, body: str) -> int:
        """Open an issue with our label; return its number."""
        told = {"title": title, "description": body, "labels": LABEL}
        return _number(self._command.call("POST", self._path, told), "iid")

    def edit(self, number: int, *, title: str, body: str, opened: bool) -> None:
        """Give an issue this title, body and state."""
        event = "reopen" if opened else "close"
        told = {"title": title, "description": body, "state_event": event}
        self._command.call("PUT", f"{self._path}/{number}", told)

    def comment(self, number: int, body: str) -> None:
        """Add a comment."""
        self._command.call("POST", f"{self._path}/{number}/notes", {"body": body})


def open_tracker(kind: str, repository: str) -> Tracker:
    """Return the tracker of a repository.

    Args:
        kind: ``github`` or ``gitlab``.

    Raises:
        InputError: there is no such tracker, or the repository is not named as it is there.
    """
    match kind:
        case "github":
            return GitHub(repository)
        case "gitlab":
            return GitLab(repository)
        case _:
            raise InputError(
                f"there is no tracker {one_line(kind, 40)}", remedy="use github or gitlab"
            )


def _pages(command: _Command, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for number in range(1, _PAGES + 1):
        page = command.call("GET", f"{path}&per_page={_PAGE}&page={number}")
        if not isinstance(page, list) or not all(isinstance(item, dict) for item in page):
            raise CouldNotCheckError("the tracker did not answer with a list of issues")
        found += page
        if len(page) < _PAGE:
            return found
    raise CouldNotCheckError(f"the tracker has more than {_PAGES * _PAGE} issues with our label")


def _number(answer: Any, name: str) -> int:
    number = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(number, int):
        raise CouldNotCheckError("the tracker did not say which number the new issue has")
    return number


def _check(pattern: re.Pattern[str], repository: str, form: str) -> None:
    if not pattern.fullmatch(repository) or ".." in repository:
        raise InputError(
            f"--repository {one_line(repository, 100)} is no repository", remedy=f"write it {form}"
        )
