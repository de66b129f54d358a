"""Which pages there are, and links to them from one of them; nothing links to what is not there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from specproof.report.site import links

if TYPE_CHECKING:
    from specproof.history.records import StoredChange
    from specproof.report.site.details import Detail
    from specproof.report.site.matrix import Cell, Row
    from specproof.report.site.overview import Overview
    from specproof.report.site.promises import Shown

__all__ = ["TURNED", "Site", "To"]

TURNED: Final = 100
"""Newest runs of each stream in which a verdict changed that have a page as well."""


@dataclass(frozen=True, slots=True)
class Site:
    """The pages of a site that are not there for every record of the history.

    Attributes:
        runs: ids of the runs that have a page.
        changes: ids of the changes that have one.
        split: pages of streams whose operations have pages of their own.
    """

    runs: frozenset[str]
    changes: frozenset[str]
    split: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class To:
    """Links from one page; ``stream`` is what the page is about.

    Attributes:
        split: whether the requirements of the stream have pages of their own, one per operation.
        known: ids of the requirements that the page of the stream has; a link to another one
            would lead nowhere.
    """

    site: Site
    here: str
    stream: Overview
    split: bool
    known: frozenset[str]

    def page(self, path: str) -> str:
        """Return the link to a page that is known to be there."""
        return links.relative(self.here, path)

    def run(self, run_id: str) -> str | None:
        """Return the link to a run, None where it has no page or this is it."""
        path = links.run_page(run_id)
        return self.page(path) if run_id in self.site.runs and path != self.here else None

    def change(self, change: StoredChange) -> str | None:
        """Return the link to a change, None where it has no page."""
        found = links.change_id(change) in self.site.changes
        return self.page(links.change_page(change)) if found else None

    def finding(self, item: Shown) -> str:
        """Return the link to a finding of the latest run."""
        return self.page(f"{self.stream.page}#{item.anchor}")

    def requirement(self, detail: Detail) -> str | None:
        """Return the link to what is said of a requirement now, None where nothing is."""
        if detail.id not in self.known:
            return None
        return self.page(f"{self._of(detail.operation)}#{detail.anchor}")

    def row(self, row: Row) -> str:
        """Return the link to the requirements of an operation."""
        return self.page(f"{self._of(row.id)}#{row.anchor}")

    def cell(self, row: Row, cell: Cell) -> str:
        """Return the link to the requirements of one response of an operation."""
        return self.page(f"{self._of(row.id)}#{cell.anchor}")

    def _of(self, operation: str) -> str:
        if not self.split:
            return self.stream.page
        return links.operation_page(self.stream.stream.api, self.stream.place, operation)
