"""Recorded exchanges of the real APIs, held against the contract of today."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from specproof.report.document import render_json
from specproof.suites.execute import execute
from specproof.suites.plan import RunPlan, subject
from specproof.suites.records import Run

APIS = ("onesignal", "sequence")


@pytest.fixture(scope="module")
def run() -> Run:
    """Return one run on every recording."""
    return execute(RunPlan(apis=APIS, target="recorded"))


def _found(run: Run, entry: str) -> set[tuple[str, str]]:
    exchange = f"onesignal/recording/{entry}#1"
    return {(item.rule, item.message) for item in run.findings if item.exchange == exchange}


@pytest.mark.parametrize(
    ("entry", "rule", "message"),
    [
        ("seen-429-strings", "published-schema", "errors/0 is a string where object is promised"),
        (
            "seen-429-strings",
            "undocumented-fields",
            "fields that the contract does not describe at the top",
        ),
        (
            "seen-error-without-code",
            "published-schema",
            "errors/0 lacks the required property code",
        ),
        (
            "seen-error-without-code",
            "error-code-stable",
            "an error code is missing, blank or no string",
        ),
        ("seen-403-text-plain", "status-documented", "status 403 is not documented"),
        (
            "seen-403-text-plain",
            "media-type-true",
            "the body is JSON and Content-Type says text/plain",
        ),
    ],
)
def test_what_the_real_api_did_is_found(run: Run, entry: str, rule: str, message: str) -> None:
    """Each known departure is a finding at its own recording."""
    assert (rule, message) in _found(run, entry)


def test_every_finding_is_accepted_with_its_reason(run: Run) -> None:
    """Known departures leave the exit code; an unknown or a mended one would not."""
    today = dt.date.fromisoformat(run.header.started[:10])
    until = [item.expires for item in subject("onesignal", None, None).deviations]
    assert until
    if min(until) < today:
        pytest.skip("the deviations have expired, which a run itself reports")
    assert {item.deviation is None for item in run.findings} == {False}
    assert run.footer.exit_code == 0


def test_what_is_accepted_stays_in_the_report(run: Run) -> None:
    """Nothing is hidden: the report has each of them and why it was accepted."""
    document = json.loads(render_json(run))
    shown = {(item["rule"], item["message"]): item["deviation"] for item in document["findings"]}
    assert shown == {(item.rule, item.message): item.deviation for item in run.findings}
    assert len(shown) >= 6


def test_every_recording_is_replayed(run: Run) -> None:
    """Each entry is one exchange, and says where it came from."""
    entries = {
        f"{api}/recording/{item.id}#1": f"{item.provenance.kind}: {item.provenance.source}"
        for api in APIS
        for item in subject(api, None, None).recordings
    }
    assert run.summary.exchanges == len(entries)
    named = {item.id: item.provenance for item in run.exchanges}
    assert named
    assert named.items() <= entries.items()
