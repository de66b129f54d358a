"""Diff -> Markdown (GitHub flavoured) for a comment on a pull request.

Text from outside has every mark escaped, see ``report.marks``. What does not fit into a comment is
counted, the least grave first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from specproof.regression.change import Change, Level
from specproof.report.changes import impact
from specproof.report.changes.view import Comparison, calls_sentence, summary_line
from specproof.report.marks import code, head, inert, row

__all__ = ["LONGEST", "render_markdown"]

LONGEST: Final = 60_000
"""Most characters: GitHub refuses a comment of more than 65,536, and others add a line to it."""

_OPERATIONS_NAMED: Final = 3
_CALLS_NAMED: Final = 5
_LISTED: Final = 50  # lines about the client and about the recordings
_TITLES: Final = {
    Level.ERROR: "❌ Breaking",
    Level.WARNING: "⚠️ Warnings",
    Level.INFO: "\N{INFORMATION SOURCE} Information",  # the sign, without the emoji's colour
}
_ROOM: Final = 2_000
"""Characters kept free for what stands around the tables."""


def render_markdown(comparison: Comparison) -> str:
    """Return the report as Markdown with a final line feed."""
    lines = [
        "## Changes of the specification",
        "",
        f"**{inert(summary_line(comparison), 1000)}**",
        "",
        f"{code(comparison.old)} → {code(comparison.new)}",
    ]
    sections = [
        (title, [each for each in comparison.diff.changes if each.level is level and _open(each)])
        for level, title in _TITLES.items()
    ]
    accepted = [change for change in comparison.diff.changes if not _open(change)]
    sections.append(("☑️ Accepted", accepted))
    hurt = [*_impact(comparison)]
    room = LONGEST - _ROOM - len("\n".join(hurt))
    for number, (title, changes) in enumerate(sections):
        if changes:
            rows, room = _fitting(changes, comparison, room)
            lines += _section(title, rows, len(changes), folded=number > 0)
    lines += hurt
    return "\n".join(lines) + "\n"


def _impact(comparison: Comparison) -> Iterator[str]:
    """Yield what became of the client's interface and of the recordings, folded."""
    if comparison.interface is not None:
        interface = comparison.interface
        yield from ("", f"<details><summary>{impact.interface_title(interface)}</summary>", "")
        for item in interface[:_LISTED]:
            # The text is Markdown of ours, names in it are code.
            yield f"- {item.level}: {item.text} ({impact.origin(item)})"
        if len(interface) > _LISTED:
            yield f"- {len(interface) - _LISTED} more left out here"
        yield from ("", "</details>")
    if comparison.recordings is not None:
        recordings = comparison.recordings
        title = inert(impact.recordings_title(recordings), 1000)
        yield from ("", f"<details><summary>{title}</summary>", "")
        for name, told in list(impact.violated_sentences(recordings))[:_LISTED]:
            yield f"- {code(name)}: {inert(told, 300)}"
        if missing := impact.missing_sentence(recordings):
            yield f"- {inert(missing, 1000)}"
        yield from ("", "</details>")


def _open(change: Change) -> bool:
    return not change.accepted


def _fitting(changes: Sequence[Change], comparison: Comparison, room: int) -> tuple[list[str], int]:
    """Return as many rows as there is room for, and the room that is left."""
    rows: list[str] = []
    for change in changes:
        text = _row(change, comparison)
        if len(text) + 1 > room:
            # Nothing less grave may take the place of what did not fit.
            return rows, 0
        room -= len(text) + 1
        rows.append(text)
    return rows, room


def _section(title: str, rows: Sequence[str], count: int, *, folded: bool) -> Iterator[str]:
    yield ""
    if folded:
        yield f"<details><summary>{title} ({count})</summary>"
    else:
        yield f"### {title} ({count})"
    yield ""
    if rows:
        yield from head(["where", "what a caller sees", "rule"])
        yield from rows
    if len(rows) < count:
        yield ""
        yield f"{count - len(rows)} more left out here: `specproof diff` lists them."
    if folded:
        yield ""
        yield "</details>"


def _row(change: Change, comparison: Comparison) -> str:
    told = [inert(change.message, 1000)]
    if change.accepted:
        told.append(f"accepted: {inert(change.accepted, 1000)}")
    elif change.level is not Level.INFO:
        told.append(f"fix: {inert(change.fix, 1000)}")
    if change.reason:
        told.append(f"level: {inert(change.reason, 1000)}")
    if calls := calls_sentence(change, comparison.calls):
        told.append(f"**{calls}** {_names(change.call_sites or (), _CALLS_NAMED)}".rstrip())
    if change.affects_client:
        told.append(f"client: {_names(change.affects_client, _CALLS_NAMED)}")
    where = _names(change.operations, _OPERATIONS_NAMED) or code(change.pointer or "/")
    return row([where, "<br>".join(told), f"{code(change.rule)}<br>{code(change.fingerprint)}"])


def _names(names: Sequence[str], limit: int) -> str:
    shown = names if len(names) <= limit + 1 else names[:limit]
    more = [f"and {len(names) - len(shown)} more"] if len(shown) < len(names) else []
    return "<br>".join([*map(code, shown), *more])
