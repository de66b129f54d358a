"""One call of ``specproof history alert``: look, decide, claim, send, note."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from specproof.history.comparable import Past
from specproof.history.records import StoredAlert
from specproof.history.store import History
from specproof.model import fingerprint
from specproof.scheduling.alerts.book import (
    KEPT,
    Due,
    Policy,
    Standing,
    claimed,
    due,
    freed,
    held,
    settled,
    stale,
)
from specproof.scheduling.alerts.courier import Delivery, Message, deliver
from specproof.scheduling.alerts.quiet import QuietHours
from specproof.scheduling.alerts.services import Service
from specproof.scheduling.alerts.wording import News, body_of, colour_of, title_of
from specproof.scheduling.happened import RECENT, Upstream, behaviour_of, change_of
from specproof.scheduling.outlook import Runs, last_runs, outlook_of
from specproof.scheduling.troubles import Trouble

__all__ = ["Asked", "Letter", "Told", "tell"]

MAX_MESSAGES: Final = 10
"""APIs with news of which each gets a message of its own; more go into one message."""

Send = Callable[[Sequence[Message]], Iterable[Delivery]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a call is asked to do.

    Attributes:
        quiet: hours in which only what wakes is told.
        link: address of the published site.
        upstream: what is said of the vendors' descriptions.
        apis: APIs to look at, all if empty; ``targets`` likewise.
    """

    policy: Policy = field(default_factory=Policy)
    quiet: QuietHours | None = None
    link: str | None = None
    upstream: Sequence[Upstream] = ()
    apis: Collection[str] = ()
    targets: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to one service.

    Attributes:
        sent: None where it was only shown.
        reason: why it was not sent.
    """

    service: str
    title: str
    body: str
    news: tuple[News, ...]
    sent: bool | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What a call did.

    Attributes:
        held: news that wait for the end of quiet hours, which is ``until``.
        elsewhere: news that another job is telling just now.
    """

    letters: tuple[Letter, ...]
    held: int = 0
    elsewhere: int = 0
    until: dt.datetime | None = None

    @property
    def failed(self) -> int:
        """Messages that could not be delivered; they are due again at the next call."""
        return sum(letter.sent is False for letter in self.letters)


def tell(
    history: History,
    services: Sequence[Service],
    asked: Asked,
    *,
    now: dt.datetime,
    dry_run: bool = False,
    send: Send = deliver,
) -> Told:
    """Tell every service what it has not been told yet.

    Args:
        dry_run: show it, send nothing and note nothing.
    """
    standings, happened = _look(history, asked, now)
    call = _Call(history, asked, now, dry_run=dry_run)
    for service in services:
        rows = history.alerts()
        for item in due(service.name, standings, happened, rows, asked.policy):
            call.consider(service, item)
        if not dry_run:
            history.save_alerts(stale(service.name, standings, rows, asked.policy, now))
    return call.finish(send)


def _look(history: History, asked: Asked, now: dt.datetime) -> tuple[list[Standing], list[Trouble]]:
    past = Past(history)
    runs = Runs(past)
    standings: list[Standing] = []
    happened: list[Trouble] = []
    # The last run of a stream that nobody runs any more shows the same for ever.
    known = (now - KEPT).astimezone(dt.UTC).isoformat(timespec="seconds")
    for stream in history.streams():
        if (asked.apis and stream.api not in asked.apis) or (
            asked.targets and stream.target not in asked.targets
        ):
            continue
        for run in last_runs(history, stream, now):
            standings.append(outlook_of(past, runs, stream, run))
            happened += [item for item in behaviour_of(past, stream, run) if item.since >= known]
    since = (now - RECENT).astimezone(dt.UTC).isoformat(timespec="seconds")
    for change in history.changes(since=since):
        trouble = change_of(change)
        if trouble is not None and (not asked.apis or change.api in asked.apis):
            happened.append(trouble)
    return [*standings, *asked.upstream], happened


class _Call:
    """Collects what is due, then sends it."""

    def __init__(self, history: History, asked: Asked, now: dt.datetime, *, dry_run: bool) -> None:
        self._history = history
        self._asked = asked
        self._now = now
        self._dry_run = dry_run
        self._token = secrets.token_hex(8)
        self._due: dict[Service, list[Due]] = {}
        self._held = 0
        self._elsewhere = 0

    def consider(self, service: Service, item: Due) -> None:
        """Hold ``item`` back in quiet hours, else claim it for this call."""
        quiet = self._asked.quiet
        if quiet is not None and quiet.hold(self._now) and not self._asked.policy.wakes(item.news):
            self._held += 1
            row = held(item, quiet.until(self._now))
            if row is not None and not self._dry_run:
                self._history.save_alerts([row])
            return
        self._due.setdefault(service, []).append(item)

    def finish(self, send: Send) -> Told:
        """Send what was collected; return what became of it."""
        letters = [
            _Draft(service, tuple(items), name, self._asked.link)
            for service, found in self._due.items()
            for name, items in _grouped(self._claimed(found))
        ]
        if self._dry_run:
            shown = [draft.letter() for draft in letters]
        else:
            shown = list(self._send(letters, send))
        quiet = self._asked.quiet
        until = quiet.until(self._now) if quiet is not None and self._held else None
        return Told(tuple(shown), self._held, self._elsewhere, until)

    def _claimed(self, items: Sequence[Due]) -> list[tuple[Due, StoredAlert]]:
        """Return those of ``items`` that nobody else is telling, with their rows."""
        found = [
            (item, row)
            for item in items
            if (row := claimed(item, by=self._token, now=self._now)) is not None
        ]
        if not self._dry_run:
            saved = {
                (row.stream, row.subject): row
                for row in self._history.save_alerts(row for _, row in found)
            }
            found = [
                (item, saved[row.stream, row.subject])
                for item, row in found
                if (row.stream, row.subject) in saved
            ]
        self._elsewhere += len(items) - len(found)
        return found

    def _send(self, drafts: Sequence[_Draft], send: Send) -> Iterator[Letter]:
        waiting = {id(draft.message): draft for draft in drafts}
        try:
            for delivery in send([draft.message for draft in drafts]):
                draft = waiting.pop(id(delivery.message))
                rows = (
                    settled(item, row, digest=draft.digest, now=self._now)
                    if delivery.sent
                    else freed(row)
                    for item, row in draft.items
                )
                self._history.save_alerts(rows)
                yield draft.letter(sent=delivery.sent, reason=delivery.reason)
        finally:
            # Of what an interruption leaves unsaid nobody need wait for the end of the claim.
            left = [freed(row) for draft in waiting.values() for _, row in draft.items]
            if left:
                self._history.save_alerts(left)


class _Draft:
    """A message that is about to be sent, and the rows that it settles."""

    def __init__(
        self,
        service: Service,
        items: tuple[tuple[Due, StoredAlert], ...],
        name: str,
        link: str | None,
    ) -> None:
        self.items = items
        self._news = tuple(item.news for item, _ in items)
        self.message = Message(
            service=service,
            title=title_of(name, self._news),
            body=body_of(self._news, link=link),
            kind=colour_of(self._news),
        )

    @property
    def digest(self) -> str:
        """Sixteen hexadecimal digits of the message."""
        return fingerprint(self.message.title, self.message.body)

    def letter(self, *, sent: bool | None = None, reason: str = "") -> Letter:
        """Return what to say of it."""
        message = self.message
        return Letter(message.service.name, message.title, message.body, self._news, sent, reason)


def _grouped(
    found: Sequence[tuple[Due, StoredAlert]],
) -> Iterator[tuple[str, list[tuple[Due, StoredAlert]]]]:
    """Yield what goes into one message: of one API, or of all where there are many."""
    by_api: dict[str, list[tuple[Due, StoredAlert]]] = {}
    for item, row in found:
        by_api.setdefault(item.news.trouble.stream.api, []).append((item, row))
    if len(by_api) > MAX_MESSAGES:
        yield f"{len(by_api)} APIs", [pair for pairs in by_api.values() for pair in pairs]
        return
    yield from sorted(by_api.items())
