"""Stored runs for people and as JSON: a list of them, and one with what changed in it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, TextIO

from specproof.history.records import StoredApi, StoredFinding, StoredRun, StoredVerdict
from specproof.history.store import History
from specproof.model import VerdictKind
from specproof.report.streams import write_text
from specproof.report.view import OUTCOMES
from specproof.text import one_line

__all__ = [
    "ApiChanges",
    "Details",
    "details",
    "details_document",
    "details_text",
    "run_document",
    "runs_text",
    "show_runs",
]

_HEADINGS: Final = ("run", "started (UTC)", "APIs", "where", "outcome", "pass", "fail", "open")
_NUMBERS: Final = {"pass", "fail", "open"}
_STYLES: Final = {0: "green", 1: "bold red", 2: "yellow", 3: "yellow"}
_SHOWN_APIS: Final = 3


@dataclass(frozen=True, slots=True)
class ApiChanges:
    """How the verdicts of an API differ from those of the comparable run before.

    Attributes:
        before: that run, None where there is none.
        changed: verdict before and now by requirement; None where a run does not know it.
    """

    api: str
    before: StoredRun | None
    changed: tuple[tuple[StoredVerdict | None, StoredVerdict | None], ...]


@dataclass(frozen=True, slots=True)
class Details:
    """A stored run with all that is shown of it."""

    run: StoredRun
    changes: tuple[ApiChanges, ...]
    findings: tuple[StoredFinding, ...]


def details(history: History, run: StoredRun) -> Details:
    """Return ``run`` with its findings and what changed since the runs before."""
    changes = []
    for item in run.apis:
        before = history.before(run, item.api)
        now = history.verdicts(run.run_id, item.api)
        then = {} if before is None else history.verdicts(before.run_id, item.api)
        pairs = [(then.get(name), now.get(name)) for name in sorted({*then, *now})]
        changed = () if before is None else tuple(pair for pair in pairs if _differ(*pair))
        changes.append(ApiChanges(item.api, before, changed))
    return Details(run, tuple(changes), history.findings(run.run_id))


def run_document(run: StoredRun) -> dict[str, Any]:
    """Return ``run`` as plain JSON."""
    return asdict(run) | {"labels": dict(run.labels)}


def details_document(found: Details) -> dict[str, Any]:
    """Return a run with what changed and its findings as plain JSON."""
    return {
        "run": run_document(found.run),
        "changes": [
            {
                "api": item.api,
                "before": None if item.before is None else item.before.run_id,
                "verdicts": [
                    {
                        "requirement": _name(pair),
                        "before": None if pair[0] is None else pair[0].kind,
                        "now": None if pair[1] is None else pair[1].kind,
                        "reason": "" if pair[1] is None else pair[1].reason,
                    }
                    for pair in item.changed
                ],
            }
            for item in found.changes
        ],
        "findings": [asdict(item) for item in found.findings],
    }


def details_text(found: Details) -> str:
    """Return a run for people, every line printable."""
    return "".join(f"{' ' * indent}{one_line(line, 1000)}\n" for indent, line in _lines(found))


def runs_text(runs: Sequence[StoredRun]) -> str:
    """Return a list of runs as aligned columns, for a pipe."""
    rows = [_HEADINGS, *(_cells(run) for run in runs)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    lines = [
        "  ".join(
            text.rjust(width) if name in _NUMBERS else text.ljust(width)
            for name, text, width in zip(_HEADINGS, row, widths, strict=True)
        )
        for row in rows
    ]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def show_runs(runs: Sequence[StoredRun], stream: TextIO | None = None) -> None:
    """Write a list of runs: a table on a terminal, plain columns into a pipe."""
    out = stream or sys.stdout
    if not runs:
        write_text("no run\n", out)
    elif out.isatty():
        _show_table(runs, out)
    else:
        write_text(runs_text(runs), out)


def _show_table(runs: Sequence[StoredRun], out: TextIO) -> None:
    from rich import box  # noqa: PLC0415 - a pipe needs no tables
    from rich.console import Console  # noqa: PLC0415 - the same
    from rich.table import Table  # noqa: PLC0415 - the same
    from rich.text import Text  # noqa: PLC0415 - the same

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in _HEADINGS:
        table.add_column(
            name,
            justify="right" if name in _NUMBERS else "left",
            no_wrap=name in {"run", "started (UTC)", *_NUMBERS},
        )
    for run in runs:
        cells = [Text(text) for text in _cells(run)]
        cells[_HEADINGS.index("outcome")].stylize(_STYLES.get(run.exit_code, ""))
        table.add_row(*cells)
    console = Console(
        file=out,
        width=shutil.get_terminal_size((100, 24)).columns,
        force_terminal=True,
        color_system=None if os.environ.get("NO_COLOR") else "standard",
        legacy_windows=False,
        _environ={},
    )
    console.print(table)


def _cells(run: StoredRun) -> tuple[str, ...]:
    names = [item.api for item in run.apis]
    more = f" and {len(names) - _SHOWN_APIS} more" if len(names) > _SHOWN_APIS else ""
    counts = (
        sum(item.passed for item in run.apis),
        sum(item.failed for item in run.apis),
        sum(item.inconclusive for item in run.apis),
    )
    return (
        one_line(run.run_id, 100),
        run.started[:19].replace("T", " "),
        one_line(", ".join(names[:_SHOWN_APIS]) + more) or "none",
        one_line(" ".join(filter(None, (run.target, run.origin))), 100),
        _outcome(run),
        *map(str, counts),
    )


def _outcome(run: StoredRun) -> str:
    return OUTCOMES.get(run.exit_code, str(run.exit_code))


def _lines(found: Details) -> Iterator[tuple[int, str]]:
    run = found.run
    where = " ".join(filter(None, (run.target, run.origin)))
    yield 0, f"run {run.run_id} on {where}: {_outcome(run)}"
    yield 0, f"started {run.started}, finished {run.finished}, stored {run.stored}"
    requests = f"{run.exchanges} requests ({run.distinct_requests} distinct)"
    yield 0, f"specproof {run.version}, seed {run.seed}, {requests}"
    if run.batch is not None:
        yield 0, f"batch {run.batch}"
    for name, value in run.labels.items():
        yield 0, f"{name}: {value}"
    if not run.complete:
        yield 0, "only the summary is kept"
    for item, changes in zip(run.apis, found.changes, strict=True):
        yield 0, ""
        yield 0, f"{item.api}: {_verdicts(item)}; {_severities(item)}"
        yield from _change_lines(changes)
    if found.findings:
        yield 0, ""
    for finding in found.findings:
        accepted = "" if finding.deviation is None else " (accepted)"
        about = f"{finding.severity} {finding.fingerprint} {finding.requirement}"
        yield 0, f"{about}: {one_line(finding.message)}{accepted}"


def _verdicts(item: StoredApi) -> str:
    return (
        f"{item.passed} pass, {item.failed} fail, {item.inconclusive} inconclusive,"
        f" {item.vacuous} vacuous"
    )


def _severities(item: StoredApi) -> str:
    accepted = f" ({item.accepted} accepted)" if item.accepted else ""
    return f"errors {item.errors}, warnings {item.warnings}, infos {item.infos}{accepted}"


def _change_lines(changes: ApiChanges) -> Iterator[tuple[int, str]]:
    if changes.before is None:
        yield 2, "the first run of its kind"
        return
    since = f"run {changes.before.run_id} of {changes.before.started}"
    if not changes.changed:
        yield 2, f"every verdict as in {since}"
        return
    yield 2, f"other than in {since}:"
    for pair in changes.changed:
        before, now = (item.kind.value if item else "not there" for item in pair)
        reason = f" ({one_line(pair[1].reason)})" if pair[1] and pair[1].reason else ""
        yield 4, f"{_name(pair)}: {before} -> {now}{reason}"


def _differ(before: StoredVerdict | None, now: StoredVerdict | None) -> bool:
    return _kind(before) is not _kind(now)


def _kind(verdict: StoredVerdict | None) -> VerdictKind | None:
    return None if verdict is None else verdict.kind


def _name(pair: tuple[StoredVerdict | None, StoredVerdict | None]) -> str:
    return next(item.requirement for item in pair if item is not None)
