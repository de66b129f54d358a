"""Requirements of one API in one run, with all that a page shows of them."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Final

from specproof.history.flaky import Flakiness
from specproof.history.records import StoredRun, StoredVerdict
from specproof.model import Requirement, Source, VerdictKind
from specproof.report.site import links
from specproof.report.site.sources import Source as Catalogued
from specproof.report.site.standings import Standing
from specproof.suites.records import ExportedExchange, Run

__all__ = ["ANY_RESPONSE", "PROSE", "TONES", "Detail", "Known", "Proof", "details"]

ANY_RESPONSE: Final = "any response"
"""Column of what is required whatever the response is."""
PROSE: Final = "prose"
"""Column of what the vendor's page promises in prose."""

_SOURCES: Final[Mapping[Source, str]] = {
    Source.SCHEMA: "the vendor's OpenAPI document",
    Source.PROSE: "the vendor's own page",
    Source.OVERLAY: "our overlay, which corrects the vendor's document",
    Source.HTTP: "HTTP, which binds every API",
}

TONES: Final = ("fail", "inconclusive", "accepted", "vacuous", "pass")
"""What is said of requirements, in the order in which it wants to be looked at."""


@dataclass(frozen=True, slots=True)
class Proof:
    """Where a requirement comes from, in words, and how to look it up."""

    words: str
    pointer: str = ""
    quote: str = ""
    page: str = ""
    address: str = ""
    retrieved: str = ""


@dataclass(frozen=True, slots=True)
class Detail:
    """A requirement as pages show it.

    Attributes:
        words: what is required; the id where the run file is not kept.
        column: response that it belongs to, `ANY_RESPONSE` or `PROSE`.
        accepted: whether it fails in nothing but what deviations cover.
        exchange: one that proves or breaks it, ``more`` how many more the run names.
    """

    id: str
    operation: str
    column: str
    kind: VerdictKind
    accepted: bool
    reason: str
    words: str
    proof: Proof
    standing: Standing | None
    flaky: Flakiness | None
    exchange: ExportedExchange | None
    more: int

    @property
    def anchor(self) -> str:
        """Id of the element that shows it."""
        return links.requirement_anchor(self.id)

    @property
    def tone(self) -> str:
        """What colours and filters go by: the verdict, or that its failing is accepted."""
        return "accepted" if self.accepted else self.kind.value

    @property
    def broken_since(self) -> StoredRun | None:
        """The first run of the present streak of failures, None where it does not fail."""
        fails = self.standing is not None and self.kind is VerdictKind.FAIL
        return self.standing.since if self.standing is not None and fails else None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of requirements beside one run.

    Attributes:
        source: what the catalog has of the API.
        standings: how requirements stand, by id; those that it lacks have no since.
        flaky: what comes and goes, by id.
        broken: ids of those that fail in more than what is accepted.
    """

    source: Catalogued
    standings: Mapping[str, Standing]
    flaky: Mapping[str, Flakiness]
    broken: Container[str]


def details(
    api: str, verdicts: Mapping[str, StoredVerdict], run: Run | None, known: Known
) -> tuple[Detail, ...]:
    """Return the requirements of ``api`` that a run speaks of, in its order.

    Args:
        run: the whole run, None where it is not kept; then the order is that of the ids.
        verdicts: by id, looked at only without ``run``.
        known: what the run itself does not say.
    """
    if run is None:
        return tuple(_bare(verdict, known) for _, verdict in sorted(verdicts.items()))
    exchanges = {exchange.id: exchange for exchange in run.exchanges}
    found = []
    for verdict in run.verdicts:
        required = verdict.requirement
        if required.api != api:
            continue
        held = [exchanges[name] for name in verdict.exchanges if name in exchanges]
        found.append(
            Detail(
                id=required.id,
                operation=required.operation,
                column=_column(required),
                kind=verdict.kind,
                accepted=verdict.kind is VerdictKind.FAIL and required.id not in known.broken,
                reason=verdict.reason,
                words=required.statement,
                proof=_proof(required, known.source),
                standing=known.standings.get(required.id),
                flaky=known.flaky.get(required.id),
                exchange=held[0] if held else None,
                more=max(len(verdict.exchanges) - 1, 0),
            )
        )
    return tuple(found)


def _column(required: Requirement) -> str:
    if required.source is Source.PROSE:
        return PROSE
    return ANY_RESPONSE if required.status is None else required.status


def _proof(required: Requirement, source: Catalogued) -> Proof:
    words = _SOURCES[required.source]
    if required.source is not Source.PROSE:
        return Proof(words, required.pointer)
    page, mark, quote = required.pointer.partition("#")
    if not mark:
        # The promise rests on other public documentation. Who wrote the run file is not known, so
        # what it says is no link.
        return Proof(words, required.pointer)
    known = source.page(required.pointer)
    address = "" if known is None else links.web_address(known[0]) or ""
    return Proof(words, "", quote, page, address, "" if known is None else known[1])


def _bare(verdict: StoredVerdict, known: Known) -> Detail:
    _, _, rest = verdict.requirement.partition("/")
    parts = rest.split("/")
    where = parts[-2] if len(parts) > 2 else ""  # noqa: PLR2004 - operation, where, what
    status = where[:1].isdecimal() or where == "default"
    return Detail(
        id=verdict.requirement,
        operation="/".join(parts[:-2]) or rest,
        column=PROSE if where == "prose" else where if status else ANY_RESPONSE,
        kind=verdict.kind,
        accepted=verdict.kind is VerdictKind.FAIL and verdict.requirement not in known.broken,
        reason=verdict.reason,
        words=verdict.requirement,
        proof=Proof("not known: the run file is not kept any more"),
        standing=known.standings.get(verdict.requirement),
        flaky=known.flaky.get(verdict.requirement),
        exchange=None,
        more=0,
    )
