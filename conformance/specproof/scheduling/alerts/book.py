"""What each service has been told, so that each change is told once.

The history keeps a row for each service and subject. Whoever is about to tell something claims its
row first, by writing it under the revision that was read: of two at once, one gets it. The claim
ends by itself after `LEASE`. Who dies between sending and noting leaves a claim behind, after
which the message is sent again: a service hears of a change at least once, twice in that case
alone. What could not be delivered stays due.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Protocol

from specproof.history.records import StoredAlert, Stream
from specproof.history.values import key
from specproof.model import Severity
from specproof.scheduling.alerts.wording import News, Sort
from specproof.scheduling.troubles import GRAVEST_FIRST, Kind, Trouble

__all__ = [
    "KEPT",
    "LEASE",
    "Due",
    "Policy",
    "Standing",
    "State",
    "claimed",
    "due",
    "freed",
    "held",
    "row_subject",
    "settled",
    "stale",
]

LEASE: Final = dt.timedelta(minutes=15)
"""How long a claim holds; longer than all deliveries of one call take."""

KEPT: Final = dt.timedelta(days=30)
"""How long it is remembered that something that happened was told; what is older is no news."""


class State(StrEnum):
    """What is known of a row's delivery."""

    NEW = "new"
    """It was not told, or whoever told it died before noting it."""

    HELD = "held"
    """It waits for the end of quiet hours."""

    TOLD = "told"

    OVER = "over"
    """There is nothing to remember but the row itself."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What is told.

    Attributes:
        least: severity from which on something is told.
        after: runs in a row that have to show a trouble, or its end.
        flaky: whether to tell of what may be chance.
        wake_on: severity from which on a new failure is told even in quiet hours, None for
            never. What may be chance, is over, or has just happened wakes nobody.
    """

    least: Severity = Severity.WARNING
    after: int = 1
    flaky: bool = False
    wake_on: Severity | None = Severity.ERROR

    def tells(self, trouble: Trouble) -> bool:
        """Return whether ``trouble`` is one that people are told of."""
        if not _at_least(trouble.severity, self.least):
            return False
        if trouble.kind is Kind.CONTRACT and trouble.runs < self.after:
            return False
        return self.flaky or not trouble.flaky

    def wakes(self, news: News) -> bool:
        """Return whether ``news`` is told even in quiet hours."""
        return (
            news.sort in {Sort.NEW, Sort.WORSE}
            and news.trouble.kind is Kind.CONTRACT
            and not news.trouble.flaky
            and self.wake_on is not None
            and _at_least(news.trouble.severity, self.wake_on)
        )


class Standing(Protocol):
    """How a stream stands, see `specproof.scheduling.outlook.Outlook`."""

    @property
    def stream(self) -> Stream:
        """The stream."""
        ...

    @property
    def troubles(self) -> Mapping[str, Trouble]:
        """What is wrong, by subject."""
        ...

    def over(self, subject: str, *, after: int = 1) -> str | None:
        """Return in what way what is wrong no more is over, None if it is not."""
        ...


@dataclass(frozen=True, slots=True)
class Due:
    """Something that a service has to be told.

    Attributes:
        service: its name.
        row: as it is stored, or would be (revision 0).
    """

    service: str
    news: News
    row: StoredAlert


def row_subject(service: str, subject: str) -> str:
    """Return the subject of the row about ``subject`` for the service of this name."""
    return key(f"{service} {subject}")


def due(
    service: str,
    standings: Sequence[Standing],
    happened: Iterable[Trouble],
    rows: Iterable[StoredAlert],
    policy: Policy,
) -> Iterator[Due]:
    """Yield what ``service`` has to be told, whatever the hour.

    Args:
        happened: what is told once, see `Kind`.
        rows: all that are stored.
    """
    mine = {(row.stream, row.subject): row for row in rows if row.subject.startswith(f"{service} ")}
    present = [item for standing in standings for item in standing.troubles.values()]
    seen = set()
    for trouble in [*present, *happened]:
        place = (trouble.stream, row_subject(service, trouble.subject))
        seen.add(place)
        row = mine.get(place)
        news = _news(trouble, row)
        if news is not None and policy.tells(trouble):
            yield Due(service, news, row or _row(place[1], trouble))
    by_stream = {standing.stream: standing for standing in standings}
    for place, row in mine.items():
        if place not in seen:
            found = _left(row, by_stream, policy)
            if found is not None:
                yield Due(service, found, row)


def claimed(item: Due, *, by: str, now: dt.datetime) -> StoredAlert | None:
    """Return the row of ``item`` as claimed, None while somebody else's claim holds."""
    row = item.row
    # A claim that would last longer than any is of a clock that was wrong, and blocks nobody.
    if row.claimed_until is not None and (_text(now) < row.claimed_until <= _text(now + 2 * LEASE)):
        return None
    if row.state != State.TOLD:
        # The words of what was told stay until the new ones have been.
        row = replace(row, state=State.NEW, data=item.news.trouble.to_plain())
    return replace(row, claimed_by=by, claimed_until=_text(now + LEASE))


def settled(item: Due, row: StoredAlert, *, digest: str, now: dt.datetime) -> StoredAlert:
    """Return ``row`` once its service was told."""
    trouble = item.news.trouble
    over = item.news.sort is Sort.FIXED
    return replace(
        row,
        state=State.OVER if over else State.TOLD,
        since=trouble.since,
        since_run=trouble.since_run,
        told_at=_text(now),
        quiet_until=None,
        digest=digest,
        claimed_by=None,
        claimed_until=None,
        attempts=0,
        data={} if over else trouble.to_plain(),
    )


def held(item: Due, until: dt.datetime) -> StoredAlert | None:
    """Return the row that keeps ``item`` until the end of quiet hours, None where none is needed.

    What a run shows is found again later; what was said or happened is not. What another job is
    telling, or died with, has a row already, which must stay as that job knows it.
    """
    trouble = item.news.trouble
    derived = trouble.kind in {Kind.CONTRACT, Kind.UNCHECKED} or item.news.sort is Sort.FIXED
    if derived or item.row.state == State.HELD or item.row.claimed_by is not None:
        return None
    return replace(item.row, state=State.HELD, quiet_until=_text(until), data=trouble.to_plain())


def stale(
    service: str,
    standings: Sequence[Standing],
    rows: Iterable[StoredAlert],
    policy: Policy,
    now: dt.datetime,
) -> Iterator[StoredAlert]:
    """Yield the rows for ``service`` that say nothing any more, as they shall be stored.

    Troubles that are over before anybody was told, and what was told longer than `KEPT` ago.
    """
    by_stream = {standing.stream: standing for standing in standings}
    for row in rows:
        mine = row.subject.startswith(f"{service} ")
        if not mine or row.claimed_by is not None or row.state == State.OVER:
            continue
        before = _kept(row)
        if before is None or (not before.kind.passes and row.state == State.TOLD):
            # Later than it was told is it only by the clock of a machine that is ahead.
            past = max(row.told_at or "", row.since) < _text(now - KEPT)
        else:
            waits = row.state != State.TOLD and before.kind.passes
            past = waits and _over(before, by_stream, policy) is not None
        if past:
            yield replace(row, state=State.OVER, data={})


def freed(row: StoredAlert) -> StoredAlert:
    """Return ``row`` after a delivery that failed: it is due again at the next call."""
    return replace(row, claimed_by=None, claimed_until=None, attempts=row.attempts + 1)


def _news(trouble: Trouble, row: StoredAlert | None) -> News | None:
    fresh = Sort.NEW if trouble.kind.passes else Sort.HAPPENED
    if row is None or row.state != State.TOLD:
        return News(fresh, trouble)
    before = _kept(row)
    if before is not None and trouble.kind.passes and _graver(trouble.severity, before.severity):
        return News(Sort.WORSE, trouble, before=before.severity)
    return None


def _left(row: StoredAlert, standings: Mapping[Stream, Standing], policy: Policy) -> News | None:
    """Return what to tell of a row whose subject is no trouble now."""
    before = _kept(row)
    if before is None or row.state == State.OVER:
        return None
    waits = row.state != State.TOLD
    if not before.kind.passes:
        # What happened has happened, even if nothing shows it any more.
        return News(Sort.HAPPENED, before) if waits else None
    how = _over(before, standings, policy)
    if how is not None:
        # Whoever died with a claim may have told it.
        return None if waits and row.claimed_by is None else News(Sort.FIXED, before, how=how)
    # No run shows that the vendor's description is out of reach: it is said once.
    return News(Sort.NEW, before) if waits and before.kind is Kind.UPSTREAM else None


def _over(trouble: Trouble, standings: Mapping[Stream, Standing], policy: Policy) -> str | None:
    standing = standings.get(trouble.stream)
    if standing is None or trouble.subject in standing.troubles:
        return None
    return standing.over(trouble.subject, after=policy.after)


def _kept(row: StoredAlert) -> Trouble | None:
    try:
        return Trouble.from_plain(row.stream, row.since, row.since_run, row.data)
    except ValueError:
        # Of another version; what it was about is told anew if it is still there.
        return None


def _row(subject: str, trouble: Trouble) -> StoredAlert:
    return StoredAlert(
        stream=trouble.stream,
        subject=subject,
        state=State.NEW,
        since_run=trouble.since_run,
        since=trouble.since,
        data=trouble.to_plain(),
    )


def _graver(one: Severity, other: Severity) -> bool:
    return GRAVEST_FIRST.index(one) < GRAVEST_FIRST.index(other)


def _at_least(one: Severity, other: Severity) -> bool:
    return not _graver(other, one)


def _text(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds")
