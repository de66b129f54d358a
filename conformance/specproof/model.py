"""The words of the project as types; nothing here reads a file or opens a socket."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from specproof.json_types import Json, JsonObject

__all__ = [
    "Blame",
    "Exchange",
    "Finding",
    "Json",
    "JsonObject",
    "Observation",
    "Request",
    "Requirement",
    "Response",
    "Severity",
    "Source",
    "Verdict",
    "VerdictKind",
    "fingerprint",
]

Headers = tuple[tuple[str, str], ...]
"""Header fields in the order they came, names as sent, repeated fields kept apart."""


class Source(StrEnum):
    """Where a requirement comes from."""

    SCHEMA = "schema"
    PROSE = "prose"
    OVERLAY = "overlay"
    HTTP = "http"


class Severity(StrEnum):
    """How much a finding matters to a caller of the API."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class VerdictKind(StrEnum):
    """What a run says of a requirement."""

    PASS = "pass"  # noqa: S105 - a verdict, no password
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    VACUOUS = "vacuous"


class Blame(StrEnum):
    """Who would have to mend what a finding describes."""

    PUBLISHED_SPEC = "published-spec"
    VENDOR_BEHAVIOUR = "vendor-behaviour"
    OVERLAY = "overlay"
    CLIENT = "client"
    STUB = "stub"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing that the API promises.

    Attributes:
        id: permanent, ``<api>/<operation>/<where>/<what>``.
        status: key of the documented response it belongs to (``200``, ``4XX``, ``default``),
            or None where it belongs to no single response.
        pointer: JSON Pointer into the effective spec, or ``page#quote`` for prose.
        vacuous: why nothing could ever break it, or None.
    """

    id: str
    api: str
    operation: str
    where: str
    what: str
    source: Source
    statement: str
    pointer: str
    status: str | None = None
    vacuous: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request as it was sent; ``url`` is absolute and already encoded."""

    method: str
    url: str
    headers: Headers = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """Return the first field called ``name`` (RFC 9110 5.1: case-insensitive), or None."""
        return _first(self.headers, name)


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP response as it arrived.

    Attributes:
        raw: body bytes as they were on the wire, transfer coding removed.
        body: the same with content coding removed; empty when that failed.
        broken: why the body could not be received or decoded whole, or None.
        elapsed: seconds from sending the request to the last byte.
    """

    status: int
    headers: Headers = ()
    raw: bytes = b""
    body: bytes = b""
    broken: str | None = None
    elapsed: float = 0.0

    def header(self, name: str) -> str | None:
        """Return the first field called ``name`` (RFC 9110 5.1: case-insensitive), or None."""
        return _first(self.headers, name)

    def all_headers(self, name: str) -> tuple[str, ...]:
        """Return the values of every field called ``name``, in order."""
        wanted = name.lower()
        return tuple(value for key, value in self.headers if key.lower() == wanted)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request, its response, and where the pair came from.

    Attributes:
        id: unique in a run and the same for the same seed.
        operation: operation id of the effective spec; of an arranging request that the
            spec does not describe, ``+`` and a name.
        scenario: id of the scenario that sent it.
        expects: documented outcome the scenario meant to bring about (``404``), or None.
        target: ``emulator``, ``recorded`` or ``live``.
        provenance: where the pair came from, for people.
        failure: why there is no response, or None.
        facts: what the scenario knows and checks may rely on, e.g. ``authenticated``.
        sent: whether the request went out.
    """

    id: str
    api: str
    operation: str
    scenario: str
    request: Request
    response: Response | None
    target: str
    expects: str | None = None
    provenance: str = ""
    failure: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    sent: bool = True


@dataclass(frozen=True, slots=True)
class Observation:
    """One look of one check at one requirement: it held, or it did not and why."""

    rule: str
    requirement: str
    exchange: str
    holds: bool
    message: str = ""
    severity: Severity = Severity.ERROR
    blame: Blame = Blame.VENDOR_BEHAVIOUR
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken requirement, once per rule and requirement and message."""

    rule: str
    severity: Severity
    requirement: str
    api: str
    operation: str
    status: int | None
    message: str
    fingerprint: str
    blame: Blame
    exchange: str
    reproduce: str
    occurrences: int = 1
    deviation: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run says of one requirement, and why."""

    requirement: Requirement
    kind: VerdictKind
    reason: str
    exchanges: tuple[str, ...] = ()


def fingerprint(*parts: str) -> str:
    """Return 16 hexadecimal digits that stay the same for the same parts."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def _first(headers: Headers, name: str) -> str | None:
    wanted = name.lower()
    for key, value in headers:
        if key.lower() == wanted:
            return value
    return None
