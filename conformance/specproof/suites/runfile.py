"""The run file: JSON lines, one header, then events, then one footer.

A file without a footer is not a run. What is written is built from fields known to be
safe: raw header values, bodies, query strings and URLs have no place in it. Every line is
held against ``cli/schemas/run-file.schema.json`` (``specproof.run-file/1``) when read.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import TypeAdapter

from specproof.errors import InputError, LimitError
from specproof.files import write_atomic
from specproof.model import Finding, JsonObject, Verdict
from specproof.suites.records import (
    ExportedExchange,
    OperationStatistics,
    Run,
    RunApi,
    RunFooter,
    RunHeader,
    RunOperation,
    SeenCodes,
    Summary,
    media_type,
    origin,
    summarise,
)
from specproof.text import one_line

if TYPE_CHECKING:
    import jsonschema_rs

__all__ = [
    "MAX_FILE_BYTES",
    "MAX_LINE_BYTES",
    "RUN_FILE_SCHEMA",
    "ExportedExchange",
    "OperationStatistics",
    "Run",
    "RunApi",
    "RunFooter",
    "RunHeader",
    "RunOperation",
    "Summary",
    "media_type",
    "origin",
    "read_run",
    "summarise",
    "write_run",
]

RUN_FILE_SCHEMA: Final = "specproof.run-file/1"
MAX_LINE_BYTES: Final = 4 * 1024 * 1024
MAX_FILE_BYTES: Final = 1024 * 1024 * 1024

_UNPRINTABLE = re.compile(r"[^\x20-\x7e]")
_SURROGATES = range(0xD800, 0xE000)
_BEYOND_BMP = 0x10000


def write_run(run: Run, path: Path) -> None:
    """Write ``run`` to ``path``, whole or not at all."""
    write_atomic(path, b"".join(_line(record) for record in _records(run)))


def read_run(path: Path) -> Run:
    """Read a run file strictly.

    Raises:
        InputError: naming file and line: not a line of a run file, out of order, counts that
            do not match, or no footer.
        LimitError: a line over `MAX_LINE_BYTES` or a file over `MAX_FILE_BYTES`.
    """
    records = _parsed(path)
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
    run = _assembled(records)
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
    return run


def _records(run: Run) -> Iterator[dict[str, Any]]:
    header = asdict(run.header) | {"base_url": origin(run.header.base_url)}
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
        yield {"type": "statistics", **asdict(statistics)}
    for codes in run.codes:
        yield {"type": "codes", **asdict(codes)}
    yield {"type": "footer", **asdict(run.footer)}


def _line(record: Mapping[str, Any]) -> bytes:
    text = json.dumps(record, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return _UNPRINTABLE.sub(_escaped, text).encode("ascii") + b"\n"


def _escaped(match: re.Match[str]) -> str:
    """Return a JSON escape, so that a run file on a terminal is inert."""
    code = ord(match[0])
    if code in _SURROGATES:
        return "\\ufffd"
    if code < _BEYOND_BMP:
        return f"\\u{code:04x}"
    code -= _BEYOND_BMP
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


def _parsed(path: Path) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = []
    size = 0
    with path.open("rb") as stream:
        while raw := stream.readline(MAX_LINE_BYTES + 1):
            number = len(records) + 1
            size += len(raw)
            if len(raw) > MAX_LINE_BYTES or size > MAX_FILE_BYTES:
                raise LimitError("too long for a run file", file=str(path), line=number)
            if not raw.endswith(b"\n"):
                raise InputError("the line is cut short", file=str(path), line=number)
            records.append(_record(raw, path, number))
    return records


def _record(raw: bytes, path: Path, number: int) -> dict[str, Any]:
    try:
        record = json.loads(raw, object_pairs_hook=_unique, parse_constant=_refused)
        problem = next(iter(_validator().iter_errors(record)), None)
    except RecursionError:
        raise InputError("nested too deeply", file=str(path), line=number) from None
    except ValueError as error:
        raise InputError(
            f"not a line of a run file: {one_line(str(error), 200)}", file=str(path), line=number
        ) from None
    if problem is not None:
        pointer = "/".join(str(part) for part in problem.instance_path) or "the line"
        raise InputError(
            f"not a line of a run file: {one_line(f'{pointer}: {problem.message}', 200)}",
            file=str(path),
            line=number,
        )
    return dict(record)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


@functools.cache
def _validator() -> jsonschema_rs.Draft202012Validator:
    import jsonschema_rs  # noqa: PLC0415 - reading the types alone needs no validator

    schema = resources.files("specproof").joinpath("cli", "schemas", "run-file.schema.json")
    return jsonschema_rs.Draft202012Validator(json.loads(schema.read_text("utf-8")))


@functools.cache
def _adapters() -> Mapping[str, TypeAdapter[Any]]:
    return {
        "header": TypeAdapter(RunHeader),
        "requirement": TypeAdapter(Verdict),
        "exchange": TypeAdapter(ExportedExchange),
        "finding": TypeAdapter(Finding),
        "statistics": TypeAdapter(OperationStatistics),
        "codes": TypeAdapter(SeenCodes),
        "footer": TypeAdapter(RunFooter),
    }


def _assembled(records: list[dict[str, Any]]) -> Run:
    typed: dict[str, list[Any]] = {kind: [] for kind in _adapters()}
    scripts: dict[str, JsonObject] = {}
    for record in records:
        kind = record["type"]
        if kind == "script":
            scripts[record["fingerprint"]] = record["script"]
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
    )
