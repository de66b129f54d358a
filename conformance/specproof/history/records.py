"""What a history holds, as types; nothing here opens a database.

Times are RFC 3339, in UTC, with whole seconds (``2026-11-22T08:00:00+00:00``), so that their
order is that of their text.
"""

from __future__ import annotations

import datetime as dt
import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from specproof.errors import InputError
from specproof.model import Blame, JsonObject, Severity, VerdictKind, fingerprint
from specproof.text import one_line

__all__ = [
    "ANY",
    "AnyOrigin",
    "LatencySample",
    "SeenCode",
    "SeenResponse",
    "StoredAlert",
    "StoredApi",
    "StoredChange",
    "StoredFinding",
    "StoredPart",
    "StoredRevision",
    "StoredRun",
    "StoredVerdict",
    "Stream",
    "checked_name",
    "now",
    "utc",
]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class AnyOrigin(enum.Enum):
    """Stands for every origin where None means the runs that have none."""

    ANY = "any"


ANY: Final = AnyOrigin.ANY
"""Every origin, the runs without one too."""


@dataclass(frozen=True, slots=True, order=True)
class Stream:
    """The runs of one API at one place, which can be compared with one another.

    Attributes:
        target: ``emulator``, ``recorded`` or ``live``.
        origin: scheme, host and port that requests went to, None where they went nowhere.
    """

    api: str
    target: str
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class StoredApi:
    """What a run says of one API; the counts are as of `specproof.suites.records.Summary`."""

    api: str
    title: str
    published_sha256: str | None
    effective_sha256: str | None
    passed: int
    failed: int
    inconclusive: int
    vacuous: int
    errors: int
    warnings: int
    infos: int
    accepted: int


@dataclass(frozen=True, slots=True)
class StoredRun:
    """The summary of a run.

    Attributes:
        batch: name under which runs were started together, or None.
        labels: for example ``commit``, ``branch`` and ``url`` of a CI job.
        stored: when the history took it in.
        complete: whether the whole run is still kept, see `History.run`.
    """

    run_id: str
    batch: str | None
    started: str
    finished: str
    version: str
    target: str
    origin: str | None
    seed: int
    cases: int | None
    exit_code: int
    exchanges: int
    distinct_requests: int
    apis: tuple[StoredApi, ...]
    labels: Mapping[str, str]
    stored: str
    complete: bool

    def api(self, name: str) -> StoredApi | None:
        """Return what the run says of the API ``name``, None where it did not test it."""
        return next((item for item in self.apis if item.api == name), None)

    @property
    def streams(self) -> tuple[Stream, ...]:
        """The streams that the run belongs to, one for each of its APIs."""
        return tuple(Stream(item.api, self.target, self.origin) for item in self.apis)


@dataclass(frozen=True, slots=True)
class StoredFinding:
    """A broken requirement; ``message`` is cut after 4,000 characters."""

    run_id: str
    api: str
    fingerprint: str
    rule: str
    severity: Severity
    requirement: str
    operation: str
    status: int | None
    message: str
    blame: Blame
    occurrences: int
    deviation: str | None


@dataclass(frozen=True, slots=True)
class StoredVerdict:
    """What a run says of a requirement; ``reason`` of a pass is empty, see `tables`."""

    requirement: str
    kind: VerdictKind
    reason: str


@dataclass(frozen=True, slots=True)
class LatencySample:
    """How long an operation took to answer with a status.

    Attributes:
        count: exchanges that were measured.
        milliseconds: a sample of them, ascending, to the microsecond.
    """

    api: str
    operation: str
    status: int
    count: int
    milliseconds: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class SeenCode:
    """An error code that a stream has seen, whichever its cause; the run may be gone by now."""

    operation: str
    status: int
    code: str
    first_seen: str
    first_run: str
    last_seen: str


@dataclass(frozen=True, slots=True)
class SeenResponse:
    """A status that an operation of a stream was seen to answer; the run may be gone by now."""

    operation: str
    status: int
    first_seen: str
    last_seen: str
    last_run: str


@dataclass(frozen=True, slots=True)
class StoredChange:
    """A change of a published spec.

    Attributes:
        noticed: when it was found.
        bump: ``major``, ``minor``, ``patch`` or ``none``.
        breaking: whether it breaks callers.
        levels: how many changes there are of each level.
        document: the comparison, ``specproof.diff/1``.
    """

    api: str
    noticed: str
    old_sha256: str
    new_sha256: str
    old_version: str
    new_version: str
    bump: str
    breaking: bool
    levels: Mapping[str, int]
    document: JsonObject

    @property
    def id(self) -> str:
        """Sixteen hexadecimal digits: the same for the same API and the same two documents."""
        return fingerprint(self.api, self.old_sha256, self.new_sha256)


@dataclass(frozen=True, slots=True)
class StoredRevision:
    """A published spec as it was; ``document`` is its canonical JSON."""

    api: str
    sha256: str
    version: str
    title: str
    first_seen: str
    document: bytes


@dataclass(frozen=True, slots=True)
class StoredAlert:
    """What was told, or has to be told, of one subject of a stream.

    Attributes:
        subject: fingerprint of a finding, or the name of another signal.
        state: a word of whoever alerts.
        since_run: run that it began with; ``since`` is when that run started.
        told_at: when it was delivered, None before.
        quiet_until: until when it is held back, or None.
        digest: of the message that was delivered, or None.
        claimed_by: who is about to deliver it, or None; the claim ends at ``claimed_until``.
        attempts: deliveries that failed.
        data: whatever else has to be remembered.
        revision: counts the times that it was saved; 0 for one that never was.
    """

    stream: Stream
    subject: str
    state: str
    since_run: str
    since: str
    told_at: str | None = None
    quiet_until: str | None = None
    digest: str | None = None
    claimed_by: str | None = None
    claimed_until: str | None = None
    attempts: int = 0
    data: JsonObject = field(default_factory=dict)
    revision: int = 0


@dataclass(frozen=True, slots=True)
class StoredPart:
    """One of ``count`` parts of a run that is not whole yet; ``index`` counts from 1."""

    run_id: str
    index: int
    count: int
    plan_digest: str
    api: str
    stored: str
    data: bytes


def utc(text: str) -> str:
    """Return an RFC 3339 time as histories keep it: in UTC, with whole seconds.

    Raises:
        InputError: it is none, or says no zone.
    """
    try:
        found = dt.datetime.fromisoformat(text)
        if found.tzinfo is not None:
            return found.astimezone(dt.UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError):
        pass
    raise InputError(f"{one_line(text, 60)!r} is no time in RFC 3339 with its zone")


def now() -> str:
    """Return the present time as histories keep it."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


def checked_name(text: str, what: Literal["run", "API", "batch"]) -> str:
    """Return ``text`` if it may name a run, an API or a batch: it ends up in names of files.

    Raises:
        InputError: it may not.
    """
    if _NAME.fullmatch(text) is None:
        raise InputError(
            f"{one_line(text, 60)!r} can not name {'an' if what == 'API' else 'a'} {what}",
            remedy="use at most 100 letters, digits, dots, dashes and underscores",
        )
    return text
