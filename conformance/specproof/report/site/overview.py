"""What the site says of each stream now: its verdict, since when, and what is open."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from specproof.history.proving import proves
from specproof.history.records import StoredApi, StoredChange, StoredFinding, StoredRun, Stream
from specproof.model import Severity, VerdictKind
from specproof.report.charts.points import FindingsPoint, VerdictPoint
from specproof.report.site import links
from specproof.report.site.figures import points
from specproof.report.site.pages import utc
from specproof.report.site.sources import Accepted, Source, Sources, accepted
from specproof.report.site.standings import Course, Standing, read_course
from specproof.text import one_line

if TYPE_CHECKING:
    from specproof.history.store import History

__all__ = ["DORMANT", "STALE", "TARGETS", "WORDS", "Open", "Overview", "kind_of", "overviews"]

TARGETS: Final = ("live", "recorded", "emulator")
"""Places by what they prove of the vendor; the first that an API has is its main one."""
STALE: Final = 3
"""Days after which a stream without a run is spoken of."""
DORMANT: Final = 30
"""Days after which a stream without a run stands apart, since nobody runs it any more."""
WORDS: Final[Mapping[VerdictKind, str]] = {
    VerdictKind.FAIL: "broken",
    VerdictKind.INCONCLUSIVE: "could not check",
    VerdictKind.PASS: "holds",
}
"""What an API is said to be; it fails where an error is open that nobody accepted."""

_GRAVEST_FIRST: Final = (Severity.ERROR, Severity.WARNING, Severity.INFO)
_WORST_FIRST: Final = (VerdictKind.FAIL, VerdictKind.INCONCLUSIVE, VerdictKind.PASS)


@dataclass(frozen=True, slots=True)
class Open:
    """A finding of the latest run that nobody accepted, and how its requirement stands."""

    finding: StoredFinding
    standing: Standing | None

    @property
    def since(self) -> StoredRun | None:
        """The run since which the requirement fails, None for a finding that breaks nothing."""
        breaks = self.standing is not None and self.standing.verdict.kind is VerdictKind.FAIL
        return self.standing.since if self.standing is not None and breaks else None


@dataclass(frozen=True, slots=True)
class Overview:
    """One stream.

    Attributes:
        place: what it is called in paths; ``page`` is the path of its page.
        main: whether it is the main place of its API.
        kind: fail, inconclusive or pass, see `WORDS`.
        open: what nobody accepted, gravest first, the latest to begin first.
        age: days from the start of the latest run to today.
        points: for charts, one for each run, newest first; ``findings`` likewise.
    """

    stream: Stream
    place: str
    page: str
    main: bool
    course: Course
    latest: StoredRun
    counts: StoredApi
    kind: VerdictKind
    open: tuple[Open, ...]
    accepted: tuple[Accepted, ...]
    source: Source
    changes: tuple[StoredChange, ...]
    points: tuple[VerdictPoint, ...]
    findings: tuple[FindingsPoint, ...]
    age: int

    @property
    def word(self) -> str:
        """The verdict on the API."""
        return WORDS[self.kind]

    @property
    def broken(self) -> tuple[Open, ...]:
        """The open findings that break the contract, the latest to begin first."""
        return tuple(item for item in self.open if item.finding.severity is Severity.ERROR)

    @property
    def broken_ids(self) -> frozenset[str]:
        """Ids of the requirements that are broken."""
        return frozenset(item.finding.requirement for item in self.broken)

    @property
    def broken_count(self) -> int:
        """How many promises are broken."""
        return len(self.broken_ids)

    @property
    def total(self) -> int:
        """How many requirements there are."""
        counts = self.counts
        return counts.passed + counts.failed + counts.inconclusive + counts.vacuous

    @property
    def since(self) -> StoredRun | None:
        """The first of the latest runs that all broke something, None where nothing is broken.

        Runs that tested nothing neither begin nor end that.
        """
        if self.kind is not VerdictKind.FAIL:
            return None
        found = self.latest
        told = zip(self.course.runs, self.points, self.findings, strict=True)
        for run, point, counted in told:
            # As of `kind`: an error may be about something else than a verdict.
            if counted.errors:
                found = run
            elif point.exercised:
                break
        return found

    @property
    def unchecked(self) -> StoredRun | None:
        """The first of the latest runs that all tested nothing, None where the last one did."""
        found = None
        for run, point in zip(self.course.runs, self.points, strict=True):
            if self.kind is not VerdictKind.INCONCLUSIVE or point.exercised:
                break
            found = run
        return found

    @property
    def begun(self) -> StoredRun | None:
        """The run since which the API is broken or could not be checked, None where it holds."""
        return self.since or self.unchecked

    @property
    def excuse(self) -> str:
        """The reason that most requirements were not tested for, "" where none is known."""
        told = Counter(
            item.verdict.reason
            for item in self.course.standings.values()
            if item.verdict.kind is VerdictKind.INCONCLUSIVE and item.verdict.reason
        )
        return min(told, key=lambda reason: (-told[reason], reason), default="")

    @property
    def latest_break(self) -> StoredRun | None:
        """The run in which the newest of what is broken began, None where nothing is."""
        begun = [item.since for item in self.broken if item.since is not None]
        return max(begun, key=_started, default=None)

    @property
    def title(self) -> str:
        """What the API calls itself."""
        return self.counts.title

    @property
    def name(self) -> str:
        """The API and where it was met, in words."""
        where = f" at {self.stream.origin}" if self.stream.origin else ""
        return f"{self.stream.api} ({self.stream.target}{where})"

    @property
    def levels(self) -> dict[str, int]:
        """How many open findings have which severity, the gravest first."""
        held = [item.finding.severity for item in self.open]
        return {each.value: held.count(each) for each in _GRAVEST_FIRST if each in held}

    @property
    def sentence(self) -> str:
        """What is the matter, in one sentence; times in UTC."""
        count = self.broken_count
        promises = f"{count} promise{'' if count == 1 else 's'}"
        if self.kind is VerdictKind.INCONCLUSIVE:
            if self.counts.passed + self.counts.failed:
                return "The last run saw no success of the API, so it proves nothing."
            begun = self.unchecked
            none = f", as none since {utc(begun.started)} UTC" if begun is not None else ""
            excuse = f" Mostly: {one_line(self.excuse, 200)}." if self.excuse else ""
            return f"The last run could not check anything{none}.{excuse}"
        if self.kind is VerdictKind.PASS:
            known = len(self.accepted)
            deviations = "deviation is" if known == 1 else "deviations are"
            told = f"; {known} known {deviations} accepted" if known else ""
            return f"All that the last run tested holds{told}."
        since, latest = self.since, self.latest_break
        told = f"{promises} broken"
        if since is not None and latest is not None and since != latest:
            told += f"; every run since {utc(since.started)} UTC broke something"
            return f"{told}, the latest break came at {utc(latest.started)} UTC."
        return f"{told} since {utc(since.started)} UTC." if since is not None else f"{told}."

    @property
    def stale(self) -> bool:
        """Whether the last run is so old that it has to be spoken of."""
        return self.age >= STALE

    @property
    def dormant(self) -> bool:
        """Whether nobody runs it any more."""
        return self.age > DORMANT


def overviews(history: History, sources: Sources, today: dt.date) -> tuple[Overview, ...]:
    """Return every stream of ``history``, broken first, the latest to break first of those."""
    by_api: dict[str, list[tuple[Stream, Course]]] = {}
    for stream in history.streams():
        course = read_course(history.timeline(stream), stream.api)
        if course.runs:
            by_api.setdefault(stream.api, []).append((stream, course))
    found: list[Overview] = []
    for api, members in sorted(by_api.items()):
        changes = history.changes(api)
        source = sources.of(api)
        members.sort(key=lambda member: _rank(member[0], member[1], today))
        for number, (stream, course) in enumerate(members):
            latest = course.runs[0]
            drawn = points(history, stream, course.runs)
            findings = history.findings(latest.run_id, api)
            place = links.place_name(stream)
            shown = _open(findings, course)
            found.append(
                Overview(
                    stream=stream,
                    place=place,
                    page=links.api_page(api, place if number else None),
                    main=not number,
                    course=course,
                    latest=latest,
                    counts=_counts(latest, api),
                    kind=kind_of(
                        latest,
                        findings,
                        {name: item.verdict.kind for name, item in course.standings.items()},
                    ),
                    open=shown,
                    accepted=accepted(source, stream, findings, today),
                    source=source,
                    changes=changes,
                    points=drawn[0],
                    findings=drawn[1],
                    age=_age(course, today),
                )
            )
    return _urgent_first(found)


def _rank(stream: Stream, course: Course, today: dt.date) -> tuple[bool, int, int, str, str]:
    """Order the places of an API: those that are still run first, then what proves most."""
    target = TARGETS.index(stream.target) if stream.target in TARGETS else len(TARGETS)
    age = _age(course, today)
    return age > DORMANT, target, age, stream.target, stream.origin or ""


def _urgent_first(found: list[Overview]) -> tuple[Overview, ...]:
    found.sort(key=lambda item: (item.stream.api, not item.main, item.place))
    found.sort(key=lambda item: _started(item.latest_break), reverse=True)
    found.sort(key=lambda item: (item.dormant, _WORST_FIRST.index(item.kind)))
    return tuple(found)


def _open(findings: Sequence[StoredFinding], course: Course) -> tuple[Open, ...]:
    found = [
        Open(finding, course.standings.get(finding.requirement))
        for finding in findings
        if finding.deviation is None
    ]
    found.sort(key=lambda item: (item.finding.requirement, item.finding.rule, item.finding.message))
    found.sort(key=lambda item: "" if item.since is None else item.since.started, reverse=True)
    found.sort(key=lambda item: _GRAVEST_FIRST.index(item.finding.severity))
    return tuple(found)


def kind_of(
    run: StoredRun,
    findings: Iterable[StoredFinding],
    verdicts: Mapping[str, VerdictKind],
) -> VerdictKind:
    """Return what a run says of one API: fail, inconclusive or pass, see `WORDS`.

    Where the run could not check, no API holds but those of which a success came about.

    Args:
        findings: of the API.
        verdicts: of the API, by id of the requirement.
    """
    if any(item.severity is Severity.ERROR and item.deviation is None for item in findings):
        return VerdictKind.FAIL
    return VerdictKind.PASS if proves(run, verdicts) else VerdictKind.INCONCLUSIVE


def _counts(run: StoredRun, api: str) -> StoredApi:
    found = run.api(api)
    return found or StoredApi(api, api, None, None, 0, 0, 0, 0, 0, 0, 0, 0)


def _age(course: Course, today: dt.date) -> int:
    return (today - dt.date.fromisoformat(course.runs[0].started[:10])).days


def _started(run: StoredRun | None) -> tuple[str, str]:
    return ("", "") if run is None else (run.started, run.run_id)
