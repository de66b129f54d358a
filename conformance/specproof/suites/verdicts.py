"""Evidence -> a verdict for every requirement, and findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from specproof.model import (
    Blame,
    Finding,
    JsonObject,
    Requirement,
    Severity,
    Source,
    Verdict,
    VerdictKind,
    fingerprint,
)
from specproof.suites.evidence import Evidence, Seen

__all__ = ["Judgement", "judge"]

_UNSEEN = {
    "http": "no exchange said anything about it",
    "prose": "nothing this run sent brought it about",
    "security": "no request without valid credentials was answered",
    "request": "no request broke this parameter alone",
    "pagination": "no walk over the pages of the list came to its end",
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a run says of one API; ``scripts`` are by the fingerprint of their finding."""

    verdicts: tuple[Verdict, ...]
    findings: tuple[Finding, ...]
    scripts: Mapping[str, JsonObject] = field(default_factory=dict)


def judge(
    requirements: Sequence[Requirement],
    evidence: Iterable[Evidence],
    *,
    target: str,
    partial: bool = False,
) -> Judgement:
    """Return one verdict per requirement and one finding per broken one, rule and message.

    A requirement fails if any observation of error severity says so, passes if at least one
    says that it held and none that it did not, and is inconclusive where none says anything.

    Args:
        evidence: in the order of the suite's items, so that the first example is stable.
        target: where the exchanges came from; an emulator's faults are the stub's.
        partial: whether another part of the run may have seen what this evidence has not.
    """
    known = {item.id: item for item in requirements}
    seen: dict[str, list[Seen]] = {}
    gaps: dict[str, str] = {}
    stopped = ""
    for item in evidence:
        stopped = stopped or item.notes.get("stopped", "")
        for entry in item.seen:
            seen.setdefault(entry.observation.requirement, []).append(entry)
        for place, reason in item.gaps.items():
            gaps.setdefault(place, reason)
    unseen = _Unseen(gaps, stopped, partial)
    verdicts = tuple(_verdict(item, seen.get(item.id, ()), unseen) for item in requirements)
    findings: dict[str, Finding] = {}
    scripts: dict[str, JsonObject] = {}
    for requirement, entries in seen.items():
        for entry in entries:
            if not entry.observation.holds and requirement in known:
                found = _finding(known[requirement], entry, target)
                if entry.script is not None:
                    scripts.setdefault(found.fingerprint, entry.script)
                _add(findings, found)
    order = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
    ranked = sorted(
        findings.values(), key=lambda item: (order[item.severity], item.requirement, item.rule)
    )
    return Judgement(verdicts, tuple(ranked), scripts)


@dataclass(frozen=True, slots=True)
class _Unseen:
    """Says why nothing was seen of a requirement."""

    gaps: Mapping[str, str]
    stopped: str
    partial: bool

    def why(self, requirement: Requirement) -> str:
        """Return the reason of an inconclusive verdict."""
        key = requirement.where if requirement.status is None else requirement.status
        gap = self.gaps.get(f"{requirement.operation}/{key}")
        cut = f"; the run was stopped: {self.stopped}" if self.stopped else ""
        if gap is None and self.partial:
            return f"not seen in this part of the run; another part may see it{cut}"
        return f"{gap or _unseen(requirement)}{cut}"


def _verdict(requirement: Requirement, entries: Sequence[Seen], unseen: _Unseen) -> Verdict:
    broken = [
        item
        for item in entries
        if not item.observation.holds and item.observation.severity is Severity.ERROR
    ]
    held = [item for item in entries if item.observation.holds]
    if broken:
        kind, reason = VerdictKind.FAIL, broken[0].observation.message
    elif requirement.vacuous is not None and (held or requirement.where == "request"):
        # Of a parameter that no value can break there is nothing to bring about either.
        kind, reason = VerdictKind.VACUOUS, requirement.vacuous
    elif not held:
        kind, reason = VerdictKind.INCONCLUSIVE, unseen.why(requirement)
    else:
        count = sum(item.count for item in held)
        kind, reason = VerdictKind.PASS, f"held in {count} exchange{'' if count == 1 else 's'}"
    examples = dict.fromkeys(item.observation.exchange for item in (broken or held))
    return Verdict(requirement, kind, reason, tuple(examples)[:5])


def _unseen(requirement: Requirement) -> str:
    if requirement.status is None:
        return _UNSEEN.get(requirement.where, "no exchange said anything about it")
    if requirement.what == "status":
        return f"nothing this run sent was answered {requirement.status}"
    return f"no answer with status {requirement.status} said anything about it"


def _finding(requirement: Requirement, entry: Seen, target: str) -> Finding:
    observation = entry.observation
    return Finding(
        rule=observation.rule,
        severity=Severity(observation.severity),
        requirement=requirement.id,
        api=requirement.api,
        operation=requirement.operation,
        status=observation.status,
        message=observation.message,
        fingerprint=fingerprint(observation.rule, requirement.id, observation.message),
        blame=_blame(requirement, Blame(observation.blame), target),
        exchange=observation.exchange,
        reproduce=entry.reproduce,
        occurrences=entry.count,
    )


def _blame(requirement: Requirement, observed: Blame, target: str) -> Blame:
    if target == "emulator":
        return Blame.STUB
    if requirement.source is Source.OVERLAY and observed is Blame.VENDOR_BEHAVIOUR:
        # The vendor never promised this; our correction is as likely to be wrong.
        return Blame.OVERLAY
    return observed


def _add(findings: dict[str, Finding], found: Finding) -> None:
    earlier = findings.get(found.fingerprint)
    if earlier is None:
        findings[found.fingerprint] = found
        return
    findings[found.fingerprint] = Finding(
        **{
            **{name: getattr(earlier, name) for name in Finding.__slots__},
            "occurrences": earlier.occurrences + found.occurrences,
        }
    )
