"""What a comparison of runs says, as types; `specproof.history.compare` makes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from specproof.history.behaviour import Looking
from specproof.history.comparable import Since
from specproof.history.flaky import Flakiness
from specproof.history.proofs import Proof
from specproof.history.records import StoredRun, Stream
from specproof.history.signals import AnySignal, SignalKind
from specproof.history.transitions import Transition
from specproof.history.unseen import Documented
from specproof.model import Severity, Source, VerdictKind

__all__ = ["Comparison", "Difference", "FindingChange", "StreamComparison"]

_GRAVITY: Final = (Severity.INFO, Severity.WARNING, Severity.ERROR)


@dataclass(frozen=True, slots=True)
class Difference:
    """What became of one requirement.

    Attributes:
        was: verdict of the old run, None where it does not know the requirement.
        now: that of the new run, likewise.
        reason: of the new verdict, of the old one where there is no new one.
        severity: how much worse that is, None where nothing is worse.
        since: since when the new verdict, or since when it fails where that is unresolved;
            None of what was added or removed.
        flakiness: over the window, of what fails or is flaky; else None.
        flaky: whether it comes and goes, and was not confirmed by repeats within the new run.
        confirmed: whether each repeat within the new run showed it again.
        statement: the requirement in words, None where the whole run is not kept.
        source: where it comes from, likewise.
        proofs: findings of the new run, of the old one where it is fixed or removed, of the last
            one that failed where it is flaky.
    """

    requirement: str
    operation: str
    transition: Transition
    was: VerdictKind | None
    now: VerdictKind | None
    reason: str
    severity: Severity | None
    since: Since | None
    flakiness: Flakiness | None
    flaky: bool
    confirmed: bool
    statement: str | None
    source: Source | None
    proofs: tuple[Proof, ...]


@dataclass(frozen=True, slots=True)
class FindingChange:
    """A finding that makes no requirement fail, such as a warning, and came or went."""

    appeared: bool
    proof: Proof


@dataclass(frozen=True, slots=True)
class StreamComparison:
    """Two runs, compared for one API.

    Attributes:
        stream: where the new run went.
        comparable: whether the old run went there, too.
        old: None where there is no earlier run to compare with; everything below is empty then.
        spec_changed: whether the effective specs differ; ``published_changed`` likewise.
        tool_changed: whether another version of specproof made the new run.
        differences: gravest transition first, then by requirement.
        unchanged: how many requirements have the same verdict in both, by verdict.
        findings: see `FindingChange`; those that appeared first.
        signals: see `specproof.history.behaviour`.
        never_seen: documented responses that no run of the stream has seen.
    """

    stream: Stream
    new: StoredRun
    old: StoredRun | None
    comparable: bool
    spec_changed: bool = False
    published_changed: bool = False
    tool_changed: bool = False
    differences: tuple[Difference, ...] = ()
    unchanged: Mapping[VerdictKind, int] = field(default_factory=dict)
    findings: tuple[FindingChange, ...] = ()
    signals: tuple[AnySignal, ...] = ()
    never_seen: tuple[Documented, ...] = ()

    @property
    def checked(self) -> bool:
        """Whether the new run decided anything."""
        found = self.new.api(self.stream.api)
        return found is not None and found.passed + found.failed > 0

    @property
    def severity(self) -> Severity | None:
        """The gravest of all that is worse than before, None where nothing is."""
        found = [item.severity for item in self.differences if item.severity is not None]
        found += [item.proof.finding.severity for item in self.findings if item.appeared]
        found += [item.severity for item in self.behaviour]
        return max(found, key=_GRAVITY.index, default=None)

    @property
    def behaviour(self) -> tuple[AnySignal, ...]:
        """The signals but for worse verdicts, which are among the differences."""
        return tuple(item for item in self.signals if item.kind is not SignalKind.WORSE_VERDICT)

    def of(self, *transitions: Transition) -> tuple[Difference, ...]:
        """Return the differences of these kinds."""
        return tuple(item for item in self.differences if item.transition in transitions)

    @property
    def flaky(self) -> tuple[Difference, ...]:
        """The requirements that come and go."""
        return tuple(item for item in self.differences if item.flaky)


@dataclass(frozen=True, slots=True)
class Comparison:
    """New runs and what came before each, by stream; ``looking`` says how far was looked back."""

    streams: tuple[StreamComparison, ...]
    looking: Looking

    @property
    def severity(self) -> Severity | None:
        """The gravest of all that is worse than before, None where nothing is."""
        found = [item.severity for item in self.streams if item.severity is not None]
        return max(found, key=_GRAVITY.index, default=None)

    def fails(self, least: Severity) -> bool:
        """Return whether anything at least so grave is worse than before."""
        gravest = self.severity
        return gravest is not None and _GRAVITY.index(gravest) >= _GRAVITY.index(least)
