"""The page of an API at one place: what is broken, the matrix, requirements, past and changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from specproof.report.charts.findings import findings as open_findings
from specproof.report.charts.points import FindingsPoint, VerdictPoint
from specproof.report.charts.trend import trend
from specproof.report.site import links
from specproof.report.site.clauses import clause
from specproof.report.site.details import TONES, Detail, Known, details
from specproof.report.site.leftover import MOST_LEFT, command, left_out, spots
from specproof.report.site.matrix import rows
from specproof.report.site.pages import MOST_BYTES, Page, fitting, page, piece
from specproof.report.site.promises import Promise, Shown, promises, shown
from specproof.report.site.targets import TURNED, Site, To
from specproof.report.site.vendor_text import vendor_text
from specproof.report.site.views import operations

if TYPE_CHECKING:
    from markupsafe import Markup

    from specproof.history.records import StoredRun
    from specproof.history.signals import Signal
    from specproof.report.site.overview import Open, Overview
    from specproof.suites.records import Run

__all__ = ["ApiPages"]

_Parts = Mapping[str, tuple[list["Markup"], list[Any]]]
"""Pieces of parts of the page, by the part's name, and what there was no room for."""

_FINDINGS: Final = 70_000
_MATRIX: Final = 30_000
_TABLE: Final = 10_000
_RUNS: Final = 20_000
_CHARTS: Final = 40_000
"""Bytes for parts of the page; the requirements get what is left of `pages.MOST_BYTES`."""
_LEFT: Final = MOST_LEFT + MOST_LEFT // 2
"""Bytes for what is said of findings that are left out, here and at other places."""
_FRAME: Final = 35_000
"""Bytes for what stands around the parts, with the longest of names."""
_PLACES: Final = 20
"""Other places of the API that are named."""


@dataclass(frozen=True, slots=True)
class _Elsewhere:
    """An open finding of another place of the same API."""

    overview: Overview
    item: Open


class ApiPages:
    """The page of one stream, and those of its operations where one can not hold all.

    Args:
        overview: the stream.
        siblings: all places of the same API, this one too.
        run: the latest run, None where only its summary is kept.
        latency: charts of how long answers took.
        signals: what of the latest run's behaviour is not as it was, verdicts left out.
    """

    def __init__(
        self,
        overview: Overview,
        siblings: Sequence[Overview],
        run: Run | None,
        site: Site,
        *,
        latency: Sequence[Markup] = (),
        signals: Sequence[Signal] = (),
    ) -> None:
        self._latency, self._signals = latency, signals
        self._overview, self._siblings, self._run = overview, siblings, run
        api, course = overview.stream.api, overview.course
        verdicts = {name: item.verdict for name, item in course.standings.items()}
        beside = Known(overview.source, course.standings, course.flaky, overview.broken_ids)
        self._found = details(api, verdicts, run, beside)
        listed = () if run is None else run.header.apis
        tested = next((item.operations for item in listed if item.api == api), ())
        self._operations = {operation.id: operation for operation in tested}
        self._columns, self._rows = rows(self._found, tested)
        known = {item.id: item for item in self._found}
        self._items = shown([item.finding for item in overview.open], known, run)
        self._findings = _by_requirement(self._items)
        self._to = To(site, overview.page, overview, split=False, known=frozenset(known))
        self._parts = self._made()
        room = MOST_BYTES - _FRAME - _LEFT - _size(self._parts)
        self._sections = operations.sections(self._to, self._rows, self._findings, room)
        if self.split:
            # Links to requirements lead elsewhere then.
            self._to = replace(self._to, split=True)
            self._parts = self._made()

    @property
    def split(self) -> bool:
        """Whether the operations have pages of their own."""
        return self._sections is None

    def pages(self) -> Iterator[Page]:
        """Yield the page of the stream, then all others."""
        to, overview = self._to, self._overview
        yield page(
            "api.html.j2",
            overview.page,
            title=overview.title,
            crumbs=operations.crumbs(overview),
            to=to,
            overview=overview,
            siblings=self._siblings[:_PLACES],
            columns=self._columns,
            rows=self._rows,
            more_operations=links.operations_page(overview.stream.api, overview.place, 2),
            requirements_count=len(self._found),
            sections=self._sections,
            counts=_counts(self._found),
            kept=self._run is not None,
            parts=self._parts,
            left=left_out(self._parts["findings"][1]),
            elsewhere_spots=spots(
                links.finding_anchor(other.item.finding.fingerprint)
                for other in self._parts["elsewhere"][1]
            ),
            see_all=command(overview.latest),
            most_turned=TURNED,
        )
        left = self._rows[len(self._parts["matrix"][0]) :]
        yield from operations.matrix_pages(to, overview, left, self._columns)
        if self.split:
            for row in self._rows:
                yield operations.operation_page(to, overview, row, self._findings)

    def _made(self) -> _Parts:
        """Return the parts of the page, each with what it has no room for."""
        to, overview = self._to, self._overview
        site, course = to.site, overview.course

        def run(item: tuple[StoredRun, VerdictPoint]) -> Markup:
            stored, point = item
            counts = stored.api(overview.stream.api)
            turned = stored.run_id in course.turned
            return piece("run_row")(to, stored, counts, point.accepted, turned)

        pairs = zip(course.runs, overview.points, strict=True)
        with_page = [item for item in pairs if item[0].run_id in site.runs]
        flaky = [item for item in self._found if item.flaky is not None]
        return {
            "findings": fitting(promises(self._items), self._card, _FINDINGS),
            "elsewhere": fitting(
                _elsewhere(overview, self._siblings, self._items),
                lambda item: piece("elsewhere")(to, item.overview, item.item),
                _TABLE,
            ),
            "signals": fitting(self._signals, piece("signal"), _TABLE),
            "flaky": fitting(flaky, partial(piece("comes_and_goes"), to), _TABLE),
            "matrix": operations.matrix(to, self._rows, self._columns, _MATRIX),
            "accepted": fitting(overview.accepted, partial(piece("accepted"), to), _TABLE),
            "changes": fitting(overview.changes, partial(piece("change"), to), _TABLE),
            "charts": fitting(self._charts(), lambda chart: chart, _CHARTS),
            "runs": fitting(with_page, run, _RUNS),
        }

    def _charts(self) -> list[Markup]:
        overview = self._overview
        drawn = [trend(_points(overview, self._to))]
        if any(_found(point) for point in overview.findings):
            drawn.append(open_findings(overview.findings))
        return [*drawn, *self._latency]

    def _card(self, promise: Promise) -> Markup:
        overview, detail = self._overview, promise.detail
        operation = self._operations.get(detail.operation)
        since = detail.broken_since
        letter = vendor_text(promise, operation, overview.stream, overview.latest, since)
        new = since == overview.latest and len(overview.course.runs) > 1
        words = clause(
            overview.source.effective, overview.counts.effective_sha256, detail.proof.pointer
        )
        news = "new in this run" if new else ""
        return piece("promise")(self._to, promise, letter, news, words)


def _size(parts: _Parts) -> int:
    made = [piece for found, _ in parts.values() for piece in found]
    return sum(len(piece.encode("utf-8", "backslashreplace")) for piece in made)


def _found(point: FindingsPoint) -> int:
    return point.errors + point.warnings + point.infos + point.accepted


def _by_requirement(items: Sequence[Shown]) -> Mapping[str, Sequence[Shown]]:
    found: dict[str, list[Shown]] = {}
    for item in items:
        found.setdefault(item.finding.requirement, []).append(item)
    return found


def _counts(found: Sequence[Detail]) -> dict[str, int]:
    held = Counter(item.tone for item in found)
    return {tone: held[tone] for tone in TONES if held[tone]}


def _points(overview: Overview, to: To) -> tuple[VerdictPoint, ...]:
    return tuple(
        replace(point, href=to.run(run.run_id))
        for point, run in zip(overview.points, overview.course.runs, strict=True)
    )


def _elsewhere(
    overview: Overview, siblings: Sequence[Overview], items: Sequence[Shown]
) -> tuple[_Elsewhere, ...]:
    """Return what is open at other places, on the main page, so that every finding is found there.

    One that is open here as well is here already.
    """
    if not overview.main:
        return ()
    told = {item.finding.fingerprint for item in items}
    found = []
    for other in siblings:
        for item in other.open:
            if item.finding.fingerprint not in told:
                told.add(item.finding.fingerprint)
                found.append(_Elsewhere(other, item))
    return tuple(found)
