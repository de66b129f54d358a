"""Findings of one API in one run, by the promise that they break."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from specproof.history.records import StoredFinding
from specproof.model import VerdictKind
from specproof.report.site import links
from specproof.report.site.details import ANY_RESPONSE, Detail, Proof
from specproof.report.words import BLAMES
from specproof.suites.records import Confirmation, ExportedExchange, Run
from specproof.text import one_line

__all__ = ["Promise", "Shown", "promises", "shown"]


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding as pages show it.

    Attributes:
        reproduce: command for a shell, "" where the run file is not kept or has none.
        exchange: that shows it, None where the run file is not kept.
        level: ``accepted`` where a deviation covers it, else its severity.
    """

    finding: StoredFinding
    detail: Detail
    reproduce: str
    exchange: ExportedExchange | None
    confirmation: Confirmation | None

    @property
    def level(self) -> str:
        """What filters and colours go by."""
        return "accepted" if self.finding.deviation is not None else self.finding.severity.value

    @property
    def anchor(self) -> str:
        """Id of the element that shows it."""
        return links.finding_anchor(self.finding.fingerprint)

    @property
    def blame(self) -> str:
        """Who would have to mend it, in a word; ``advice`` says what to do."""
        return self.finding.blame.value.replace("-", " ")

    @property
    def advice(self) -> str:
        """What whoever is to blame means for the reader."""
        return BLAMES[self.finding.blame]

    @property
    def repeated(self) -> str:
        """What repeats within the run showed, "" where there were none."""
        if self.confirmation is None:
            return ""
        told = f"seen again in {self.confirmation.seen} of {self.confirmation.of} repeats"
        return f"{told}: flaky" if self.confirmation.flaky else told


@dataclass(frozen=True, slots=True)
class Promise:
    """A requirement with its findings of one level, which are shown together."""

    detail: Detail
    items: tuple[Shown, ...]

    @property
    def level(self) -> str:
        """Level of all its findings."""
        return self.items[0].level

    @property
    def blames(self) -> tuple[tuple[str, str], ...]:
        """Who would have to mend it, and what that means for the reader, each once."""
        return tuple(dict.fromkeys((item.blame, item.advice) for item in self.items))


def shown(
    findings: Iterable[StoredFinding], known: Mapping[str, Detail], run: Run | None
) -> tuple[Shown, ...]:
    """Return findings with their requirements, in their order.

    Args:
        known: requirements by id; a finding of another one, such as of a deviation whose
            requirement is gone, gets one that says no more than its id.
    """
    kept = {} if run is None else {item.fingerprint: item for item in run.findings}
    exchanges = {} if run is None else {item.id: item for item in run.exchanges}
    made = []
    for finding in findings:
        whole = kept.get(finding.fingerprint)
        made.append(
            Shown(
                finding=finding,
                detail=known.get(finding.requirement) or _unknown(finding),
                reproduce="" if whole is None else whole.reproduce,
                exchange=None if whole is None else exchanges.get(whole.exchange),
                confirmation=None if run is None else run.confirmations.get(finding.fingerprint),
            )
        )
    return tuple(made)


def promises(items: Iterable[Shown]) -> tuple[Promise, ...]:
    """Return findings by requirement and level, in order of first appearance."""
    found: dict[tuple[str, str], list[Shown]] = {}
    for item in items:
        found.setdefault((item.finding.requirement, item.level), []).append(item)
    return tuple(Promise(members[0].detail, tuple(members)) for members in found.values())


def _unknown(finding: StoredFinding) -> Detail:
    return Detail(
        id=finding.requirement,
        operation=finding.operation,
        column=ANY_RESPONSE if finding.status is None else str(finding.status),
        kind=VerdictKind.FAIL,
        accepted=finding.deviation is not None,
        reason=one_line(finding.message),
        words=finding.requirement,
        proof=Proof("not known: the run says no more than its id"),
        standing=None,
        flaky=None,
        exchange=None,
        more=0,
    )
