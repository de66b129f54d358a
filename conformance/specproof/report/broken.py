"""Which requirements a run shows broken, in every form that counts them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from specproof.model import Finding, Severity, Verdict, VerdictKind
from specproof.suites.runfile import Run

__all__ = ["broken", "fails", "forgiven", "open_errors", "open_findings"]


def broken(run: Run, api: str | None = None) -> tuple[str, ...]:
    """Return the ids of what is broken, sorted: what a JUnit report has as failures.

    That is each requirement that `fails`, and what a finding of severity error that nobody
    accepted names without having a verdict. What is `forgiven` is not.

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
        if api in {None, verdict.requirement.api}
        and fails(verdict, findings.get(verdict.requirement.id, []))
        and not forgiven(run, findings.get(verdict.requirement.id, []))
    ]
    judged = {verdict.requirement.id for verdict in run.verdicts}
    strays = {
        (finding.requirement, finding.api, finding.operation)
        for finding in open_findings(run)
        if finding.severity is Severity.ERROR
        and finding.requirement not in judged
        and not forgiven(run, [finding])
        and api in {None, finding.api}
    }
    return tuple(sorted([*failed, *(name for name, _, _ in strays)]))


def open_findings(run: Run) -> tuple[Finding, ...]:
    """Return the findings that nobody has accepted."""
    return tuple(finding for finding in run.findings if finding.deviation is None)


def fails(verdict: Verdict, findings: Sequence[Finding]) -> bool:
    """Return whether a requirement with these findings is broken.

    It is where it failed, unless every finding on it is an accepted deviation. Whatever its
    verdict, it is where an error names it that nobody accepted: so does the entry of a
    deviation that has expired or that nothing matches any more.
    """
    if verdict.kind is VerdictKind.FAIL:
        return not findings or any(finding.deviation is None for finding in findings)
    return bool(open_errors(findings))


def forgiven(run: Run, findings: Sequence[Finding]) -> bool:
    """Return whether ``findings`` of one requirement left the exit code alone for being flaky.

    So it is where the run was made with ``--flaky-ok`` and no repeat showed an error among them
    again that nobody accepted.
    """
    counted = open_errors(findings)
    return run.footer.flaky_ok and bool(counted) and all(map(run.flaky, counted))


def open_errors(findings: Iterable[Finding]) -> list[Finding]:
    """Return those of ``findings`` that make a run fail: errors that nobody has accepted."""
    return [item for item in findings if item.deviation is None and item.severity is Severity.ERROR]
