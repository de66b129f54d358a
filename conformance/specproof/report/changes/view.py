"""What every form of a diff shows: names, counts, groups and sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from specproof.json_types import JsonObject
from specproof.regression.bump import Bump, Forced
from specproof.regression.change import Change, Diff, Level, Perspective, Policy
from specproof.report.changes.pointers import tokens
from specproof.text import one_line

if TYPE_CHECKING:
    from specproof.regression.client_impact import Explained
    from specproof.regression.recording_impact import RecordingImpact

__all__ = [
    "WORDS",
    "Comparison",
    "Group",
    "calls_sentence",
    "counts",
    "grouped",
    "named",
    "summary_line",
    "users_sentence",
]

WORDS: Final[dict[Level, str]] = {
    Level.ERROR: "breaking",
    Level.WARNING: "warning",
    Level.INFO: "info",
}
"""What a level is called in a sentence, the worst first."""


class Comparison(NamedTuple):
    """A diff and what its reader has to know beside it.

    Attributes:
        diff: what changed.
        bump: which part of the client's version has to be raised.
        old: what the old document is called: the file as it was named.
        new: what the new document is called.
        perspective: whose eyes judged.
        policy: under which policy.
        calls: places that use the client in the user's code; None if nobody looked.
        forced: what forces the bump; None where nobody asked.
        interface: changes of the client's Python interface; None if nobody looked.
        recordings: what became of the recordings; None if nobody looked.
        remarks: sentences about what could not be looked at.
        old_root: the old document, None where it is not at hand.
        new_root: the new document, None where it is not at hand.
    """

    diff: Diff
    bump: Bump
    old: str
    new: str
    perspective: Perspective = Perspective.CONSUMER
    policy: Policy = Policy.DEFAULT
    calls: int | None = None
    forced: Forced | None = None
    interface: tuple[Explained, ...] | None = None
    recordings: RecordingImpact | None = None
    remarks: tuple[str, ...] = ()
    old_root: JsonObject | None = None
    new_root: JsonObject | None = None


class Group(NamedTuple):
    """Changes of one operation, of one component, of the same operations or of none.

    Attributes:
        title: the operation's key, the component's kind and name, ``3 operations`` or ``document``.
        users: operations that feel it, empty where the title says so.
        changes: the worst first.
    """

    title: str
    users: tuple[str, ...]
    changes: tuple[Change, ...]


def counts(diff: Diff) -> dict[str, int]:
    """Return how many changes there are of each level, and how many somebody accepted."""
    found = {
        level.value: sum(change.level is level and not change.accepted for change in diff.changes)
        for level in Level
    }
    return {**found, "accepted": sum(bool(change.accepted) for change in diff.changes)}


def summary_line(comparison: Comparison) -> str:
    """Return ``2 breaking, 1 warning, 4 info; bump major``."""
    diff = comparison.diff
    if diff.upstream:
        return f"could not compare: {one_line(diff.upstream)}"
    if not diff.changes:
        return "no changes; bump none"
    number = counts(diff)
    parts = [f"{number[level]} {word}" for level, word in WORDS.items()]
    if number["accepted"]:
        parts.append(f"{number['accepted']} accepted")
    return f"{', '.join(parts)}; bump {comparison.bump}"


def named(names: Sequence[str], limit: int = 3) -> str:
    """Return the names in a row, those beyond ``limit`` counted instead."""
    # One more than the limit is named: "and 1 more" is no shorter.
    shown = names if len(names) <= limit + 1 else names[:limit]
    more = [f"and {len(names) - len(shown)} more"] if len(shown) < len(names) else []
    return ", ".join([*(one_line(name) for name in shown), *more])


def users_sentence(group: Group, limit: int = 3) -> str:
    """Return ``used by 12 operations: GET /a, ... and 9 more``, or nothing where nobody does."""
    users = group.users
    if not users:
        return ""
    if group.title == _several(users):
        return named(users, limit)
    return f"used by {len(users)} operations: {named(users, limit)}"


def calls_sentence(change: Change, calls: int | None) -> str:
    """Return ``breaks 3 of your 14 calls``, or nothing where nobody looked for calls."""
    if change.call_sites is None:
        return ""
    found = len(change.call_sites)
    verb = "breaks" if change.level is Level.ERROR else "concerns"
    every = "" if calls is None else f"{calls} "
    plural = "call" if found == 1 and calls in {None, 1} else "calls"
    if calls == 0:
        # Said of none, "none of your 0 calls" would read as if all of them had been looked at.
        return f"{verb} nothing known: no call of yours was found"
    if not found:
        return f"{verb} none of your {every}calls"
    return (
        f"{verb} {found} of your {every}{plural}"
        if calls is not None
        else (f"{verb} {found} {plural} of yours")
    )


def grouped(diff: Diff) -> tuple[Group, ...]:
    """Return the changes by operation, or by component where several operations feel one.

    The group with the worst change comes first, equally bad ones in the order of their titles.
    """
    found: dict[tuple[str, tuple[str, ...]], list[Change]] = {}
    for change in diff.changes:
        found.setdefault(_place(change), []).append(change)
    groups = [
        Group(title, users or _users(title, changes), tuple(sorted(changes, key=_badness)))
        for (title, users), changes in found.items()
    ]
    return tuple(
        sorted(groups, key=lambda group: (_badness(group.changes[0]), group.title, group.users))
    )


def _badness(change: Change) -> tuple[bool, int]:
    return bool(change.accepted), -change.level.weight


def _place(change: Change) -> tuple[str, tuple[str, ...]]:
    """Return the title of the change's group, and the operations that make it a group."""
    operations = change.operations
    if len(operations) == 1:
        return operations[0], ()
    match tokens(change.pointer):
        case ["components", kind, name, *_]:
            return f"{_singular(kind)} {name}", ()
    return (_several(operations), operations) if operations else ("document", ())


def _several(operations: Sequence[str]) -> str:
    return f"{len(operations)} operations"


def _singular(kind: str) -> str:
    """Return ``schema`` for ``schemas``, ``request body`` for ``requestBodies``."""
    words = "".join(f" {mark.lower()}" if mark.isupper() else mark for mark in kind)
    return f"{words[:-3]}y" if words.endswith("ies") else words.removesuffix("s")


def _users(title: str, changes: Iterable[Change]) -> tuple[str, ...]:
    users = {operation for change in changes for operation in change.operations}
    return () if users == {title} else tuple(sorted(users))
