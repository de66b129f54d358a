"""Run -> Markdown (GitHub flavoured) for the summary page of a CI job.

Text from outside has every mark escaped, so that it is neither Markdown nor HTML, makes no
link and mentions nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from specproof.model import Source, VerdictKind
from specproof.report import marks
from specproof.report.pytest_file import file_name, pytest_of
from specproof.report.view import (
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

__all__ = ["render_markdown"]

_WORDS: Final[Mapping[VerdictKind | None, str]] = {
    VerdictKind.PASS: "✅ pass",
    VerdictKind.FAIL: "❌ fail",
    VerdictKind.INCONCLUSIVE: "❔ inconclusive",
    VerdictKind.VACUOUS: "⚪ vacuous",
    None: "nothing required",
}
_NAMED_IN_A_GROUP: Final = 10
_TESTS: Final = 20
"""Most pytest files: summaries of CI jobs may be a megabyte long."""


def render_markdown(run: Run) -> str:
    """Return the report as Markdown with a final line feed."""
    return "\n".join(_document(run)) + "\n"


def _document(run: Run) -> Iterator[str]:
    yield "# specproof"
    yield ""
    part = shard_line(run)
    if part is not None:
        yield marks.inert(part)
        yield ""
    yield f"**{marks.inert(summary_line(run), 1000)}**"
    for api in run.header.apis:
        yield ""
        yield f"## {marks.code(api.api)} {marks.inert(api.title)}"
        yield from _matrix(run, api)
        yield from _prose(run, api)
        yield from _open(run, api)
    yield from _findings(run)


def _matrix(run: Run, api: RunApi) -> Iterator[str]:
    rows, statuses = matrix(run, api), columns(api)
    if not rows:
        return
    yield ""
    yield from marks.head(["operation", *map(marks.code, statuses)])
    for row in rows:
        words = {cell.status: _WORDS[cell.kind] for cell in row.cells}
        yield marks.row(
            [marks.code(row.operation.id), *(words.get(status, "") for status in statuses)]
        )
    yield ""
    for row in rows:
        for cell in row.cells:
            if cell.not_exercised is not None:
                place = f"{marks.code(row.operation.id)} {marks.code(cell.status)}"
                yield f"- not exercised: {place}: {marks.inert(cell.not_exercised)}"


def _prose(run: Run, api: RunApi) -> Iterator[str]:
    verdicts = prose(run, api)
    if verdicts:
        yield ""
        yield from marks.head(["promise in prose", "verdict", "reason"])
    for verdict in verdicts:
        statement = marks.inert(verdict.requirement.statement)
        yield marks.row([statement, _WORDS[verdict.kind], marks.inert(verdict.reason)])


def _open(run: Run, api: RunApi) -> Iterator[str]:
    wanted = (VerdictKind.INCONCLUSIVE, VerdictKind.VACUOUS)
    groups = grouped(
        verdict
        for verdict in run.verdicts
        if verdict.requirement.api == api.api
        and verdict.requirement.source is not Source.PROSE
        and verdict.kind in wanted
    )
    if groups:
        yield ""
        yield from marks.head(["not proved", "reason", "requirements"])
    for group in groups:
        ids = [marks.code(verdict.requirement.id) for verdict in group.verdicts]
        more = len(ids) - _NAMED_IN_A_GROUP
        if more > 0:
            ids[_NAMED_IN_A_GROUP:] = [f"and {more} more"]
        yield marks.row([_WORDS[group.kind], marks.inert(group.reason), "<br>".join(ids)])


def _findings(run: Run) -> Iterator[str]:
    findings = ordered_findings(run)
    if not findings:
        return
    yield ""
    yield "## Findings"
    yield ""
    yield from marks.head(
        ["severity", "rule", "requirement", "message", "blame", "source", "accepted"]
    )
    for finding in findings:
        source = finding_source(run, finding)
        again = repeated(run, finding)
        yield marks.row(
            [
                str(finding.severity),
                marks.code(finding.rule),
                marks.code(finding.requirement),
                marks.inert(finding.message, 1000) + (f" ({again})" if again else ""),
                str(finding.blame),
                "" if source is None else str(source),
                "" if finding.deviation is None else marks.inert(finding.deviation, 1000),
            ]
        )
    tests = 0
    for finding in findings:
        if finding.reproduce:
            yield from marks.folded(
                f"reproduce {marks.code(finding.rule)}", "sh", finding.reproduce
            )
        test = pytest_of(run, finding) if tests < _TESTS else None
        if test is not None:
            tests += 1
            yield from marks.folded(
                f"<code>{file_name(finding)}</code>", "python", test.rstrip("\n")
            )
