"""The JUnit report."""

from __future__ import annotations

import dataclasses
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from runs import awkward_run, runs

from specproof.model import Finding, Severity, VerdictKind
from specproof.report.junit import render_junit
from specproof.suites.records import Confirmation, Shard
from specproof.suites.runfile import Run


@settings(deadline=None)
@given(run=runs())
def test_any_run_is_well_formed_xml(run: Run) -> None:
    """Whatever the texts of a run, the report parses and has a case for each requirement."""
    root = ET.fromstring(render_junit(run))  # noqa: S314 - our own output
    cases = list(root.iter("testcase"))
    strays = {(f.api, f.operation, f.requirement) for f in run.findings}
    assert len(run.verdicts) <= len(cases) <= len(run.verdicts) + len(strays)
    assert root.get("tests") == str(len(cases))


def _case(run: Run, requirement: str) -> ET.Element:
    root = ET.fromstring(render_junit(run))  # noqa: S314 - our own output
    return next(case for case in root.iter("testcase") if case.get("name") == requirement)


def test_verdicts_become_outcomes() -> None:
    """Pass is a pass, fail a failure, and what proves nothing is skipped with its reason."""
    run = awkward_run()
    prefix = "onesignal/delete-alias/"
    assert len(_case(run, f"{prefix}response-200/body")) == 0
    failure = _case(run, f"{prefix}response-404/errors-not-empty").find("failure")
    assert failure is not None
    assert failure.get("type") == "error-envelope"
    assert "curl -X DELETE" in (failure.text or "")
    for name, message in (
        ("response-200/media-type", "vacuous: the schema accepts anything"),
        ("prose/code-stable", "inconclusive: one run alone does not say"),
    ):
        skipped = _case(run, prefix + name).find("skipped")
        assert skipped is not None
        assert skipped.get("message") == message


def test_an_accepted_failure_is_skipped_and_told() -> None:
    """A deviation vanishes from the outcome but not from the report."""
    case = _case(awkward_run(), "onesignal/delete-alias/response-429/retry-after")
    assert case.find("failure") is None
    skipped = case.find("skipped")
    assert skipped is not None
    assert (skipped.get("message") or "").startswith("accepted deviation: seen in public")
    assert "Retry-After is missing" in (skipped.text or "")


def test_one_open_finding_beside_an_accepted_one_fails() -> None:
    """An acceptance covers its own finding only."""
    run = awkward_run()
    second = dataclasses.replace(run.findings[1], deviation=None, message="two of them")
    run = dataclasses.replace(run, findings=(*run.findings, second))
    case = _case(run, "onesignal/delete-alias/response-429/retry-after")
    assert case.find("failure") is not None


def test_a_failed_requirement_without_finding_fails_with_its_reason() -> None:
    """The verdict alone is enough for a failure."""
    run = dataclasses.replace(awkward_run(), findings=())
    failure = _case(run, "onesignal/delete-alias/response-429/retry-after").find("failure")
    assert failure is not None
    assert (failure.get("type"), failure.text) == ("fail", "broken in 2 exchanges")


def test_a_warning_on_a_kept_requirement_is_output() -> None:
    """Findings that break nothing are told beside the pass."""
    run = awkward_run()
    verdict = run.verdicts[3]
    kept = dataclasses.replace(verdict, kind=VerdictKind.PASS)
    run = dataclasses.replace(run, verdicts=(kept,))
    case = _case(run, verdict.requirement.id)
    assert [child.tag for child in case] == ["system-out"]


@pytest.mark.parametrize(
    ("severity", "deviation", "tag"),
    [
        (Severity.INFO, None, "system-out"),
        (Severity.WARNING, None, "system-out"),
        (Severity.ERROR, None, "failure"),
        (Severity.ERROR, "known", "skipped"),
    ],
)
def test_a_finding_of_no_listed_requirement_is_not_lost(
    severity: Severity, deviation: str | None, tag: str
) -> None:
    """It gets a case of its own, failed if it is an open error."""
    run = awkward_run()
    finding: Finding = dataclasses.replace(run.findings[2], severity=severity, deviation=deviation)
    run = dataclasses.replace(run, findings=(finding,))
    assert [child.tag for child in _case(run, finding.requirement)] == [tag]


@pytest.mark.parametrize(
    ("confirmation", "message", "text"),
    [
        (Confirmation(0, 2), "flaky, ", "; seen again in 0 of 2 repeats: flaky)"),
        (Confirmation(2, 2), "", "; seen again in 2 of 2 repeats)"),
    ],
)
def test_a_failure_says_what_repeats_showed(
    confirmation: Confirmation, message: str, text: str
) -> None:
    """It stays a failure, as the exit code says; what nobody tried again says nothing."""
    run = awkward_run()
    name = "onesignal/delete-alias/response-404/errors-not-empty"
    plain = _case(run, name).find("failure")
    assert plain is not None
    assert "seen again" not in (plain.text or "")
    tried = {item.fingerprint: confirmation for item in run.findings}
    failure = _case(dataclasses.replace(run, confirmations=tried), name).find("failure")
    assert failure is not None
    assert failure.get("message") == f"{message}{plain.get('message')}"
    assert text in (failure.text or "")


def test_a_part_of_a_run_says_so() -> None:
    """In the name of the report and as a property of each of its suites."""
    run = awkward_run()
    assert "shard" not in render_junit(run)
    shard = Shard(2, 4, "0" * 64, "replay", 0)
    part = dataclasses.replace(run, header=dataclasses.replace(run.header, shard=shard))
    root = ET.fromstring(render_junit(part))  # noqa: S314 - our own output
    assert (root.get("name") or "").startswith("specproof, part 2 of 4 of a run: ")
    for suite in root.iter("testsuite"):
        told = suite[0].find("property")
        assert told is not None
        assert (told.get("name"), told.get("value")) == ("shard", "2/4")
