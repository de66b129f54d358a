"""What every form of the report shows of a run: the matrix, what is open, what was found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from specproof.model import Finding, Severity, Source, Verdict, VerdictKind
from specproof.requirements.statuses import match_status
from specproof.suites.runfile import Run, RunApi, RunOperation
from specproof.text import one_line

__all__ = [
    "OUTCOMES",
    "Cell",
    "Group",
    "Row",
    "columns",
    "finding_source",
    "grouped",
    "matrix",
    "ordered_findings",
    "outcome",
    "prose",
    "repeated",
    "shard_line",
    "summary_line",
    "worst",
]

OUTCOMES: Final[Mapping[int, str]] = {
    0: "holds",
    1: "does not hold",
    2: "wrong usage or bad input",
    3: "could not check",
}
"""What an exit code says, in words."""

_WORST_FIRST: Final = (
    VerdictKind.FAIL,
    VerdictKind.INCONCLUSIVE,
    VerdictKind.VACUOUS,
    VerdictKind.PASS,
)
_GRAVEST_FIRST: Final = (Severity.ERROR, Severity.WARNING, Severity.INFO)


@dataclass(frozen=True, slots=True)
class Cell:
    """One documented response of one operation.

    Attributes:
        status: key of the response, e.g. ``200``, ``4XX`` or ``default``.
        kind: the worst verdict on its requirements, None where nothing is required of it.
        not_exercised: why no such response was seen, or None when one was.
    """

    status: str
    kind: VerdictKind | None
    not_exercised: str | None


@dataclass(frozen=True, slots=True)
class Row:
    """One operation and its documented responses."""

    operation: RunOperation
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Verdicts of one kind for one reason."""

    kind: VerdictKind
    reason: str
    verdicts: tuple[Verdict, ...]


def worst(kinds: Iterable[VerdictKind]) -> VerdictKind | None:
    """Return the worst of ``kinds``: fail, inconclusive, vacuous, pass; None of none."""
    return min(kinds, key=_WORST_FIRST.index, default=None)


def columns(api: RunApi) -> tuple[str, ...]:
    """Return every documented status of ``api``: numbers, then ranges, then ``default``."""
    found = {status for operation in api.operations for status in operation.statuses}
    return tuple(sorted(found, key=lambda key: (key == "default", not key.isdecimal(), key)))


def matrix(run: Run, api: RunApi) -> tuple[Row, ...]:
    """Return operation x documented response of ``api`` with the verdicts."""
    return tuple(
        Row(operation, tuple(_cell(run, api, operation, status) for status in operation.statuses))
        for operation in api.operations
    )


def prose(run: Run, api: RunApi) -> tuple[Verdict, ...]:
    """Return the verdicts on what the page of ``api`` promises in prose."""
    return tuple(
        verdict
        for verdict in run.verdicts
        if verdict.requirement.api == api.api and verdict.requirement.source is Source.PROSE
    )


def grouped(verdicts: Iterable[Verdict]) -> tuple[Group, ...]:
    """Group verdicts by kind, worst first, and by reason, in order of first appearance."""
    groups: dict[tuple[VerdictKind, str], list[Verdict]] = {}
    for verdict in verdicts:
        groups.setdefault((verdict.kind, verdict.reason), []).append(verdict)
    ordered = sorted(groups.items(), key=lambda item: _WORST_FIRST.index(item[0][0]))
    return tuple(Group(kind, reason, tuple(members)) for (kind, reason), members in ordered)


def ordered_findings(run: Run) -> tuple[Finding, ...]:
    """Return the findings, gravest first, accepted ones after the others of their severity."""
    return tuple(
        sorted(
            run.findings,
            key=lambda finding: (
                _GRAVEST_FIRST.index(finding.severity),
                finding.deviation is not None,
                finding.requirement,
                finding.rule,
                finding.fingerprint,
            ),
        )
    )


def finding_source(run: Run, finding: Finding) -> Source | None:
    """Return where the broken requirement comes from, None for one the run does not list."""
    return next(
        (
            verdict.requirement.source
            for verdict in run.verdicts
            if verdict.requirement.id == finding.requirement
        ),
        None,
    )


def outcome(run: Run) -> str:
    """Return what the exit code of ``run`` says, in words; a part never says that all holds."""
    if run.header.shard is not None and run.footer.exit_code == 0:
        return "nothing is broken in this part"
    return OUTCOMES[run.footer.exit_code]


def shard_line(run: Run) -> str | None:
    """Return what has to be said first of a part of a run, None of a whole one."""
    shard = run.header.shard
    if shard is None:
        return None
    return (
        f"part {shard.index} of {shard.count} of a run: what the other parts see is not in it;"
        " put them together with specproof history merge"
    )


def repeated(run: Run, finding: Finding) -> str | None:
    """Return how often ``finding`` was seen again, None where it was not tried again."""
    confirmation = run.confirmations.get(finding.fingerprint)
    if confirmation is None:
        return None
    if confirmation.of == 0:
        return "tried again, and no repeat came to look at it"
    again = f"seen again in {confirmation.seen} of {_counted(confirmation.of, 'repeat')}"
    return f"{again}: flaky" if confirmation.flaky else again


def summary_line(run: Run) -> str:
    """Return the run in one line, printable."""
    summary = run.summary
    names = ", ".join(api.api for api in run.header.apis) or "no API"
    flaky = sum(run.flaky(finding) for finding in run.findings)
    told = [f"{summary.accepted} accepted"] * bool(summary.accepted)
    told += [f"{flaky} flaky"] * bool(flaky)
    accepted = f" ({', '.join(told)})" if told else ""
    shard = run.header.shard
    part = "" if shard is None else f", part {shard.index} of {shard.count}"
    unseen = "inconclusive" if shard is None else "inconclusive or left to other parts"
    bound = "at most " if any(item.at_most for item in run.statistics) else ""
    return one_line(
        f"{names} on {run.header.target}{part}: "
        f"{summary.passed} pass, {summary.failed} fail, {summary.inconclusive} {unseen}, "
        f"{summary.vacuous} vacuous; "
        f"{_counted(summary.findings, 'finding')}{accepted}; "
        f"{_counted(summary.exchanges, 'request')} ({bound}{summary.distinct_requests} distinct); "
        f"{outcome(run)}",
        1000,
    )


def _cell(run: Run, api: RunApi, operation: RunOperation, status: str) -> Cell:
    verdicts = [
        verdict
        for verdict in run.verdicts
        if verdict.requirement.api == api.api
        and verdict.requirement.operation == operation.id
        and verdict.requirement.status == status
    ]
    kinds = [verdict.kind for verdict in verdicts]
    seen = VerdictKind.PASS in kinds or VerdictKind.FAIL in kinds
    if not seen:
        answered = {
            number
            for statistics in run.statistics
            if (statistics.api, statistics.operation) == (api.api, operation.id)
            for number in statistics.statuses
        }
        seen = any(match_status(operation.statuses, number) == status for number in answered)
    reasons = dict.fromkeys(
        verdict.reason for verdict in verdicts if verdict.kind is VerdictKind.INCONCLUSIVE
    )
    return Cell(
        status,
        worst(kinds),
        None if seen else "; ".join(reasons) or "no such response was seen",
    )


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
