"""Faults of a vendor's publishing, told apart from changes of its API."""

from __future__ import annotations

from specproof.errors import InputError
from specproof.regression.change import Finding
from specproof.regression.pairing import Pairing
from specproof.text import one_line

__all__ = ["COLLAPSED", "collapse", "collapsed", "unreadable"]

COLLAPSED = "specification-collapsed"
"""Id of the one rule that is reported instead of all that is missing."""

_FEWEST = 5  # of a smaller API most may well be replaced


def collapse(pairing: Pairing) -> str:
    """Return why the new document can not be meant, in one sentence, or an empty text.

    It has lost all of at least five operations, or more than half of them and at least five,
    while fewer than half as many came.
    """
    lost, came = len(pairing.removed), len(pairing.added)
    before, now = lost + len(pairing.pairs), came + len(pairing.pairs)
    if before < _FEWEST or lost < _FEWEST:
        return ""
    if now == 0:
        return f"the new description has no operations, the old one had {before}"
    if lost * 2 > before and came * 2 < lost:
        return f"the new description lost {lost} of {before} operations and has {came} new ones"
    return ""


def unreadable(error: InputError) -> str:
    """Return why a new document that can not even be read can not be meant, in one sentence."""
    return f"the new description can not be read: {one_line(error.problem)}"


def collapsed(problem: str) -> Finding:
    """Return the one finding about a new document that can not be meant."""
    return Finding(COLLAPSED, "the description", "", {"problem": problem})
