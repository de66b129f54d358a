"""The JUnit report."""

from __future__ import annotations

import dataclasses
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from runs import awkward_run, empty_run, runs

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
    unjudged = run.footer.exit_code not in {0, 1}
    assert len(run.verdicts) <= len(cases) - unjudged <= len(run.verdicts) + len(strays)
    assert root.get("errors") == str(int(unjudged))
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


@pytest.mark.parametrize(
    ("exit_code", "message"), [(2, "wrong usage or bad input"), (3, "could not check")]
)
def test_a_run_that_could_not_check_is_an_error(exit_code: int, message: str) -> None:
    """All of its cases may be skipped, or there may be none: neither is green."""
    root = ET.fromstring(render_junit(empty_run(exit_code)))  # noqa: S314 - our own output
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("1", "0", "1")
    error = root.find("testsuite/testcase/error")
    assert error is not None
    assert (error.get("message"), error.get("type")) == (message, f"exit-code-{exit_code}")
    root = ET.fromstring(render_junit(empty_run(0)))  # noqa: S314 - our own output
    assert root.get("errors") == "0"


def test_an_error_about_what_held_is_a_failure() -> None:
    """A deviation that nothing matches any more fails the run, so the report has to be red."""
    run = awkward_run()
    verdict = dataclasses.replace(run.verdicts[3], kind=VerdictKind.PASS, reason="held 7 times")
    stale = dataclasses.replace(
        run.findings[0],
        rule="deviation-unmatched",
        requirement=verdict.requirement.id,
        message="matched no finding",
    )
    run = dataclasses.replace(run, verdicts=(verdict,), findings=(stale,))
    (failure,) = _case(run, verdict.requirement.id)
    assert (failure.tag, failure.get("message")) == ("failure", "matched no finding")
    assert failure.get("type") == "deviation-unmatched"


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


def _forgiven(run: Run, exit_code: int, confirmation: Confirmation) -> Run:
    """Return ``run`` as --flaky-ok makes it, each finding tried again as ``confirmation`` says."""
    return dataclasses.replace(
        run,
        confirmations={item.fingerprint: confirmation for item in run.findings},
        footer=dataclasses.replace(run.footer, exit_code=exit_code, flaky_ok=True),
    )


def test_what_flaky_ok_forgives_is_no_failure() -> None:
    """As Surefire has it: a case that passed, with what was seen once; no failure is counted."""
    name = "onesignal/delete-alias/response-404/errors-not-empty"
    run = _forgiven(awkward_run(), 0, Confirmation(0, 2))
    case = _case(run, name)
    assert [child.tag for child in case] == ["flakyFailure"]
    flake = case[0]
    assert flake.get("type") == "error-envelope"
    assert flake.get("message")
    told = flake.findtext("stackTrace") or ""
    assert "seen again in 0 of 2 repeats: flaky" in told
    assert "curl -X DELETE" in told
    root = ET.fromstring(render_junit(run))  # noqa: S314 - our own output
    assert root.get("failures") == "0"
    # What is accepted is skipped with its reason, flaky or not.
    accepted = _case(run, "onesignal/delete-alias/response-429/retry-after")
    assert [child.tag for child in accepted] == ["skipped"]


def test_flaky_ok_forgives_nothing_that_was_seen_again() -> None:
    """One finding that counts is enough, whatever is flaky beside it; all are told."""
    name = "onesignal/delete-alias/response-404/errors-not-empty"
    steady = _forgiven(awkward_run(), 1, Confirmation(1, 2))
    assert [child.tag for child in _case(steady, name)] == ["failure"]
    run = _forgiven(awkward_run(), 1, Confirmation(0, 2))
    (first,) = (item for item in run.findings if item.requirement == name)
    second = dataclasses.replace(first, fingerprint="f" * 16, message="each time")
    mixed = dataclasses.replace(run, findings=(*run.findings, second))
    (failure,) = _case(mixed, name)
    assert failure.tag == "failure"
    assert not (failure.get("message") or "").startswith("flaky")
    assert "each time" in (failure.text or "")


@pytest.mark.parametrize(("seen", "tag"), [(0, "flakyFailure"), (1, "failure")])
def test_a_flaky_finding_of_no_listed_requirement_is_forgiven_likewise(seen: int, tag: str) -> None:
    """It counts for the exit code by the same rule."""
    run = awkward_run()
    stray = dataclasses.replace(run.findings[2], severity=Severity.ERROR)
    run = _forgiven(dataclasses.replace(run, findings=(stray,)), seen, Confirmation(seen, 2))
    assert [child.tag for child in _case(run, stray.requirement)] == [tag]


def test_a_warning_beside_what_is_forgiven_is_told() -> None:
    """It is output of the case, which passed."""
    name = "onesignal/delete-alias/response-404/errors-not-empty"
    run = _forgiven(awkward_run(), 0, Confirmation(0, 2))
    (first,) = (item for item in run.findings if item.requirement == name)
    mild = dataclasses.replace(
        first, fingerprint="f" * 16, severity=Severity.WARNING, message="a little odd"
    )
    known = dataclasses.replace(first, deviation="known", message="known to all")
    case = _case(dataclasses.replace(run, findings=(*run.findings, mild, known)), name)
    assert [child.tag for child in case] == ["flakyFailure", "system-out"]
    told = case.findtext("system-out") or ""
    assert "a little odd" in told
    # It is flaky as well, and accepted besides.
    assert "known to all" in told


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
