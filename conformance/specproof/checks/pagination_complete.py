"""The pages of a list hold every item once, and come to an end."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping

from specproof.checks.base import Check, View
from specproof.checks.walks import Walk, Walks, walks_of
from specproof.model import Observation
from specproof.requirements.pages import circles

__all__ = ["CHECK"]

RULE = "pagination-complete"


def look(view: View) -> Iterator[Observation]:
    """Observe each page alone, and the walk over short pages once it was made twice."""
    walks = walks_of(view)
    if walks is None:
        return
    requirement = view.requirement("pagination", "complete")
    problems = list(_of_page(walks.now))
    if walks.now.name == "second" and walks.ended:
        broken = _of_walks(walks)
        if broken is None:
            return
        problems += broken
        if not problems and walks.now.turned:
            yield view.observe(RULE, requirement, None)
    for problem in problems:
        yield view.observe(RULE, requirement, problem)


def _of_page(walk: Walk) -> Iterator[str]:
    page = walk.pages[-1]
    if walk.limit is not None and len(page.items) > walk.limit:
        yield "a page is longer than was asked for"
    if page.astray == "host":
        yield "a page leads to another host for the next one"
    if page.astray == "refused":
        yield "the next page that a page leads to is refused"


def _of_walks(walks: Walks) -> list[str] | None:
    """Return what is wrong with the walk over short pages; None where the list changed.

    Others may write to the list meanwhile. What counts was wrong between two readings of the
    whole list that agree, or, where it can not be read whole, was wrong twice.
    """
    whole, again = walks.walk("whole"), walks.walk("whole again")
    first, second = walks.walk("first"), walks.now
    if first is None:
        return None
    if whole is None or again is None:
        twice = set(_of_walk(walks, second, None))
        return [problem for problem in _of_walk(walks, first, None) if problem in twice]
    readings = (whole, walks.walk("whole between") or whole, again)
    if any(walks.counts(whole) != walks.counts(reading) for reading in readings):
        return None
    return list(_of_walk(walks, first, whole))


def _of_walk(walks: Walks, walk: Walk, whole: Walk | None) -> Iterator[str]:
    pages = walk.pages
    came, due = walks.counts(walk), walks.counts(whole) if whole is not None else Counter[str]()
    wrong = False
    if circles(pages):
        yield "the pages lead in a circle"
    if any(count > _allowed(due, key, by_id=walks.by_id) for key, count in came.items()):
        wrong = True
        yield "an item comes twice in one walk over the pages"
    if whole is not None and _missing(walks, walk, whole):
        wrong = True
        yield "an item of the list is on none of its pages"
    if _claims_more(walks, walk):
        yield "a page says that more follows and nothing does"
    if whole is not None and not walk.cut and not wrong and _last_too_early(walks, walk, whole):
        yield "a page says that nothing follows and lacks items"
    totals = {page.total for page in pages if page.total is not None}
    number = sum(came.values())
    lies = any(total < number if walk.cut else total != number for total in totals)
    if lies and not wrong:
        yield "the stated total is not the number of items that come"


def _allowed(due: Mapping[str, int], key: str, *, by_id: bool) -> float:
    """Return how often an item may come: once, or as often as equal items are in the list."""
    # Without an id equal items are no proof, unless the list read whole holds fewer of them.
    return 1 if by_id else due.get(key) or math.inf


def _missing(walks: Walks, walk: Walk, whole: Walk) -> bool:
    expected = list(walks.keys(whole))
    came = walks.keys(walk)
    if walk.cut:
        # Only what lies before the place at which we stopped has to be there, in that order.
        known, found = set(expected), set(came)
        reached = [number for number, key in enumerate(expected) if key in found]
        before = expected[: max(reached, default=0)]
        # One order for both, or else the end of one is not the end of the other.
        ours = [key for key in dict.fromkeys(came) if key in known]
        theirs = [key for key in dict.fromkeys(expected) if key in found]
        return ours == theirs and not found.issuperset(before)
    counts = walks.counts(walk)
    return any(counts[key] < count for key, count in walks.counts(whole).items())


def _claims_more(walks: Walks, walk: Walk) -> bool:
    pages = walk.pages
    held = max((number for number, page in enumerate(pages) if page.items), default=0)
    if walk.cut or circles(pages):
        return False
    if any(page.more is True for page in pages[held:]):
        return True
    # One long page that held everything must not promise more either.
    whole = walks.walk("whole")
    if whole is None or whole.pages[-1].more is not True:
        return False
    return set(walks.keys(walk)) <= set(walks.keys(whole))


def _last_too_early(walks: Walks, walk: Walk, whole: Walk) -> bool:
    return whole.pages[-1].more is False and not set(walks.keys(walk)) <= set(walks.keys(whole))


CHECK = Check(
    id=RULE,
    title="the pages of a list hold every item once, and come to an end",
    explanation=(
        "A caller who reads the list page by page works on an item twice, never sees another,"
        " or never finishes. The list was read in one long page and walked in short ones, both"
        " twice, so that a list that changed meanwhile is not mistaken for a broken one. Ask"
        " for the pages as the finding shows and compare what they hold."
    ),
    clause="the paging parameters of the contract; RFC 8288 3 (relation next); RFC 5005 3",
    look=look,
    walks=True,
)
