"""What is old goes: first the whole run files, later the summaries too.

Three kinds of run stay whole, however old: the last of each stream; those with which a
requirement began to fail, and in which it last failed, that fails still or was not checked since;
and the one in which a finding first appeared that the last run still has. They say what is broken,
since when, and how to show it.

Codes and responses that a stream has seen are remembered when the runs are gone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from specproof.errors import InputError
from specproof.history import pieces, queries, tables, writing
from specproof.history.records import Stream, now, utc
from specproof.history.store import History
from specproof.model import VerdictKind

__all__ = ["Pruned", "prune"]

_AT_ONCE: Final = 500
_LONGEST_DAYS: Final = 100_000
_OPEN: Final = frozenset({VerdictKind.FAIL, VerdictKind.INCONCLUSIVE})
"""Verdicts with which what failed before is not over."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """What went.

    Attributes:
        documents: run files that went, their runs' summaries stay.
        runs: runs that went altogether.
        parts: parts of runs that were never finished.
        held: runs that are old enough to go and stay, see the module.
        freed: bytes of the run files and parts that went, as they were kept.
        size_before: bytes of the database, where it is a file; ``size_after`` likewise.
    """

    documents: int
    runs: int
    parts: int
    held: int
    freed: int
    size_before: int | None
    size_after: int | None


def prune(
    history: History,
    *,
    keep_days: int | None = None,
    drop_days: int | None = None,
    at: str | None = None,
    dry_run: bool = False,
) -> Pruned:
    """Delete what is old, and give the room back.

    Args:
        keep_days: run files older than this many days go, by when the run started.
        drop_days: runs, and parts that were never finished, older than this go altogether.
        at: the present time, RFC 3339; that of this machine if None.
        dry_run: change nothing, and say what would go.

    Raises:
        InputError: the days are none, or the history can not be written.
    """
    limits = {"keep": _limit(keep_days, at), "drop": _limit(drop_days, at)}
    size_before = history.size()
    opened = history.reading if dry_run else history.writing
    with opened() as connection:
        if not dry_run:
            writing.guard(connection, alone=True)
        stay = _staying(connection)
        runs = _older(connection, limits["drop"])
        documents = _older(connection, limits["keep"])
        parts = _old_parts(connection, limits["drop"])
        if parts and not dry_run:
            # Somebody may be at work on one of them again.
            for run_id in sorted(parts):
                pieces.alone(connection, run_id)
            parts = _old_parts(connection, limits["drop"])
        gone = _with_document(connection, (runs | documents) - stay)
        held = len((runs | documents) & stay)
        freed = sum(gone.values()) + sum(parts.values())
        if not dry_run:
            _delete(connection, tables.document, sorted(gone))
            _delete(connection, tables.run, sorted(runs - stay))
            for table in (tables.part, tables.attempt):
                _delete(connection, table, sorted(parts))
            _delete_sets(connection)
    if not dry_run:
        history.vacuum()
    return Pruned(
        documents=len(gone.keys() - runs),
        runs=len(runs - stay),
        parts=len(parts),
        held=held,
        freed=freed,
        size_before=size_before,
        size_after=history.size(),
    )


def _limit(days: int | None, at: str | None) -> str | None:
    if days is None:
        return None
    if not 0 <= days <= _LONGEST_DAYS:
        raise InputError(f"{days} is no number of days to keep runs for")
    moment = dt.datetime.fromisoformat(utc(at or now())) - dt.timedelta(days=days)
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds")


def _older(connection: sa.Connection, limit: str | None) -> set[str]:
    if limit is None:
        return set()
    of = tables.run.c
    return set(connection.scalars(sa.select(of.run_id).where(of.started < limit)))


def _old_parts(connection: sa.Connection, limit: str | None) -> dict[str, int]:
    """Return the bytes of the parts by run, of runs of which the newest part is old."""
    if limit is None:
        return {}
    of = tables.part.c
    size = sa.func.sum(sa.func.length(of.bytes))
    asked = sa.select(of.run_id, size).group_by(of.run_id).having(sa.func.max(of.stored) < limit)
    return {run_id: int(total) for run_id, total in connection.execute(asked)}


def _with_document(connection: sa.Connection, names: Iterable[str]) -> dict[str, int]:
    of = tables.document.c
    wanted = sorted(names)
    found: dict[str, int] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        asked = sa.select(of.run_id, sa.func.length(of.bytes)).where(
            of.run_id.in_(wanted[start : start + _AT_ONCE])
        )
        found.update({run_id: int(size) for run_id, size in connection.execute(asked)})
    return found


def _delete(connection: sa.Connection, table: sa.Table, names: list[str]) -> None:
    for start in range(0, len(names), _AT_ONCE):
        some = names[start : start + _AT_ONCE]
        connection.execute(sa.delete(table).where(table.c.run_id.in_(some)))


def _delete_sets(connection: sa.Connection) -> None:
    used = sa.exists().where(tables.run_api.c.digest == tables.verdict_set.c.digest)
    connection.execute(sa.delete(tables.verdict_set).where(~used))


def _staying(connection: sa.Connection) -> set[str]:
    found: set[str] = set()
    for stream in queries.streams(connection):
        found |= _begun(connection, stream)
    return found


def _begun(connection: sa.Connection, stream: Stream) -> set[str]:
    """Return the last run of ``stream`` and those with which what it still shows began."""
    rows = queries.in_stream(connection, stream, before=None, limit=None)
    last = rows[0][1]
    sets = queries.verdict_sets(connection, {digest for _, _, digest in rows})
    first: dict[str, str] = {}
    latest: dict[str, str] = {}
    open_ = {item.requirement for item in sets[rows[0][2]].values() if item.kind in _OPEN}
    for _, run_id, digest in rows:
        found = sets[digest]
        for name in sorted(open_):
            kind = found[name].kind if name in found else None
            if kind is VerdictKind.FAIL:
                first[name] = run_id
                latest.setdefault(name, run_id)
            elif kind is VerdictKind.PASS:
                open_.discard(name)
        if not open_:
            break
    shown = queries.fingerprints(connection, stream)
    left = set(shown.get(last, ()))
    for _, run_id, _ in rows:
        left &= shown.get(run_id, set())
        first.update(dict.fromkeys(left, run_id))
    return {last, *first.values(), *latest.values()}
