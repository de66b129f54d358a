"""History -> folder of pages, swapped in whole."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from specproof.errors import InputError
from specproof.files import held, swap_directory
from specproof.history.compare import Comparer
from specproof.history.signals import WorseVerdict
from specproof.model import VerdictKind
from specproof.report.badge import Standing, badge, standing
from specproof.report.charts.style import chart_css
from specproof.report.site import links
from specproof.report.site.aside import aside, clear_left
from specproof.report.site.figures import latency_charts
from specproof.report.site.overview import Overview, overviews
from specproof.report.site.pages import Page
from specproof.report.site.reading import Reading
from specproof.report.site.sources import Sources
from specproof.report.site.targets import TURNED, Site
from specproof.report.site.views.api import ApiPages
from specproof.report.site.views.changes import change_page, unreadable_page
from specproof.report.site.views.run import Tested, run_page
from specproof.report.site.views.start import start_page
from specproof.text import one_line

if TYPE_CHECKING:
    from specproof.history.comparable import Stored
    from specproof.history.records import StoredRun
    from specproof.history.signals import Signal
    from specproof.history.store import History
    from specproof.suites.records import Run

__all__ = ["NEWEST", "SCHEMA", "Built", "build_site"]

SCHEMA: Final = "specproof.site/1"
NEWEST: Final = 30
"""Newest runs of each stream that have a page."""
_CHANGES: Final = 50
"""Newest changes of each API that have a page."""
_MARK: Final = "site.json"
_STANDINGS: Final = {
    VerdictKind.PASS: Standing.HOLDS,
    VerdictKind.FAIL: Standing.BROKEN,
    VerdictKind.INCONCLUSIVE: Standing.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Built:
    """What was built: files and their bytes, rows of the start page, and pages of runs."""

    files: int
    size: int
    streams: int
    runs: int


def build_site(
    history: History,
    place: Path,
    *,
    root: Path | None,
    today: dt.date,
    newest: int = NEWEST,
) -> Built:
    """Build the site of ``history`` at ``place``; what was there stays until it is whole.

    Args:
        root: folder with ``specs/`` in it, see `sources.Sources`.
        today: the day by which ages and expiries are told.
        newest: newest runs of each stream that get a page.

    Raises:
        InputError: ``place`` holds something that is no site of specproof's or can not be
            written, or the catalog is malformed.
    """
    place = place.resolve()
    _check(place)
    pages = _Pages(history, Sources(root), today, newest)
    files = size = 0
    with aside(place) as folder:
        for page in pages.all():
            _write(folder / page.path, page.body, place)
            files += 1
            size += len(page.body)
        with held(place.parent):
            # Somebody else may have put something there meanwhile.
            _check(place)
            swap_directory(folder, place)
            clear_left(place)
    return Built(files, size, pages.streams, len(pages.site.runs))


def _write(path: Path, body: bytes, place: Path) -> None:
    """Write a file; of a full disk the system would not say where."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    except OSError as error:
        raise InputError(
            f"can not be written: {one_line(error.strerror or type(error).__name__)}",
            file=str(place),
            remedy="make room there or name another folder; what was there is unchanged",
        ) from None


class _Pages:
    """All files of one site, made one after the other."""

    def __init__(self, history: History, sources: Sources, today: dt.date, newest: int) -> None:
        self._history = Reading(history)
        # As the protocol of comparisons: the whole runs that they read are those of the pages.
        self._comparer = Comparer(cast("Stored", self._history))
        self._today = today
        self._overviews = overviews(history, sources, today)
        self._changes = {
            item.stream.api: item.changes[:_CHANGES] for item in self._overviews if item.main
        }
        self.site = Site(
            runs=frozenset(run_id for item in self._overviews for run_id in _paged(item, newest)),
            changes=frozenset(
                links.change_id(change) for found in self._changes.values() for change in found
            ),
        )

    @property
    def streams(self) -> int:
        """How many rows the start page has, those of what is no longer run too."""
        return len(self._overviews)

    def all(self) -> Iterator[Page]:
        """Yield every file of the site."""
        words: dict[str, str] = {}
        split: set[str] = set()
        moved: set[str] = set()
        for overview in self._overviews:
            siblings = sorted(
                (item for item in self._overviews if item.stream.api == overview.stream.api),
                key=lambda item: (not item.main, item.place),
            )
            run = self._history.whole(overview.latest)
            charts = latency_charts(self._history, overview.stream, overview.course.runs)
            signals = self._signals(overview)
            if signals:
                moved.add(overview.page)
            made = ApiPages(overview, siblings, run, self.site, latency=charts, signals=signals)
            yield from made.pages()
            if made.split:
                split.add(overview.page)
            if overview.main:
                yield _badge(overview)
            if run is not None and overview.broken:
                broken = {item.finding.requirement for item in overview.broken}
                words.update(
                    (verdict.requirement.id, verdict.requirement.statement)
                    for verdict in run.verdicts
                    if verdict.requirement.id in broken
                )
        self.site = replace(self.site, split=frozenset(split))
        yield from self._run_pages()
        yield from self._change_pages()
        yield start_page(self._overviews, self.site, words, self._today.isoformat(), moved)
        yield from _static()

    def _run_pages(self) -> Iterator[Page]:
        by_stream = {item.stream: item for item in self._overviews}
        stored = {
            run.run_id: run
            for item in self._overviews
            for run in item.course.runs
            if run.run_id in self.site.runs
        }
        for run in sorted(stored.values(), key=lambda run: (run.started, run.run_id), reverse=True):
            whole = self._history.whole(run)
            tested = [
                self._tested(by_stream[stream], run, whole)
                for stream in run.streams
                if stream in by_stream
            ]
            yield run_page(run, whole, tested, self.site)

    def _signals(self, overview: Overview) -> list[Signal]:
        """Return what else than a verdict the latest run of a stream has that is not as it was."""
        found = self._comparer.stream(overview.stream, overview.latest).signals
        return [item for item in found if not isinstance(item, WorseVerdict)]

    def _tested(self, overview: Overview, run: StoredRun, whole: Run | None) -> Tested:
        api = overview.stream.api
        [counts] = [item for item in run.apis if item.api == api]
        return Tested(
            overview=overview,
            counts=counts,
            comparison=self._comparer.stream(overview.stream, run),
            findings=self._history.findings(run.run_id, api),
            verdicts={} if whole else self._history.verdicts(run.run_id, api),
        )

    def _change_pages(self) -> Iterator[Page]:
        for found in self._changes.values():
            for number, change in enumerate(found):
                try:
                    yield change_page(
                        change,
                        old=self._history.revision(change.old_sha256),
                        new=self._history.revision(change.new_sha256),
                        before=found[number + 1] if number + 1 < len(found) else None,
                        after=found[number - 1] if number else None,
                    )
                except InputError as error:
                    # One bad record costs its page and no other.
                    yield unreadable_page(change, error.problem)


def _paged(item: Overview, newest: int) -> Iterator[str]:
    runs = [run.run_id for run in item.course.runs]
    yield from runs[: max(newest, 1)]
    yield from [run_id for run_id in runs if run_id in item.course.turned][:TURNED]


def _badge(overview: Overview) -> Page:
    state = _STANDINGS[overview.kind]
    drawn = badge(
        state,
        standing(state, overview.broken_count),
        label=overview.stream.api,
        day=overview.latest.started[:10],
    )
    return Page(links.badge(overview.stream.api), drawn.encode())


def _static() -> Iterator[Page]:
    folder = resources.files("specproof.report.site").joinpath("static")
    style = folder.joinpath("specproof.css").read_text("utf-8") + chart_css()
    yield Page(links.STYLE, style.encode())
    yield Page(links.ICON, folder.joinpath("icon.svg").read_bytes())
    yield Page(_MARK, json.dumps({"schema": SCHEMA}).encode() + b"\n")


def _check(place: Path) -> None:
    """Check that what is at ``place`` may be replaced: nothing, an empty folder, or a site."""
    if not place.exists():
        return
    if not place.is_dir():
        raise InputError("is no folder, so no site can be put there", file=str(place))
    if not any(place.iterdir()):
        return
    try:
        with (place / _MARK).open("rb") as stream:
            mark = json.loads(stream.read(10_000))
    except (OSError, ValueError, RecursionError):
        mark = None
    if not isinstance(mark, dict) or mark.get("schema") != SCHEMA:
        raise InputError(
            "holds something that is no site of specproof's, so it is left alone",
            file=str(place),
            remedy="name a new or empty folder",
        )
