from __future__ import annotations

import json
from pathlib import Path

import pytest
from notes import KEY, SPEC, serve_notes

from specproof.model import VerdictKind
from specproof.suites.execute import execute
from specproof.suites.plan import RunPlan
from specproof.suites.records import Run


def _run(folder: Path, url: str, monkeypatch: pytest.MonkeyPatch, *, cases: int) -> Run:
    spec = folder / "notes.json"
    spec.write_text(json.dumps(SPEC))
    monkeypatch.setenv("SPECPROOF_NOTES_KEY", KEY)
    return execute(
        RunPlan(
            apis=("notes",),
            target="live",
            base_url=url,
            spec=str(spec),
            mode="discover",
            cases=cases,
        )
    )


@pytest.mark.no_cover  # whole runs, whose code other tests measure
def test_every_success_is_brought_about(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids come from what POST creates, one inside the other; nothing of the run is left over."""
    with serve_notes() as notes:
        run = _run(tmp_path, notes.url, monkeypatch, cases=4)
    status = {
        (item.requirement.operation, item.requirement.status): item.kind
        for item in run.verdicts
        if item.requirement.what == "status"
    }
    wanted = [
        ("list-notes", "200"),
        ("create-note", "201"),
        ("view-note", "200"),
        ("delete-note", "204"),
        ("create-comment", "201"),
        ("view-comment", "200"),
        ("view-note", "404"),
        ("view-comment", "404"),
    ]
    assert {key: status[key] for key in wanted} == dict.fromkeys(wanted, VerdictKind.PASS)
    assert [item.message for item in run.findings if item.severity != "info"] == []
    assert run.footer.exit_code == 0
    assert notes.notes[1]["text"] == "not ours"
    assert list(notes.notes) == [1]


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        ("no-authentication", "authentication-enforced"),
        ("other-note", "answers-for-resource"),
        ("undocumented-status", "status-documented"),
        ("unknown-answered", "outcome-as-due"),
        ("wrong-type", "published-schema"),
    ],
)
def test_a_broken_server_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str, rule: str
) -> None:
    """Each of five faults of a server that no file of ours describes is a finding."""
    with serve_notes(fault) as notes:
        run = _run(tmp_path, notes.url, monkeypatch, cases=0)
    assert run.footer.exit_code == 1
    assert rule in {item.rule for item in run.findings if item.severity == "error"}
