"""Runs told in a few words, one after the other, as histories hold them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from specproof.errors import InputError
from specproof.history.records import (
    LatencySample,
    SeenCode,
    SeenResponse,
    StoredApi,
    StoredFinding,
    StoredRun,
    StoredVerdict,
    Stream,
)
from specproof.model import (
    Blame,
    Finding,
    Requirement,
    Severity,
    Source,
    Verdict,
    VerdictKind,
    fingerprint,
)
from specproof.suites.records import (
    Confirmation,
    Latency,
    OperationStatistics,
    Run,
    RunApi,
    RunFooter,
    RunHeader,
    RunOperation,
    SeenCodes,
    summarise,
)

__all__ = ["KINDS", "Night", "Shelf", "broken_rule", "night_run", "nights"]

KINDS = {
    "P": VerdictKind.PASS,
    "F": VerdictKind.FAIL,
    "A": VerdictKind.FAIL,
    "I": VerdictKind.INCONCLUSIVE,
    "V": VerdictKind.VACUOUS,
    "W": VerdictKind.PASS,
}
"""Letters of verdicts; ``A`` is a failure that a deviation covers, ``W`` passes with a warning."""

_FIRST = dt.datetime(2026, 1, 1, 3, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Night:
    """One run in few words.

    Attributes:
        verdicts: requirement (``operation/where/what``) -> letter, see `KINDS`.
        day: days after 2026-01-01.
        messages: requirement -> of its finding, where that is no matter of course.
        extra: findings beside those that failures have.
        statuses: operation -> statuses that it answered.
        codes: (operation, status, code) that were seen.
        latencies: (operation, status) -> milliseconds.
        confirmations: requirement -> in how many of how many repeats it was seen again.
    """

    verdicts: Mapping[str, str]
    day: float = 0
    api: str = "shop"
    spec: str = "1"
    seed: int = 0
    target: str = "live"
    origin: str | None = "https://api.shop.test"
    version: str = "0.1.0"
    messages: Mapping[str, str] = field(default_factory=dict)
    extra: Sequence[Finding] = ()
    statuses: Mapping[str, Sequence[int]] = field(default_factory=dict)
    codes: Iterable[tuple[str, int, str]] = ()
    latencies: Mapping[tuple[str, int], Sequence[float]] = field(default_factory=dict)
    confirmations: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    run_id: str | None = None


def nights(requirement: str, letters: str, **others: object) -> list[Night]:
    """Return one run per letter, a day apart; a dot is a run that does not know it."""
    found = []
    for day, letter in enumerate(letters):
        verdicts = {} if letter == "." else {requirement: letter}
        found.append(Night(verdicts, day=day, **others))  # type: ignore[arg-type]  # fields of it
    return found


def night_run(night: Night) -> Run:
    """Return the run of which ``night`` tells."""
    started = _FIRST + dt.timedelta(days=night.day)
    findings = [*night.extra]
    verdicts = []
    for name, letter in night.verdicts.items():
        requirement = _requirement(night.api, name)
        kind = KINDS[letter]
        message = night.messages.get(name, f"{name} is broken")
        broken = kind is VerdictKind.FAIL
        verdicts.append(Verdict(requirement, kind, message if broken else f"why {letter}"))
        if letter in "AFW":
            accepted = "seen in public (until 2027-01-01)" if letter == "A" else None
            severity = Severity.WARNING if letter == "W" else Severity.ERROR
            findings.append(broken_rule(requirement.id, message, severity, accepted))
    operations = sorted({item.requirement.operation for item in verdicts} | {*night.statuses})
    api = RunApi(
        night.api,
        night.api.title(),
        night.spec.rjust(64, "0"),
        night.spec.rjust(64, "f"),
        tuple(RunOperation(name, "GET", f"/{name}", ("200", "4XX")) for name in operations),
    )
    again = {name: Confirmation(*counts) for name, counts in night.confirmations.items()}
    confirmations = {
        item.fingerprint: again[name]
        for item in findings
        for name in again
        if item.requirement == f"{night.api}/{name}"
    }
    summary = summarise(verdicts, findings, exchanges=10, distinct_requests=9)
    return Run(
        header=RunHeader(
            night.run_id or f"{night.api}-{int(night.day * 100):06}-{night.target}",
            night.version,
            started.isoformat(timespec="seconds"),
            night.target,
            night.origin,
            night.seed,
            None,
            (api,),
        ),
        verdicts=tuple(verdicts),
        findings=tuple(findings),
        exchanges=(),
        statistics=tuple(
            OperationStatistics(night.api, name, 5, 5, tuple(sorted(seen)))
            for name, seen in sorted(night.statuses.items())
        ),
        footer=RunFooter(
            (started + dt.timedelta(minutes=2)).isoformat(timespec="seconds"),
            summary,
            1 if summary.errors > summary.accepted else 0,
        ),
        codes=tuple(
            SeenCodes(night.api, operation, status, "unknown resource", (code,))
            for operation, status, code in sorted(night.codes)
        ),
        latencies=tuple(
            Latency(night.api, operation, status, len(times), tuple(sorted(times)))
            for (operation, status), times in sorted(night.latencies.items())
        ),
        confirmations=confirmations,
    )


def _requirement(api: str, name: str) -> Requirement:
    operation, where, what = name.rsplit("/", 2)
    return Requirement(
        id=f"{api}/{name}",
        api=api,
        operation=operation,
        where=where,
        what=what,
        source=Source.SCHEMA,
        statement=f"{operation} {where} keeps its {what}",
        pointer=f"/paths/~1{operation}/get",
        status=where if where[:1].isdigit() else None,
    )


def broken_rule(
    requirement: str,
    message: str,
    severity: Severity = Severity.ERROR,
    deviation: str | None = None,
    rule: str = "body-schema",
) -> Finding:
    """Return a finding about a requirement."""
    api, operation = requirement.split("/")[:2]
    return Finding(
        rule=rule,
        severity=severity,
        requirement=requirement,
        api=api,
        operation=operation,
        status=200,
        message=message,
        fingerprint=fingerprint(rule, requirement, message),
        blame=Blame.VENDOR_BEHAVIOUR,
        exchange="",
        reproduce=f'curl "$BASE_URL/{operation}"',
        deviation=deviation,
    )


class Shelf:
    """A history in memory, which answers what comparisons ask as a database does."""

    def __init__(self, told: Iterable[Night | Run] = ()) -> None:
        self._runs: dict[str, Run] = {}
        self._summaries: list[StoredRun] = []
        self._pruned: set[str] = set()
        self.asked: list[str] = []
        for item in told:
            self.store_run(night_run(item) if isinstance(item, Night) else item)

    def store_run(self, run: Run) -> None:
        """Take in a run."""
        self._runs[run.header.run_id] = run
        self._summaries.append(_summary(run))
        self._summaries.sort(key=lambda item: (item.started, item.run_id), reverse=True)

    def prune(self, run_id: str, *, listed: bool = True) -> None:
        """Forget a whole run; ``listed`` says whether its summary knows."""
        self._pruned.add(run_id)
        if listed:
            self._summaries = [
                replace(item, complete=item.complete and item.run_id != run_id)
                for item in self._summaries
            ]

    def find(self, reference: str) -> StoredRun:
        """Return ``last``, ``last~2`` or the run of an id."""
        if reference.startswith("last"):
            return self._summaries[int(reference.partition("~")[2] or 0)]
        return next(item for item in self._summaries if item.run_id == reference)

    def run(self, run_id: str) -> Run:
        """Return a whole run."""
        self.asked.append(run_id)
        if run_id in self._pruned:
            raise InputError("only the summary is kept")
        return self._runs[run_id]

    def timeline(
        self, stream: Stream, *, limit: int | None = None
    ) -> Iterator[tuple[StoredRun, Mapping[str, StoredVerdict]]]:
        """Yield the runs of a stream; those that say the same share one mapping."""
        shared: dict[object, Mapping[str, StoredVerdict]] = {}
        for item in [item for item in self._summaries if stream in item.streams][:limit]:
            said = {
                verdict.requirement.id: StoredVerdict(
                    verdict.requirement.id,
                    verdict.kind,
                    "" if verdict.kind is VerdictKind.PASS else verdict.reason,
                )
                for verdict in self._runs[item.run_id].verdicts
                if verdict.requirement.api == stream.api
            }
            yield item, shared.setdefault(tuple(sorted(said.items(), key=str)), said)

    def findings(self, run_id: str, api: str | None = None) -> tuple[StoredFinding, ...]:
        """Return the findings of a run."""
        return tuple(
            StoredFinding(
                run_id,
                item.api,
                item.fingerprint,
                item.rule,
                item.severity,
                item.requirement,
                item.operation,
                item.status,
                item.message,
                item.blame,
                item.occurrences,
                item.deviation,
            )
            for item in self._runs[run_id].findings
            if api in {None, item.api}
        )

    def latencies(self, run_id: str, api: str) -> tuple[LatencySample, ...]:
        """Return how long a run waited."""
        return tuple(
            LatencySample(item.api, item.operation, item.status, item.count, item.milliseconds)
            for item in self._runs[run_id].latencies
            if item.api == api
        )

    def codes(self, stream: Stream) -> tuple[SeenCode, ...]:
        """Return the error codes seen."""
        found: dict[tuple[str, int, str], list[StoredRun]] = {}
        for run, _ in self.timeline(stream):
            for item in self._runs[run.run_id].codes:
                for code in item.codes:
                    found.setdefault((item.operation, item.status, code), []).append(run)
        return tuple(
            SeenCode(*key, runs[-1].started, runs[-1].run_id, runs[0].started)
            for key, runs in sorted(found.items())
        )

    def responses(self, stream: Stream) -> tuple[SeenResponse, ...]:
        """Return the statuses seen."""
        found: dict[tuple[str, int], list[StoredRun]] = {}
        for run, _ in self.timeline(stream):
            for item in self._runs[run.run_id].statistics:
                for status in item.statuses:
                    found.setdefault((item.operation, status), []).append(run)
        return tuple(
            SeenResponse(*key, runs[-1].started, runs[0].started, runs[0].run_id)
            for key, runs in sorted(found.items())
        )


def _summary(run: Run) -> StoredRun:
    header, summary = run.header, run.summary
    [api] = header.apis
    return StoredRun(
        run_id=header.run_id,
        batch=None,
        started=header.started,
        finished=run.footer.finished,
        version=header.version,
        target=header.target,
        origin=header.base_url,
        seed=header.seed,
        cases=header.cases,
        exit_code=run.footer.exit_code,
        exchanges=summary.exchanges,
        distinct_requests=summary.distinct_requests,
        apis=(
            StoredApi(
                api.api,
                api.title,
                api.published_sha256,
                api.effective_sha256,
                summary.passed,
                summary.failed,
                summary.inconclusive,
                summary.vacuous,
                summary.errors,
                summary.warnings,
                summary.infos,
                summary.accepted,
            ),
        ),
        labels={},
        stored=run.footer.finished,
        complete=True,
    )
