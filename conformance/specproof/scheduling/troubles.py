"""What is wrong with an API at one place now, in the form in which people are told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from specproof.history.records import Stream
from specproof.json_types import JsonObject
from specproof.model import Blame, Severity

__all__ = ["GRAVEST_FIRST", "Kind", "Trouble"]

GRAVEST_FIRST = (Severity.ERROR, Severity.WARNING, Severity.INFO)


class Kind(StrEnum):
    """What sort of trouble it is, which says when it is over.

    ``contract``: a requirement fails; over once a later run sees it hold. ``unchecked``: the last
    run could check nothing; over with one that can. ``upstream``: the vendor's description can
    not be fetched or used; over once somebody says so. ``behaviour`` and ``change``: something
    happened; it is told once and not taken back.
    """

    CONTRACT = "contract"
    UNCHECKED = "unchecked"
    UPSTREAM = "upstream"
    BEHAVIOUR = "behaviour"
    CHANGE = "change"

    @property
    def passes(self) -> bool:
        """Whether people are told when it is over."""
        return self in {Kind.CONTRACT, Kind.UNCHECKED, Kind.UPSTREAM}


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong. Texts are as strangers wrote them.

    Attributes:
        subject: names it for good within its stream, e.g. ``requirement:<id>``.
        title: what is wrong, in one line: the requirement's words where there are some.
        what: how it shows.
        since: when it began, RFC 3339 in UTC, in the run ``since_run`` (empty where it was no run).
        run_id: the run that shows it, empty where it was none.
        runs: how many runs in a row show it.
        blame: who would have to mend it.
        fingerprint: of the gravest finding, for links; empty where there is none.
        reproduce: shell command that shows it, empty where there is none.
        flaky: why it may be chance, empty where it is not.
    """

    stream: Stream
    kind: Kind
    subject: str
    severity: Severity
    title: str
    what: str
    since: str
    since_run: str = ""
    run_id: str = ""
    runs: int = 1
    blame: Blame | None = None
    fingerprint: str = ""
    reproduce: str = ""
    flaky: str = ""

    def to_plain(self) -> JsonObject:
        """Return what is kept of it beside its stream and subject, cut to what a row may hold."""
        return {
            "subject": self.subject,
            "kind": str(self.kind),
            "severity": str(self.severity),
            "title": self.title[:_KEPT],
            "what": self.what[:_KEPT],
            "run_id": self.run_id,
            "blame": None if self.blame is None else str(self.blame),
            "fingerprint": self.fingerprint,
        }

    @classmethod
    def from_plain(cls, stream: Stream, since: str, since_run: str, plain: JsonObject) -> Trouble:
        """Return what `to_plain` kept.

        Raises:
            ValueError: it is of another version.
        """
        blame = plain.get("blame")
        return cls(
            stream=stream,
            kind=Kind(str(plain.get("kind"))),
            subject=str(plain.get("subject")),
            severity=Severity(str(plain.get("severity"))),
            title=str(plain.get("title")),
            what=str(plain.get("what")),
            since=since,
            since_run=since_run,
            run_id=str(plain.get("run_id")),
            blame=None if blame is None else Blame(str(blame)),
            fingerprint=str(plain.get("fingerprint")),
        )


_KEPT = 500
