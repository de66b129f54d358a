"""Changes as a page has them: in groups, each with its words and its place in both documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from specproof.regression.change import Change, Level
from specproof.report.changes.fragments import Side, sides
from specproof.report.changes.view import Comparison, calls_sentence, grouped, users_sentence
from specproof.text import one_line

__all__ = ["MOST", "SPRITES", "TITLES", "Section", "Shown", "sections"]

MOST: Final = 2_000
"""Changes on a page, the worst of them; more make it too long for a browser and its reader."""

TITLES: Final = {
    "error": "Breaking",
    "warning": "Warnings",
    "info": "Information",
    "accepted": "Accepted",
}
SPRITES: Final = {"error": "✖", "warning": "▲", "info": "●", "accepted": "☑"}
"""Signs beside the words, for those who see."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One change.

    Attributes:
        level: ``error``, ``warning``, ``info``, or ``accepted`` whatever its level is.
        note: why it is accepted or has another level than its rule, or "".
        calls: how many of the user's calls it concerns, or "".
        client: what of the client's Python interface it changes.
        sides: the place in the old document and in the new one; None for the whole documents.
    """

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
class Section:
    """One group of changes."""

    anchor: str
    title: str
    users: str
    changes: tuple[Shown, ...]

    @property
    def levels(self) -> dict[str, int]:
        """How many there are of each level."""
        held = [shown.level for shown in self.changes]
        return {level: held.count(level) for level in SPRITES if level in held}


def sections(comparison: Comparison, most: int) -> Sequence[Section]:
    """Return the groups, the one with the worst change first, with ``most`` changes in all."""
    made: list[Section] = []
    room = most
    for number, group in enumerate(grouped(comparison.diff), 1):
        changes = group.changes[:room]
        room -= len(changes)
        if changes:
            made.append(
                Section(
                    f"group-{number}",
                    one_line(group.title),
                    users_sentence(group, 10),
                    tuple(_shown(change, comparison) for change in changes),
                )
            )
    return made


def _shown(change: Change, comparison: Comparison) -> Shown:
    note = f"Accepted: {change.accepted}." if change.accepted else ""
    if change.reason:
        note = f"{note} Level: {change.reason}.".lstrip()
    # Beside the whole documents nothing could be seen, and nothing where one is not at hand.
    kept = comparison.old_root is not None and comparison.new_root is not None
    return Shown(
        change,
        "accepted" if change.accepted else change.level.value,
        one_line(change.message, 1000),
        one_line(change.fix, 1000) if change.level is not Level.INFO else "",
        one_line(note, 2000),
        tuple(one_line(operation) for operation in change.operations),
        calls_sentence(change, comparison.calls),
        tuple(one_line(site) for site in change.call_sites or ()),
        tuple(one_line(name) for name in change.affects_client),
        sides(change, comparison) if change.pointer and kept else None,
    )
