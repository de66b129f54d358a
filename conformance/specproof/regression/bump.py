"""Diff -> which part of the client's version has to be raised (Semantic Versioning 2.0.0)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from specproof.regression.change import Change, Diff, Level

if TYPE_CHECKING:
    from specproof.regression.client_impact import Explained

__all__ = ["Bump", "Forced", "bump", "forced"]


class Bump(StrEnum):
    """Part of a version, the greatest first."""

    MAJOR = "major"
    MINOR = "minor"
    PATCH = "patch"
    NONE = "none"


class Forced(NamedTuple):
    """A bump and what forces it.

    Attributes:
        changes: fingerprints of the changes that ask for it, the worst first.
        client: dotted paths of the client's Python interface whose changes ask for it, sorted.
    """

    bump: Bump
    changes: tuple[str, ...] = ()
    client: tuple[str, ...] = ()


_GAINS: Final = ("-added", "-widened", "-loosened")
"""Ends of ids of rules that report something callers can newly use."""


def bump(diff: Diff, interface: Iterable[Explained] = ()) -> Bump:
    """Return what the changes ask for: the worst of them decides.

    An error that somebody accepted asks for as much as a warning: what is breaking and the
    greatest bump always come together, unless a change of the Python interface asks for more.
    """
    return forced(diff, interface).bump


def forced(diff: Diff, interface: Iterable[Explained] = ()) -> Forced:
    """Return what the changes ask for, and which of them do.

    Args:
        diff: changes of the description.
        interface: changes of the client's Python interface, as far as they were looked at.
    """
    changes = [(_asked(change), change.fingerprint) for change in diff.changes]
    client = [(Bump(item.level), item.subject) for item in interface]
    asked = {each for each, _ in (*changes, *client)}
    worst = next((each for each in Bump if each in asked), Bump.NONE)
    return Forced(
        worst,
        tuple(mark for each, mark in changes if each is worst),
        tuple(sorted({subject for each, subject in client if each is worst})),
    )


def _asked(change: Change) -> Bump:
    if change.level is Level.ERROR and not change.accepted:
        return Bump.MAJOR
    if change.level is not Level.INFO or change.rule.endswith(_GAINS):
        return Bump.MINOR
    return Bump.PATCH
