"""The run files that a history keeps, and whether a run is the one that is stored."""

from __future__ import annotations

import io
from collections.abc import Mapping

import sqlalchemy as sa

from specproof.history import tables
from specproof.history.packing import unpack
from specproof.history.rows import Rows
from specproof.history.values import storable
from specproof.suites.records import Run
from specproof.suites.runfile import parse_run
from specproof.text import one_line

__all__ = ["FORMAT", "document_of", "same"]

FORMAT = "run-file+zlib"
"""How a run file is kept: compressed, see `specproof.history.packing`."""

_COMPARED = (
    "started",
    "finished",
    "target",
    "origin",
    "seed",
    "cases",
    "exit_code",
    "exchanges",
    "distinct_requests",
)


def document_of(connection: sa.Connection, run_id: str) -> bytes | None:
    """Return the run file of a run, None where it is kept no longer.

    Raises:
        InputError: it is damaged.
    """
    of = tables.document.c
    row = connection.execute(sa.select(of.size, of.bytes).where(of.run_id == run_id)).first()
    return None if row is None else unpack(row[1], row[0], f"run {one_line(run_id, 60)!r}")


def same(connection: sa.Connection, rows: Rows, data: bytes) -> bool:
    """Tell whether the stored run of the id in ``rows`` is the one that has the run file ``data``.

    The bytes may differ where another version of specproof wrote the one or the other; of a run
    whose file is kept no longer the summary is compared.
    """
    run_id = str(rows.run["run_id"])
    stored = (
        connection.execute(sa.select(tables.run).where(tables.run.c.run_id == run_id))
        .mappings()
        .one()
    )
    if stored["sha256"] == rows.run["sha256"]:
        return True
    kept = document_of(connection, run_id)
    if kept is None:
        of = tables.run_api
        asked = sa.select(of).where(of.c.run_id == run_id).order_by(of.c.number)
        apis = [dict(item) for item in connection.execute(asked).mappings()]
        alike = all(stored[name] == rows.run[name] for name in _COMPARED)
        return alike and apis == [_as_stored(item) for item in rows.apis]
    return _parsed(kept, run_id) == _parsed(data, run_id)


def _as_stored(row: Mapping[str, object]) -> dict[str, object]:
    return {
        name: storable(value) if isinstance(value, str) else value for name, value in row.items()
    }


def _parsed(data: bytes, run_id: str) -> Run:
    return parse_run(io.BytesIO(data), f"run {one_line(run_id, 60)}")
