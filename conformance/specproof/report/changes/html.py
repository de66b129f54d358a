"""Diff -> one static HTML page: no script, nothing loaded, old and new side by side.

Jinja2 escapes whatever is put into the page; a policy forbids all but the page's own style.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Final

from specproof.regression.change import Change, Level
from specproof.report.changes import impact
from specproof.report.changes.fragments import Side, sides
from specproof.report.changes.view import (
    Comparison,
    calls_sentence,
    counts,
    grouped,
    summary_line,
    users_sentence,
)
from specproof.text import one_line, printable

if TYPE_CHECKING:
    from specproof.regression.client_impact import Explained
    from specproof.regression.recording_impact import RecordingImpact

__all__ = ["MOST", "render_html"]

MOST: Final = 2_000
"""Changes on a page, the worst of them; more make it too long for a browser and its reader."""

_TITLES: Final = {"error": "Breaking", "warning": "Warnings", "info": "Information"}
_SPRITES: Final = {"error": "✖", "warning": "▲", "info": "●", "accepted": "☑"}  # beside the words


@dataclass(frozen=True, slots=True)
class _Shown:
    """One change as the page has it."""

    change: Change
    level: str
    message: str
    fix: str
    note: str
    operations: tuple[str, ...]
    calls: str
    call_sites: tuple[str, ...]
    client: tuple[str, ...]
    sides: tuple[Side, Side] | None


@dataclass(frozen=True, slots=True)
class _Section:
    """One group of changes as the page has it."""

    anchor: str
    title: str
    users: str
    changes: tuple[_Shown, ...]

    @property
    def levels(self) -> dict[str, int]:
        """How many there are of each level."""
        held = [shown.level for shown in self.changes]
        return {level: held.count(level) for level in _SPRITES if level in held}


def render_html(comparison: Comparison) -> str:
    """Return the page, with a final line feed."""
    import jinja2  # noqa: PLC0415 - takes longer to import than a comparison takes

    folder = resources.files(__name__.rpartition(".")[0])
    style = folder.joinpath("page.css").read_text("utf-8")
    template = folder.joinpath("page.html.jinja").read_text("utf-8")
    environment = jinja2.Environment(
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
    )
    # What stands between the tags is hashed (CSP Level 3, 2.3.1), line feeds included.
    digest = base64.b64encode(hashlib.sha256(f"\n{style}".encode()).digest()).decode("ascii")
    sections = _sections(comparison)
    return environment.from_string(template).render(
        style=style,
        digest=digest,
        summary=summary_line(comparison),
        old=printable(comparison.old),
        new=printable(comparison.new),
        perspective=comparison.perspective.value,
        policy=comparison.policy.value,
        operations=(comparison.diff.old_operations, comparison.diff.new_operations),
        upstream=one_line(comparison.diff.upstream, 1000),
        counts=counts(comparison.diff),
        titles={**_TITLES, "accepted": "Accepted"},
        sprites=_SPRITES,
        sections=sections,
        interface=None if comparison.interface is None else _interface(comparison.interface),
        recordings=None if comparison.recordings is None else _recordings(comparison.recordings),
        left=len(comparison.diff.changes) - sum(len(section.changes) for section in sections),
    )


def _interface(interface: tuple[Explained, ...]) -> tuple[str, list[tuple[str, str, str]]]:
    """Return the title, and level, text and origin of each change of the client."""
    rows = [
        (item.level, one_line(item.text.replace("`", ""), 1000), impact.origin(item))
        for item in interface[:MOST]
    ]
    return impact.interface_title(interface), rows


def _recordings(recordings: RecordingImpact) -> tuple[str, list[tuple[str, str]], str]:
    """Return the title, each recording with what is wrong of it, and what has none."""
    rows = [(name, one_line(told, 1000)) for name, told in impact.violated_sentences(recordings)]
    return impact.recordings_title(recordings), rows[:MOST], impact.missing_sentence(recordings)


def _sections(comparison: Comparison) -> Sequence[_Section]:
    made: list[_Section] = []
    room = MOST
    for number, group in enumerate(grouped(comparison.diff), 1):
        changes = group.changes[:room]
        room -= len(changes)
        if changes:
            made.append(
                _Section(
                    f"group-{number}",
                    one_line(group.title),
                    users_sentence(group, 10),
                    tuple(_shown(change, comparison) for change in changes),
                )
            )
    return made


def _shown(change: Change, comparison: Comparison) -> _Shown:
    note = f"Accepted: {change.accepted}." if change.accepted else ""
    if change.reason:
        note = f"{note} Level: {change.reason}.".lstrip()
    return _Shown(
        change,
        "accepted" if change.accepted else change.level.value,
        one_line(change.message, 1000),
        one_line(change.fix, 1000) if change.level is not Level.INFO else "",
        one_line(note, 2000),
        tuple(one_line(operation) for operation in change.operations),
        calls_sentence(change, comparison.calls),
        tuple(one_line(site) for site in change.call_sites or ()),
        tuple(one_line(name) for name in change.affects_client),
        # Beside the whole documents nothing could be seen.
        sides(change, comparison) if change.pointer else None,
    )
