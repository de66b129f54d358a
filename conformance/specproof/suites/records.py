"""The records of a run as types: header, events, footer, and the whole of them.

They hold fields known to be safe to tell. Raw header values, bodies, query strings and
URLs have no place here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Final
from urllib.parse import urlsplit

from specproof.checks.base import WELL_KNOWN_MEDIA_TYPES
from specproof.model import Finding, JsonObject, Severity, Verdict, VerdictKind

__all__ = [
    "ANOTHER_MEDIA_TYPE",
    "Confirmation",
    "ExportedExchange",
    "Latency",
    "OperationStatistics",
    "Run",
    "RunApi",
    "RunFooter",
    "RunHeader",
    "RunOperation",
    "SeenCodes",
    "Shard",
    "Summary",
    "media_type",
    "origin",
    "summarise",
    "told_media_type",
]

# RFC 9110 8.3.1 and RFC 6838 4.2: two restricted names of at most 127 characters.
_NAME = r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}"
_MEDIA_TYPE = re.compile(rf"[ \t]*({_NAME}/{_NAME})[ \t]*(?:;.*)?", re.DOTALL | re.IGNORECASE)


ANOTHER_MEDIA_TYPE: Final = "another/media-type"
"""Stands for a media type that is neither documented nor well known."""


@dataclass(frozen=True, slots=True)
class RunOperation:
    """One operation of an API under test; ``statuses`` are the documented keys, in order."""

    id: str
    method: str
    path: str
    statuses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunApi:
    """One API under test; the SHA-256 sums are lower-case hexadecimal, None where no such spec."""

    api: str
    title: str
    published_sha256: str | None
    effective_sha256: str | None
    operations: tuple[RunOperation, ...] = ()


@dataclass(frozen=True, slots=True)
class Shard:
    """Which part of a run a file holds; a part alone says nothing of the whole.

    Attributes:
        index: 1 to ``count``.
        plan: digest of what decides about the run, the same for all of its parts.
        mode: ``replay`` or ``discover``, as in ``suites.plan``.
        cases: fresh cases per operation and kind that were asked for.
        subjects: digest of what is known of the APIs, see ``suites.parts``.
    """

    index: int
    count: int
    plan: str
    mode: str
    cases: int
    subjects: str = ""


@dataclass(frozen=True, slots=True)
class RunHeader:
    """What was run, when and how.

    Attributes:
        version: version of specproof.
        started: RFC 3339 date and time, in UTC.
        base_url: where requests went; only its origin is written, see `origin`.
        cases: fresh cases asked for per operation and kind; None where none are drawn, since
            the stored corpus is replayed or recordings are read.
        shard: which part of a run this is; None for a whole one.
    """

    run_id: str
    version: str
    started: str
    target: str
    base_url: str | None
    seed: int
    cases: int | None
    apis: tuple[RunApi, ...] = ()
    shard: Shard | None = None


@dataclass(frozen=True, slots=True)
class ExportedExchange:
    """What may be told of an exchange: no header value, no body, no URL.

    Attributes:
        elapsed_ms: milliseconds from sending to the last byte, None without a response.
        request_bytes: length of the request body; ``response_bytes`` likewise.
        content_type: media type of the response without parameters, see `media_type`.
        reproduce: command for a shell, with the names of credentials in place of values.
        failure: why there is no response, or None.
    """

    id: str
    api: str
    operation: str
    scenario: str
    target: str
    provenance: str
    expects: str | None
    method: str
    path_template: str
    status: int | None
    elapsed_ms: float | None
    request_bytes: int
    response_bytes: int | None
    content_type: str | None
    reproduce: str
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class OperationStatistics:
    """How much of an operation was tried.

    Attributes:
        cases: requests that went out.
        statuses: the distinct ones answered, sorted.
        at_most: whether ``distinct_requests`` may be less: parts of a run can not always tell
            whether they have sent the same.
    """

    api: str
    operation: str
    cases: int
    distinct_requests: int
    statuses: tuple[int, ...] = ()
    at_most: bool = False

    def to_plain(self) -> JsonObject:
        """Return the record as a file has it: of what is exact as before there were parts."""
        plain = asdict(self)
        if not self.at_most:
            del plain["at_most"]
        return plain


@dataclass(frozen=True, slots=True)
class SeenCodes:
    """The error codes of one cause: as the contract names them, or digests of others."""

    api: str
    operation: str
    status: int
    cause: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Latency:
    """How long the answers of one operation with one status took.

    Of live servers only: the time of an emulator in this process says nothing of a vendor.

    Attributes:
        count: answers that were timed, from sending to the last byte.
        milliseconds: of at most 200 of them, a deterministic sample, sorted.
    """

    api: str
    operation: str
    status: int
    count: int
    milliseconds: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Confirmation:
    """How often a finding was seen again.

    Attributes:
        seen: repeats that showed it again.
        of: repeats that looked at what it is about.
    """

    seen: int
    of: int

    @property
    def flaky(self) -> bool:
        """Whether it was looked for again and never seen again."""
        return self.of > 0 and self.seen == 0


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts over a run.

    ``passed`` to ``vacuous`` count verdicts, ``errors`` to ``infos`` findings by severity
    (accepted ones too), ``accepted`` the findings that a deviation covers. ``exchanges``
    counts what was sent, of which ``distinct_requests`` differed.
    """

    passed: int
    failed: int
    inconclusive: int
    vacuous: int
    errors: int
    warnings: int
    infos: int
    accepted: int
    exchanges: int
    distinct_requests: int

    @property
    def exercised(self) -> int:
        """Requirements that the run has tested: those that passed or failed."""
        return self.passed + self.failed

    @property
    def findings(self) -> int:
        """Findings of every severity, accepted ones too."""
        return self.errors + self.warnings + self.infos


@dataclass(frozen=True, slots=True)
class RunFooter:
    """How a run ended: RFC 3339 date and time in UTC, counts, and the exit code.

    ``flaky_ok`` says that findings which no repeat showed again left the exit code alone.
    """

    finished: str
    summary: Summary
    exit_code: int
    flaky_ok: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """A whole run, as written to and read from a run file.

    Attributes:
        scripts: by the fingerprint of the finding that they repeat, see ``suites.script``.
        confirmations: by the fingerprint of the finding that was tried again.
        part: what a part of a run has seen, as ``suites.parts`` writes it; of a whole run empty.
    """

    header: RunHeader
    verdicts: tuple[Verdict, ...]
    findings: tuple[Finding, ...]
    exchanges: tuple[ExportedExchange, ...]
    statistics: tuple[OperationStatistics, ...]
    footer: RunFooter
    scripts: Mapping[str, JsonObject] = field(default_factory=dict)
    codes: tuple[SeenCodes, ...] = ()
    latencies: tuple[Latency, ...] = ()
    confirmations: Mapping[str, Confirmation] = field(default_factory=dict)
    part: str = ""

    def flaky(self, finding: Finding) -> bool:
        """Return whether ``finding`` was looked for again and never seen again."""
        confirmation = self.confirmations.get(finding.fingerprint)
        return confirmation is not None and confirmation.flaky

    @property
    def summary(self) -> Summary:
        """The counts in the footer."""
        return self.footer.summary

    @property
    def exercised(self) -> int:
        """Requirements that the run has tested: those that passed or failed."""
        return self.summary.exercised


def summarise(
    verdicts: Iterable[Verdict],
    findings: Iterable[Finding],
    *,
    exchanges: int,
    distinct_requests: int,
) -> Summary:
    """Count ``verdicts`` and ``findings``; the other two numbers are taken as they are."""
    found = tuple(findings)
    kinds = Counter(verdict.kind for verdict in verdicts)
    severities = Counter(finding.severity for finding in found)
    return Summary(
        passed=kinds[VerdictKind.PASS],
        failed=kinds[VerdictKind.FAIL],
        inconclusive=kinds[VerdictKind.INCONCLUSIVE],
        vacuous=kinds[VerdictKind.VACUOUS],
        errors=severities[Severity.ERROR],
        warnings=severities[Severity.WARNING],
        infos=severities[Severity.INFO],
        accepted=sum(finding.deviation is not None for finding in found),
        exchanges=exchanges,
        distinct_requests=distinct_requests,
    )


def media_type(content_type: str | None) -> str | None:
    """Return the media type of a Content-Type value, lower case, without parameters.

    None for no value, and for one that is no media type, since it may hold anything.
    """
    found = _MEDIA_TYPE.fullmatch(content_type or "")
    return found[1].lower() if found else None


def told_media_type(content_type: str | None, documented: Container[str]) -> str | None:
    """Return the media type as a report may name it, `ANOTHER_MEDIA_TYPE` for any other.

    A server chooses its words; those of the contract and those that everybody knows say nothing
    of anybody.
    """
    found = media_type(content_type)
    if found is None or found in documented or found in WELL_KNOWN_MEDIA_TYPES:
        return found
    return ANOTHER_MEDIA_TYPE


def origin(url: str | None) -> str | None:
    """Return scheme, host and port of ``url``, or None; paths and user names may be secret."""
    if url is None:
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host:
        return None
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}{'' if port is None else f':{port}'}"
