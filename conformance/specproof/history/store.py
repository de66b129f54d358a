"""The history: every run, change and published spec that was stored, in a database.

What `History.store_run` has returned for is kept through a killed process and a power cut, see
`specproof.history.database`. Storing the same again changes nothing, so whoever does not know
whether it was stored stores it once more.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import sqlalchemy as sa

from specproof.errors import InputError
from specproof.history import alerts, pieces, queries, specs, writing
from specproof.history.database import WRITES, Place, engine_of, locate
from specproof.history.documents import document_of, same
from specproof.history.failures import told
from specproof.history.packing import pack
from specproof.history.records import (
    ANY,
    AnyOrigin,
    LatencySample,
    SeenCode,
    SeenResponse,
    StoredAlert,
    StoredChange,
    StoredFinding,
    StoredPart,
    StoredRevision,
    StoredRun,
    StoredVerdict,
    Stream,
    now,
    utc,
)
from specproof.history.rows import Rows, rows_of
from specproof.history.schema import prepare
from specproof.suites.records import Run
from specproof.suites.runfile import parse_run, run_bytes
from specproof.text import one_line

__all__ = ["History", "open_history"]

_LAST: Final = re.compile(r"last(?:~([0-9]{1,9}))?")
_PORTION: Final = 100


def open_history(where: str | None = None, *, create: bool = True) -> History:
    """Open a history; an older schema is brought up to date under a lock.

    Args:
        where: a file, or an SQLAlchemy URL of SQLite or PostgreSQL; None for
            ``$SPECPROOF_HISTORY``, and without that ``history.db`` in the user's state folder.
            ``$NAME`` is the value of that environment variable.
        create: make the file where there is none.

    Raises:
        InputError: there is none, it is something else, or it was written by a newer specproof.
        CouldNotCheckError: the server can not be reached.
    """
    place = locate(where)
    if place.path is not None:
        if not create and not place.path.exists():
            raise InputError(
                "there is no history",
                file=place.shown,
                remedy="store a run with specproof run --history, or name another place",
            )
        _make_folder(place.path)
    engine = engine_of(place)
    try:
        with told(place.shown):
            prepare(engine, place.shown)
    except BaseException:
        engine.dispose()
        raise
    return History(engine, place)


class History:
    """An open history; a context manager.

    Methods raise `InputError` where the database refuses and `CouldNotCheckError` where its
    server can not be reached; the sentence names the place, see `shown`.
    """

    def __init__(self, engine: sa.Engine, place: Place) -> None:
        self._engine = engine
        self._place = place

    def __enter__(self) -> Self:
        """Return the history."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    @property
    def shown(self) -> str:
        """Where the history is, without user, password and options."""
        return self._place.shown

    def store_run(
        self, run: Run, *, batch: str | None = None, labels: Mapping[str, str] | None = None
    ) -> bool:
        """Store a whole run; False where it is stored already.

        Args:
            batch: name under which runs were started together.
            labels: see `StoredRun`.

        Raises:
            InputError: another run of the same id is stored, or the run is part of one only.
            LimitError: its run file is larger than a history takes.
        """
        rows, document = _prepared(run, batch, labels)
        with self.writing() as connection:
            if writing.insert_run(connection, rows, document):
                return True
            if not same(connection, rows, run_bytes(run)):
                raise InputError(
                    f"another run of the id {one_line(run.header.run_id)} is stored",
                    file=self.shown,
                )
            return False

    def store_part(
        self, run_id: str, data: bytes, *, index: int, count: int, plan_digest: str, api: str
    ) -> bool:
        """Store one of ``count`` parts of a run; False where it is needed no longer.

        That is so where the part is stored, or its run is whole, already.

        Raises:
            InputError: another part of the run comes from another plan.
        """
        part = StoredPart(run_id, index, count, plan_digest, api, now(), data)
        with self.writing() as connection:
            return pieces.add_part(connection, part)

    def parts(self, run_id: str) -> tuple[StoredPart, ...]:
        """Return the parts of a run that are stored, in their order."""
        with self.reading() as connection:
            return pieces.parts(connection, run_id)

    def part_numbers(self, run_id: str | None = None) -> Mapping[str, tuple[int, ...]]:
        """Return which parts of a run, or of every run that is not whole, are stored."""
        with self.reading() as connection:
            return pieces.part_numbers(connection, run_id)

    def begin_part(self, run_id: str, index: int) -> int:
        """Count that somebody begins on a part; return how often somebody did, this time too."""
        with self.writing() as connection:
            return pieces.begin(connection, run_id, index)

    def finish_parts(
        self,
        run_id: str,
        run: Run,
        *,
        batch: str | None = None,
        labels: Mapping[str, str] | None = None,
    ) -> bool:
        """Store the run that the parts made and drop them, at once; see `store_run`.

        Where two machines finish the same run, the first counts, whatever its times say.
        """
        if run.header.run_id != run_id:
            raise InputError("the parts are those of another run")
        rows, document = _prepared(run, batch, labels)
        with self.writing() as connection:
            writing.guard(connection, alone=False)
            pieces.alone(connection, run_id)
            pieces.drop(connection, run_id)
            return writing.insert_run(connection, rows, document)

    def drop_parts(self, run_id: str) -> None:
        """Delete the parts of a run that nobody will finish."""
        with self.writing() as connection:
            pieces.alone(connection, run_id)
            pieces.drop(connection, run_id)

    def store_change(self, change: StoredChange) -> bool:
        """Store a change; False where one between the same two documents is stored already."""
        with self.writing() as connection:
            return specs.add_change(connection, change)

    def changes(self, api: str | None = None, since: str | None = None) -> tuple[StoredChange, ...]:
        """Return changes, newest first: of an API, noticed at ``since`` (RFC 3339) or later."""
        with self.reading() as connection:
            return specs.changes(connection, api, None if since is None else utc(since))

    def store_revision(self, revision: StoredRevision) -> bool:
        """Store a published spec; False where it is stored already, by API and digest."""
        with self.writing() as connection:
            return specs.add_revision(connection, revision)

    def revision(self, sha256: str) -> StoredRevision | None:
        """Return the published spec with this digest, None where none is stored."""
        with self.reading() as connection:
            return specs.revision_of(connection, sha256)

    def revisions(self, api: str | None = None) -> tuple[StoredRevision, ...]:
        """Return the published specs of an API, or of all, newest first."""
        with self.reading() as connection:
            return specs.revisions(connection, api)

    def alerts(self, stream: Stream | None = None) -> tuple[StoredAlert, ...]:
        """Return the alerts of a stream, or of all, sorted by stream and subject."""
        with self.reading() as connection:
            return alerts.alerts(connection, stream)

    def save_alerts(self, found: Iterable[StoredAlert]) -> tuple[StoredAlert, ...]:
        """Save alerts; return those that were saved, with their new ``revision``.

        One that somebody else has saved since it was read (its ``revision`` is another by now)
        is left alone, so that of two that claim an alert at once one gets it.
        """
        with self.writing() as connection:
            return alerts.save(connection, found)

    def runs(
        self,
        *,
        api: str | None = None,
        target: str | None = None,
        origin: str | AnyOrigin | None = ANY,
        batch: str | None = None,
        since: str | None = None,
        until: str | None = None,
        limit: int | None = None,
    ) -> tuple[StoredRun, ...]:
        """Return runs, newest first: by the time they started, then by id.

        Args:
            origin: None for runs that have none.
            since: RFC 3339; only runs that started then or later, and at ``until`` at the latest.
        """
        asked = queries.newest(
            api=api,
            target=target,
            origin=origin,
            batch=batch,
            since=None if since is None else utc(since),
            until=None if until is None else utc(until),
        )
        if limit is not None:
            asked = asked.limit(limit)
        with self.reading() as connection:
            return tuple(queries.summaries(connection, list(connection.scalars(asked))))

    def find(
        self,
        reference: str,
        *,
        api: str | None = None,
        target: str | None = None,
        origin: str | AnyOrigin | None = ANY,
    ) -> StoredRun:
        """Return the run that ``reference`` means: ``last``, ``last~2``, or how its id begins.

        The others say which runs ``last`` counts.

        Raises:
            InputError: no run, or more than one.
        """
        if last := _LAST.fullmatch(reference):
            asked = queries.newest(api=api, target=target, origin=origin)
            with self.reading() as connection:
                chosen = list(connection.scalars(asked.offset(int(last[1] or 0)).limit(1)))
                found = queries.summaries(connection, chosen)
            if not found:
                raise InputError(
                    f"there is no run {reference}", file=self.shown, remedy="see history list"
                )
            return found[0]
        with self.reading() as connection:
            names = queries.run_ids(connection, reference, 2)
            if reference in names:
                names = [reference]
            found = queries.summaries(connection, names)
        if len(found) != 1 or not reference:
            kind = "more than one run begins" if found else "no run begins"
            raise InputError(
                f"{kind} with {one_line(reference, 60)!r}",
                file=self.shown,
                remedy="see history list",
            )
        return found[0]

    def run(self, run_id: str) -> Run:
        """Return a whole run.

        Raises:
            InputError: there is none of that id, or only its summary is kept.
        """
        return parse_run(io.BytesIO(self.run_file(run_id)), f"{self.shown} ({one_line(run_id)})")

    def run_file(self, run_id: str) -> bytes:
        """Return the run file of a run, as it was stored.

        Raises:
            InputError: there is none of that id, or only its summary is kept.
        """
        with self.reading() as connection:
            found = document_of(connection, run_id)
            if found is not None:
                return found
            known = bool(queries.summaries(connection, [run_id]))
        problem = "only the summary is kept of" if known else "there is no"
        raise InputError(f"{problem} run {one_line(run_id, 60)!r}", file=self.shown)

    def streams(self) -> tuple[Stream, ...]:
        """Return every stream that has a run, sorted."""
        with self.reading() as connection:
            return queries.streams(connection)

    def verdicts(self, run_id: str, api: str) -> Mapping[str, StoredVerdict]:
        """Return what a run says of an API, by requirement; empty where it did not test it."""
        with self.reading() as connection:
            digest = queries.digests(connection, run_id).get(api)
            if digest is None:
                return {}
            return queries.verdict_sets(connection, [digest])[digest]

    def timeline(
        self, stream: Stream, *, limit: int | None = None
    ) -> Iterator[tuple[StoredRun, Mapping[str, StoredVerdict]]]:
        """Yield the runs of a stream with what they say of its API, newest first.

        Runs that say the same share one mapping.
        """
        known: dict[str, dict[str, StoredVerdict]] = {}
        before: tuple[str, str] | None = None
        left = limit
        while left is None or left > 0:
            asked = _PORTION if left is None else min(left, _PORTION)
            # Nothing is held open while the caller works on what it was given.
            with self.reading() as connection:
                rows = queries.in_stream(connection, stream, before=before, limit=asked)
                missing = {digest for _, _, digest in rows} - known.keys()
                known.update(queries.verdict_sets(connection, missing))
                found = queries.summaries(connection, [run_id for _, run_id, _ in rows])
            sets = {run_id: known[digest] for _, run_id, digest in rows}
            yield from ((run, sets[run.run_id]) for run in found)
            if len(rows) < asked:
                return
            before = rows[-1][:2]
            left = None if left is None else left - len(rows)

    def before(self, run: StoredRun, api: str) -> StoredRun | None:
        """Return the last comparable run before ``run``: of the same API, target and origin."""
        stream = Stream(api, run.target, run.origin)
        with self.reading() as connection:
            rows = queries.in_stream(connection, stream, before=(run.started, run.run_id), limit=1)
            found = queries.summaries(connection, [run_id for _, run_id, _ in rows])
        return found[0] if found else None

    def findings(self, run_id: str, api: str | None = None) -> tuple[StoredFinding, ...]:
        """Return the findings of a run, or of one API in it, in the order of the run."""
        with self.reading() as connection:
            return queries.findings(connection, run_id, api)

    def latencies(self, run_id: str, api: str) -> tuple[LatencySample, ...]:
        """Return the latencies of one API in a run, sorted by operation and status."""
        with self.reading() as connection:
            return queries.latencies(connection, run_id, api)

    def codes(self, stream: Stream) -> tuple[SeenCode, ...]:
        """Return every error code that a stream has seen, sorted."""
        with self.reading() as connection:
            return queries.codes(connection, stream)

    def responses(self, stream: Stream) -> tuple[SeenResponse, ...]:
        """Return every status that operations of a stream have answered, sorted."""
        with self.reading() as connection:
            return queries.responses(connection, stream)

    def spare(self, output: Path | None) -> None:
        """Refuse to have a report or a run file written over the history.

        Raises:
            InputError: ``output`` is the file that the history is kept in.
        """
        path = self._place.path
        if path is None or output is None or not output.exists():
            return
        if path.samefile(output):
            raise InputError(
                "would be written over: the history is kept in it",
                file=str(output),
                remedy="name another file for the output",
            )

    def size(self) -> int | None:
        """Return the bytes of the file, None where the history is on a server."""
        path = self._place.path
        return path.stat().st_size if path is not None and path.exists() else None

    def vacuum(self) -> None:
        """Give room that is free in the database back to the disk, as far as it does that."""
        with told(self.shown), self._engine.connect() as connection:
            # Neither database does this within a transaction.
            outside = connection.execution_options(isolation_level="AUTOCOMMIT")
            outside.exec_driver_sql("VACUUM")

    @contextlib.contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Open a transaction that only reads."""
        with told(self.shown), self._engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                # As in SQLite, nothing changes from one question to the next.
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Open a transaction that writes; it is committed at the end, or leaves nothing."""
        options = {WRITES: True}
        with (
            told(self.shown),
            self._engine.connect().execution_options(**options) as connection,
            connection.begin(),
        ):
            yield connection


def _prepared(
    run: Run, batch: str | None, labels: Mapping[str, str] | None
) -> tuple[Rows, tuple[int, bytes]]:
    """Return what will be inserted: made before the transaction, which others wait for."""
    if run.header.shard is not None:
        raise InputError(
            "this is one part of a run", remedy="merge the parts, and store what results"
        )
    data = run_bytes(run)
    packed = pack(data, "the run")
    digest = hashlib.sha256(data).hexdigest()
    rows = rows_of(run, sha256=digest, batch=batch, labels=labels or {}, stored=None)
    return rows, (len(data), packed)


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"its folder can not be made: {error.strerror}", file=str(path)) from None
