"""Tries findings again, so that what happens once can be told from what is broken.

A repeat in which the rule of a finding breaks its requirement in another way shows it again:
what is broken each time, if not in the same words, is no flake.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import zip_longest

from specproof.model import Finding, fingerprint
from specproof.suites.conclude import Terms, conclude, counts
from specproof.suites.evidence import Evidence
from specproof.suites.gather import gather
from specproof.suites.plan import RunPlan
from specproof.suites.records import Confirmation, Shard

__all__ = ["Observed", "Outcomes", "confirmations_of", "observe"]

Outcomes = tuple[bool | None, ...]
"""Whether each repeat showed a finding again; None where it did not look at what it is about."""


@dataclass(frozen=True, slots=True)
class Observed:
    """Evidence by item, and by fingerprint the repeats of the findings that were tried again."""

    evidence: Mapping[str, Evidence]
    repeats: Mapping[str, Outcomes]


def observe(
    plan: RunPlan, *, started: str, workers: int = 0, confirm: int = 0, fail_on: str = "error"
) -> Observed:
    """Run the items of ``plan``, then ``confirm`` times those that showed what counts.

    Findings that a deviation accepts, or that are not grave enough for ``fail_on``, are not
    tried again. All of it together keeps to the limits of the plan.

    Args:
        started: RFC 3339, UTC; the date by which deviations expire.
        fail_on: as in ``conclude.Terms``; ``never`` has errors tried again.
    """
    with tempfile.TemporaryDirectory(prefix="specproof-budget-") as scratch:
        shared = replace(plan, budget=plan.budget or f"{scratch}/budget.db")
        evidence = gather(shared, workers)
        wanted = _counting(plan, evidence, started, fail_on) if confirm else {}
        items = tuple(name for name, item in evidence.items() if _shown(item) & set(wanted))
        if not items:
            return Observed(evidence, {})
        outcomes: dict[str, list[bool | None]] = {name: [] for name in wanted}
        for _ in range(confirm):
            again = replace(shared, only=items, nonce=plan.nonce and secrets.token_hex(8))
            told = tuple(gather(again, workers).values())
            for name, finding in wanted.items():
                outcomes[name].append(_outcome(finding, told))
    return Observed(evidence, {name: tuple(found) for name, found in outcomes.items()})


def confirmations_of(several: Iterable[Mapping[str, Outcomes]]) -> dict[str, Confirmation]:
    """Put together what the repeats of several parts showed: seen in one of them is seen."""
    gathered: dict[str, list[Outcomes]] = {}
    for repeats in several:
        for name, outcomes in repeats.items():
            gathered.setdefault(name, []).append(outcomes)
    found = {}
    for name, rows in sorted(gathered.items()):
        rounds = [_joined(column) for column in zip_longest(*rows)]
        found[name] = Confirmation(
            seen=sum(item is True for item in rounds),
            of=sum(item is not None for item in rounds),
        )
    return found


def _joined(column: Iterable[bool | None]) -> bool | None:
    looked = [item for item in column if item is not None]
    return any(looked) if looked else None


def _counting(
    plan: RunPlan, evidence: Mapping[str, Evidence], started: str, fail_on: str
) -> dict[str, Finding]:
    """Return the findings of ``evidence`` that make the exit code 1, by fingerprint."""
    run = conclude(
        plan,
        evidence,
        run_id="",
        started=started,
        finished=started,
        terms=Terms(),
        confirmations={},
        # What another part may have seen is no concern of this one.
        shard=Shard(1, 1, "", plan.mode, plan.cases),
    )
    least = "error" if fail_on == "never" else fail_on
    return {item.fingerprint: item for item in counts(run.findings, least)}


def _shown(evidence: Evidence) -> set[str]:
    broken = (item.observation for item in evidence.seen if not item.observation.holds)
    return {fingerprint(item.rule, item.requirement, item.message) for item in broken}


def _outcome(finding: Finding, told: Iterable[Evidence]) -> bool | None:
    looked = stopped = False
    place = (finding.rule, finding.requirement)
    for item in told:
        broken = (each.observation for each in item.seen if not each.observation.holds)
        if any((each.rule, each.requirement) == place for each in broken):
            return True
        stopped = stopped or "stopped" in item.notes
        looked = looked or _looked(finding, item)
    return False if looked and not stopped else None


def _looked(finding: Finding, evidence: Evidence) -> bool:
    """Return whether the rule of ``finding`` spoke, or could have: some speak of faults only."""
    place = (finding.rule, finding.requirement)
    if any(
        (item.observation.rule, item.observation.requirement) == place for item in evidence.seen
    ):
        return True
    statuses = evidence.statuses.get(finding.operation, ())
    return evidence.api == finding.api and (
        finding.status in statuses if finding.status is not None else bool(statuses)
    )
