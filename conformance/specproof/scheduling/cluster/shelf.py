"""What the history says of parts and runs that have no use outside a cluster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import sqlalchemy as sa

from specproof.history import tables
from specproof.history.store import History

__all__ = ["forget_attempts", "has_run", "runs_among", "stored_parts"]

_PORTION: Final = 500
"""Names in one statement; databases take a few thousand at most."""


def has_run(history: History, run_id: str) -> bool:
    """Return whether the run of that id is stored."""
    of = tables.run.c
    with history.reading() as connection:
        return bool(connection.scalar(sa.select(sa.exists().where(of.run_id == run_id))))


def stored_parts(history: History, run_id: str) -> frozenset[int]:
    """Return the numbers of the parts that are stored of a run which is not whole."""
    return frozenset(history.part_numbers(run_id).get(run_id, ()))


def runs_among(history: History, run_ids: Sequence[str]) -> frozenset[str]:
    """Return those of ``run_ids`` whose runs are stored."""
    of = tables.run.c
    found: set[str] = set()
    with history.reading() as connection:
        for some in _portions(run_ids):
            found.update(connection.scalars(sa.select(of.run_id).where(of.run_id.in_(some))))
    return frozenset(found)


def forget_attempts(history: History, run_ids: Sequence[str], index: int | None = None) -> None:
    """Forget how often somebody began on a part, or on any part, of some runs.

    A part that ended in words has not killed its worker, and who starts a batch again has
    mended something or wants to see.
    """
    of = tables.attempt.c
    with history.writing() as connection:
        for some in _portions(run_ids):
            asked = sa.delete(tables.attempt).where(of.run_id.in_(some))
            connection.execute(asked if index is None else asked.where(of.number == index))


def _portions(run_ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for begin in range(0, len(run_ids), _PORTION):
        yield run_ids[begin : begin + _PORTION]
