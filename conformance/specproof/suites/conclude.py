"""Evidence -> a run: judges what the items have seen and counts it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace

from specproof import __version__
from specproof.errors import CouldNotCheckError
from specproof.model import Finding, JsonObject, Severity, Verdict, VerdictKind
from specproof.suites.codes import codes_of, compared
from specproof.suites.deviations import apply_deviations
from specproof.suites.evidence import Evidence
from specproof.suites.items import kinds_of
from specproof.suites.latencies import latencies_of
from specproof.suites.plan import RunPlan, Subject, subject
from specproof.suites.records import (
    Confirmation,
    ExportedExchange,
    Latency,
    OperationStatistics,
    Run,
    RunFooter,
    RunHeader,
    SeenCodes,
    Shard,
    summarise,
)
from specproof.suites.verdicts import judge

__all__ = ["Terms", "conclude", "counts", "exit_code_of"]

_RANKS = (Severity.INFO, Severity.WARNING, Severity.ERROR)


@dataclass(frozen=True, slots=True)
class Terms:
    """By what a run is judged beside its evidence.

    Attributes:
        fail_on: least severity of a finding that makes the exit code 1, or ``never``.
        against: an earlier run, whose error codes have to be the same for the same causes.
        flaky_ok: whether findings that no repeat showed again leave the exit code alone.
    """

    fail_on: str = "error"
    against: Run | None = None
    flaky_ok: bool = False


@dataclass
class _Found:
    """What is known of the APIs of a run so far; ``today`` decides what has expired."""

    plan: RunPlan
    terms: Terms
    today: dt.date
    partial: bool
    verdicts: list[Verdict] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    exchanges: dict[str, ExportedExchange] = field(default_factory=dict)
    statistics: list[OperationStatistics] = field(default_factory=list)
    scripts: dict[str, JsonObject] = field(default_factory=dict)
    apart: Container[tuple[str, str]] = ()
    codes: list[SeenCodes] = field(default_factory=list)
    latencies: list[Latency] = field(default_factory=list)

    def add(self, tested: Subject, evidence: list[Evidence]) -> None:
        """Judge one API."""
        seen_codes = codes_of(tested.name, evidence)
        known = {item.id: item for item in tested.requirements}
        before = () if self.terms.against is None else self.terms.against.codes
        changes = Evidence(tested.name, seen=list(compared(before, seen_codes, known)))
        target, partial = self.plan.target, self.partial
        judgement = judge(tested.requirements, [*evidence, changes], target=target, partial=partial)
        findings = apply_deviations(
            judgement.findings,
            tested.deviations,
            judgement.verdicts,
            target=target,
            today=self.today,
        )
        self.codes.extend(seen_codes)
        self.verdicts.extend(judgement.verdicts)
        self.scripts.update(judgement.scripts)
        # What a deviation is about may be seen by another part of the run.
        self.findings.extend(
            item for item in findings if not (partial and item.rule == "deviation-unmatched")
        )
        named = {item for verdict in judgement.verdicts for item in verdict.exchanges}
        named.update(item.exchange for item in judgement.findings)
        for item in evidence:
            self.exchanges.update({each.id: each for each in item.exchanges if each.id in named})
        self.statistics.extend(_statistics(tested.name, evidence, self.apart))
        self.latencies.extend(latencies_of(tested.name, evidence))


def conclude(
    plan: RunPlan,
    evidence: Mapping[str, Evidence],
    *,
    run_id: str,
    started: str,
    finished: str,
    terms: Terms,
    confirmations: Mapping[str, Confirmation],
    shard: Shard | None = None,
    apart: Container[tuple[str, str]] = (),
) -> Run:
    """Return the run whose items have seen ``evidence``.

    Args:
        evidence: by item, in any order.
        started: RFC 3339, UTC, of the first part; ``finished`` of the last.
        confirmations: by fingerprint, of the findings that were tried again.
        shard: where the evidence is of a part of the items only.
        apart: API and operation of requests of which parts can not tell whether they are equal.

    Raises:
        CouldNotCheckError: no request of a whole run was answered.
    """
    ordered = [evidence[name] for name in sorted(evidence)]
    silent = _silent(ordered)
    if silent and shard is None:
        # ``inconclusive`` throughout would hide why.
        raise CouldNotCheckError(f"no request was answered: {silent}")
    subjects = [subject(name, plan.root, plan.spec) for name in plan.apis]
    today = dt.date.fromisoformat(started[:10])
    found = _Found(plan, terms, today, partial=shard is not None, apart=apart)
    for tested in subjects:
        found.add(tested, [item for item in ordered if item.api == tested.name])
    header = RunHeader(
        run_id=run_id,
        version=__version__,
        started=started,
        target=plan.target,
        base_url=plan.base_url,
        seed=plan.seed,
        cases=plan.cases if "generated_item" in kinds_of(replace(plan, only=None)) else None,
        apis=tuple(item.described() for item in subjects),
        shard=shard,
    )
    known = {item.fingerprint for item in found.findings}
    kept = {name: item for name, item in confirmations.items() if name in known}
    counted = [
        item
        for item in found.findings
        if not (terms.flaky_ok and item.fingerprint in kept and kept[item.fingerprint].flaky)
    ]
    if shard is None:
        code = exit_code_of(found.verdicts, counted, terms.fail_on, target=plan.target)
    else:
        code = 1 if counts(counted, terms.fail_on) else 3 if silent else 0
    summary = summarise(
        found.verdicts,
        found.findings,
        exchanges=sum(item.cases for item in found.statistics),
        distinct_requests=sum(item.distinct_requests for item in found.statistics),
    )
    return Run(
        header=header,
        verdicts=tuple(found.verdicts),
        findings=tuple(found.findings),
        exchanges=tuple(found.exchanges.values()),
        statistics=tuple(found.statistics),
        footer=RunFooter(finished, summary, code, terms.flaky_ok),
        scripts=found.scripts,
        codes=tuple(found.codes),
        latencies=tuple(found.latencies),
        confirmations=kept,
    )


def counts(findings: Iterable[Finding], fail_on: str = "error") -> list[Finding]:
    """Return those of ``findings`` that make the exit code 1: grave enough and not accepted."""
    if fail_on == "never":
        return []
    least = _RANKS.index(Severity(fail_on))
    return [
        item for item in findings if item.deviation is None and _RANKS.index(item.severity) >= least
    ]


def exit_code_of(
    verdicts: Iterable[Verdict],
    findings: Iterable[Finding],
    fail_on: str = "error",
    *,
    target: str = "emulator",
) -> int:
    """Return 1 for findings, 3 where an API's success was never seen, otherwise 0.

    A run in which no documented 2xx of an API came about has proved nothing of it, however
    many of its refusals were in order. Of recordings it is enough that they said anything:
    nobody can ask them for more.
    """
    if counts(findings, fail_on):
        return 1
    exercised: dict[str, bool] = {}
    for verdict in verdicts:
        requirement = verdict.requirement
        exercised.setdefault(requirement.api, False)
        success = requirement.what == "status" and (
            target == "recorded" or (requirement.status or "").startswith("2")
        )
        if success and verdict.kind in {VerdictKind.PASS, VerdictKind.FAIL}:
            exercised[requirement.api] = True
    return 0 if exercised and all(exercised.values()) else 3


def _silent(evidence: list[Evidence]) -> str:
    """Return why no request was answered, empty where one was or none was sent."""
    failures = [item.notes["failure"] for item in evidence if "failure" in item.notes]
    if failures and not any(statuses for item in evidence for statuses in item.statuses.values()):
        return failures[0]
    return ""


def _statistics(
    api: str, evidence: list[Evidence], apart: Container[tuple[str, str]]
) -> list[OperationStatistics]:
    names = sorted({name for item in evidence for name in item.cases})
    found = []
    for name in names:
        digests = {digest for item in evidence for digest in item.requests.get(name, ())}
        unlisted = sum(item.unlisted.get(name, 0) for item in evidence)
        statuses = {status for item in evidence for status in item.statuses.get(name, ())}
        found.append(
            OperationStatistics(
                api=api,
                operation=name,
                cases=sum(item.cases.get(name, 0) for item in evidence),
                distinct_requests=len(digests) + unlisted,
                statuses=tuple(sorted(statuses)),
                at_most=unlisted > 0 or (api, name) in apart,
            )
        )
    return found
