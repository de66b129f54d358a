"""A history as JSON lines, so that it can be kept, read by others, and put into another.

One header, then records, then a footer that counts them; each line is held against
``cli/schemas/history-file.schema.json`` (``specproof.history-file/1``) when read. Runs are as
whole as they are kept: with the lines of their run file, or as a summary. What is in progress,
alerts and parts of runs, stays behind.

Importing merges, and the same file may be imported any number of times.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO, Final

import sqlalchemy as sa

from specproof.errors import InputError, LimitError, SpecproofError
from specproof.history import queries, tables, writing
from specproof.history.arrivals import store_record
from specproof.history.documents import document_of
from specproof.history.packing import MAX_DOCUMENT_BYTES
from specproof.history.records import StoredRun
from specproof.history.store import History
from specproof.suites.lines import decoded, encoded
from specproof.text import one_line

__all__ = ["FILE_SCHEMA", "KINDS", "Imported", "export_lines", "import_lines"]

FILE_SCHEMA: Final = "specproof.history-file/1"

KINDS: Final = ("run", "summary", "code", "response", "change", "revision")
"""Types of records, in the order in which they are written."""

_WHAT: Final = "a line of an exported history"
_PORTION: Final = 50
_MAX_LINE_BYTES: Final = 2 * MAX_DOCUMENT_BYTES
_PORTION_BYTES: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Imported:
    """How many records were new, by kind, and how many the history had already."""

    stored: Mapping[str, int]
    known: Mapping[str, int]


def export_lines(history: History, counts: dict[str, int] | None = None) -> Iterator[bytes]:
    """Yield the lines of a history; the same history gives the same bytes.

    Runs are in the order in which they started. No transaction stays open between two portions,
    so that others may write meanwhile: what they add may be missing, and is never half there.

    Args:
        counts: is given how many records there are of each kind, when all are yielded.
    """
    yield encoded({"type": "header", "schema": FILE_SCHEMA})
    found = dict.fromkeys(KINDS, 0)
    for record in _records(history):
        found[record["type"]] += 1
        yield encoded(record)
    yield encoded({"type": "footer", "counts": found})
    if counts is not None:
        counts.update(found)


def import_lines(history: History, stream: BinaryIO, name: str) -> Imported:
    """Store what a file of `export_lines` holds, unless the history has it.

    The whole file is checked before anything is stored. Then some records are stored at a time;
    where that ends early, importing once more stores the rest.

    Args:
        stream: can be read twice.
        name: what errors call it.

    Raises:
        InputError: naming the line: no such file, or a run that differs from the stored one.
        LimitError: a line is too long.
    """
    _check(stream, name)
    stream.seek(0)
    stored, known = Counter[str](), Counter[str]()
    portion: list[tuple[int, dict[str, Any]]] = []
    size = 0
    for number, raw in enumerate(stream, 1):
        record = json.loads(raw)
        if record["type"] in KINDS:
            portion.append((number, record))
            size += len(raw)
        if len(portion) >= _PORTION or size >= _PORTION_BYTES:
            _store(history, portion, name, stored, known)
            portion, size = [], 0
    _store(history, portion, name, stored, known)
    return Imported({kind: stored[kind] for kind in KINDS}, {kind: known[kind] for kind in KINDS})


def _records(history: History) -> Iterator[dict[str, Any]]:
    of = tables.run.c
    with history.reading() as connection:
        names = list(connection.scalars(sa.select(of.run_id).order_by(of.started, of.run_id)))
    for start in range(0, len(names), _PORTION):
        some = names[start : start + _PORTION]
        with history.reading() as connection:
            found = [_run_record(connection, item) for item in queries.summaries(connection, some)]
        yield from found
    for kind, table in (("code", tables.code), ("response", tables.response)):
        with history.reading() as connection:
            asked = sa.select(table).order_by(*table.primary_key.columns)
            rows = [dict(row) for row in connection.execute(asked).mappings()]
        yield from ({"type": kind, **row} for row in rows)
    changes = sorted(history.changes(), key=lambda item: (item.api, item.noticed, item.id))
    yield from ({"type": "change", **asdict(item)} for item in changes)
    for item in sorted(history.revisions(), key=lambda item: (item.api, item.sha256)):
        yield {"type": "revision", **asdict(item), "document": item.document.decode()}


def _run_record(connection: sa.Connection, run: StoredRun) -> dict[str, Any]:
    about = {
        "run_id": run.run_id,
        "batch": run.batch,
        "stored": run.stored,
        "labels": dict(run.labels),
    }
    whole = document_of(connection, run.run_id)
    if whole is not None:
        return {"type": "run", **about, "lines": whole.decode("ascii").splitlines()}
    of = tables.run
    row = connection.execute(sa.select(of).where(of.c.run_id == run.run_id)).mappings().one()
    digests = queries.digests(connection, run.run_id)
    sets = queries.verdict_sets(connection, digests.values())
    apis = [
        {
            **asdict(item),
            "verdicts": [asdict(each) for each in sets[digests[item.api]].values()],
            "latencies": [
                {
                    "operation": each.operation,
                    "status": each.status,
                    "count": each.count,
                    "milliseconds": each.milliseconds,
                }
                for each in queries.latencies(connection, run.run_id, item.api)
            ],
        }
        for item in run.apis
    ]
    found = [asdict(item) for item in queries.findings(connection, run.run_id, None)]
    for item in found:
        del item["run_id"]
    return {"type": "summary", **dict(row), **about, "apis": apis, "findings": found}


def _check(stream: BinaryIO, name: str) -> None:
    counts = dict.fromkeys(KINDS, 0)
    footer: Mapping[str, Any] | None = None
    number = 0
    while raw := stream.readline(_MAX_LINE_BYTES + 1):
        number += 1
        if len(raw) > _MAX_LINE_BYTES:
            raise LimitError("the line is too long", file=name, line=number)
        if not raw.endswith(b"\n"):
            raise InputError("the line is cut short", file=name, line=number)
        record = decoded(raw, "history-file", what=_WHAT, file=name, line=number)
        kind = record["type"]
        if (kind == "header") != (number == 1) or footer is not None:
            raise InputError("the line is out of order", file=name, line=number)
        if kind == "footer":
            footer = record
        elif kind in counts:
            counts[kind] += 1
    if footer is None or footer["counts"] != counts:
        raise InputError(
            "the end is missing" if footer is None else "the footer does not count the lines",
            file=name,
            line=number or None,
            remedy="parts of it are lost, export the history again",
        )


def _store(
    history: History,
    portion: list[tuple[int, dict[str, Any]]],
    name: str,
    stored: Counter[str],
    known: Counter[str],
) -> None:
    if not portion:
        return
    with history.writing() as connection:
        # Of many runs the rows come in no order that others keep, so that each could wait for
        # what the other has.
        writing.guard(connection, alone=True)
        for number, record in portion:
            try:
                new = store_record(connection, record)
            except SpecproofError as error:
                raise InputError(one_line(str(error)), file=name, line=number) from None
            (stored if new else known)[record["type"]] += 1
