"""Storing a finished run in the history, with labels that say where it came from."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from specproof.errors import CouldNotCheckError, InputError, SpecproofError
from specproof.suites.records import Run

__all__ = ["ci_labels", "place_of", "read_labels", "store", "try_place"]

_NAME = re.compile(r"[a-z][a-z0-9_.-]{0,39}")
_LONGEST: Final = 300
_MOST: Final = 20
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_URL = re.compile(r"https?://[!-~]{1,290}")


def place_of(where: str | None, *, off: bool, partial: bool) -> str | None:
    """Return where the run is to be stored: file or URL, None for nowhere.

    Without ``where`` it is ``$SPECPROOF_HISTORY``, which does not count for a part of a run.

    Raises:
        InputError: options that do not go together.
    """
    if where is not None and off:
        raise InputError("--history and --no-history exclude each other")
    if where is not None and partial:
        raise InputError(
            "a part of a run is not stored in a history",
            remedy="put the parts together with specproof history merge --history",
        )
    if off or partial:
        return None
    return where or os.environ.get("SPECPROOF_HISTORY") or None


def try_place(place: str | None, output: Path | None = None) -> None:
    """Open the history and close it, so that what is wrong with it is told before a long run.

    Args:
        output: where the run file is to be written.

    Raises:
        InputError: the history can not be used, or ``output`` is its file.
    """
    if place is not None:
        from specproof.history.store import open_history

        with open_history(place) as history:
            history.spare(output)


def store(
    run: Run, place: str | None, labels: Mapping[str, str], *, output: Path | None
) -> bool | None:
    """Store ``run``; return whether it was new, None where there is no place for it.

    Args:
        output: the run file, which was written before.

    Raises:
        CouldNotCheckError: it could not be stored; says why.
    """
    if place is None:
        return None
    from specproof.history.store import open_history

    try:
        with open_history(place) as history:
            return history.store_run(run, labels=labels)
    except SpecproofError as error:
        file = "" if output is None else f"; store it later: specproof history store {output}"
        raise CouldNotCheckError(f"the run was not stored: {error}{file}") from None


def read_labels(
    texts: Sequence[str], *, stored: bool, environment: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """Return what ``--label`` options and the CI say of a run; the options win.

    Args:
        stored: whether labels have a place; without one an option would be lost.

    Raises:
        InputError: one is no label, or would be lost.
    """
    if texts and not stored:
        raise InputError("--label belongs to a stored run", remedy="add --history WHERE")
    found = ci_labels(environment)
    for text in texts:
        name, equals, value = text.partition("=")
        value = value.strip()
        if not equals or not _NAME.fullmatch(name) or not value:
            raise InputError("--label is no label", remedy="write it like --label branch=main")
        if len(value) > _LONGEST or not value.isprintable():
            raise InputError(f"the label {name} is not a short text")
        found[name] = value
    if len(found) > _MOST:
        raise InputError(f"more than {_MOST} labels")
    return found


def ci_labels(environment: Mapping[str, str]) -> dict[str, str]:
    """Return commit, branch and URL of the job as GitHub Actions or GitLab CI tell them.

    Of the environment nothing else is looked at, and what does not look as it should is left out.
    """
    given = environment.get
    url = given("CI_JOB_URL")
    server, run = given("GITHUB_SERVER_URL"), given("GITHUB_RUN_ID")
    if server and run and given("GITHUB_REPOSITORY"):
        url = f"{server}/{given('GITHUB_REPOSITORY')}/actions/runs/{run}"
    commit = given("GITHUB_SHA") or given("CI_COMMIT_SHA") or ""
    branch = given("GITHUB_REF_NAME") or given("CI_COMMIT_REF_NAME") or ""
    found = {}
    if _COMMIT.fullmatch(commit):
        found["commit"] = commit
    if branch.isprintable() and 0 < len(branch) <= _LONGEST:
        found["branch"] = branch
    if _URL.fullmatch(url or ""):
        found["url"] = str(url)
    return found
