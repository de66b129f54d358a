"""The matrix of an API: operations and their responses, with the requirements of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from specproof.report.site import links
from specproof.report.site.details import ANY_RESPONSE, PROSE, TONES, Detail
from specproof.suites.records import RunOperation

__all__ = ["Cell", "Row", "rows"]


@dataclass(frozen=True, slots=True)
class Cell:
    """What one operation promises of one response."""

    column: str
    anchor: str
    details: tuple[Detail, ...]

    @property
    def tone(self) -> str:
        """The worst that is said of it, see `Detail.tone`; ``none`` where nothing is required."""
        return min((item.tone for item in self.details), key=TONES.index, default="none")

    @property
    def word(self) -> str:
        """That, and how many requirements it is said of."""
        held = sum(item.tone == self.tone for item in self.details)
        of = f" of {len(self.details)}" if held < len(self.details) else ""
        return f"{self.tone} {held}{of}"


@dataclass(frozen=True, slots=True)
class Row:
    """One operation; ``method`` and ``path`` are empty where the run file is not kept."""

    id: str
    method: str
    path: str
    cells: tuple[Cell, ...]

    @property
    def by_column(self) -> Mapping[str, Cell]:
        """The cells by the name of their column."""
        return {cell.column: cell for cell in self.cells}

    @property
    def anchor(self) -> str:
        """Id of the heading of its requirements."""
        return links.anchor("operation", self.id)

    @property
    def tone(self) -> str:
        """The worst that is said of any of its cells."""
        tones = (cell.tone for cell in self.cells if cell.details)
        return min(tones, key=TONES.index, default="none")


def rows(
    found: Sequence[Detail], operations: Sequence[RunOperation]
) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    """Return the columns of the matrix of an API, and its rows in the order of the run.

    Args:
        operations: of the run; those of the requirements alone where it is not kept.
    """
    by_place: dict[str, dict[str, list[Detail]]] = {}
    for item in found:
        by_place.setdefault(item.operation, {}).setdefault(item.column, []).append(item)
    listed = {operation.id: operation for operation in operations}
    names = [*listed, *(name for name in by_place if name not in listed)]
    made = []
    for name in names:
        operation = listed.get(name) or RunOperation(name, "", "")
        held = by_place.get(name, {})
        columns = dict.fromkeys([*operation.statuses, *held])
        made.append(
            Row(
                id=name,
                method=operation.method,
                path=operation.path,
                cells=tuple(
                    Cell(column, links.cell_anchor(name, column), tuple(held.get(column, ())))
                    for column in sorted(columns, key=_column_order)
                ),
            )
        )
    used = {cell.column for row in made for cell in row.cells}
    return tuple(sorted(used, key=_column_order)), tuple(made)


def _column_order(column: str) -> tuple[bool, bool, bool, bool, str]:
    return (
        column == PROSE,
        column == ANY_RESPONSE,
        column == "default",
        not column.isdecimal(),
        column,
    )
