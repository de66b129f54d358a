"""One issue per finding, whatever happens in between."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from histories import Night, night_run, nights
from history_files import history_of

from specproof.errors import CouldNotCheckError
from specproof.history.store import History
from specproof.model import Severity
from specproof.scheduling.issues import sync, tracker
from specproof.scheduling.issues.subject import marked
from specproof.scheduling.issues.sync import Asked, Done, synchronise
from specproof.scheduling.issues.tracker import Issue

BODY = "list/200/body"
NOON = dt.datetime(2026, 2, 1, 12, tzinfo=dt.UTC)


class Desk:
    """A tracker in memory."""

    def __init__(self) -> None:
        self.kept: dict[int, Issue] = {}
        self.comments: list[tuple[int, str]] = []
        self.fails_at = ""

    def issues(self) -> tuple[Issue, ...]:
        """Return all."""
        return tuple(self.kept.values())

    def create(self, title: str, body: str) -> int:
        """Open one."""
        number = len(self.kept) + 1
        self.kept[number] = Issue(number, title, body, open=True)
        if self.fails_at == "create":
            raise CouldNotCheckError("gone")
        return number

    def edit(self, number: int, *, title: str, body: str, opened: bool) -> None:
        """Write one anew."""
        if self.fails_at == "edit":
            raise CouldNotCheckError("gone")
        self.kept[number] = Issue(number, title, body, opened)

    def comment(self, number: int, body: str) -> None:
        """Comment one."""
        self.comments.append((number, body))

    def set(self, number: int, *, opened: bool) -> None:
        """Do as a person does."""
        self.kept[number] = replace(self.kept[number], open=opened)


class Office:
    """A history and a tracker."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.desk = Desk()

    def night(self, *found: Night) -> None:
        """Store runs."""
        for night in found:
            self.history.store_run(night_run(night))

    def call(self, asked: Asked | None = None, *, dry_run: bool = False) -> Done:
        """Bring the issues in line."""
        return synchronise(
            self.history, self.desk, "github:o/r", asked or Asked(), now=NOON, dry_run=dry_run
        )

    def verbs(self, asked: Asked | None = None) -> list[str]:
        """Return what one call does; a second one has nothing to do."""
        done = self.call(asked)
        assert self.call(asked) == Done(())
        return [f"{action.verb} {action.number}" for action in done.actions]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An empty history and an empty tracker."""
    with history_of(tmp_path / "h.db") as history:
        yield Office(history)


def test_an_issue_lives_as_long_as_its_finding(office: Office) -> None:
    """Opened once, closed when a run saw it hold, opened again when it is back for good."""
    did = []
    for night in nights(BODY, "FIPPPPFFF"):
        office.night(night)
        did.append(office.verbs())
    assert did == [["open 1"], [], ["close 1"], [], [], [], [], [], ["reopen 1"]]
    assert [text for _, text in office.desk.comments] == [
        "Run <code>shop-000200-live</code> of 2026-01-03 03:00 UTC saw the requirement hold.",
        "It is back: run <code>shop-000800-live</code> of 2026-01-09 03:00 UTC shows it again.",
    ]
    assert office.desk.kept[1].open


def test_a_slow_tracker_does_not_outlive_the_claim(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What ten minutes do not suffice for is left; another job would do it a second time."""
    moments = iter([0.0, 0.0, 599.0, 600.0])
    monkeypatch.setattr(sync, "time", SimpleNamespace(monotonic=lambda: next(moments)))
    for name in ("a", "b", "c", "d"):
        office.night(*nights(BODY, "F", api=name))
    done = office.call()
    assert (len(done.actions), done.left, len(office.desk.kept)) == (2, 2, 2)
    assert sync._CLAIM.total_seconds() > sync._SECONDS_OF_ALL + 2 * tracker._SECONDS


def test_the_issue_of_one_bad_night_is_closed_by_the_next(office: Office) -> None:
    """It held before and it holds again."""
    did = []
    for night in nights(BODY, "PFP"):
        office.night(night)
        did.append(office.verbs())
    assert did == [[], ["open 1"], ["close 1"]]


@pytest.mark.parametrize("letters", ["FI", "FA"])
def test_what_no_run_saw_hold_stays_open(office: Office, letters: str) -> None:
    """Neither not exercised nor accepted is fixed."""
    office.night(*nights(BODY, letters)[:1])
    assert office.verbs() == ["open 1"]
    office.night(*nights(BODY, letters)[1:])
    assert office.verbs() == []


def test_a_requirement_that_is_no_more_ends_its_issue(office: Office) -> None:
    """The comment says that it was not mended."""
    first, second = nights(BODY, "F.")
    office.night(first)
    office.verbs()
    office.night(replace(second, verdicts={"list/200/other": "P"}))
    assert office.verbs() == ["close 1"]
    assert "knows no such requirement" in office.desk.comments[0][1]


def test_an_older_history_closes_nothing(office: Office, tmp_path: Path) -> None:
    """A copy of last week knows nothing of what was found since."""
    older, newer = nights(BODY, "PF")
    office.night(older, newer)
    office.verbs()
    with history_of(tmp_path / "old.db", [older]) as old:
        assert synchronise(old, office.desk, "github:o/r", Asked(), now=NOON) == Done(())


def test_a_changed_message_is_the_same_issue(office: Office) -> None:
    """It is written anew instead of closed and opened; two messages are two issues."""
    first, second, third = nights(BODY, "FFF")
    office.night(first)
    assert office.verbs() == ["open 1"]
    office.night(replace(second, messages={BODY: "another message"}))
    assert office.verbs() == ["update 1"]
    assert "another message" in office.desk.kept[1].body
    run = night_run(third)
    both = (*run.findings, *night_run(replace(second, messages={BODY: "another message"})).findings)
    summary = replace(run.footer.summary, errors=2)
    office.history.store_run(
        replace(run, findings=both, footer=replace(run.footer, summary=summary))
    )
    assert office.verbs() == ["open 2"]


def test_an_issue_that_a_person_closed_stays_closed(office: Office) -> None:
    """Until its finding has gone and come back."""
    office.night(*nights(BODY, "F"))
    office.verbs()
    office.desk.set(1, opened=False)
    assert office.verbs() == []
    office.night(nights(BODY, "FF")[1])
    assert office.verbs() == []


def test_an_issue_that_a_person_opened_again_is_kept_in_line(office: Office) -> None:
    """We closed it, somebody opened it, the finding is there: it is written anew."""
    for night in nights(BODY, "FP"):
        office.night(night)
        office.verbs()
    office.desk.set(1, opened=True)
    office.night(nights(BODY, "FPF", seed=1)[2])
    assert office.verbs(Asked(flaky=True)) == ["update 1"]
    subject = marked(office.desk.kept[1].body)
    assert subject is not None
    assert not subject.fixed


def test_flaky_findings_get_no_issue_unless_asked(office: Office) -> None:
    """Nor do those below the severity that is asked for."""
    office.night(*nights(BODY, "PFPFPF"))
    assert office.verbs() == []
    assert office.verbs(Asked(flaky=True)) == ["open 1"]


def test_severity_decides(office: Office) -> None:
    """A warning is below error."""
    (night,) = nights(BODY, "F")
    run = night_run(night)
    found = tuple(replace(item, severity=Severity.WARNING) for item in run.findings)
    summary = replace(run.footer.summary, errors=0, warnings=1)
    office.history.store_run(
        replace(run, findings=found, footer=replace(run.footer, summary=summary))
    )
    assert office.verbs(Asked(least=Severity.ERROR)) == []
    assert office.verbs() == ["open 1"]


def test_others_issues_are_left_alone(office: Office) -> None:
    """What has no marker, and what another history's API has, is not ours to close."""
    office.desk.create("a person's", "text")
    office.night(*nights(BODY, "F", api="bank"))
    assert office.verbs() == ["open 2"]
    office.night(*nights(BODY, "P"))
    assert office.verbs(Asked(apis={"shop"})) == []
    assert office.verbs(Asked(targets={"emulator"})) == []
    assert all(issue.open for issue in office.desk.issues())


def test_two_issues_about_one_finding_become_one(office: Office) -> None:
    """Two jobs that did not share a history may both have opened one."""
    office.night(*nights(BODY, "F"))
    office.verbs()
    office.desk.create("t", office.desk.kept[1].body)
    assert office.verbs() == ["close 2"]
    assert office.desk.comments == [(2, "The same as issue 1, which is the older one.")]


def test_a_call_touches_so_many_and_no_more(office: Office) -> None:
    """The rest is left for the next call; the gravest come first."""
    names = {f"op{number}/200/body": "F" for number in range(5)}
    office.night(Night(names))
    done = office.call(Asked(limit=2))
    assert (len(done.actions), done.left) == (2, 3)
    assert [office.call(Asked(limit=2)).left for _ in range(2)] == [1, 0]
    assert len(office.desk.kept) == 5


def test_a_dry_run_reads_alone(office: Office) -> None:
    """It says what would be done and claims nothing."""
    office.night(*nights(BODY, "F"))
    done = office.call(dry_run=True)
    assert [(action.verb, action.number) for action in done.actions] == [("open", None)]
    assert (office.desk.kept, office.history.alerts()) == ({}, ())


@pytest.mark.parametrize("step", ["create", "edit"])
def test_a_call_that_breaks_off_is_carried_on(office: Office, step: str) -> None:
    """Nothing is opened twice, nothing stays undone, and the claim is given back."""
    failing, holding = nights(BODY, "FP")
    office.night(failing)
    if step == "edit":
        office.verbs()
        office.night(holding)
    office.desk.fails_at = step
    with pytest.raises(CouldNotCheckError, match="gone"):
        office.call()
    office.desk.fails_at = ""
    assert office.verbs() == ([] if step == "create" else ["close 1"])


def test_two_jobs_do_not_work_on_one_tracker(office: Office) -> None:
    """The second is sent away in one sentence; a claim that was left behind ends."""
    office.night(*nights(BODY, "F"))
    seen: list[str] = []

    class Busy(Desk):
        def issues(self) -> tuple[Issue, ...]:
            with pytest.raises(CouldNotCheckError, match="another job is at work"):
                office.call()
            seen.append("sent away")
            later = NOON + dt.timedelta(minutes=16)
            synchronise(office.history, office.desk, "github:o/r", Asked(), now=later)
            return super().issues()

    synchronise(office.history, Busy(), "github:o/r", Asked(), now=NOON)
    assert seen == ["sent away"]
    assert len(office.desk.kept) == 1


def test_a_claim_of_a_clock_that_was_wrong_blocks_nobody(office: Office) -> None:
    """A job that died, on a machine whose clock was a day ahead, is not waited for."""
    office.night(*nights(BODY, "F"))

    class Killed(Desk):
        def issues(self) -> tuple[Issue, ...]:
            tomorrow = NOON + dt.timedelta(days=1)
            for row in office.history.alerts():
                office.history.save_alerts([replace(row, claimed_until=tomorrow.isoformat())])
            return ()

    synchronise(office.history, Killed(), "github:o/r", Asked(), now=NOON)
    assert office.history.alerts()[0].claimed_until is not None
    assert office.verbs() == ["open 1"]
