"""What the items of the suite have seen, plain enough to cross a process or a file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from specproof.model import Blame, JsonObject, Observation, Severity
from specproof.suites.records import ExportedExchange

__all__ = ["Evidence", "Seen", "Timed"]


@dataclass(frozen=True, slots=True)
class Seen:
    """One kind of observation, how often it was made, and its first exchange.

    ``reproduce`` and ``script`` repeat what broke, see ``suites.reproduce`` and ``suites.script``.
    """

    observation: Observation
    count: int
    reproduce: str = ""
    script: JsonObject | None = None


@dataclass(frozen=True, slots=True)
class Timed:
    """How long answers of one operation with one status took.

    Attributes:
        count: answers that were timed.
        sample: ``(rank, milliseconds)`` of at most ``suites.latencies.SAMPLE`` of them, those
            with the lowest ranks; a rank is a digest of the exchange's id.
    """

    operation: str
    status: int
    count: int
    sample: tuple[tuple[str, float], ...]


@dataclass
class Evidence:
    """What one item of the suite has seen; plain enough to cross a process boundary.

    Attributes:
        gaps: ``operation/status`` -> why that documented response was not brought about.
        notes: ``failure`` -> why a request got no answer, of the first that got none.
        cases: requests that went out, per operation.
        requests: digests of the distinct ones, per operation, see ``suites.tally``.
        codes: error codes by cause, as the check of their stability notes them.
        timings: of a live server's answers; an emulator in this process says nothing of a vendor.
        unlisted: operation -> distinct requests beyond ``requests``, for which a part has no room.
    """

    api: str
    seen: list[Seen] = field(default_factory=list)
    exchanges: list[ExportedExchange] = field(default_factory=list)
    gaps: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    cases: dict[str, int] = field(default_factory=dict)
    requests: dict[str, list[str]] = field(default_factory=dict)
    statuses: dict[str, list[int]] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    timings: list[Timed] = field(default_factory=list)
    unlisted: dict[str, int] = field(default_factory=dict)

    def to_plain(self) -> dict[str, Any]:
        """Return the evidence as JSON values."""
        # Through JSON, since what carries it between processes knows no enumerations.
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return plain

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Evidence:
        """Return the evidence that ``to_plain`` took apart."""
        made = {"seen", "exchanges", "timings"}
        rest = {key: value for key, value in plain.items() if key not in made}
        return cls(
            seen=[_seen(item) for item in plain["seen"]],
            exchanges=[ExportedExchange(**item) for item in plain["exchanges"]],
            timings=[_timed(item) for item in plain["timings"]],
            **rest,
        )


def _seen(plain: dict[str, Any]) -> Seen:
    observed = plain["observation"]
    kinds = {"severity": Severity(observed["severity"]), "blame": Blame(observed["blame"])}
    return Seen(**{**plain, "observation": Observation(**{**observed, **kinds})})


def _timed(plain: dict[str, Any]) -> Timed:
    sample = tuple((str(rank), float(taken)) for rank, taken in plain["sample"])
    return Timed(**{**plain, "sample": sample})
