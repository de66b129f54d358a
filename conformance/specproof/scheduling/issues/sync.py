"""Brings the issues of a tracker in line with what the last runs found."""

from __future__ import annotations

import datetime as dt
import secrets
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from specproof.errors import CouldNotCheckError
from specproof.history.comparable import Past
from specproof.history.records import StoredAlert, StoredFinding, Stream
from specproof.history.standings import StandingKind
from specproof.history.store import History
from specproof.history.values import key
from specproof.model import Blame, Severity
from specproof.scheduling.issues.subject import Subject, marked, marker
from specproof.scheduling.issues.tracker import Issue, Tracker
from specproof.scheduling.issues.wording import Text, back, gone, mended, text_of, twice
from specproof.scheduling.outlook import Runs, Scene, last_runs
from specproof.scheduling.troubles import GRAVEST_FIRST

__all__ = ["Action", "Asked", "Done", "Verb", "synchronise"]

_CLAIM: Final = dt.timedelta(minutes=15)
_SECONDS_OF_ALL: Final = 600.0  # and one action more, which takes two minutes at most, is less
_TRACKER: Final = "tracker"
"""Target of the stream under which claims on trackers are kept."""


class Verb(StrEnum):
    """What is done to an issue."""

    OPEN = "open"
    REOPEN = "reopen"
    UPDATE = "update"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Asked:
    """What findings get an issue.

    Attributes:
        least: severity from which on.
        flaky: whether what may be chance gets one, too.
        limit: most issues to touch in one call.
        link: address of the published site.
        apis: APIs to look at, all if empty; ``targets`` likewise.
    """

    least: Severity = Severity.WARNING
    flaky: bool = False
    limit: int = 20
    link: str | None = None
    apis: Collection[str] = ()
    targets: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """One change of an issue.

    Attributes:
        number: of the issue, None of one that is not open yet.
        comment: to add, or empty.
        severity: of the finding, None where it is over.
    """

    verb: Verb
    number: int | None
    subject: Subject
    title: str
    body: str
    comment: str = ""
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What a call did, or would do; ``left`` counts what is beyond the limit."""

    actions: tuple[Action, ...]
    left: int = 0


@dataclass(slots=True)
class _Findings:
    """What the last runs found, by stream."""

    scenes: dict[Stream, Scene] = field(default_factory=dict)
    texts: dict[str, tuple[Text, Severity]] = field(default_factory=dict)


def synchronise(
    history: History,
    tracker: Tracker,
    name: str,
    asked: Asked,
    *,
    now: dt.datetime,
    dry_run: bool = False,
) -> Done:
    """Open, update, close and reopen issues; what is in line already is left alone.

    Closed is only what carries our label and our marker and what a run that is later than the
    finding saw hold, or whose requirement is no more. An issue that somebody else closed stays
    closed as long as its finding lasts. After ten minutes the rest is left for the next call, so
    that no claim ends before the work does and another job opens the same issues.

    Args:
        name: of the tracker and repository, under which it is claimed for the time of the call.
        dry_run: change nothing.

    Raises:
        CouldNotCheckError: the tracker can not be reached, or another job is at work on it.
    """
    if dry_run:
        return _limited(_planned(history, tracker, asked, now), asked.limit)
    claim = _claimed(history, name, now)
    late = time.monotonic() + _SECONDS_OF_ALL
    try:
        planned = _limited(_planned(history, tracker, asked, now), asked.limit)
        acted: list[Action] = []
        for action in planned.actions:
            if time.monotonic() >= late:
                break
            acted.append(_act(tracker, action))
        return Done(tuple(acted), planned.left + len(planned.actions) - len(acted))
    finally:
        history.save_alerts([replace(claim, claimed_by=None, claimed_until=None)])


def _planned(history: History, tracker: Tracker, asked: Asked, now: dt.datetime) -> list[Action]:
    found = _found(history, asked, now)
    return list(_plan(found, tracker.issues()))


def _limited(actions: Sequence[Action], limit: int) -> Done:
    order = (Verb.REOPEN, Verb.OPEN, Verb.CLOSE, Verb.UPDATE)
    ordered = sorted(
        actions,
        key=lambda item: (
            order.index(item.verb),
            0 if item.severity is None else GRAVEST_FIRST.index(item.severity),
            item.subject.api,
            item.subject.since,
            item.subject.key,
            item.number or 0,
        ),
    )
    return Done(tuple(ordered[:limit]), max(0, len(ordered) - limit))


def _act(tracker: Tracker, action: Action) -> Action:
    if action.number is None:
        return replace(action, number=tracker.create(action.title, action.body))
    if action.comment:
        # Before the state is changed: a comment twice is better than none.
        tracker.comment(action.number, action.comment)
    opened = action.verb is not Verb.CLOSE
    tracker.edit(action.number, title=action.title, body=action.body, opened=opened)
    return action


def _found(history: History, asked: Asked, now: dt.datetime) -> _Findings:
    past = Past(history)
    runs = Runs(past)
    found = _Findings()
    for stream in history.streams():
        if (asked.apis and stream.api not in asked.apis) or (
            asked.targets and stream.target not in asked.targets
        ):
            continue
        for run in last_runs(history, stream, now):
            scene = found.scenes[stream] = Scene(past, runs, stream, run)
            for finding in past.findings(run.run_id, stream.api):
                _take(found, scene, finding, asked)
    return found


def _take(found: _Findings, scene: Scene, finding: StoredFinding, asked: Asked) -> None:
    grave = GRAVEST_FIRST.index(finding.severity) <= GRAVEST_FIRST.index(asked.least)
    trouble = scene.trouble(finding) if grave and finding.deviation is None else None
    if trouble is None or (trouble.flaky and not asked.flaky):
        return
    stream = scene.stream
    subject = Subject(
        api=stream.api,
        target=stream.target,
        origin=stream.origin,
        fingerprint=finding.fingerprint,
        rule=finding.rule,
        requirement=finding.requirement,
        since=trouble.since,
    )
    text = text_of(subject, trouble, link=asked.link)
    found.texts.setdefault(subject.key, (text, finding.severity))


def _plan(found: _Findings, issues: Sequence[Issue]) -> Iterator[Action]:
    ours = {issue.number: subject for issue in issues if (subject := marked(issue.body))}
    by_number = {issue.number: issue for issue in issues}
    taken: dict[str, int] = {}
    for number, subject in sorted(ours.items()):
        first = taken.setdefault(subject.key, number)
        if first != number and by_number[number].open:
            yield _closing(by_number[number], subject, twice(first))
    heirs = _heirs(found.texts, ours, taken, by_number)
    for name, (text, severity) in found.texts.items():
        known = taken.get(name) or heirs.get(name)
        if known is None:
            yield Action(Verb.OPEN, None, text.subject, text.title, text.body, severity=severity)
            continue
        action = _kept(found, by_number[known], ours[known], text)
        if action is not None:
            yield replace(action, severity=severity)
    inherited = set(heirs.values())
    for name, number in taken.items():
        if name not in found.texts and number not in inherited and by_number[number].open:
            yield from _ending(found, by_number[number], ours[number])


def _heirs(
    texts: Mapping[str, tuple[Text, Severity]],
    ours: Mapping[int, Subject],
    taken: Mapping[str, int],
    by_number: Mapping[int, Issue],
) -> dict[str, int]:
    """Return the open issues that new findings take over, by the key of the finding.

    A finding whose message changed is the same one to whoever reads the issue.
    """
    free: dict[str, list[int]] = {}
    for name, number in taken.items():
        if name not in texts and by_number[number].open:
            free.setdefault(ours[number].about, []).append(number)
    heirs: dict[str, int] = {}
    for name, (text, _) in texts.items():
        left = free.get(text.subject.about)
        if name not in taken and left:
            heirs[name] = left.pop(0)
    return heirs


def _kept(found: _Findings, issue: Issue, subject: Subject, text: Text) -> Action | None:
    """Return what to do with the issue of a finding that is there."""
    run = found.scenes[text.subject.stream].run
    if issue.open:
        same = subject.digest == text.subject.digest and issue.title == text.title
        if same and not subject.fixed:
            return None
        return Action(Verb.UPDATE, issue.number, text.subject, text.title, text.body)
    if not subject.fixed:
        # Somebody closed it who knows better.
        return None
    comment = back(run.run_id, run.started)
    return Action(Verb.REOPEN, issue.number, text.subject, text.title, text.body, comment)


def _ending(findings: _Findings, issue: Issue, subject: Subject) -> Iterator[Action]:
    """Yield that an issue is closed, if the last run says that it may be."""
    scene = findings.scenes.get(subject.stream)
    if scene is None or scene.run.started <= subject.since:
        return
    found = scene.standings.of(_as_finding(subject))
    match found.kind:
        case StandingKind.FIXED:
            yield _closing(issue, subject, mended(scene.run.run_id, scene.run.started))
        case StandingKind.FLAKY if found.flakiness.once and not found.present:
            # One bad night, for which the issue was opened.
            yield _closing(issue, subject, mended(scene.run.run_id, scene.run.started))
        case StandingKind.GONE:
            yield _closing(issue, subject, gone(scene.run.run_id, scene.run.started))
        case _:
            return


def _closing(issue: Issue, subject: Subject, comment: str) -> Action:
    fixed = replace(subject, fixed=True)
    body = issue.body.replace(_marker_of(issue.body), marker(fixed), 1)
    return Action(Verb.CLOSE, issue.number, fixed, issue.title, body, comment)


def _marker_of(body: str) -> str:
    """Return the first line of the text of an issue, which is its marker."""
    return body.partition("\n")[0].rstrip("\r")


def _as_finding(subject: Subject) -> StoredFinding:
    """Return a finding of this subject; only rule, requirement and fingerprint tell it."""
    return StoredFinding(
        run_id="",
        api=subject.api,
        fingerprint=subject.fingerprint,
        rule=subject.rule,
        severity=Severity.INFO,
        requirement=subject.requirement,
        operation="",
        status=None,
        message="",
        blame=Blame.VENDOR_BEHAVIOUR,
        occurrences=1,
        deviation=None,
    )


def _claimed(history: History, name: str, now: dt.datetime) -> StoredAlert:
    """Return the row that says that this process works on a tracker."""
    stream = Stream(_TRACKER, _TRACKER)
    at = now.astimezone(dt.UTC).isoformat(timespec="seconds")
    row = next(
        (item for item in history.alerts(stream) if item.subject == key(name)),
        StoredAlert(stream=stream, subject=name, state=_TRACKER, since_run="", since=at),
    )
    # A claim that would last longer than any is of a clock that was wrong, and blocks nobody.
    far = (now + 2 * _CLAIM).astimezone(dt.UTC).isoformat(timespec="seconds")
    if row.claimed_until is None or not at < row.claimed_until <= far:
        until = (now + _CLAIM).astimezone(dt.UTC).isoformat(timespec="seconds")
        wanted = replace(row, claimed_by=secrets.token_hex(8), claimed_until=until)
        for saved in history.save_alerts([wanted]):
            return saved
    raise CouldNotCheckError(
        f"another job is at work on the issues of {name}, or died there; try again in 15 minutes"
    )
