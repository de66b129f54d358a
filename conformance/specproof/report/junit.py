"""Run -> JUnit XML: a test suite for each operation, a test case for each requirement.

A failed requirement is a failure, one that is inconclusive or vacuous is skipped and says
why. A failed one of which every finding is an accepted deviation is skipped as well, since
it does not count for the exit code either. An error that nobody accepted is a failure whatever
the verdict is. Each suite of a part of a run has the property ``shard``.

A run that could not check anything is an error of a case of its own: all else in it may be
skipped, which whoever reads nothing but this report would take for green.

A failure that no repeat showed again says that it is flaky. It stays a failure as long as it
counts for the exit code. Under ``--flaky-ok`` it does not, and each finding is a
``flakyFailure`` in a case that passed, as Maven Surefire has it
(https://maven.apache.org/surefire/maven-surefire-plugin/examples/rerun-failing-tests.html,
``surefire-test-report.xsd``). Jenkins reads these (junit-plugin, its issue 237, in releases since
the end of 2025), as does mikepenz/action-junit-report (its issue 1394); whoever does not know the
element, such as GitLab, sees a pass, as Surefire means it to (its issue 1465). ``skipped`` would
say that nobody looked.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from specproof.model import Finding, Severity, Verdict, VerdictKind
from specproof.report.broken import fails, forgiven, open_errors
from specproof.report.view import OUTCOMES, ordered_findings, repeated, shard_line
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
    if run.footer.exit_code not in {0, 1}:
        _unjudged(ET.SubElement(root, "testsuite", {"name": "specproof"}), run)
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


def _unjudged(suite: ET.Element, run: Run) -> None:
    """Fill the suite that says why a run says nothing."""
    code = run.footer.exit_code
    _properties(suite, run)
    attributes = {"message": OUTCOMES.get(code, "unknown"), "type": f"exit-code-{code}"}
    ET.SubElement(_case(suite, ("specproof",), "run"), "error", attributes)
    _count(suite)


def _case(suite: ET.Element, place: tuple[str, ...], requirement: str) -> ET.Element:
    return ET.SubElement(
        suite,
        "testcase",
        {"classname": one_line(".".join(place)), "name": one_line(requirement)},
    )


def _verdict(case: ET.Element, verdict: Verdict, findings: Sequence[Finding], run: Run) -> None:
    reason = one_line(verdict.reason, 1000)
    if forgiven(run, findings):
        _flaky(case, findings, run)
    elif fails(verdict, findings):
        if verdict.kind is not VerdictKind.FAIL:
            # The reason says why it holds.
            reason = one_line(open_errors(findings)[0].message, 1000)
        _failure(case, findings, reason, run)
    elif verdict.kind is VerdictKind.FAIL:
        _accepted(case, findings, run)
    else:
        if verdict.kind is not VerdictKind.PASS:
            ET.SubElement(case, "skipped", {"message": f"{verdict.kind}: {reason}"})
        _output(case, findings, run)


def _stray(case: ET.Element, findings: Sequence[Finding], run: Run) -> None:
    """Fill the case of a requirement without a verdict, such as a field nobody documented."""
    grave = [finding for finding in findings if finding.severity is Severity.ERROR]
    if forgiven(run, findings):
        _flaky(case, findings, run)
    elif any(finding.deviation is None for finding in grave):
        _failure(case, findings, one_line(grave[0].message, 1000), run)
    elif grave:
        _accepted(case, findings, run)
    else:
        _output(case, findings, run)


def _failure(case: ET.Element, findings: Sequence[Finding], message: str, run: Run) -> None:
    rules = " ".join(dict.fromkeys(one_line(finding.rule) for finding in findings))
    counted = open_errors(findings)
    if counted and all(map(run.flaky, counted)):
        message = f"flaky, {message}"
    failure = ET.SubElement(case, "failure", {"message": message, "type": rules or "fail"})
    failure.text = _told(findings, run) or message


def _flaky(case: ET.Element, findings: Sequence[Finding], run: Run) -> None:
    """Fill the case of a requirement of which nothing that counts was seen again."""
    rest = []
    for finding in findings:
        if finding.deviation is None and run.flaky(finding):
            attributes = {
                "message": one_line(finding.message, 1000),
                "type": one_line(finding.rule) or "fail",
            }
            flake = ET.SubElement(case, "flakyFailure", attributes)
            ET.SubElement(flake, "stackTrace").text = _told([finding], run)
        else:
            rest.append(finding)
    _output(case, rest, run)


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
        "errors": sum(1 for _ in element.iter("error")),
        "skipped": sum(1 for _ in element.iter("skipped")),
    }
    for name, number in counts.items():
        element.set(name, str(number))
