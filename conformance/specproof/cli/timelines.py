"""What ``specproof regress --history`` prints."""

from __future__ import annotations

import json
import re
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from specproof.cli.comparing import DiffFormat, Eyes
from specproof.errors import CouldNotCheckError, InputError
from specproof.text import printable

if TYPE_CHECKING:
    from datetime import date

    from specproof.regression.acceptance import Overrides
    from specproof.regression.entries import History, Kept
    from specproof.regression.revisions import Repository

__all__ = ["print_histories"]

_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?!\d)")
_SUFFIXES = {".json", ".yaml", ".yml"}
_MOST = 1000


def print_histories(
    names: list[str],
    between: Path | None,
    root: Path | None,
    eyes: Eyes,
    where: tuple[DiffFormat, Path | None],
    *,
    effective: bool,
) -> None:
    """Print the timeline of each API, or of the folder ``between``.

    Args:
        names: of APIs; all of them without any.
        between: folder of dated documents, or None.
        root: folder that holds ``specs/``, or None for the one that the surroundings name.
        eyes: who judges.
        where: the form, text or JSON, and the file to write to, or None.
        effective: whether effective documents are meant.

    Raises:
        InputError: another form, an unknown API, a folder without documents.
        CouldNotCheckError: there is no history, or git can not be asked.
    """
    from specproof.files import write_atomic
    from specproof.report.changes.history import render_history
    from specproof.report.streams import write_text

    form, output = where
    if form not in {DiffFormat.TEXT, DiffFormat.JSON}:
        raise InputError(f"--history has no form {form}", remedy="choose text or json")
    if between is None:
        told = _of_apis(names, root, eyes, effective=effective)
    else:
        told = [_of_folder(names, between, root, eyes)]
    if form is DiffFormat.JSON:
        text = _json(told, eyes, between=between, effective=effective)
    else:
        text = "\n".join(render_history(_title(api, file), made) for api, file, made in told)
    if output is None:
        write_text(text)
    else:
        write_atomic(output, text.encode())
        write_text(f"{sum(len(made.entries) for _, _, made in told)} revisions written\n")


def _title(api: str | None, file: str) -> str:
    return file if api is None else f"{api}: {file}"


def _of_apis(
    names: list[str], root: Path | None, eyes: Eyes, *, effective: bool
) -> list[tuple[str | None, str, History]]:
    from specproof.catalog import open_catalog
    from specproof.cli.sources import shown
    from specproof.regression.revisions import Repository

    catalog = open_catalog(root)
    repository = Repository.around(catalog.specs / "any")
    told: list[tuple[str | None, str, History]] = []
    for name in sorted(set(names)) or catalog.names():
        api = catalog.get(name)
        path = api.effective if effective else api.published
        kept = _committed(repository, path)
        if not kept:
            raise CouldNotCheckError(f"{shown(path)}: no revision of it was committed")
        made = _history(kept, eyes, api.folder)
        told.append((name, shown(path), made))
    return told


def _committed(repository: Repository, path: Path) -> list[Kept]:
    """Return the revisions of a file, and what stands in the work tree where that is another."""
    from specproof.regression.entries import Kept
    from specproof.regression.revisions import MOST

    kept: list[Kept] = []
    held: str | None = None
    revisions = repository.revisions(path)
    if len(revisions) == MOST:
        sys.stderr.write(f"specproof: warning: only the latest {MOST} revisions are shown\n")
    for each in revisions:
        if each.blob == held:
            # Renamed, nothing else.
            continue
        held = each.blob
        read = partial(repository.blob, each.blob) if each.blob else _nothing
        day = each.committed.date()
        kept.append(Kept(each.commit[:10], day, each.subject, each.commit, read))
    if kept:
        now = _read(path) if path.is_file() else None
        if now != kept[-1].read():
            kept.append(Kept("work tree", None, "", "", lambda: now))
    return kept


def _nothing() -> None:
    return None


def _read(path: Path) -> bytes:
    from specproof.cli.sources import source_of

    return source_of(path).data


def _of_folder(
    names: list[str], folder: Path, root: Path | None, eyes: Eyes
) -> tuple[str | None, str, History]:
    from specproof.catalog import open_catalog
    from specproof.regression.entries import Kept

    if len(names) > 1:
        raise InputError("--between is the history of one API", remedy="name one API or none")
    name = names[0] if names else None
    levels = None if name is None else open_catalog(root).get(name).folder
    if not folder.is_dir():
        raise InputError("is no folder", file=str(folder), remedy="correct --between")
    files = sorted(
        path
        for path in folder.iterdir()
        if path.suffix in _SUFFIXES and not path.name.startswith(".") and path.is_file()
    )
    if not 0 < len(files) <= _MOST:
        raise InputError(
            f"holds {len(files)} descriptions",
            file=str(folder),
            remedy=f"put 1 to {_MOST} there, .yaml, .yml or .json, named by date",
        )
    kept = [Kept(path.name, _day(path.name), "", "", partial(_read, path)) for path in files]
    return name, str(folder), _history(kept, eyes, levels)


def _day(name: str) -> date | None:
    """Return the date that a file name begins with, or None."""
    from datetime import date

    found = _DAY.match(name)
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


def _history(kept: list[Kept], eyes: Eyes, folder: Path | None) -> History:
    from specproof.regression.acceptance import NO_OVERRIDES, read_overrides
    from specproof.regression.timeline import Settings, history

    overrides: Overrides = NO_OVERRIDES
    if folder is not None:
        overrides = read_overrides(folder / "changes.toml")
    settings = Settings(eyes.today, eyes.perspective, eyes.policy, overrides)
    return history(kept, settings, _progress if sys.stderr.isatty() else None)


def _progress(done: int, total: int) -> None:
    end = "\n" if done == total else ""
    sys.stderr.write(f"\r{done} of {total} revisions{end}")
    sys.stderr.flush()


def _json(
    told: list[tuple[str | None, str, History]],
    eyes: Eyes,
    *,
    between: Path | None,
    effective: bool,
) -> str:
    from specproof.report.changes.history import history_document
    from specproof.report.changes.several import REGRESS_SCHEMA

    kind = "effective" if effective else "published"
    document: dict[str, Any] = {
        "schema": REGRESS_SCHEMA,
        "mode": "history",
        "document": kind if between is None else "folder",
        "perspective": eyes.perspective.value,
        "policy": eyes.policy.value,
        "apis": [
            {"api": api, "file": printable(file), **history_document(made)}
            for api, file, made in told
        ],
    }
    return json.dumps(document, indent=2, allow_nan=False) + "\n"
