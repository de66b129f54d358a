"""Run -> JUnit XML: a test suite for each operation, a test case for each requirement.

A failed requirement is a failure, one that is inconclusive or vacuous is skipped and says
why. A failed one of which every finding is an accepted deviation is skipped as well, since
it does not count for the exit code either. A failure that no repeat showed again stays one
and says that it is flaky; each suite of a part of a run has the property ``shard``.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from specproof.model import Finding, Severity, Verdict, VerdictKind
from specproof.report.view import ordered_findings, repeated, shard_line
from specproof.suites.runfile import Run
from specproof.text import one_line, printable

__all__ = ["render_junit"]

# `printable` leaves no character that XML 1.0 2.2 forbids: those are controls, surrogates
# and the non-characters U+FFFE and U+FFFF.


def render_junit(run: Run) -> str:
    """Return the run as an XML document with a final line feed."""
    verdicts: dict[tuple[str, str], list[Verdict]] = {}
    for verdict in run.verdicts:
        place = (verdict.requirement.api, verdict.requirement.operation)
        verdicts.setdefault(place, []).append(verdict)
    listed = {verdict.requirement.id for verdict in run.verdicts}
    findings: dict[str, list[Finding]] = {}
    strays: dict[tuple[str, str], dict[str, list[Finding]]] = {}
    for finding in ordered_findings(run):
        if finding.requirement in listed:
            findings.setdefault(finding.requirement, []).append(finding)
        else:
            place = (finding.api, finding.operation)
            strays.setdefault(place, {}).setdefault(finding.requirement, []).append(finding)
    part = shard_line(run)
    root = ET.Element("testsuites", {"name": f"specproof, {part}" if part else "specproof"})
    for place in dict.fromkeys([*verdicts, *strays]):
        suite = ET.SubElement(root, "testsuite", {"name": one_line(" ".join(place))})
        _properties(suite, run)
        for verdict in verdicts.get(place, []):
            found = findings.get(verdict.requirement.id, [])
            _verdict(_case(suite, place, verdict.requirement.id), verdict, found, run)
        for requirement, found in strays.get(place, {}).items():
            _stray(_case(suite, place, requirement), found, run)
        _count(suite)
    _count(root)
    ET.indent(root)
    return ET.tostring(root, "unicode", xml_declaration=False) + "\n"


def _properties(suite: ET.Element, run: Run) -> None:
    shard = run.header.shard
    if shard is not None:
        told = ET.SubElement(suite, "properties")
        ET.SubElement(told, "property", {"name": "shard", "value": f"{shard.index}/{shard.count}"})


def _case(suite: ET.Element, place: tuple[str, str], requirement: str) -> ET.Element:
    return ET.SubElement(
        suite,
        "testcase",
        {"classname": one_line(".".join(place)), "name": one_line(requirement)},
    )


def _verdict(case: ET.Element, verdict: Verdict, findings: Sequence[Finding], run: Run) -> None:
    reason = one_line(verdict.reason, 1000)
    if verdict.kind is not VerdictKind.FAIL:
        if verdict.kind is not VerdictKind.PASS:
            ET.SubElement(case, "skipped", {"message": f"{verdict.kind}: {reason}"})
        _output(case, findings, run)
    elif findings and all(finding.deviation is not None for finding in findings):
        _accepted(case, findings, run)
    else:
        _failure(case, findings, reason, run)


def _stray(case: ET.Element, findings: Sequence[Finding], run: Run) -> None:
    """Fill the case of a requirement without a verdict, such as a field nobody documented."""
    grave = [finding for finding in findings if finding.severity is Severity.ERROR]
    if any(finding.deviation is None for finding in grave):
        _failure(case, findings, one_line(grave[0].message, 1000), run)
    elif grave:
        _accepted(case, findings, run)
    else:
        _output(case, findings, run)


def _failure(case: ET.Element, findings: Sequence[Finding], message: str, run: Run) -> None:
    rules = " ".join(dict.fromkeys(one_line(finding.rule) for finding in findings))
    counted = [
        finding
        for finding in findings
        if finding.deviation is None and finding.severity is Severity.ERROR
    ]
    if counted and all(map(run.flaky, counted)):
        message = f"flaky, {message}"
    failure = ET.SubElement(case, "failure", {"message": message, "type": rules or "fail"})
    failure.text = _told(findings, run) or message


def _accepted(case: ET.Element, findings: Sequence[Finding], run: Run) -> None:
    reasons = dict.fromkeys(one_line(finding.deviation or "", 1000) for finding in findings)
    message = f"accepted deviation: {'; '.join(reasons)}"
    ET.SubElement(case, "skipped", {"message": message}).text = _told(findings, run)


def _output(case: ET.Element, findings: Sequence[Finding], run: Run) -> None:
    if findings:
        ET.SubElement(case, "system-out").text = _told(findings, run)


def _told(findings: Sequence[Finding], run: Run) -> str:
    return "\n".join(
        f"{finding.severity} {one_line(finding.rule)}: {one_line(finding.message, 1000)} "
        f"(blame: {finding.blame}, fingerprint: {one_line(finding.fingerprint)}"
        f"{f'; {again}' if (again := repeated(run, finding)) else ''})\n"
        f"{printable(finding.reproduce)}"
        for finding in findings
    )


def _count(element: ET.Element) -> None:
    counts = {
        "tests": sum(1 for _ in element.iter("testcase")),
        "failures": sum(1 for _ in element.iter("failure")),
        "errors": 0,
        "skipped": sum(1 for _ in element.iter("skipped")),
    }
    for name, number in counts.items():
        element.set(name, str(number))
