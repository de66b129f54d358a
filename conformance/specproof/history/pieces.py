"""Parts of runs that are not whole yet, in the tables of a history.

Any machine may store any part any number of times: the first counts. Whoever stores a part of a
run, or finishes the run, does so alone; a part that comes after the run is whole is dropped.
"""

from __future__ import annotations

import sqlalchemy as sa

from specproof.errors import InputError
from specproof.history import tables, writing
from specproof.history.packing import pack, unpack
from specproof.history.records import StoredPart, checked_name, now
from specproof.history.values import key
from specproof.text import one_line

__all__ = ["add_part", "alone", "begin", "drop", "part_numbers", "parts"]


def alone(connection: sa.Connection, run_id: str) -> None:
    """Keep others from the parts of a run until the transaction ends."""
    # Whoever writes to SQLite is alone already.
    if connection.dialect.name == "postgresql":
        asked = sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(run_id, 0))
        connection.execute(sa.select(asked))


def add_part(connection: sa.Connection, part: StoredPart) -> bool:
    """Store ``part``; False where it is stored, or its run is whole, already.

    Raises:
        InputError: another part of the run comes from another plan.
    """
    run_id = checked_name(part.run_id, "run")
    alone(connection, run_id)
    if connection.scalar(sa.select(sa.exists().where(tables.run.c.run_id == run_id))):
        return False
    of = tables.part.c
    known = connection.execute(
        sa.select(of.count, of.plan_digest).where(of.run_id == run_id).limit(1)
    ).first()
    if known is not None and tuple(known) != (part.count, part.plan_digest):
        raise InputError(f"the parts of run {one_line(run_id)} come from different plans")
    return writing.add(
        connection,
        tables.part,
        {
            "run_id": run_id,
            "number": part.index,
            "count": part.count,
            "plan_digest": part.plan_digest,
            "api": part.api,
            "stored": part.stored or now(),
            "size": len(part.data),
            "bytes": pack(part.data, "the part"),
        },
    )


def parts(connection: sa.Connection, run_id: str) -> tuple[StoredPart, ...]:
    """Return the parts of a run that are stored, in their order."""
    of = tables.part.c
    rows = connection.execute(
        sa.select(tables.part).where(of.run_id == run_id).order_by(of.number)
    ).mappings()
    return tuple(
        StoredPart(
            run_id=row["run_id"],
            index=row["number"],
            count=row["count"],
            plan_digest=row["plan_digest"],
            api=row["api"],
            stored=row["stored"],
            data=unpack(row["bytes"], row["size"], f"a part of run {one_line(run_id)}"),
        )
        for row in rows
    )


def part_numbers(connection: sa.Connection, run_id: str | None) -> dict[str, tuple[int, ...]]:
    """Return which parts of a run, or of every run that is not whole, are stored."""
    of = tables.part.c
    asked = sa.select(of.run_id, of.number).order_by(of.run_id, of.number)
    if run_id is not None:
        asked = asked.where(of.run_id == run_id)
    found: dict[str, tuple[int, ...]] = {}
    for name, number in connection.execute(asked):
        found[name] = (*found.get(name, ()), number)
    return found


def begin(connection: sa.Connection, run_id: str, index: int) -> int:
    """Count that somebody begins on a part; return how often somebody did."""
    asked = writing.insert(connection, tables.attempt).values(
        run_id=key(run_id), number=index, attempts=1
    )
    of = tables.attempt.c
    connection.execute(
        asked.on_conflict_do_update(
            index_elements=[of.run_id, of.number], set_={"attempts": of.attempts + 1}
        )
    )
    counted = connection.scalar(
        sa.select(of.attempts).where(of.run_id == key(run_id), of.number == index)
    )
    return int(counted or 0)


def drop(connection: sa.Connection, run_id: str) -> None:
    """Delete the parts of a run and the attempts at them."""
    connection.execute(sa.delete(tables.part).where(tables.part.c.run_id == run_id))
    connection.execute(sa.delete(tables.attempt).where(tables.attempt.c.run_id == run_id))
