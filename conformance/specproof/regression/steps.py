"""What the comparers of schemas get and give."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from specproof.regression.change import Finding
from specproof.regression.modes import Mode
from specproof.regression.places import Place
from specproof.regression.shape import Shape, Spot

__all__ = ["Outcome", "Pair", "Relations", "Step", "found"]


class Step(NamedTuple):
    """Two schemas still to be compared."""

    old: Spot
    new: Spot
    mode: Mode


Outcome = Finding | Step
"""Comparers yield both."""


class Relations(Protocol):
    """Questions about two schemas whose answer is needed before anything is reported."""

    def unchanged(self, old: Spot, new: Spot) -> bool:
        """Return whether both are the same letter by letter, which costs least to tell."""

    def same_spots(self, old: Spot, new: Spot) -> bool:
        """Return whether both mean the same."""

    def fits(self, old: Spot, new: Spot, mode: Mode) -> bool:
        """Return whether nothing can hurt where ``new`` takes the place of ``old``."""

    def shapes(self, old: Spot, new: Spot) -> tuple[Shape, Shape]:
        """Return the normal form of a schema of the old and of one of the new document."""


class Pair(NamedTuple):
    """Two normal forms that are compared."""

    old: Shape
    new: Shape
    mode: Mode

    def finding(
        self, aspect: str, *, place: Place | None = None, gone: bool = False, **facts: str
    ) -> Finding:
        """Return a finding of the rule for ``aspect`` in this direction.

        Args:
            aspect: the rule's id without the direction.
            place: what differs, if it is not the schema itself.
            gone: whether ``place`` is of the old document.
            facts: see ``Finding``.
        """
        where = place if place is not None else self.new.place
        if where.pointer == "" and place is None:
            # Nothing is said in the new document, so there is no place in it.
            where, gone = self.old.place, True
        return found(f"{self.mode.direction}-{aspect}", where, gone=gone, **facts)


def found(rule: str, place: Place, *, gone: bool = False, **facts: str) -> Finding:
    """Return a finding at ``place``."""
    return Finding(rule, place.name, place.pointer, facts, gone)
