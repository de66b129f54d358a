"""The start page: what is broken now and since when, and one row for every API and place."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from specproof.model import VerdictKind
from specproof.report.charts.sparkline import sparkline
from specproof.report.site import links
from specproof.report.site.overview import TARGETS
from specproof.report.site.pages import Page, fitting, page, piece, utc
from specproof.report.site.targets import Site, To

if TYPE_CHECKING:
    from markupsafe import Markup

    from specproof.report.site.overview import Open, Overview

__all__ = ["start_page"]

_ROWS: Final = 200_000
_NEWS: Final = 30_000
_DORMANT: Final = 30_000
"""Bytes for the parts of the page."""
_EACH: Final = 3
"""Broken promises that are named of one stream; the rest is counted."""


@dataclass(frozen=True, slots=True)
class _Broken:
    """What is broken at one place, the latest to break first."""

    overview: Overview
    items: tuple[Open, ...]
    words: Mapping[str, str]
    more: int


def start_page(
    overviews: Sequence[Overview],
    site: Site,
    words: Mapping[str, str],
    today: str,
    moved: Container[str] = (),
) -> Page:
    """Return the page.

    Args:
        overviews: of every stream, broken first.
        words: what broken requirements say, by id; those of runs that are not kept lack.
        today: the day by which ages are told.
        moved: pages of the streams whose latest run shows behaviour that is not as it was.
    """
    alive = [item for item in overviews if not item.dormant]
    gone = [item for item in overviews if item.dormant]
    broken = [item for item in alive if item.kind is VerdictKind.FAIL]

    def row(item: Overview) -> Markup:
        to = To(site, links.START, item, split=False, known=frozenset())
        return piece("start_row")(to, item, sparkline(item.points, title=item.name))

    def news(item: Overview) -> Markup:
        to = To(site, links.START, item, split=False, known=frozenset())
        return piece("broken")(to, _broken(item, words))

    return page(
        "start.html.j2",
        links.START,
        title="API contracts",
        sentence=_sentence(alive, [item for item in alive if item.page in moved]),
        targets=[name for name in TARGETS if any(o.stream.target == name for o in alive)],
        kinds={kind: sum(o.kind.value == kind for o in alive) for kind in _KINDS},
        news=fitting(broken, news, _NEWS),
        rows=fitting(alive, row, _ROWS),
        dormant=fitting(gone, row, _DORMANT),
        today=today,
    )


_KINDS: Final = ("fail", "inconclusive", "pass")


def _broken(item: Overview, words: Mapping[str, str]) -> _Broken:
    seen: dict[str, Open] = {}
    for found in item.broken:
        seen.setdefault(found.finding.requirement, found)
    return _Broken(item, tuple(seen.values())[:_EACH], words, max(0, len(seen) - _EACH))


def _sentence(alive: Sequence[Overview], moved: Sequence[Overview]) -> str:
    """Return what is broken now, and since when."""
    if not alive:
        return "No run is stored yet."
    apis = {item.stream.api for item in alive}
    broken = {item.stream.api for item in alive if item.kind is VerdictKind.FAIL}
    silent = [item for item in alive if item.kind is VerdictKind.INCONCLUSIVE]
    total = f"{len(apis)} API{'' if len(apis) == 1 else 's'}"
    begun = [item.since for item in alive if item.since is not None]
    held = {item.stream.api for item in alive if item.kind is VerdictKind.PASS}
    told = f"Every promise that was tested holds, at {total}."
    if not held:
        told = f"Nothing could be checked, at {total}."
    elif held != apis:
        told = f"Every promise that was tested holds, at {len(held)} of {total}."
    if broken:
        told = f"{len(broken)} of {total} {'is' if len(broken) == 1 else 'are'} broken"
        if begun:
            oldest = min(run.started for run in begun)
            breaks = [run.started for item in alive if (run := item.latest_break) is not None]
            newest = max(breaks, default=oldest)
            told += f", since {utc(oldest)} UTC"
            told += f"; the latest break was first seen {utc(newest)} UTC" * (newest != oldest)
        told += "."
    if silent:
        told += f" Could not check: {_named(silent)}."
    flaky = [item for item in alive if item.course.flaky]
    if flaky:
        told += f" Flaky: {_named(flaky)}."
    if moved:
        told += f" Behaviour changed in the last run: {_named(moved)}."
    return told


def _named(items: Sequence[Overview]) -> str:
    """Return where, and since when if it could not be checked, of the first ones."""
    names = [
        f"{item.name}, since {utc(item.unchecked.started)} UTC" if item.unchecked else item.name
        for item in items[:_EACH]
    ]
    more = f" and {len(items) - _EACH} more" if len(items) > _EACH else ""
    return f"{'; '.join(names)}{more}"
