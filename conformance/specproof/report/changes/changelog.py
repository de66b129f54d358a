"""Diff -> a section of a changelog in the form of Keep a Changelog 1.1.0, without a date.

Its sections hold what changed in the client's Python interface, where that was looked at, and in
the API; what breaks callers comes first and says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from specproof.regression.change import Change, Level
from specproof.regression.rules import registry
from specproof.report.changes.view import Comparison, named, summary_line
from specproof.text import one_line

__all__ = ["SECTIONS", "render_changelog"]

SECTIONS: Final = ("Added", "Changed", "Deprecated", "Removed", "Security")
"""Those of Keep a Changelog that a comparison can fill, in its order."""

_MARKS: Final = re.compile(r"[\\`*_\[\]<>#@|~&!]|:(?=//)|(?<=www)\.", re.IGNORECASE)
_MOST = 200  # lines of a section; more of them nobody reads
_SAID: Final = {
    "major": "Code that worked may fail: a major version.",
    "minor": "Code that worked should still work: a minor version.",
    "patch": "Nothing that code rests on: a patch.",
    "none": "No changes.",
}


def render_changelog(comparison: Comparison) -> str:
    """Return the section, with a final line feed."""
    lines = ["## [Unreleased]", ""]
    if comparison.diff.upstream:
        return "\n".join([*lines, _plain(summary_line(comparison)), ""])
    lines.append(_SAID[comparison.bump.value])
    found: dict[str, list[tuple[bool, str]]] = {name: [] for name in SECTIONS}
    for item in comparison.interface or ():
        found[item.section].append((item.level == "major", item.text))
    for change in comparison.diff.changes:
        breaks = change.level is Level.ERROR and not change.accepted
        found[_section(change)].append((breaks, _line(change)))
    for name, told in found.items():
        if told:
            lines += ["", f"### {name}", "", *_lines(told)]
    return "\n".join([*lines, ""])


def _lines(told: list[tuple[bool, str]]) -> Iterator[str]:
    # Sorting is stable: the interface stays before the API.
    ordered = sorted(told, key=lambda each: not each[0])
    for breaks, text in ordered[:_MOST]:
        yield f"- {'**Breaking:** ' if breaks else ''}{text}"
    if len(ordered) > _MOST:
        yield f"- and {len(ordered) - _MOST} more"


def _line(change: Change) -> str:
    # Most messages name the only operation that feels it.
    told = any(operation in change.message for operation in change.operations)
    felt = "" if told or not change.operations else f" ({_plain(named(change.operations, 2))})"
    accepted = f" Accepted: {_plain(change.accepted)}." if change.accepted else ""
    return f"{_plain(change.message)}{felt}{accepted}"


def _plain(text: str) -> str:
    """Return text of strangers as Markdown that shows it; the file is read as it stands, too."""
    return _MARKS.sub(_escaped, one_line(text, 1000))


def _escaped(match: re.Match[str]) -> str:
    if match[0] in "@#":
        # As code it mentions nobody and names no issue, see ``report.marks``.
        return f"`{match[0]}`"
    # GFM makes links of addresses, however their marks are escaped with backslashes.
    return f"&#{ord(match[0])};" if match[0] in ":." else f"\\{match[0]}"


def _section(change: Change) -> str:
    rule = registry().get(change.rule)
    if rule is not None and rule.area == "security":
        return "Security"
    if change.rule.endswith(("-deprecated", "-sunset-announced")):
        return "Deprecated"
    if change.rule.endswith("-added"):
        return "Added"
    return "Removed" if "-removed" in change.rule else "Changed"
