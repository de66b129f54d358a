"""What is read from a history; every function reads in the transaction it is given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from specproof.history import tables
from specproof.history.packing import unpack_sample
from specproof.history.records import (
    ANY,
    AnyOrigin,
    LatencySample,
    SeenCode,
    SeenResponse,
    StoredApi,
    StoredFinding,
    StoredRun,
    StoredVerdict,
    Stream,
)
from specproof.model import Blame, Severity, VerdictKind

__all__ = [
    "codes",
    "digests",
    "findings",
    "fingerprints",
    "in_stream",
    "latencies",
    "newest",
    "responses",
    "run_ids",
    "streams",
    "summaries",
    "verdict_sets",
]

_AT_ONCE: Final = 500
"""Values in one ``IN``: SQLite took no more than 999 for long."""

_API_COLUMNS: Final = tuple(
    tables.run_api.c[name]
    for name in (
        "api",
        "title",
        "published_sha256",
        "effective_sha256",
        "passed",
        "failed",
        "inconclusive",
        "vacuous",
        "errors",
        "warnings",
        "infos",
        "accepted",
    )
)


def newest(
    *,
    api: str | None = None,
    target: str | None = None,
    batch: str | None = None,
    origin: str | AnyOrigin | None = ANY,
    since: str | None = None,
    until: str | None = None,
) -> sa.Select[str]:
    """Return the question for the ids of runs, newest first; see `History.runs`."""
    run, of = tables.run, tables.run_api
    asked = sa.select(run.c.run_id).order_by(run.c.started.desc(), run.c.run_id.desc())
    if api is not None:
        asked = asked.where(sa.exists().where(of.c.run_id == run.c.run_id, of.c.api == api))
    if target is not None:
        asked = asked.where(run.c.target == target)
    if not isinstance(origin, AnyOrigin):
        asked = asked.where(run.c.origin == (origin or ""))
    if batch is not None:
        asked = asked.where(run.c.batch == batch)
    if since is not None:
        asked = asked.where(run.c.started >= since)
    if until is not None:
        asked = asked.where(run.c.started <= until)
    return asked


def run_ids(connection: sa.Connection, prefix: str, limit: int) -> list[str]:
    """Return at most ``limit`` ids of runs that begin with ``prefix``, sorted."""
    column = tables.run.c.run_id
    asked = sa.select(column).where(sa.func.substr(column, 1, len(prefix)) == prefix)
    return list(connection.scalars(asked.order_by(column).limit(limit)))


def summaries(connection: sa.Connection, ids: Sequence[str]) -> list[StoredRun]:
    """Return the runs of these ids, in their order; those that are gone are left out."""
    apis: dict[str, list[StoredApi]] = {}
    labels: dict[str, dict[str, str]] = {}
    rows: dict[str, Mapping[Any, Any]] = {}
    for some in _portions(ids):
        of = tables.run_api
        for row in connection.execute(
            sa.select(of.c.run_id, *_API_COLUMNS)
            .where(of.c.run_id.in_(some))
            .order_by(of.c.run_id, of.c.number)
        ):
            apis.setdefault(row[0], []).append(StoredApi(*row[1:]))
        label = tables.label
        for row in connection.execute(
            sa.select(label).where(label.c.run_id.in_(some)).order_by(label.c.run_id, label.c.name)
        ):
            labels.setdefault(row[0], {})[row[1]] = row[2]
        complete = sa.exists().where(tables.document.c.run_id == tables.run.c.run_id)
        for found in connection.execute(
            sa.select(tables.run, complete.label("complete")).where(tables.run.c.run_id.in_(some))
        ).mappings():
            rows[found["run_id"]] = found
    return [
        _summary(rows[name], apis.get(name, ()), labels.get(name, {}))
        for name in ids
        if name in rows
    ]


def streams(connection: sa.Connection) -> tuple[Stream, ...]:
    """Return every stream that has a run, sorted."""
    of = tables.run_api.c
    rows = connection.execute(
        sa.select(of.api, of.target, of.origin).distinct().order_by(of.api, of.target, of.origin)
    )
    return tuple(Stream(api, target, origin or None) for api, target, origin in rows)


def in_stream(
    connection: sa.Connection,
    stream: Stream,
    *,
    before: tuple[str, str] | None,
    limit: int | None,
) -> list[tuple[str, str, str]]:
    """Return start, id and digest of verdicts of runs of ``stream``, newest first.

    Args:
        before: start and id of a run; only what is older is returned.
    """
    of = tables.run_api.c
    asked = sa.select(of.started, of.run_id, of.digest).where(*_of_stream(of, stream))
    if before is not None:
        started, run_id = before
        asked = asked.where(
            sa.or_(of.started < started, sa.and_(of.started == started, of.run_id < run_id))
        )
    asked = asked.order_by(of.started.desc(), of.run_id.desc())
    if limit is not None:
        asked = asked.limit(limit)
    return [(row[0], row[1], row[2]) for row in connection.execute(asked)]


def digests(connection: sa.Connection, run_id: str) -> dict[str, str]:
    """Return the digest of the verdicts of each API of a run."""
    of = tables.run_api.c
    rows = connection.execute(
        sa.select(of.api, of.digest).where(of.run_id == run_id).order_by(of.number)
    )
    return {api: digest for api, digest in rows}  # noqa: C416 - rows are no plain tuples


def verdict_sets(
    connection: sa.Connection, names: Iterable[str]
) -> dict[str, dict[str, StoredVerdict]]:
    """Return the sets of these digests, each by requirement, in order."""
    wanted = sorted(set(names))
    found: dict[str, dict[str, StoredVerdict]] = {name: {} for name in wanted}
    of = tables.verdict.c
    for some in _portions(wanted):
        for digest, requirement, kind, reason in connection.execute(
            sa.select(of.digest, of.requirement, of.kind, of.reason)
            .where(of.digest.in_(some))
            .order_by(of.digest, of.requirement)
        ):
            found[digest][requirement] = StoredVerdict(requirement, VerdictKind(kind), reason)
    return found


def findings(connection: sa.Connection, run_id: str, api: str | None) -> tuple[StoredFinding, ...]:
    """Return the findings of a run, or of one API in it, in the order of the run."""
    of = tables.finding.c
    asked = sa.select(tables.finding).where(of.run_id == run_id).order_by(of.number)
    if api is not None:
        asked = asked.where(of.api == api)
    return tuple(
        StoredFinding(
            **{
                **{name: row[name] for name in StoredFinding.__slots__},
                "severity": Severity(row["severity"]),
                "blame": Blame(row["blame"]),
            }
        )
        for row in connection.execute(asked).mappings()
    )


def fingerprints(connection: sa.Connection, stream: Stream) -> dict[str, set[str]]:
    """Return the fingerprints of findings by run, of the runs of ``stream`` that have any."""
    found, of = tables.finding.c, tables.run_api.c
    asked = sa.select(found.run_id, found.fingerprint).where(
        found.api == stream.api,
        sa.exists().where(of.run_id == found.run_id, *_of_stream(of, stream)),
    )
    shown: dict[str, set[str]] = {}
    for run_id, fingerprint in connection.execute(asked):
        shown.setdefault(run_id, set()).add(fingerprint)
    return shown


def latencies(connection: sa.Connection, run_id: str, api: str) -> tuple[LatencySample, ...]:
    """Return the latencies of one API in a run, sorted by operation and status."""
    of = tables.latency.c
    rows = connection.execute(
        sa.select(of.api, of.operation, of.status, of.count, of.sample)
        .where(of.run_id == run_id, of.api == api)
        .order_by(of.operation, of.status)
    )
    return tuple(LatencySample(*row[:4], unpack_sample(row[4])) for row in rows)


def codes(connection: sa.Connection, stream: Stream) -> tuple[SeenCode, ...]:
    """Return every error code that ``stream`` has seen, sorted."""
    of = tables.code.c
    rows = connection.execute(
        sa.select(*(of[name] for name in SeenCode.__slots__))
        .where(*_of_stream(of, stream))
        .order_by(of.operation, of.status, of.code)
    )
    return tuple(SeenCode(*row) for row in rows)


def responses(connection: sa.Connection, stream: Stream) -> tuple[SeenResponse, ...]:
    """Return every status that operations of ``stream`` have answered, sorted."""
    of = tables.response.c
    rows = connection.execute(
        sa.select(*(of[name] for name in SeenResponse.__slots__))
        .where(*_of_stream(of, stream))
        .order_by(of.operation, of.status)
    )
    return tuple(SeenResponse(*row) for row in rows)


def _of_stream(of: Any, stream: Stream) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        of.api == stream.api,
        of.target == stream.target,
        of.origin == (stream.origin or ""),
    )


def _summary(
    row: Mapping[Any, Any], apis: Sequence[StoredApi], labels: Mapping[str, str]
) -> StoredRun:
    plain = {
        name: row[name] for name in StoredRun.__slots__ if name not in {"apis", "labels", "origin"}
    }
    plain["complete"] = bool(row["complete"])
    return StoredRun(**plain, origin=row["origin"] or None, apis=tuple(apis), labels=dict(labels))


def _portions(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]
