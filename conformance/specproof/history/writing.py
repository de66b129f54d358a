"""What is written into a history; every function writes in the transaction it is given.

Rows that two writers share are written in the order of their keys, so that on a server neither
waits for the other for ever. What is there already is left, or widened, never doubled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from specproof.history import tables
from specproof.history.documents import FORMAT
from specproof.history.rows import Rows

__all__ = [
    "add",
    "add_document",
    "guard",
    "insert",
    "insert_run",
    "widen_codes",
    "widen_responses",
]

_LOCK: Final = 0x7370_6563_7072_756E
"""Key of a lock in PostgreSQL: who adds a run shares it, who prunes or imports holds it alone."""


def insert(connection: sa.Connection, table: sa.Table) -> Any:
    """Return an INSERT for ``table`` that may say what is done ``on_conflict``."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def add(connection: sa.Connection, table: sa.Table, row: Mapping[str, Any]) -> bool:
    """Insert ``row`` unless its key is there; tell whether it was inserted."""
    # What comes back counts: drivers disagree about the number of rows that an INSERT tells.
    asked = insert(connection, table).values(**row).on_conflict_do_nothing()
    done = connection.execute(asked.returning(sa.literal(1)))
    return done.first() is not None


def insert_run(connection: sa.Connection, rows: Rows, document: tuple[int, bytes] | None) -> bool:
    """Insert a run; False, and nothing written, where one of its id is there.

    Args:
        document: bytes of the run file and itself, packed; None where it is kept no longer.
    """
    guard(connection, alone=False)
    if not add(connection, tables.run, rows.run):
        return False
    for digest, verdicts in sorted(rows.sets.items()):
        if add(connection, tables.verdict_set, {"digest": digest}) and verdicts:
            connection.execute(sa.insert(tables.verdict), list(verdicts))
    _insert(connection, tables.run_api, rows.apis)
    _insert(connection, tables.label, rows.labels)
    _insert(connection, tables.finding, rows.findings)
    _insert(connection, tables.latency, rows.latencies)
    widen_codes(connection, rows.codes)
    widen_responses(connection, rows.responses)
    if document is not None:
        add_document(connection, rows.run["run_id"], document)
    return True


def add_document(connection: sa.Connection, run_id: str, document: tuple[int, bytes]) -> bool:
    """Keep the run file of a run; False where it is kept already."""
    size, packed = document
    row = {"run_id": run_id, "format": FORMAT, "size": size, "bytes": packed}
    return add(connection, tables.document, row)


def guard(connection: sa.Connection, *, alone: bool) -> None:
    """Keep who prunes or imports (``alone``) and who adds a run from being at work at once."""
    if connection.dialect.name == "postgresql":
        functions = sa.func.pg_advisory_xact_lock, sa.func.pg_advisory_xact_lock_shared
        connection.execute(sa.select(functions[0 if alone else 1](_LOCK)))


def widen_codes(connection: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Note when codes were seen: the earliest and the latest time are kept."""
    asked = insert(connection, tables.code)
    new, old = asked.excluded, tables.code.c
    earlier = sa.or_(
        new.first_seen < old.first_seen,
        sa.and_(new.first_seen == old.first_seen, new.first_run < old.first_run),
    )
    asked = asked.on_conflict_do_update(
        index_elements=list(tables.code.primary_key.columns),
        set_={
            "first_seen": sa.case((earlier, new.first_seen), else_=old.first_seen),
            "first_run": sa.case((earlier, new.first_run), else_=old.first_run),
            "last_seen": sa.case(
                (new.last_seen > old.last_seen, new.last_seen), else_=old.last_seen
            ),
        },
    )
    if rows:
        connection.execute(asked, list(rows))


def widen_responses(connection: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Note when responses were seen: the earliest and the latest time are kept."""
    asked = insert(connection, tables.response)
    new, old = asked.excluded, tables.response.c
    later = sa.or_(
        new.last_seen > old.last_seen,
        sa.and_(new.last_seen == old.last_seen, new.last_run > old.last_run),
    )
    asked = asked.on_conflict_do_update(
        index_elements=list(tables.response.primary_key.columns),
        set_={
            "first_seen": sa.case(
                (new.first_seen < old.first_seen, new.first_seen), else_=old.first_seen
            ),
            "last_seen": sa.case((later, new.last_seen), else_=old.last_seen),
            "last_run": sa.case((later, new.last_run), else_=old.last_run),
        },
    )
    if rows:
        connection.execute(asked, list(rows))


def _insert(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        connection.execute(sa.insert(table), list(rows))
