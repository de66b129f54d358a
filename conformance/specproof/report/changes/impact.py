"""Whom the changes hurt, in the words that every form of a diff uses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from specproof.report.changes.view import Comparison, named
from specproof.text import one_line, printable

if TYPE_CHECKING:
    from specproof.regression.client_impact import Explained
    from specproof.regression.recording_impact import RecordingImpact

__all__ = [
    "forced_sentence",
    "impact_document",
    "interface_title",
    "missing_sentence",
    "origin",
    "recordings_title",
    "violated_sentences",
]

_CAUSES = 3
_PROBLEMS = 3


def interface_title(interface: tuple[Explained, ...]) -> str:
    """Return ``Python interface of the client: 3 changes, 1 breaking``."""
    breaking = sum(item.level == "major" for item in interface)
    plural = "" if len(interface) == 1 else "s"
    return f"Python interface of the client: {len(interface)} change{plural}, {breaking} breaking"


def origin(item: Explained) -> str:
    """Return where a change of the interface comes from."""
    if not item.causes:
        return "not explained by a change of the description"
    return f"by {named(item.causes, _CAUSES)}"


def recordings_title(recordings: RecordingImpact) -> str:
    """Return ``Recordings: 2 of 14 break the new description``."""
    if recordings.unjudged:
        return f"Recordings: not judged, {one_line(recordings.unjudged, 500)}"
    broken = len(recordings.violated)
    verb = "breaks" if broken == 1 else "break"
    what = "Recordings"
    if recordings.stubs:
        what = "Stubs" if recordings.stubs == recordings.read else "Recordings and stubs"
    return f"{what}: {broken} of {recordings.read} {verb} the new description"


def violated_sentences(recordings: RecordingImpact) -> Iterator[tuple[str, str]]:
    """Yield a recording and what of it the new document refuses."""
    for item in recordings.violated:
        problems = "; ".join(one_line(problem) for problem in item.problems[:_PROBLEMS])
        more = len(item.problems) - _PROBLEMS
        told = f"{problems}; and {more} more" if more > 0 else problems
        # A stub's answer is called after its operation already.
        named_already = item.recording.endswith(f"{item.operation} {item.status}")
        what = "" if named_already else f"{one_line(item.operation)} {item.status}: "
        yield one_line(item.recording), f"{what}{told}"


def missing_sentence(recordings: RecordingImpact) -> str:
    """Return which new answers no recording shows, or nothing."""
    if not recordings.missing:
        return ""
    listed = [f"{item.operation} {item.status}" for item in recordings.missing]
    return f"new answers without a recording: {named(listed, 10)}"


def forced_sentence(comparison: Comparison) -> str:
    """Return what forces the bump, or nothing where only the description was looked at."""
    found = comparison.forced
    if found is None or comparison.interface is None or not (found.changes or found.client):
        return ""
    told = []
    if found.changes:
        plural = "" if len(found.changes) == 1 else "s"
        told.append(f"{len(found.changes)} change{plural} ({named(found.changes)})")
    if found.client:
        told.append(f"the client ({named(found.client)})")
    return f"{found.bump} because of {' and '.join(told)}"


def impact_document(comparison: Comparison) -> dict[str, Any]:
    """Return the members of the JSON document that say whom the changes hurt."""
    found, interface, recordings = (
        comparison.forced,
        comparison.interface,
        comparison.recordings,
    )
    return {
        "forced_by": {
            "changes": [] if found is None else list(found.changes),
            "client": [] if found is None else [printable(path) for path in found.client],
        },
        "interface": None if interface is None else [_explained(item) for item in interface],
        "recordings": None if recordings is None else [*_rows(recordings)],
    }


def _explained(item: Explained) -> dict[str, Any]:
    return {
        "section": item.section,
        "subject": printable(item.subject),
        "text": printable(item.text),
        "level": item.level,
        "causes": list(item.causes),
    }


def _rows(recordings: RecordingImpact) -> Iterator[dict[str, Any]]:
    for item in recordings.violated:
        yield {
            "state": "violated",
            "recording": printable(item.recording),
            "provenance": item.provenance,
            "operation": printable(item.operation),
            "status": str(item.status),
            "problems": [printable(problem) for problem in item.problems],
        }
    for each in recordings.missing:
        yield {
            "state": "missing",
            "recording": None,
            "provenance": None,
            "operation": printable(each.operation),
            "status": printable(each.status),
            "problems": [],
        }
