# ruff: noqa: INP001 - a script: no package
"""What tools said of the catalogue of faults, for people and machines; ``bench/faults``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from specproof.apis.faults import FAMILIES, Fault, LegalVariation
from specproof.text import one_line

__all__ = ["GROUPS", "Change", "Key", "Row", "Said", "document", "group_of", "row_of", "table"]

Change = Fault | LegalVariation
Key = tuple[str, str]
"""API and id of a change, "" for the emulator without one."""

_LEGAL = "legal"
GROUPS = (*FAMILIES, _LEGAL)
"""Families of faults, and the legal variations, in the order of the table."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a tool said of one emulator.

    Attributes:
        complaints: each kind once: check or code, where, of what operation, at what status.
        cpu: seconds of CPU of the tool, its start taken off.
        finished: whether it got to its end; it may have crashed or taken too long.
    """

    complaints: frozenset[str]
    cpu: float
    finished: bool = True


@dataclass(frozen=True)
class Row:
    """What one tool made of the catalogue.

    Attributes:
        found: ids of the faults that it found.
        flagged: ids of the legal variations that it spoke of.
        unfinished: ids of what it was not done with; what it said by then counts.
        alarms: what it says of emulators without a fault.
        cpu: seconds of CPU of the tool itself, its start and the emulators taken off.
        absent: why nothing was measured, or "".
    """

    tool: str
    found: frozenset[str] = frozenset()
    flagged: frozenset[str] = frozenset()
    unfinished: frozenset[str] = frozenset()
    alarms: tuple[str, ...] = ()
    cpu: float = 0.0
    absent: str = ""


def row_of(tool: str, changes: Sequence[Change], said: Mapping[Key, Sequence[Said]]) -> Row:
    """Return the row of ``tool``: what it says of a fault beyond what it says without one.

    Args:
        said: what it said of each change, and under the id "" of no change, by API.
    """
    usual = {
        api: frozenset[str]().union(*(one.complaints for one in several))
        for (api, change), several in said.items()
        if not change
    }
    spoken = {
        item.id
        for item in changes
        if any(one.complaints - usual[item.api] for one in said[item.api, item.id])
    }
    return Row(
        tool,
        found=frozenset(item.id for item in changes if isinstance(item, Fault)) & spoken,
        flagged=frozenset(item.id for item in changes if not isinstance(item, Fault)) & spoken,
        unfinished=frozenset(
            change or api
            for (api, change), several in said.items()
            if not all(one.finished for one in several)
        ),
        alarms=tuple(f"{api}: {text}" for api in sorted(usual) for text in sorted(usual[api])),
        cpu=sum(one.cpu for (_, change), several in said.items() for one in several if change),
    )


def group_of(change: Change) -> str:
    """Return the one of ``GROUPS`` that ``change`` is in."""
    return change.family if isinstance(change, Fault) else _LEGAL


def _counts(row: Row, changes: Sequence[Change]) -> dict[str, tuple[int, int]]:
    """Return found and all of each group that there is, ``legal`` for what was flagged."""
    spoken = row.found | row.flagged
    counts: dict[str, tuple[int, int]] = {}
    for group in GROUPS:
        members = [item.id for item in changes if group_of(item) == group]
        if members:
            counts[group] = (sum(item in spoken for item in members), len(members))
    return counts


def table(rows: Sequence[Row], changes: Sequence[Change]) -> str:
    """Return the table for people: groups down, tools across, and what was said without a fault."""
    faults = [item for item in changes if isinstance(item, Fault)]
    lines: list[list[str]] = [["", *(row.tool for row in rows)]]

    def line(label: str, cells: Sequence[str]) -> None:
        lines.append(
            [label, *("-" if row.absent else cell for row, cell in zip(rows, cells, strict=True))]
        )

    counts = [_counts(row, changes) for row in rows]
    for group in GROUPS:
        if any(group in item for item in counts) and group != _LEGAL:
            line(group, [_of(*item[group]) for item in counts])
    if faults:
        line("faults found", [_of(len(row.found), len(faults)) for row in rows])
    if len(faults) < len(changes):
        line("legal, but flagged", [_of(*item[_LEGAL]) for item in counts])
    line("said without a fault", [str(len(row.alarms)) for row in rows])
    line("not finished", [str(len(row.unfinished)) for row in rows])
    line("CPU seconds", [f"{row.cpu:.1f}" for row in rows])
    widths = [max(len(cells[column]) for cells in lines) for column in range(len(rows) + 1)]
    text = [
        "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
        for cells in lines
    ]
    for row in rows:
        text += [f"{row.tool}: {row.absent}"] if row.absent else []
        text += [f"{row.tool}, without a fault: {one_line(alarm, 300)}" for alarm in row.alarms]
    return "\n".join(text) + "\n"


def _of(part: int, whole: int) -> str:
    return f"{part} of {whole} ({100 * part // whole} %)"


def document(rows: Sequence[Row], changes: Sequence[Change], spec: str) -> str:
    """Return the document ``specproof.bench.faults/1``.

    Args:
        spec: which description the peers had.
    """
    made: dict[str, Any] = {
        "schema": "specproof.bench.faults/1",
        "spec": spec,
        "tools": [
            {
                "tool": row.tool,
                "not_measured": row.absent or None,
                "groups": {
                    group: {"spoken_of": None if row.absent else part, "of": whole}
                    for group, (part, whole) in _counts(row, changes).items()
                },
                "found": sorted(row.found),
                "missed": sorted(
                    item.id
                    for item in changes
                    if isinstance(item, Fault) and item.id not in row.found and not row.absent
                ),
                "legal_flagged": sorted(row.flagged),
                "unfinished": sorted(row.unfinished),
                "without_a_fault": list(row.alarms),
                "cpu_seconds": round(row.cpu, 1),
            }
            for row in rows
        ],
    }
    return json.dumps(made, indent=2) + "\n"
