"""Records of an exported history -> rows, unless the history has them; see `transfer`."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Final

import sqlalchemy as sa

from specproof.errors import InputError
from specproof.history import specs, tables, writing
from specproof.history.documents import same
from specproof.history.packing import pack, pack_sample
from specproof.history.records import (
    StoredChange,
    StoredRevision,
    StoredVerdict,
    checked_name,
    utc,
)
from specproof.history.rows import Rows, digest_of, label_rows, rows_of
from specproof.history.values import key
from specproof.model import VerdictKind
from specproof.suites.runfile import parse_run
from specproof.text import one_line

__all__ = ["store_record"]

Record = Mapping[str, Any]


def store_record(connection: sa.Connection, record: Record) -> bool:
    """Store a record that its schema allows; False where the history has it.

    Raises:
        InputError: it says other than the history, or holds what no history takes.
    """
    return _STORING[record["type"]](connection, record)


def _store_run(connection: sa.Connection, record: Record) -> bool:
    data = "".join(f"{line}\n" for line in record["lines"]).encode("ascii")
    run = parse_run(io.BytesIO(data), f"run {one_line(record['run_id'], 60)}")
    if run.header.run_id != record["run_id"]:
        raise InputError("the lines are those of another run")
    if run.header.shard is not None:
        raise InputError("this is one part of a run")
    rows = rows_of(
        run,
        sha256=hashlib.sha256(data).hexdigest(),
        batch=record["batch"],
        labels=record["labels"],
        stored=record["stored"],
    )
    document = (len(data), pack(data, "the run"))
    if writing.insert_run(connection, rows, document):
        return True
    if not same(connection, rows, data):
        raise InputError(f"another run of the id {one_line(run.header.run_id)} is stored")
    return writing.add_document(connection, run.header.run_id, document)


def _store_summary(connection: sa.Connection, record: Record) -> bool:
    run_id = checked_name(record["run_id"], "run")
    times = {name: utc(record[name]) for name in ("started", "finished", "stored")}
    apart = {"type", "apis", "findings", "labels"}
    if len({item["api"] for item in record["apis"]}) != len(record["apis"]):
        raise InputError("the run names an API twice")
    apis: list[dict[str, Any]] = []
    sets: dict[str, list[dict[str, Any]]] = {}
    latencies: list[dict[str, Any]] = []
    for number, item in enumerate(record["apis"]):
        digest, rows = _verdicts(item["verdicts"])
        sets[digest] = rows
        apis.append(
            {
                "run_id": run_id,
                "number": number,
                "started": times["started"],
                "target": record["target"],
                "origin": record["origin"],
                "digest": digest,
                **{name: item[name] for name in item if name not in {"verdicts", "latencies"}},
            }
        )
        latencies += _latencies(run_id, checked_name(item["api"], "API"), item["latencies"])
    summary = Rows(
        run={**{name: record[name] for name in record if name not in apart}, **times},
        apis=apis,
        labels=label_rows(run_id, record["labels"]),
        sets=sets,
        findings=[
            {"run_id": run_id, "number": number, **item}
            for number, item in enumerate(record["findings"])
        ],
        latencies=latencies,
        codes=(),
        responses=(),
    )
    if writing.insert_run(connection, summary, None):
        return True
    of = tables.run.c
    kept = connection.scalar(sa.select(of.sha256).where(of.run_id == run_id))
    if kept != record["sha256"]:
        raise InputError(f"another run of the id {one_line(run_id)} is stored")
    return False


def _verdicts(found: list[Record]) -> tuple[str, list[dict[str, Any]]]:
    verdicts = {
        name: StoredVerdict(name, VerdictKind(item["kind"]), item["reason"])
        for item in found
        for name in (key(item["requirement"]),)
    }
    ordered = [verdicts[name] for name in sorted(verdicts)]
    digest = digest_of(ordered)
    return digest, [{"digest": digest, **asdict(item)} for item in ordered]


def _latencies(run_id: str, api: str, found: list[Record]) -> list[dict[str, Any]]:
    return [
        {
            "run_id": run_id,
            "api": api,
            "operation": key(item["operation"]),
            "status": item["status"],
            "count": item["count"],
            "sample": pack_sample(item["milliseconds"]),
        }
        for item in found
    ]


def _store_seen(connection: sa.Connection, record: Record) -> bool:
    table = tables.code if record["type"] == "code" else tables.response
    row = {name: record[name] for name in record if name != "type"}
    row |= {name: utc(row[name]) for name in ("first_seen", "last_seen")}
    row |= {name: key(row[name]) for name in ("operation", "code") if name in row}
    checked_name(row["api"], "API")
    this = sa.select(table).where(*(item == row[item.name] for item in table.primary_key.columns))
    before = connection.execute(this).first()
    widen = writing.widen_codes if table is tables.code else writing.widen_responses
    widen(connection, [row])
    return connection.execute(this).first() != before


def _store_change(connection: sa.Connection, record: Record) -> bool:
    plain = {name: record[name] for name in StoredChange.__slots__}
    return specs.add_change(connection, StoredChange(**plain))


def _store_revision(connection: sa.Connection, record: Record) -> bool:
    plain = {name: record[name] for name in StoredRevision.__slots__}
    plain["document"] = record["document"].encode()
    return specs.add_revision(connection, StoredRevision(**plain))


_STORING: Final[Mapping[str, Callable[[sa.Connection, Record], bool]]] = {
    "run": _store_run,
    "summary": _store_summary,
    "code": _store_seen,
    "response": _store_seen,
    "change": _store_change,
    "revision": _store_revision,
}
