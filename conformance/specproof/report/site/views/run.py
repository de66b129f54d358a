"""The page of a run: what it found, what became another since the run before, and its figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeVar

from specproof.history.records import StoredVerdict
from specproof.history.signals import WorseVerdict
from specproof.history.transitions import Transition
from specproof.model import Severity, VerdictKind
from specproof.report.site import links
from specproof.report.site.clauses import clause
from specproof.report.site.details import Known, details
from specproof.report.site.leftover import MOST_LEFT, LeftOut, command, left_out
from specproof.report.site.overview import WORDS, kind_of
from specproof.report.site.pages import Crumb, Page, fitting, page, piece, utc
from specproof.report.site.promises import Promise, promises, shown
from specproof.report.site.standings import Standing
from specproof.report.site.targets import Site, To
from specproof.report.site.vendor_text import vendor_text
from specproof.report.view import OUTCOMES, Group, grouped

if TYPE_CHECKING:
    from markupsafe import Markup

    from specproof.history.comparison import Difference, StreamComparison
    from specproof.history.records import StoredApi, StoredFinding, StoredRun
    from specproof.history.signals import Signal
    from specproof.report.site.overview import Overview
    from specproof.suites.records import OperationStatistics, Run

__all__ = ["Tested", "run_page"]

_T = TypeVar("_T")

_FINDINGS: Final = 130_000 - MOST_LEFT
_LIST: Final = 30_000
"""Bytes for the findings, and for each list beside them; the APIs of a run share them."""
_NAMED: Final = 8
"""Requirements that are named of those with the same reason; the rest is counted."""

_HELD: Final = "held whenever it was looked at"
_TITLES: Final[Mapping[Transition, str]] = {
    Transition.NEWLY_FAILING: "Newly failing",
    Transition.SETTLED: "Was flaky, is broken",
    Transition.FIXED: "Fixed",
    Transition.STILL_FAILING: "Still failing",
    Transition.UNRESOLVED: "Failed before, not checked since",
    Transition.NEWLY_INCONCLUSIVE: "Newly inconclusive",
    Transition.NEWLY_VACUOUS: "Newly vacuous",
    Transition.NEWLY_PASSING: "Newly passing",
    Transition.ADDED: "New requirement",
    Transition.REMOVED: "No longer checked",
}
_SENTENCE: Final = {
    Transition.NEWLY_FAILING: "newly failing",
    Transition.SETTLED: "no longer flaky but broken",
    Transition.FIXED: "fixed",
    Transition.STILL_FAILING: "still failing",
    Transition.UNRESOLVED: "broken when last checked, not checked since",
    Transition.NEWLY_INCONCLUSIVE: "newly inconclusive",
    Transition.NEWLY_VACUOUS: "newly vacuous",
    Transition.NEWLY_PASSING: "checked again",
    Transition.ADDED: "new",
    Transition.REMOVED: "no longer checked",
}
_EXIT_KINDS: Final = {0: "pass", 1: "fail"}
_GRAVEST_FIRST: Final = (Severity.ERROR, Severity.WARNING, Severity.INFO)


@dataclass(frozen=True, slots=True)
class Tested:
    """One API of a run.

    Attributes:
        overview: the stream that the run belongs to.
        comparison: with the comparable run before it.
        findings: as the history has them, ``verdicts`` likewise; these may be left out where the
            whole run is at hand.
    """

    overview: Overview
    counts: StoredApi
    comparison: StreamComparison
    findings: Sequence[StoredFinding]
    verdicts: Mapping[str, StoredVerdict]


class _Section:
    """One API of the run as the page has it.

    Args:
        stored: the run; ``run`` is all of it, None where it is not kept.
        room: share of the page's room, between 0 and 1.
    """

    def __init__(
        self, stored: StoredRun, run: Run | None, tested: Tested, site: Site, room: float
    ) -> None:
        self.overview, self.counts = tested.overview, tested.counts
        self.comparison = tested.comparison
        self._stored, self._run, self._tested, self._room = stored, run, tested, room
        self.to = To(
            site,
            links.run_page(stored.run_id),
            tested.overview,
            split=tested.overview.page in site.split,
            known=frozenset(tested.overview.course.standings),
        )
        self.before, self.after = _neighbours(tested.overview, stored, site)
        beside = Known(
            tested.overview.source,
            _standings(tested.overview, tested.comparison),
            {
                item.requirement: item.flakiness
                for item in tested.comparison.flaky
                if item.flakiness
            },
            frozenset(item.requirement for item in tested.findings if _breaks(item)),
        )
        found = details(self.counts.api, tested.verdicts, run, beside)
        self._known = {item.id: item for item in found}

    @property
    def kind(self) -> VerdictKind:
        """The verdict on the API, ``word`` in a word."""
        verdicts = {name: item.kind for name, item in self._known.items()}
        return kind_of(self._stored, self._tested.findings, verdicts)

    @property
    def word(self) -> str:
        """What the verdict is called."""
        return WORDS[self.kind]

    @property
    def told(self) -> str:
        """What became another, in one sentence."""
        return _told(self.comparison)

    def cards(self) -> tuple[list[Markup], list[Promise]]:
        """Return the findings, the gravest first."""
        listed = () if self._run is None else self._run.header.apis
        operations = {
            operation.id: operation
            for item in listed
            if item.api == self.counts.api
            for operation in item.operations
        }
        fresh = {item.requirement for item in self.comparison.of(Transition.NEWLY_FAILING)}

        def card(promise: Promise) -> Markup:
            detail = promise.detail
            operation, since = operations.get(detail.operation), detail.broken_since
            stream = self.overview.stream
            letter = vendor_text(promise, operation, stream, self._stored, since)
            news = "new in this run" if detail.id in fresh else ""
            source, sha256 = self.overview.source, self.counts.effective_sha256
            words = clause(source.effective, sha256, detail.proof.pointer)
            return piece("promise")(self.to, promise, letter, news, words)

        items = shown(sorted(self._tested.findings, key=_urgency), self._known, self._run)
        return self._fitting(promises(items), card, _FINDINGS)

    def left(self, promises: Sequence[Promise]) -> LeftOut:
        """Return what is said of findings that there is no room for."""
        return left_out(promises, self._room)

    def signals(self) -> tuple[list[Markup], list[Signal]]:
        """Return what else is not as it was; verdicts are among the changes."""
        told = (item for item in self.comparison.signals if not isinstance(item, WorseVerdict))
        return self._fitting(told, piece("signal"), _LIST)

    def changes(self) -> tuple[list[Markup], list[Difference]]:
        """Return what became of requirements."""

        def line(item: Difference) -> Markup:
            detail = self._known.get(item.requirement)
            words = item.requirement if detail is None else detail.words
            title = _TITLES.get(item.transition, "Unchanged")
            return piece("difference")(self.to, item, title, words, detail)

        told = (
            item for item in self.comparison.differences if item.transition in _TITLES or item.flaky
        )
        return self._fitting(told, line, _LIST)

    def groups(self) -> tuple[list[Markup], list[Group]]:
        """Return the requirements by verdict and reason."""
        judged = () if self._run is None else self._run.verdicts
        # Of what held the reason says how often, which would make a group of nearly each.
        found = grouped(
            replace(item, reason=_HELD) if item.kind is VerdictKind.PASS else item
            for item in judged
            if item.requirement.api == self.counts.api
        )
        return self._fitting(found, lambda item: piece("group")(item, _NAMED), _LIST)

    def statistics(self) -> tuple[list[Markup], list[OperationStatistics]]:
        """Return what was sent to each operation."""
        found = () if self._run is None else self._run.statistics
        mine = (item for item in found if item.api == self.counts.api)
        return self._fitting(mine, piece("statistics"), _LIST)

    def _fitting(
        self, items: Iterable[_T], make: Callable[[_T], Markup], room: int
    ) -> tuple[list[Markup], list[_T]]:
        return fitting(items, make, int(room * self._room))


def run_page(stored: StoredRun, run: Run | None, tested: Sequence[Tested], site: Site) -> Page:
    """Return the page of a run.

    Args:
        run: the whole run, None where only its summary is kept.
        tested: its APIs, in its order.
    """
    room = 1 / max(1, len(tested))
    overviews = [item.overview for item in tested]
    crumbs = [Crumb(item.stream.api, item.page) for item in overviews if len(overviews) == 1]
    return page(
        "run.html.j2",
        links.run_page(stored.run_id),
        title=f"Run of {utc(stored.started)}",
        crumbs=crumbs,
        run=stored,
        kind=_EXIT_KINDS.get(stored.exit_code, "inconclusive"),
        outcome=OUTCOMES.get(stored.exit_code, f"exit code {stored.exit_code}"),
        seconds=_seconds(stored),
        kept=run is not None,
        flaky_ok=run is not None and run.footer.flaky_ok,
        see_all=command(stored),
        sections=[_Section(stored, run, item, site, room) for item in tested],
    )


def _told(comparison: StreamComparison) -> str:
    """Return what became another, in one sentence."""
    if comparison.old is None:
        return "There is no comparable run before this one."
    counted = {word: len(comparison.of(kind)) for kind, word in _SENTENCE.items()}
    parts = [f"{number} {word}" for word, number in counted.items() if number]
    if comparison.flaky:
        parts.append(f"{len(comparison.flaky)} flaky")
    told = ", ".join(parts) or "no verdict changed"
    return f"{told[0].upper()}{told[1:]}."


def _neighbours(
    overview: Overview, stored: StoredRun, site: Site
) -> tuple[StoredRun | None, StoredRun | None]:
    """Return the nearest runs with a page before and after a run."""
    paged = [item for item in overview.course.runs if item.run_id in site.runs]
    place = next(number for number, item in enumerate(paged) if item.run_id == stored.run_id)
    before = paged[place + 1] if place + 1 < len(paged) else None
    return before, paged[place - 1] if place else None


def _standings(overview: Overview, comparison: StreamComparison) -> Mapping[str, Standing]:
    """Return how requirements that fail stood as of the run, as far as the comparison says."""
    by_id = overview.course.by_id
    found = {}
    for item in comparison.differences:
        since = item.since
        if since is not None and item.now is not None and since.run_id in by_id:
            verdict = StoredVerdict(item.requirement, item.now, item.reason)
            found[item.requirement] = Standing(verdict, by_id[since.run_id], since.runs, since.open)
    return found


def _breaks(finding: StoredFinding) -> bool:
    return finding.severity is Severity.ERROR and finding.deviation is None


def _urgency(finding: StoredFinding) -> tuple[bool, int, str, str]:
    gravity = _GRAVEST_FIRST.index(finding.severity)
    return finding.deviation is not None, gravity, finding.requirement, finding.fingerprint


def _seconds(stored: StoredRun) -> int:
    begun, ended = map(dt.datetime.fromisoformat, (stored.started, stored.finished))
    return max(0, round((ended - begun).total_seconds()))
