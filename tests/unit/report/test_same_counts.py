from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from runs import awkward_run, empty_run, runs

from specproof.report.badge import render_badge
from specproof.report.broken import broken, open_findings
from specproof.report.document import run_document
from specproof.report.junit import render_junit
from specproof.report.markdown import render_markdown
from specproof.report.sarif import sarif_document
from specproof.report.text import render_text
from specproof.report.view import summary_line
from specproof.suites.records import Confirmation
from specproof.suites.runfile import Run

_LEVELS = {"error": "error", "warning": "warning", "note": "info"}
_FEW = settings(deadline=None, max_examples=40)


def _agree(run: Run) -> None:
    """Assert that every form of the report counts the same."""
    summary = run.summary
    line = summary_line(run)
    found = re.search(
        r"(\d+) pass, (\d+) fail, (\d+) inconclusive, (\d+) vacuous; (\d+) finding", line
    )
    assert found is not None
    counted = [int(each) for each in found.groups()]
    assert counted == [
        summary.passed,
        summary.failed,
        summary.inconclusive,
        summary.vacuous,
        len(run.findings),
    ]
    # Text and Markdown carry that very line.
    assert line in render_text(run).replace("\n", " ") or line in render_text(run)
    markdown = render_markdown(run)
    assert f"{summary.passed} pass, {summary.failed} fail" in markdown
    assert len(re.findall(r"^\| (?:error|warning|info) \|", markdown, re.MULTILINE)) == len(
        run.findings
    )
    document = run_document(run)
    assert Counter(each["severity"] for each in document["findings"]) == Counter(
        {
            severity: count
            for severity, count in (
                ("error", summary.errors),
                ("warning", summary.warnings),
                ("info", summary.infos),
            )
            if count
        }
    )
    (log,) = sarif_document(run)["runs"]
    levels = Counter(_LEVELS[result["level"]] for result in log["results"])
    assert levels == Counter(each["severity"] for each in document["findings"])
    suppressed = sum("suppressions" in result for result in log["results"])
    assert suppressed == summary.accepted == len(run.findings) - len(open_findings(run))
    junit = ET.fromstring(render_junit(run))  # noqa: S314 - our own output
    assert int(junit.get("failures") or -1) == len(broken(run))
    badge = render_badge(run)
    if run.footer.exit_code == 1 and broken(run):
        assert f"{len(broken(run))} broken" in badge
    else:
        assert " broken" not in badge


@_FEW
@given(runs())
def test_every_form_of_the_report_counts_the_same(run: Run) -> None:
    """Text, Markdown, JSON, JUnit, SARIF and badge of one run file never disagree."""
    _agree(run)


@settings(deadline=None, max_examples=25)
@given(runs(), st.integers(0, 1))
def test_the_forms_agree_on_what_flaky_ok_forgives(run: Run, seen: int) -> None:
    """Whether the repeats showed it again or not."""
    again = {finding.fingerprint: Confirmation(seen, 2) for finding in run.findings}
    _agree(replace(run, confirmations=again, footer=replace(run.footer, flaky_ok=True)))


@pytest.mark.parametrize("run", [awkward_run(), empty_run(), empty_run(0)])
def test_the_forms_agree_on_handmade_runs(run: Run) -> None:
    """A run with everything in it, and runs with nothing."""
    _agree(run)


def test_what_is_broken_can_be_asked_for_one_api() -> None:
    """Together the APIs have all of it."""
    run = awkward_run()
    assert broken(run) == ("onesignal/delete-alias/response-404/errors-not-empty",)
    assert broken(run, "onesignal") == broken(run)
    assert broken(run, "sequence") == ()
