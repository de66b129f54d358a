"""What the last run of a stream says is wrong, and what of earlier troubles is over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from specproof.errors import InputError
from specproof.history.comparable import Past, Step, decides
from specproof.history.flaky import WINDOW, flakiness_of, unchanged
from specproof.history.proving import proves
from specproof.history.records import StoredFinding, StoredRun, Stream
from specproof.history.standings import StandingKind, Standings
from specproof.history.store import History
from specproof.model import Finding, Severity, Verdict, VerdictKind
from specproof.scheduling.troubles import GRAVEST_FIRST, Kind, Trouble
from specproof.suites.records import Confirmation, Run

__all__ = ["REQUIREMENT", "UNCHECKED", "Outlook", "Runs", "Scene", "last_runs", "outlook_of"]

REQUIREMENT: Final = "requirement:"
"""Begins the subject of a trouble that is a failing requirement; its id follows."""

UNCHECKED: Final = "unchecked"
"""Subject of the trouble that a run could check nothing."""


_AHEAD: Final = dt.timedelta(days=1)
"""How far ahead the clock of a machine that made a run may be."""


@dataclass(frozen=True, slots=True)
class _Words:
    """Verdicts by requirement, findings and repeats by fingerprint, as a whole run has them."""

    verdicts: Mapping[str, Verdict]
    findings: Mapping[str, Finding]
    repeats: Mapping[str, Confirmation]


_OTHERWISE: Final = {
    VerdictKind.FAIL: "accepted as a deviation",
    VerdictKind.VACUOUS: "nothing could break it any more",
}


class Runs:
    """Whole runs, each read once.

    Args:
        past: the history that holds them.
    """

    def __init__(self, past: Past) -> None:
        self._past = past
        self._read: dict[str, _Words] = {}

    def words(self, run: StoredRun) -> _Words:
        """Return what only a whole run says; nothing of a pruned one."""
        if run.run_id not in self._read:
            whole = self._whole(run)
            self._read[run.run_id] = _Words(
                {} if whole is None else {item.requirement.id: item for item in whole.verdicts},
                {} if whole is None else {item.fingerprint: item for item in whole.findings},
                {} if whole is None else whole.confirmations,
            )
        return self._read[run.run_id]

    def _whole(self, run: StoredRun) -> Run | None:
        if not run.complete:
            return None
        try:
            return self._past.history.run(run.run_id)
        except InputError:
            # Pruned since it was listed.
            return None


@dataclass(frozen=True, slots=True)
class Outlook:
    """How a stream stands after its last run.

    Attributes:
        troubles: what is wrong, by subject.
    """

    stream: Stream
    run: StoredRun
    troubles: Mapping[str, Trouble]
    _past: Past = field(repr=False)
    _verdicts: Mapping[str, VerdictKind] = field(repr=False)

    def over(self, subject: str, *, after: int = 1) -> str | None:
        """Return in what way a trouble that is not among `troubles` is over, None if it is not.

        A requirement that the last run did not bring about says nothing, and ends nothing.

        Args:
            after: so many runs in a row must have seen it hold.
        """
        if not self._verdicts:
            return None
        if subject == UNCHECKED:
            return "the last run could check the API"
        requirement = subject.removeprefix(REQUIREMENT)
        kind = self._verdicts.get(requirement)
        if kind is VerdictKind.PASS:
            return "holds again" if self._stays(requirement, after) else None
        if kind is VerdictKind.INCONCLUSIVE:
            return None
        return "no longer required" if kind is None else _OTHERWISE[kind]

    def _stays(self, requirement: str, after: int) -> bool:
        """Return whether a requirement that holds is not about to fail again.

        What failed in one stretch only was told once, so its end is told too, even where one
        night is all it lasted. What came back is told when it has calmed down.
        """
        steps = self._past.steps(self.stream, self.run, WINDOW)
        figures = flakiness_of(unchanged(steps, self.stream.api), requirement)
        if figures.flaky and not figures.once:
            return False
        since = self._past.since(self.stream, self.run, decides(requirement, VerdictKind.PASS))
        return since is not None and since.runs >= after


class Scene:
    """One run of a stream, and what was before it.

    Args:
        past: the history.
        runs: whole runs, for the words that only they have.
        stream: API and place.
        run: of that stream.

    Raises:
        InputError: the run is not in the stream.
    """

    def __init__(self, past: Past, runs: Runs, stream: Stream, run: StoredRun) -> None:
        self.stream = stream
        self.run = run
        self.standings = Standings(past, stream, run)
        self._past = past
        self._words = runs.words(run)

    def trouble(self, finding: StoredFinding) -> Trouble | None:
        """Return what is wrong by ``finding``, None where its requirement did not fail."""
        past, stream, run = self._past, self.stream, self.run
        since = past.since(stream, run, decides(finding.requirement, VerdictKind.FAIL))
        if since is None:
            return None
        verdict = self._words.verdicts.get(finding.requirement)
        whole = self._words.findings.get(finding.fingerprint)
        says = finding.requirement if verdict is None else verdict.requirement.statement
        return Trouble(
            stream=stream,
            kind=Kind.CONTRACT,
            subject=f"{REQUIREMENT}{finding.requirement}",
            severity=finding.severity,
            title=says if _names(says, finding.operation) else f"{finding.operation}: {says}",
            what=f"{finding.message} ({finding.rule})",
            since=since.started,
            since_run=since.run_id,
            run_id=run.run_id,
            runs=since.runs,
            blame=finding.blame,
            fingerprint=finding.fingerprint,
            reproduce="" if whole is None else whole.reproduce,
            flaky=self._doubt(finding),
        )

    def _doubt(self, finding: StoredFinding) -> str:
        """Return why a finding may be chance, nothing where it is not."""
        repeats = self._words.repeats.get(finding.fingerprint)
        found = self.standings.of(finding, repeats)
        if found.kind is not StandingKind.FLAKY:
            return ""
        if repeats is not None and repeats.of > 0:
            return f"seen again in {repeats.seen} of {repeats.of} repeats"
        figures = found.flakiness
        return f"failed in {figures.failed} of the last {figures.decided} runs that looked"


def _names(statement: str, operation: str) -> bool:
    """Whether a statement begins with the operation that it is about, as most do."""
    return statement.startswith(f"{operation} ") or f"/{operation}/" in statement.partition(" ")[0]


def outlook_of(past: Past, runs: Runs, stream: Stream, run: StoredRun) -> Outlook:
    """Return how ``stream`` stands after ``run``, its last one.

    A requirement whose findings are all accepted is no trouble.

    Raises:
        InputError: the run is not in the stream.
    """
    scene = Scene(past, runs, stream, run)
    step = past.steps(stream, run, 1)[0]
    verdicts = {key: item.kind for key, item in step.verdicts.items()}
    troubles: list[Trouble] = []
    if verdicts and not _checked(step):
        troubles.append(_unchecked(past, stream, run))
    for finding in _gravest(past, stream, run).values():
        trouble = scene.trouble(finding)
        if trouble is not None:
            troubles.append(trouble)
    return Outlook(stream, run, {item.subject: item for item in troubles}, past, verdicts)


def last_runs(history: History, stream: Stream, now: dt.datetime) -> tuple[StoredRun, ...]:
    """Return the last run of ``stream``, if there is one.

    A run of a machine whose clock was days ahead is passed over: it would be the last for days,
    or for years.
    """
    until = (now + _AHEAD).astimezone(dt.UTC).isoformat(timespec="seconds")
    return history.runs(
        api=stream.api, target=stream.target, origin=stream.origin, until=until, limit=1
    )


def _gravest(past: Past, stream: Stream, run: StoredRun) -> Mapping[str, StoredFinding]:
    """Return the gravest finding of each requirement that nobody accepted."""
    found: dict[str, StoredFinding] = {}
    ordered = sorted(
        past.findings(run.run_id, stream.api),
        key=lambda item: (GRAVEST_FIRST.index(item.severity), item.rule, item.fingerprint),
    )
    for finding in ordered:
        if finding.deviation is None:
            found.setdefault(finding.requirement, finding)
    return found


def _unchecked(past: Past, stream: Stream, run: StoredRun) -> Trouble:
    since = past.since(stream, run, lambda step: not _checked(step))
    return Trouble(
        stream=stream,
        kind=Kind.UNCHECKED,
        subject=UNCHECKED,
        severity=Severity.WARNING,
        title="nothing could be checked",
        what="no success was seen in the last run, if any answer; the reasons are in its report",
        since=run.started if since is None else since.started,
        since_run=run.run_id if since is None else since.run_id,
        run_id=run.run_id,
        runs=1 if since is None else since.runs,
    )


def _checked(step: Step) -> bool:
    return proves(step.run, {name: item.kind for name, item in step.verdicts.items()})
