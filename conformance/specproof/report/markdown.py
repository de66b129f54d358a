"""Run -> Markdown (GitHub flavoured) for the summary page of a CI job.

Text from outside has every mark escaped, so that it is neither Markdown nor HTML, makes no
link and mentions nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from specproof.model import Source, VerdictKind
from specproof.report.pytest_file import file_name, pytest_of
from specproof.report.view import (
    columns,
    finding_source,
    grouped,
    matrix,
    ordered_findings,
    prose,
    summary_line,
)
from specproof.suites.runfile import Run, RunApi
from specproof.text import one_line, printable

__all__ = ["render_markdown"]

_MARKS: Final = re.compile(r"[\\`*_{}\[\]()#@+!|~:$&\"'<>=^]|(?<=www)\.", re.IGNORECASE)
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
    yield f"**{_inert(summary_line(run), 1000)}**"
    for api in run.header.apis:
        yield ""
        yield f"## {_code(api.api)} {_inert(api.title)}"
        yield from _matrix(run, api)
        yield from _prose(run, api)
        yield from _open(run, api)
    yield from _findings(run)


def _matrix(run: Run, api: RunApi) -> Iterator[str]:
    rows, statuses = matrix(run, api), columns(api)
    if not rows:
        return
    yield ""
    yield from _head(["operation", *map(_code, statuses)])
    for row in rows:
        words = {cell.status: _WORDS[cell.kind] for cell in row.cells}
        yield _row([_code(row.operation.id), *(words.get(status, "") for status in statuses)])
    yield ""
    for row in rows:
        for cell in row.cells:
            if cell.not_exercised is not None:
                place = f"{_code(row.operation.id)} {_code(cell.status)}"
                yield f"- not exercised: {place}: {_inert(cell.not_exercised)}"


def _prose(run: Run, api: RunApi) -> Iterator[str]:
    verdicts = prose(run, api)
    if verdicts:
        yield ""
        yield from _head(["promise in prose", "verdict", "reason"])
    for verdict in verdicts:
        statement = _inert(verdict.requirement.statement)
        yield _row([statement, _WORDS[verdict.kind], _inert(verdict.reason)])


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
        yield from _head(["not proved", "reason", "requirements"])
    for group in groups:
        ids = [_code(verdict.requirement.id) for verdict in group.verdicts]
        more = len(ids) - _NAMED_IN_A_GROUP
        if more > 0:
            ids[_NAMED_IN_A_GROUP:] = [f"and {more} more"]
        yield _row([_WORDS[group.kind], _inert(group.reason), "<br>".join(ids)])


def _findings(run: Run) -> Iterator[str]:
    findings = ordered_findings(run)
    if not findings:
        return
    yield ""
    yield "## Findings"
    yield ""
    yield from _head(["severity", "rule", "requirement", "message", "blame", "source", "accepted"])
    for finding in findings:
        source = finding_source(run, finding)
        yield _row(
            [
                str(finding.severity),
                _code(finding.rule),
                _code(finding.requirement),
                _inert(finding.message, 1000),
                str(finding.blame),
                "" if source is None else str(source),
                "" if finding.deviation is None else _inert(finding.deviation, 1000),
            ]
        )
    tests = 0
    for finding in findings:
        if finding.reproduce:
            yield from _folded(f"reproduce {_code(finding.rule)}", "sh", finding.reproduce)
        test = pytest_of(run, finding) if tests < _TESTS else None
        if test is not None:
            tests += 1
            yield from _folded(f"<code>{file_name(finding)}</code>", "python", test.rstrip("\n"))


def _folded(summary: str, language: str, text: str) -> Iterator[str]:
    shown = printable(text)
    longest = max((len(ticks) for ticks in re.findall("`+", shown)), default=0)
    fence = "`" * max(3, longest + 1)
    yield ""
    yield f"<details><summary>{summary}</summary>"
    yield ""
    yield f"{fence}{language}"
    yield shown
    yield fence
    yield ""
    yield "</details>"


def _head(titles: Sequence[str]) -> Iterator[str]:
    yield _row(titles)
    yield _row(["---"] * len(titles))


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _code(text: str) -> str:
    return f"<code>{_escaped(one_line(text))}</code>"


def _inert(text: str, limit: int = 300) -> str:
    return _escaped(one_line(text, limit))


def _escaped(text: str) -> str:
    """Return ``text`` with every mark as a character reference.

    CommonMark 6.2: a reference never stands for the mark in the structure of a document.
    In a ``code`` element ``@`` mentions nobody, ``#`` names no issue, and neither the text
    before nor after it is a mail address.
    """
    return _MARKS.sub(_reference, text)


def _reference(match: re.Match[str]) -> str:
    reference = f"&#{ord(match[0])};"
    return f"<code>{reference}</code>" if match[0] in "@#" else reference
