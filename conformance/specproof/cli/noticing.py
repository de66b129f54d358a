"""Storing in the history what a comparison of published documents found."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from specproof.errors import CouldNotCheckError, InputError, SpecproofError

if TYPE_CHECKING:
    from specproof.history.store import History
    from specproof.json_types import JsonObject
    from specproof.report.changes.view import Comparison

__all__ = ["HISTORY_VARIABLE", "Noticed", "StoreOption", "asked_for", "note", "of_diff"]

HISTORY_VARIABLE = "SPECPROOF_HISTORY"
"""Environment variable that names the history; `specproof regress` stores where it is set."""

_PUBLISHED = "published.yaml"
_API = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_WORDS = 200

StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="WHERE",
        help=f"Store what changed in this history: a file or database URL. [${HISTORY_VARIABLE}]",
    ),
]


class Noticed(NamedTuple):
    """One published document beside the one before it.

    Attributes:
        comparison: what changed; None where there was none before.
        old: bytes of the old document, empty where there was none.
        new: bytes of the new one.
    """

    api: str
    comparison: Comparison | None
    old: bytes
    new: bytes


def note(where: str, found: list[Noticed]) -> None:
    """Store changes, and the documents on both sides of them; say on stderr what is new.

    A new document that looks like an accident of its publisher is not stored, nor is what was
    stored before. Documents of the same bytes are no change.

    Args:
        where: a file or a database URL.
        found: one for each API.

    Raises:
        CouldNotCheckError: it could not be stored.
    """
    from specproof.history.store import open_history

    try:
        with open_history(where) as history:
            for each in found:
                _note(history, each)
    except SpecproofError as error:
        raise CouldNotCheckError(f"what changed is not stored: {error}") from None


def of_diff(arguments: tuple[str, str], api: str | None) -> str:
    """Return the API whose change ``specproof diff OLD NEW`` is to store.

    Args:
        arguments: OLD and NEW.
        api: what ``--api`` says.

    Raises:
        InputError: none can be told.
    """
    if api is not None:
        from specproof.history.records import checked_name

        return checked_name(api, "API")
    names = {_api_named(argument) for argument in arguments} - {None}
    if len(names) != 1:
        raise InputError(
            "--history has to know of which API this is a change", remedy="name it with --api"
        )
    return str(names.pop())


def asked_for(store: str | None) -> str | None:
    """Return where to store: as the option says, or else the environment; None for nowhere."""
    return store if store is not None else os.environ.get(HISTORY_VARIABLE) or None


def _note(history: History, found: Noticed) -> None:
    from specproof.history.records import StoredChange, now
    from specproof.report.changes.document import diff_document
    from specproof.report.changes.view import counts

    comparison = found.comparison
    if comparison is None:
        from specproof.regression.loading import load_bytes

        _revise(history, found.api, found.new, load_bytes(found.new, found.api).root)
        return
    if comparison.diff.upstream or comparison.old_root is None or comparison.new_root is None:
        return
    old = _revise(history, found.api, found.old, comparison.old_root)
    new = _revise(history, found.api, found.new, comparison.new_root)
    if old == new:
        return
    change = StoredChange(
        api=found.api,
        noticed=now(),
        old_sha256=old,
        new_sha256=new,
        old_version=_told(comparison.old_root, "version"),
        new_version=_told(comparison.new_root, "version"),
        bump=comparison.bump.value,
        breaking=comparison.diff.breaking,
        levels=counts(comparison.diff),
        document=diff_document(comparison),
    )
    if history.store_change(change):
        sys.stderr.write(f"{found.api}: change {change.id} is stored in {history.shown}\n")


def _revise(history: History, api: str, data: bytes, root: JsonObject) -> str:
    """Store a document; return the digest of its bytes, as runs have it, too."""
    from specproof.document.canonical import canonical_json, digest
    from specproof.history.records import StoredRevision, now

    sha256 = digest(data)
    history.store_revision(
        StoredRevision(
            api=api,
            sha256=sha256,
            version=_told(root, "version"),
            title=_told(root, "title"),
            first_seen=now(),
            document=canonical_json(root),
        )
    )
    return sha256


def _told(root: JsonObject, name: str) -> str:
    info = root.get("info")
    value = info.get(name) if isinstance(info, dict) else None
    return "" if value is None else str(value)[:_WORDS]


def _api_named(argument: str) -> str | None:
    """Return which API an argument of ``specproof diff`` names, None where it names a file.

    ``API``, ``API@REV``, ``.../API/published.yaml`` and the same with ``@REV`` name one.
    """
    path = Path(argument if Path(argument).is_file() else argument.partition("@")[0])
    if path.name == _PUBLISHED:
        return path.parent.name if _API.fullmatch(path.parent.name) else None
    name = str(path)
    return name if _API.fullmatch(name) and not path.exists() else None
