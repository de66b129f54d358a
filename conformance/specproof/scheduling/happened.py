"""What is told once: changed behaviour, changed descriptions, and what somebody else has seen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from specproof.errors import InputError
from specproof.history.behaviour import signals
from specproof.history.comparable import Past
from specproof.history.records import StoredChange, StoredRun, Stream
from specproof.history.signals import Signal, WorseVerdict
from specproof.model import Severity, VerdictKind
from specproof.scheduling.links import CHANGE
from specproof.scheduling.troubles import Kind, Trouble
from specproof.text import one_line

__all__ = [
    "DESCRIPTION",
    "RECENT",
    "Upstream",
    "behaviour_of",
    "change_of",
    "read_upstream",
]

DESCRIPTION: Final = "description"
"""Target of the stream under which troubles with the vendor's description are kept."""

RECENT: Final = dt.timedelta(days=7)
"""How old a change of a description may be and still be news."""

_SIGNAL: Final = "signal:"
_UPSTREAM: Final = "upstream"
_LOOKED_BACK: Final = 3
"""Runs of a stream of which signals are told, the last included: several may come at once."""


def behaviour_of(past: Past, stream: Stream, run: StoredRun) -> Iterator[Trouble]:
    """Yield what the last runs of ``stream`` up to ``run`` show of changed behaviour.

    A requirement that fails is no matter of this, it is a trouble of its own.
    """
    told: set[str] = set()
    for step in past.steps(stream, run, _LOOKED_BACK):
        for signal in signals(past, stream, step.run):
            subject = f"{_SIGNAL}{signal.kind}:{signal.subject}"
            if subject not in told and not _is_failure(signal):
                told.add(subject)
                yield Trouble(
                    stream=stream,
                    kind=Kind.BEHAVIOUR,
                    subject=subject,
                    severity=signal.severity,
                    title=signal.message,
                    what=f"{signal.sureness}: {signal.grounds}",
                    since=step.run.started,
                    since_run=step.run.run_id,
                    run_id=step.run.run_id,
                )


def change_of(change: StoredChange) -> Trouble | None:
    """Return what to tell of a change of a description, None of one that breaks nobody."""
    if not change.breaking:
        return None
    levels = ", ".join(
        f"{count} {level}" for level, count in sorted(change.levels.items()) if count
    )
    versions = f"{change.old_version or 'unnamed'} to {change.new_version or 'unnamed'}"
    return Trouble(
        stream=Stream(change.api, DESCRIPTION),
        kind=Kind.CHANGE,
        subject=f"{CHANGE}{change.id}",
        severity=Severity.ERROR,
        title=f"the description of {change.api} changed and breaks callers",
        what=f"version {versions}; changes by level: {levels}",
        since=change.noticed,
    )


@dataclass(frozen=True, slots=True)
class Upstream:
    """What somebody says of the vendor's description of one API.

    Attributes:
        troubles: that it can not be fetched or used; none where it can.
    """

    stream: Stream
    troubles: Mapping[str, Trouble] = field(default_factory=dict)

    def over(self, subject: str, *, after: int = 1) -> str | None:  # noqa: ARG002 - said once
        """Return that it works again, of that subject alone."""
        return "can be fetched and used again" if subject == _UPSTREAM else None


def read_upstream(texts: Sequence[str], now: dt.datetime) -> tuple[Upstream, ...]:
    """Return what ``API:broken`` and ``API:ok`` say, the last one of each API.

    Raises:
        InputError: a text says neither.
    """
    found: dict[str, Upstream] = {}
    for text in texts:
        api, _, word = text.rpartition(":")
        if not api or word not in {"broken", "ok"}:
            raise InputError(
                f"--upstream {one_line(text, 100)} says nothing",
                remedy="write API:broken or API:ok",
            )
        stream = Stream(api, DESCRIPTION)
        broken = Trouble(
            stream=stream,
            kind=Kind.UPSTREAM,
            subject=_UPSTREAM,
            severity=Severity.ERROR,
            title=f"the description of {api} can not be fetched or used",
            what="the vendor's page or document is not what it was; nothing was overwritten",
            since=now.astimezone(dt.UTC).isoformat(timespec="seconds"),
        )
        found[api] = Upstream(stream, {_UPSTREAM: broken} if word == "broken" else {})
    return tuple(found.values())


def _is_failure(signal: Signal) -> bool:
    return isinstance(signal, WorseVerdict) and signal.now is VerdictKind.FAIL
