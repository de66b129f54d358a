"""Which requirements a run shows broken, in every form that counts them."""

from __future__ import annotations

from specproof.model import Finding, Severity, VerdictKind
from specproof.suites.runfile import Run

__all__ = ["broken", "open_findings"]


def broken(run: Run, api: str | None = None) -> tuple[str, ...]:
    """Return the ids of what is broken, sorted: what a JUnit report has as failures.

    That is each requirement that failed, unless every finding on it is an accepted deviation;
    and what a finding of severity error that nobody accepted names without having a verdict.

    Args:
        run: the run to look at.
        api: only what is promised by this API; None for all.
    """
    findings: dict[str, list[Finding]] = {}
    for finding in run.findings:
        findings.setdefault(finding.requirement, []).append(finding)
    failed = [
        verdict.requirement.id
        for verdict in run.verdicts
        if verdict.kind is VerdictKind.FAIL
        and api in {None, verdict.requirement.api}
        and not _known(findings.get(verdict.requirement.id, []))
    ]
    judged = {verdict.requirement.id for verdict in run.verdicts}
    strays = {
        (finding.requirement, finding.api, finding.operation)
        for finding in open_findings(run)
        if finding.severity is Severity.ERROR
        and finding.requirement not in judged
        and api in {None, finding.api}
    }
    return tuple(sorted([*failed, *(name for name, _, _ in strays)]))


def open_findings(run: Run) -> tuple[Finding, ...]:
    """Return the findings that nobody has accepted."""
    return tuple(finding for finding in run.findings if finding.deviation is None)


def _known(findings: list[Finding]) -> bool:
    return bool(findings) and all(finding.deviation is not None for finding in findings)
