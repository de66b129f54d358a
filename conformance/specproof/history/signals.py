"""What a run shows beyond its findings: behaviour that is not what it was, as types."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from specproof.history.flaky import Flakiness
from specproof.history.latency import Latency
from specproof.history.records import Stream
from specproof.model import Severity, VerdictKind, fingerprint

__all__ = [
    "AnySignal",
    "LatencyMoved",
    "NewCode",
    "Signal",
    "SignalKind",
    "Sureness",
    "UnseenResponse",
    "WorseVerdict",
]


class SignalKind(StrEnum):
    """What kind of behaviour changed."""

    WORSE_VERDICT = "worse-verdict"
    NEW_CODE = "new-code"
    LATENCY_MOVED = "latency-moved"
    UNSEEN_RESPONSE = "unseen-response"


class Sureness(StrEnum):
    """How sure a signal is; ``grounds`` of the signal say why."""

    SURE = "sure"
    LIKELY = "likely"
    HINT = "hint"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A change of behaviour.

    Attributes:
        status: key of a documented response or a status, None where none is concerned.
        message: what changed, one clause; it may hold text of strangers.
        grounds: what that rests on, in figures.
    """

    kind: ClassVar[SignalKind]

    stream: Stream
    operation: str
    status: str | None
    severity: Severity
    sureness: Sureness
    message: str
    grounds: str

    @property
    def subject(self) -> str:
        """Sixteen hexadecimal digits: the same for the same change, in whichever run."""
        return fingerprint(self.kind, self.stream.api, self.operation, self.status or "", self.what)

    @property
    def what(self) -> str:
        """What tells it from others of its kind at the same operation and status."""
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorseVerdict(Signal):
    """A requirement has a worse verdict than in the last comparable run.

    From best to worst: pass, vacuous, inconclusive, fail. Only the last one is a breach.

    Attributes:
        reason: that of the new verdict.
        flakiness: of the requirement over the window.
    """

    kind: ClassVar = SignalKind.WORSE_VERDICT

    requirement: str
    was: VerdictKind
    now: VerdictKind
    reason: str
    flakiness: Flakiness

    @property
    def what(self) -> str:
        """Requirement and new verdict."""
        return f"{self.requirement} {self.now}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCode(Signal):
    """An error code that no earlier run of the stream has seen.

    Attributes:
        code: as the contract names it, or ``#`` and a digest where it does not.
        runs: earlier comparable runs.
        status_seen: whether an earlier run saw this status of the operation.
    """

    kind: ClassVar = SignalKind.NEW_CODE

    code: str
    runs: int
    status_seen: bool

    @property
    def what(self) -> str:
        """The code."""
        return self.code


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyMoved(Signal):
    """Answers take longer than they did, or less long; see `specproof.history.latency`."""

    kind: ClassVar = SignalKind.LATENCY_MOVED

    latency: Latency

    @property
    def what(self) -> str:
        """The direction."""
        return self.latency.direction


@dataclass(frozen=True, slots=True, kw_only=True)
class UnseenResponse(Signal):
    """A documented response that was seen before and is not seen any more.

    Attributes:
        last_seen: when the last run that saw it began; ``last_run`` is that run.
        days: whole days from then to the run in question.
        exercised: when the operation last answered anything.
    """

    kind: ClassVar = SignalKind.UNSEEN_RESPONSE

    last_seen: str
    last_run: str
    days: int
    exercised: str


AnySignal = WorseVerdict | NewCode | LatencyMoved | UnseenResponse
"""Every kind of signal that there is."""
