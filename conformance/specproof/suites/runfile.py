"""The run file: JSON lines, one header, then events, then one footer.

A file without a footer is not a run. What is written is built from fields known to be
safe: raw header values, bodies, query strings and URLs have no place in it. Every line is
held against ``cli/schemas/run-file.schema.json`` (``specproof.run-file/1``) when read.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO, Final

from pydantic import TypeAdapter

from specproof.errors import InputError, LimitError
from specproof.files import write_atomic
from specproof.model import Finding, JsonObject, Verdict
from specproof.suites.lines import decoded, encoded
from specproof.suites.records import (
    Confirmation,
    ExportedExchange,
    Latency,
    OperationStatistics,
    Run,
    RunApi,
    RunFooter,
    RunHeader,
    RunOperation,
    SeenCodes,
    Shard,
    Summary,
    media_type,
    origin,
    summarise,
)

__all__ = [
    "MAX_FILE_BYTES",
    "MAX_LINE_BYTES",
    "RUN_FILE_SCHEMA",
    "Confirmation",
    "ExportedExchange",
    "Latency",
    "OperationStatistics",
    "Run",
    "RunApi",
    "RunFooter",
    "RunHeader",
    "RunOperation",
    "Shard",
    "Summary",
    "media_type",
    "origin",
    "parse_run",
    "read_run",
    "run_bytes",
    "summarise",
    "write_run",
]

RUN_FILE_SCHEMA: Final = "specproof.run-file/1"
MAX_LINE_BYTES: Final = 4 * 1024 * 1024
MAX_FILE_BYTES: Final = 1024 * 1024 * 1024

_WHAT: Final = "a line of a run file"
_PIECE: Final = 1024 * 1024
"""Characters of the evidence of a part that stand in one line; a line holds all their escapes."""


def write_run(run: Run, path: Path) -> None:
    """Write ``run`` to ``path``, whole or not at all."""
    write_atomic(path, run_bytes(run))


def run_bytes(run: Run) -> bytes:
    """Return the run file of ``run``."""
    return b"".join(encoded(record) for record in _records(run))


def read_run(path: Path) -> Run:
    """Read a run file strictly, see `parse_run`."""
    with path.open("rb") as stream:
        return parse_run(stream, path)


def parse_run(stream: BinaryIO, path: Path | str) -> Run:
    """Read the run file in ``stream`` strictly; errors call it ``path``.

    Raises:
        InputError: naming file and line: not a line of a run file, out of order, counts that
            do not match, or no footer.
        LimitError: a line over `MAX_LINE_BYTES` or a file over `MAX_FILE_BYTES`.
    """
    records = _parsed(stream, path)
    kinds = [str(record["type"]) for record in records]
    if not kinds or kinds[0] != "header":
        raise InputError("not a run: it does not begin with a header", file=str(path), line=1)
    if kinds[-1] != "footer":
        raise InputError(
            "not a run: it has no footer",
            file=str(path),
            remedy="the run was cut short, run it again",
        )
    for number, kind in enumerate(kinds[1:-1], start=2):
        if kind in {"header", "footer"}:
            raise InputError(f"a second {kind}", file=str(path), line=number)
    run = _assembled(records, path)
    counted = summarise(
        run.verdicts,
        run.findings,
        exchanges=run.summary.exchanges,
        distinct_requests=run.summary.distinct_requests,
    )
    if counted != run.summary or len(run.exchanges) > run.summary.exchanges:
        raise InputError(
            "the footer does not count the lines above it",
            file=str(path),
            line=len(records),
            remedy="the file was edited or parts of it are lost, run it again",
        )
    if bool(run.part) != (run.header.shard is not None):
        raise InputError(
            "only a part of a run has evidence beside it, and it has to",
            file=str(path),
            remedy="the file was edited or parts of it are lost, run it again",
        )
    return run


def _records(run: Run) -> Iterator[dict[str, Any]]:
    header = asdict(run.header) | {"base_url": origin(run.header.base_url)}
    if run.header.shard is None:
        # A file of a whole run stays as it was before there were parts.
        del header["shard"]
    yield {"type": "header", "schema": RUN_FILE_SCHEMA, **header}
    for verdict in run.verdicts:
        yield {
            "type": "requirement",
            **asdict(verdict.requirement),
            "verdict": verdict.kind,
            "reason": verdict.reason,
            "exchanges": verdict.exchanges,
        }
    for exchange in run.exchanges:
        safe = {"content_type": media_type(exchange.content_type)}
        yield {"type": "exchange", **asdict(exchange), **safe}
    for finding in run.findings:
        yield {"type": "finding", **asdict(finding)}
    for fingerprint, script in sorted(run.scripts.items()):
        yield {"type": "script", "fingerprint": fingerprint, "script": script}
    for statistics in run.statistics:
        yield {"type": "statistics", **statistics.to_plain()}
    yield from _further(run)
    footer = asdict(run.footer)
    if not run.footer.flaky_ok:
        # Likewise, of a run in which every finding counted.
        del footer["flaky_ok"]
    yield {"type": "footer", **footer}


def _further(run: Run) -> Iterator[dict[str, Any]]:
    """Yield the records of what not every run has."""
    for codes in run.codes:
        yield {"type": "codes", **asdict(codes)}
    for latency in run.latencies:
        yield {"type": "latency", **asdict(latency)}
    for fingerprint, confirmation in sorted(run.confirmations.items()):
        yield {"type": "confirmation", "fingerprint": fingerprint, **asdict(confirmation)}
    for start in range(0, len(run.part), _PIECE):
        yield {"type": "part", "text": run.part[start : start + _PIECE]}


def _parsed(stream: BinaryIO, path: Path | str) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = []
    size = 0
    while raw := stream.readline(MAX_LINE_BYTES + 1):
        number = len(records) + 1
        size += len(raw)
        if len(raw) > MAX_LINE_BYTES or size > MAX_FILE_BYTES:
            raise LimitError("too long for a run file", file=str(path), line=number)
        if not raw.endswith(b"\n"):
            raise InputError("the line is cut short", file=str(path), line=number)
        records.append(decoded(raw, "run-file", what=_WHAT, file=str(path), line=number))
    return records


@functools.cache
def _adapters() -> Mapping[str, TypeAdapter[Any]]:
    return {
        "header": TypeAdapter(RunHeader),
        "requirement": TypeAdapter(Verdict),
        "exchange": TypeAdapter(ExportedExchange),
        "finding": TypeAdapter(Finding),
        "statistics": TypeAdapter(OperationStatistics),
        "codes": TypeAdapter(SeenCodes),
        "latency": TypeAdapter(Latency),
        "footer": TypeAdapter(RunFooter),
    }


def _assembled(records: list[dict[str, Any]], path: Path | str) -> Run:
    typed: dict[str, list[Any]] = {kind: [] for kind in _adapters()}
    scripts: dict[str, JsonObject] = {}
    confirmations: dict[str, Confirmation] = {}
    pieces: list[str] = []
    for number, record in enumerate(records, start=1):
        kind = record["type"]
        if kind == "script":
            scripts[record["fingerprint"]] = record["script"]
            continue
        if kind == "confirmation":
            if record["seen"] > record["of"]:
                raise InputError(
                    "a finding was seen again more often than it was tried",
                    file=str(path),
                    line=number,
                )
            confirmations[record["fingerprint"]] = Confirmation(record["seen"], record["of"])
            continue
        if kind == "part":
            pieces.append(record["text"])
            continue
        fields = record
        if kind == "requirement":
            fields = {"requirement": record, "kind": record["verdict"], **record}
        typed[kind].append(_adapters()[kind].validate_python(fields))
    return Run(
        header=typed["header"][0],
        verdicts=tuple(typed["requirement"]),
        findings=tuple(typed["finding"]),
        exchanges=tuple(typed["exchange"]),
        statistics=tuple(typed["statistics"]),
        footer=typed["footer"][0],
        scripts=scripts,
        codes=tuple(typed["codes"]),
        latencies=tuple(typed["latency"]),
        confirmations=confirmations,
        part="".join(pieces),
    )
