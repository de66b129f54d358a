"""Run -> text: matrices, prose promises, what is open, findings, and one line of summary.

The same report goes to a terminal and to a pipe; only a terminal gets colour (unless
``NO_COLOR`` is set, see no-color.org) and lines cut to its width.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TextIO

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from specproof.model import Finding, Severity, Source, Verdict, VerdictKind
from specproof.report.pytest_file import file_name, pytest_of
from specproof.report.streams import write_text
from specproof.report.view import (
    Row,
    columns,
    finding_source,
    grouped,
    matrix,
    ordered_findings,
    prose,
    repeated,
    shard_line,
    summary_line,
)
from specproof.suites.runfile import Run, RunApi
from specproof.text import one_line, printable

__all__ = ["PLAIN_WIDTH", "render_text", "show_text", "write_text"]

PLAIN_WIDTH: Final = 100
"""Columns that a matrix may take where no terminal says how wide it is."""

_SYMBOLS: Final[Mapping[VerdictKind | None, str]] = {
    VerdictKind.PASS: "+",
    VerdictKind.FAIL: "x",
    VerdictKind.INCONCLUSIVE: "?",
    VerdictKind.VACUOUS: "~",
    None: "-",
}
_STYLES: Final[Mapping[VerdictKind | Severity | None, str]] = {
    VerdictKind.PASS: "green",
    VerdictKind.FAIL: "bold red",
    VerdictKind.INCONCLUSIVE: "yellow",
    VerdictKind.VACUOUS: "magenta",
    Severity.ERROR: "bold red",
    Severity.WARNING: "yellow",
    Severity.INFO: "cyan",
    None: "dim",
}
_NAMED_IN_A_GROUP: Final = 3
_TEST_LINES: Final = 8


def render_text(
    run: Run, *, width: int | None = None, colour: bool = False, verbose: bool = False
) -> str:
    """Return the report with a final line feed.

    Args:
        width: columns of the terminal, to which lines are wrapped; None leaves lines whole.
        colour: whether to emit ANSI colours.
        verbose: list every requirement instead of naming a few of each group.
    """
    stream = io.StringIO()
    console = Console(
        file=stream,
        width=width or PLAIN_WIDTH,
        color_system="standard" if colour else None,
        force_terminal=colour,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
        _environ={},
    )
    report = _Writer(console, wrap=width is not None)
    part = shard_line(run)
    if part is not None:
        report.line(Text(part, "bold"))
        report.line()
    for api in run.header.apis:
        _api(report, run, api, verbose=verbose)
    _findings(report, run)
    report.line(_outcome_text(run))
    return "".join(f"{line.rstrip()}\n" for line in stream.getvalue().split("\n")[:-1])


def show_text(run: Run, *, verbose: bool = False, stream: TextIO | None = None) -> None:
    """Write the report to ``stream`` (standard output), fitted to what it is."""
    out = stream or sys.stdout
    terminal = out.isatty()
    text = render_text(
        run,
        width=shutil.get_terminal_size((PLAIN_WIDTH, 24)).columns if terminal else None,
        colour=terminal and not os.environ.get("NO_COLOR"),
        verbose=verbose,
    )
    write_text(text, out)


class _Writer:
    """Lines of the report, indented, wrapped or left whole."""

    def __init__(self, console: Console, *, wrap: bool) -> None:
        self._console = console
        self._wrap = wrap

    @property
    def width(self) -> int:
        """Columns there are."""
        return self._console.width

    def line(self, text: Text | str = "", *, indent: int = 0, whole: bool = False) -> None:
        """Write one line; ``whole`` keeps it in one piece however long it is."""
        shown = Text(text) if isinstance(text, str) else text
        if self._wrap and not whole and shown:
            self._console.print(Padding(shown, (0, 0, 0, indent), expand=False))
        else:
            self._console.print(Text(" " * indent) + shown, soft_wrap=True)


def _api(report: _Writer, run: Run, api: RunApi, *, verbose: bool) -> None:
    report.line(Text(f"{one_line(api.api)}: {one_line(api.title)}", "bold"))
    report.line()
    rows = matrix(run, api)
    _matrix(report, rows, columns(api), _sent(run, api))
    open_cells = [(row, cell) for row in rows for cell in row.cells if cell.not_exercised]
    for row, cell in open_cells:
        operation, status = one_line(row.operation.id), one_line(cell.status)
        report.line(
            f"not exercised: {operation} {status}: {one_line(cell.not_exercised or '')}", indent=2
        )
    if open_cells:
        report.line()
    promises = prose(run, api)
    if promises:
        report.line(Text("promises in prose", "bold"), indent=2)
        for verdict in promises:
            _promise(report, verdict)
        report.line()
    _others(report, run, api, verbose=verbose)


def _sent(run: Run, api: RunApi) -> dict[str, str]:
    """Return operation id -> how much was sent, how much of it differed, what came back."""
    found = {}
    for item in run.statistics:
        if item.api == api.api:
            plural = "" if item.cases == 1 else "s"
            came = ", ".join(str(status) for status in item.statuses) or "nothing"
            distinct = f"{'at most ' if item.at_most else ''}{item.distinct_requests} distinct"
            found[item.operation] = f"{item.cases} request{plural} ({distinct}), answered {came}"
    return found


def _matrix(
    report: _Writer, rows: Sequence[Row], statuses: Sequence[str], sent: Mapping[str, str]
) -> None:
    if not rows:
        return
    table = [["", *(one_line(status) for status in statuses)]]
    styles: list[list[str]] = [["", *("bold" for _ in statuses)]]
    for row in rows:
        cells = {cell.status: cell for cell in row.cells}
        table.append([one_line(row.operation.id)])
        styles.append(["bold"])
        for status in statuses:
            cell = cells.get(status)
            table[-1].append(_word(cell.kind) if cell else "")
            styles[-1].append(_STYLES[cell.kind] if cell else "")
    widths = [max(cell_len(line[column]) for line in table) for column in range(len(table[0]))]
    if sum(widths) + 2 * len(widths) > report.width:
        _long_matrix(report, rows, sent)
        return
    for number, (line, line_styles) in enumerate(zip(table, styles, strict=True)):
        text = Text()
        for value, style, width in zip(line, line_styles, widths, strict=True):
            text.append(value, style).append(" " * (width - cell_len(value) + 2))
        text.rstrip()
        report.line(text, indent=2, whole=True)
        if number:
            operation = rows[number - 1].operation
            report.line(
                Text(f"{one_line(operation.method)} {one_line(operation.path)}", "dim"), indent=4
            )
            if operation.id in sent:
                report.line(Text(sent[operation.id], "dim"), indent=4)
    report.line()


def _long_matrix(report: _Writer, rows: Sequence[Row], sent: Mapping[str, str]) -> None:
    """Write the matrix as a list, for a terminal that is too narrow for the table."""
    for row in rows:
        operation = row.operation
        report.line(Text(one_line(operation.id), "bold"), indent=2)
        report.line(
            Text(f"{one_line(operation.method)} {one_line(operation.path)}", "dim"), indent=4
        )
        if operation.id in sent:
            report.line(Text(sent[operation.id], "dim"), indent=4)
        width = max((cell_len(one_line(cell.status)) for cell in row.cells), default=0)
        for cell in row.cells:
            status = one_line(cell.status)
            gap = " " * (width - cell_len(status) + 2)
            report.line(Text.assemble(f"{status}{gap}", _coloured(cell.kind)), indent=4)
    report.line()


def _promise(report: _Writer, verdict: Verdict) -> None:
    statement = f"  {one_line(verdict.requirement.statement)}"
    report.line(Text.assemble(_coloured(verdict.kind), statement), indent=4)
    report.line(Text(one_line(verdict.requirement.id), "dim"), indent=6)
    if verdict.kind is not VerdictKind.PASS:
        report.line(f"because: {one_line(verdict.reason)}", indent=6)


def _others(report: _Writer, run: Run, api: RunApi, *, verbose: bool) -> None:
    """List what is inconclusive or vacuous with the reason; with ``verbose``, all there is."""
    hidden = () if verbose else (VerdictKind.PASS, VerdictKind.FAIL)
    verdicts = [
        verdict
        for verdict in run.verdicts
        if verdict.requirement.api == api.api
        and verdict.requirement.source is not Source.PROSE
        and verdict.kind not in hidden
    ]
    previous: VerdictKind | None = None
    for group in grouped(verdicts):
        if group.kind is not previous:
            count = sum(verdict.kind is group.kind for verdict in verdicts)
            report.line(Text(f"{group.kind}: {count}", "bold"), indent=2)
            previous = group.kind
        symbol = (_SYMBOLS[group.kind], _STYLES[group.kind])
        report.line(Text.assemble(symbol, f"  {one_line(group.reason)}"), indent=4)
        _names(report, [verdict.requirement.id for verdict in group.verdicts], verbose=verbose)
    if verdicts:
        report.line()


def _names(report: _Writer, ids: Sequence[str], *, verbose: bool) -> None:
    # One more than the limit is named rather than counted: "and 1 more" is no shorter.
    shown = ids if verbose or len(ids) <= _NAMED_IN_A_GROUP + 1 else ids[:_NAMED_IN_A_GROUP]
    for name in shown:
        report.line(Text(one_line(name), "dim"), indent=7)
    if len(shown) < len(ids):
        report.line(f"and {len(ids) - len(shown)} more (--verbose names them)", indent=7)


def _findings(report: _Writer, run: Run) -> None:
    findings = ordered_findings(run)
    if not findings:
        return
    report.line(Text("findings", "bold"))
    report.line()
    for finding in findings:
        _finding(report, run, finding)
        report.line()


def _finding(report: _Writer, run: Run, finding: Finding) -> None:
    severity = (str(finding.severity), _STYLES[finding.severity])
    title = f"  {one_line(finding.rule)}  {one_line(finding.requirement)}"
    report.line(Text.assemble(severity, title), indent=2)
    report.line(one_line(finding.message, 1000), indent=4)
    source = finding_source(run, finding)
    facts = [
        f"blame: {finding.blame}",
        f"source: {_SOURCES[source]}",
        f"seen: {finding.occurrences}",
        f"fingerprint: {one_line(finding.fingerprint)}",
    ]
    report.line(Text("; ".join(facts), "dim"), indent=4)
    again = repeated(run, finding)
    if again is not None:
        report.line(Text(again, "yellow" if run.flaky(finding) else ""), indent=4)
    if finding.deviation is not None:
        report.line(f"accepted: {one_line(finding.deviation, 1000)}", indent=4)
    if finding.reproduce:
        report.line("reproduce:", indent=4)
        for line in _lines(finding.reproduce):
            report.line(line, indent=6, whole=True)
    test = pytest_of(run, finding)
    if test is not None:
        _test(report, file_name(finding), test)


def _test(report: _Writer, name: str, text: str) -> None:
    """Show the beginning of a test; the file is some two hundred lines."""
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("def test_"))
    shown = lines[start : start + _TEST_LINES]
    report.line("as a pytest file, which `specproof report RUN --reproduce DIR` writes:", indent=4)
    report.line(f"# {name}, from line {start + 1}", indent=6, whole=True)
    for line in _lines("\n".join(shown)):
        report.line(line, indent=6, whole=True)
    left = len(lines) - start - len(shown)
    if left:
        report.line(f"# and {left} more line{'s' if left > 1 else ''}", indent=6, whole=True)


_SOURCES: Final[Mapping[Source | None, str]] = {
    Source.SCHEMA: "published spec",
    Source.PROSE: "prose of the page",
    Source.OVERLAY: "overlay",
    Source.HTTP: "HTTP",
    None: "none, nothing requires it",
}


def _outcome_text(run: Run) -> Text:
    style = "bold green" if run.footer.exit_code == 0 else "bold red"
    return Text(summary_line(run), style)


def _word(kind: VerdictKind | None) -> str:
    return f"{_SYMBOLS[kind]} {kind or 'nothing required'}"


def _coloured(kind: VerdictKind | None) -> tuple[str, str]:
    return _word(kind), _STYLES[kind]


def _lines(text: str) -> Iterable[str]:
    return printable(text).split("\n")
