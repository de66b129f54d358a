"""Requirements by operation and response, and pages for those that one page can not hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from specproof.report.site import links
from specproof.report.site.details import TONES, Detail
from specproof.report.site.leftover import command, spots
from specproof.report.site.matrix import Cell, Row
from specproof.report.site.pages import MOST_BYTES, Crumb, Page, fitting, page, piece
from specproof.report.site.promises import Shown

if TYPE_CHECKING:
    from markupsafe import Markup

    from specproof.report.site.overview import Overview
    from specproof.report.site.targets import To

__all__ = ["Section", "crumbs", "matrix", "matrix_pages", "operation_page", "sections"]

_ALONE: Final = MOST_BYTES - 30_000
"""Bytes for what is alone on its page."""

Findings = Mapping[str, Sequence[Shown]]
"""Open findings by id of their requirement."""


@dataclass(frozen=True, slots=True)
class Section:
    """The requirements of one operation as a page has them.

    Attributes:
        left: how many are left out; ``spots`` are where links to them lead, ``see_all`` is the
            command that shows them.
    """

    row: Row
    cells: tuple[tuple[Cell, tuple[Markup, ...]], ...]
    left: int = 0
    spots: Sequence[Markup] = ()
    see_all: str = ""

    @property
    def counts(self) -> dict[str, int]:
        """How many requirements have which verdict, the worst first."""
        held = Counter(item.tone for cell, _ in self.cells for item in cell.details)
        return {tone: held[tone] for tone in TONES if held[tone]}


def crumbs(overview: Overview, *, inside: bool = False) -> tuple[Crumb, ...]:
    """Return the way to the page of a stream, or to one inside it."""
    api = overview.stream.api
    way = [] if overview.main else [Crumb(api, links.api_page(api))]
    if inside:
        way.append(Crumb(api if overview.main else overview.stream.target, overview.page))
    return tuple(way)


def sections(
    to: To, listed: Sequence[Row], findings: Findings, room: int
) -> tuple[Section, ...] | None:
    """Return the requirements of every operation, or None where they need more than ``room``."""
    found = [item for row in listed for cell in row.cells for item in cell.details]
    made, left = fitting(found, lambda item: _requirement(to, item, findings), room)
    if left:
        return None
    pieces = dict(zip((item.id for item in found), made, strict=True))
    return tuple(_section(row, pieces) for row in listed)


def operation_page(to: To, overview: Overview, row: Row, findings: Findings) -> Page:
    """Return the page with the requirements of one operation, the worst of them kept first."""
    path = links.operation_page(overview.stream.api, overview.place, row.id)
    here = replace(to, here=path)
    found = sorted(
        (item for cell in row.cells for item in cell.details),
        key=lambda item: TONES.index(item.tone),
    )
    made, left = fitting(found, lambda item: _requirement(here, item, findings), _ALONE)
    pieces = dict(zip((item.id for item in found), made, strict=False))
    return page(
        "operation.html.j2",
        path,
        title=f"{row.method} {row.path}" if row.method else row.id,
        crumbs=crumbs(overview, inside=True),
        overview=overview,
        section=replace(
            _section(row, pieces),
            left=len(left),
            spots=spots(item.anchor for item in left),
            see_all=command(overview.latest, verbose=True),
        ),
    )


def matrix(
    to: To, listed: Sequence[Row], columns: Sequence[str], room: int
) -> tuple[list[Markup], list[Row]]:
    """Return the rows of the matrix that fit, and the operations of those that do not."""
    return fitting(listed, lambda row: piece("matrix_row")(to, row, columns), room)


def matrix_pages(
    to: To, overview: Overview, listed: Sequence[Row], columns: Sequence[str]
) -> Iterator[Page]:
    """Yield pages for the rows of the matrix that the page of the stream has no room for."""
    stream, left, number = overview.stream, list(listed), 2
    while left:
        path = links.operations_page(stream.api, overview.place, number)
        made, _ = matrix(replace(to, here=path), left, columns, _ALONE)
        # One row alone may be too long: it is shown all the same, so that this comes to an end.
        count = max(len(made), 1)
        first = made or [piece("matrix_row")(replace(to, here=path), left[0], ())]
        left = left[count:]
        yield page(
            "operations.html.j2",
            path,
            title=f"{overview.title}: operations, part {number}",
            crumbs=crumbs(overview, inside=True),
            overview=overview,
            columns=columns if made else (),
            matrix=first,
            after=links.operations_page(stream.api, overview.place, number + 1) if left else None,
        )
        number += 1


def _requirement(to: To, item: Detail, findings: Findings) -> Markup:
    return piece("requirement")(to, item, findings.get(item.id, ())[:3])


def _section(row: Row, pieces: Mapping[str, Markup]) -> Section:
    cells = tuple(
        (cell, tuple(pieces[item.id] for item in cell.details if item.id in pieces))
        for cell in row.cells
    )
    return Section(row, cells)
