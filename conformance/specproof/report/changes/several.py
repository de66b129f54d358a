"""Diffs of several APIs beside one base -> their ``--json`` document, headlines, summary."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from specproof.regression.bump import Bump
from specproof.regression.change import Perspective, Policy
from specproof.report.changes.document import diff_document
from specproof.report.changes.view import WORDS, Comparison, counts, summary_line
from specproof.text import one_line, printable

__all__ = [
    "REGRESS_SCHEMA",
    "Regress",
    "Regressed",
    "headline",
    "regress_document",
    "regress_summary",
]

REGRESS_SCHEMA: Final = "specproof.regress/1"


@dataclass(frozen=True, slots=True)
class Regressed:
    """One API beside its base.

    Attributes:
        api: its name.
        file: the document, as it is named from the working directory.
        comparison: what changed; None for a document that the base does not have.
        new: the bytes of the document as it stands.
        remarks: sentences about acceptances that do not count.
        old: the bytes of the base's document, empty where it has none.
    """

    api: str
    file: str
    comparison: Comparison | None
    new: bytes
    remarks: tuple[str, ...] = ()
    old: bytes = b""


@dataclass(frozen=True, slots=True)
class Regress:
    """All of them.

    Attributes:
        base: the revision, as it was asked for.
        commit: its full name.
        effective: whether effective documents were compared and not published ones.
        apis: in the order of their names.
    """

    base: str
    commit: str
    effective: bool
    perspective: Perspective
    policy: Policy
    apis: tuple[Regressed, ...]

    @property
    def compared(self) -> tuple[tuple[Regressed, Comparison], ...]:
        """Those that had something to be compared with."""
        return tuple((each, each.comparison) for each in self.apis if each.comparison is not None)


def headline(each: Regressed, found: Regress) -> str:
    """Return what is compared with what, or why nothing is."""
    was = f"{one_line(found.base, 60)} ({found.commit[:10]})"
    if each.comparison is None:
        return f"{each.api}: new, {was} has no {one_line(each.file)}: nothing to compare"
    return f"{each.api}: {one_line(each.file)}, {was} -> work tree"


def regress_summary(found: Regress) -> str:
    """Return one line: ``2 APIs: 2 breaking, 1 warning, 4 info; bump major``."""
    compared = [comparison for _, comparison in found.compared]
    if len(found.apis) == len(compared) == 1:
        return summary_line(compared[0])
    faults = [each.api for each, comparison in found.compared if comparison.diff.upstream]
    number = _counts(compared)
    told = [f"{number[level]} {word}" for level, word in WORDS.items()]
    told += [f"{number['accepted']} accepted"] if number["accepted"] else []
    line = f"{len(compared)} of {len(found.apis)} APIs compared: {', '.join(told)}"
    line = f"{line}; bump {_bump(compared)}"
    return f"{line}; could not compare {', '.join(faults)}" if faults else line


def regress_document(found: Regress) -> dict[str, Any]:
    """Return the ``--json`` document, ``specproof.regress/1``."""
    compared = [comparison for _, comparison in found.compared]
    return {
        "schema": REGRESS_SCHEMA,
        "mode": "compare",
        "document": "effective" if found.effective else "published",
        "base": printable(found.base),
        "commit": found.commit,
        "perspective": found.perspective.value,
        "policy": found.policy.value,
        "breaking": any(comparison.diff.breaking for comparison in compared),
        "bump": _bump(compared).value,
        "summary": _counts(compared),
        "apis": [
            {
                "api": each.api,
                "file": printable(each.file),
                "state": "new" if each.comparison is None else "compared",
                "remarks": [printable(remark) for remark in each.remarks],
                "diff": None if each.comparison is None else diff_document(each.comparison),
            }
            for each in found.apis
        ],
    }


def _counts(compared: Iterable[Comparison]) -> dict[str, int]:
    total = dict.fromkeys(("error", "warning", "info", "accepted"), 0)
    for comparison in compared:
        for name, number in counts(comparison.diff).items():
            total[name] += number
    return total


def _bump(compared: Iterable[Comparison]) -> Bump:
    """Return the greatest."""
    asked = {comparison.bump for comparison in compared}
    return next((each for each in Bump if each in asked), Bump.NONE)
