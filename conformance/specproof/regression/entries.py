"""What the history of a description consists of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from specproof.regression.bump import Bump
from specproof.regression.change import Change, Diff

__all__ = ["Entry", "History", "Kept", "Outcome", "Undone"]


class Kept(NamedTuple):
    """One revision that was kept.

    Attributes:
        label: what it is called: the short name of a commit, the name of a file.
        day: when it was kept, None where that is not known.
        subject: what its commit says, as somebody wrote it; or empty.
        commit: full name of its commit, or empty.
        read: gives its bytes, None where the revision removed the file.
    """

    label: str
    day: date | None
    subject: str
    commit: str
    read: Callable[[], bytes | None]


class Outcome(StrEnum):
    """What a revision is beside the one before it."""

    FIRST = "first"
    SAME = "same"
    CHANGED = "changed"
    COLLAPSED = "collapsed"
    UNREADABLE = "unreadable"
    REMOVED = "removed"


class Entry(NamedTuple):
    """One revision in its history.

    Attributes:
        kept: the revision.
        outcome: what it is beside ``base``.
        base: index of the entry that it was compared with: the latest that could be read and had
            not collapsed; None where there is none.
        diff: what changed since; None where nothing was compared.
        bump: what that asks for.
        operations: in this revision; None where it can not be read.
        problem: why it can not be read or can not be meant, in one sentence, or empty.
        again: index of the earlier entry that it means the same as, with others between; or None.
    """

    kept: Kept
    outcome: Outcome
    base: int | None = None
    diff: Diff | None = None
    bump: Bump = Bump.NONE
    operations: int | None = None
    problem: str = ""
    again: int | None = None


class Undone(NamedTuple):
    """One change that a later revision took back.

    Attributes:
        change: what changed; its operations are those where it was taken back.
        made: index of the entry that made it.
        undone: index of the entry that took it back.
        by: the change that did.
    """

    change: Change
    made: int
    undone: int
    by: Change


class History(NamedTuple):
    """A history.

    Attributes:
        entries: the oldest first.
        undone: in the order of the revisions that made them, the worst of each first.
    """

    entries: tuple[Entry, ...]
    undone: tuple[Undone, ...]
