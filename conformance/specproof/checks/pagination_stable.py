"""Two walks over the pages of a list find the same items in the same order."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from specproof.checks.base import Check, View
from specproof.checks.walks import Walk, Walks, walks_of
from specproof.model import Observation

__all__ = ["CHECK"]

RULE = "pagination-stable"
_WALKS = ("first", "second", "third", "fourth")


def look(view: View) -> Iterator[Observation]:
    """Observe the second walk against the first, and two more where they differ."""
    walks = walks_of(view)
    if walks is None or walks.now.name not in {"second", "fourth"} or not walks.ended:
        return
    requirement = view.requirement("pagination", "stable")
    made = [walk for name in _WALKS if (walk := walks.walk(name)) is not None]
    if not any(walk.turned for walk in made):
        return
    if walks.now.name == "second":
        if [walks.keys(walk) for walk in made] == [walks.keys(made[0])] * 2:
            yield view.observe(RULE, requirement, None)
        return
    if len(made) < len(_WALKS):
        return
    # A writer who changes the list once, be it in the middle of a walk, makes that walk differ
    # from its neighbours, and no two others.
    if not any(_agree(walks, one, other) for one, other in itertools.pairwise(made)):
        yield view.observe(RULE, requirement, "items change their order from walk to walk")
    if all(_back(walks, *made[start : start + 3]) for start in (0, 1)):
        yield view.observe(
            RULE, requirement, "items are missing from one walk and back in the next"
        )


def _agree(walks: Walks, one: Walk, other: Walk) -> bool:
    """Return whether what both walks found came in the same order."""
    common = set(walks.keys(one)) & set(walks.keys(other))
    return _order(walks, one, common) == _order(walks, other, common)


def _order(walks: Walks, walk: Walk, common: set[str]) -> list[str]:
    return [key for key in dict.fromkeys(walks.keys(walk)) if key in common]


def _back(walks: Walks, before: Walk, between: Walk, after: Walk) -> bool:
    """Return whether something was there before and after, and not between."""
    if before.cut or between.cut or after.cut:
        return False
    around = set(walks.keys(before)) & set(walks.keys(after))
    return not around <= set(walks.keys(between))


CHECK = Check(
    id=RULE,
    title="two walks over the pages of a list find the same items in the same order",
    explanation=(
        "Pages are cut from an order. Where it changes from request to request, items slip from"
        " one page to another between two of them: a caller sees some twice and others never,"
        " now and then. Sort by something unique. Four walks were made, so that one change"
        " of the list meanwhile is no finding."
    ),
    clause="the paging parameters of the contract; RFC 9110 9.2.1 (GET is safe)",
    look=look,
    walks=True,
)
