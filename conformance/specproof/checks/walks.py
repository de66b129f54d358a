"""The walks over the pages of a list that the exchanges of one scenario made."""

from __future__ import annotations

import functools
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from specproof.checks.base import View
from specproof.requirements.pages import MOST_PAGES, Page, Step, following, read_page
from specproof.requirements.pagination import Pagination, recognise

__all__ = ["NAMES", "Walk", "Walks", "walks_of"]

NAMES = ("whole", "first", "whole between", "whole again", "second", "third", "fourth")
"""Names of the walks, in the order in which they are made."""


@dataclass(frozen=True, slots=True)
class Walk:
    """The pages of one walk, in the order in which they were asked for.

    Attributes:
        name: ``whole``, ``whole between`` and ``whole again`` ask for one long page;
            ``first``, ``second``, ``third`` and ``fourth`` walk over short ones.
        limit: length of page that was asked for, or None.
        first: number of the first page, where that matters.
    """

    name: str
    limit: int | None
    first: int | None
    pages: tuple[Page, ...] = ()

    @property
    def items(self) -> tuple[tuple[str, str], ...]:
        """The items of every page."""
        return tuple(item for page in self.pages for item in page.items)

    @property
    def turned(self) -> bool:
        """Whether a second page with items came, without which nothing can be said."""
        return sum(bool(page.items) for page in self.pages) > 1

    @property
    def cut(self) -> bool:
        """Whether we stopped it, not the server."""
        return len(self.pages) >= MOST_PAGES or any(page.astray for page in self.pages)


@dataclass(frozen=True)
class Walks:
    """Every walk so far, and the one that the latest exchange belongs to.

    Args:
        memory: where the pages of the walks are kept as text.
        place: what their names in there begin with.
    """

    pagination: Pagination
    now: Walk
    memory: Mapping[str, str]
    place: str

    def walk(self, name: str) -> Walk | None:
        """Return a walk that was made, or None."""
        text = self.memory.get(f"{self.place}/{name}")
        return None if text is None else _read(text)

    @property
    def ended(self) -> bool:
        """Whether nothing can follow the latest page in its walk."""
        now = self.now
        return following(self.pagination, now.pages, now.limit, now.first) is None

    @cached_property
    def by_id(self) -> bool:
        """Whether ids tell the items apart, as far as the list read whole shows."""
        made = [walk for name in NAMES if (walk := self.walk(name)) is not None]
        reference = {item for walk in made[:1] for item in walk.items}
        telling = len({name for name, _ in reference}) == len(reference)
        return telling and all(name for walk in made for name, _ in walk.items)

    def keys(self, walk: Walk) -> tuple[str, ...]:
        """Return what tells the items of ``walk`` apart: ids where they do, else contents."""
        return tuple(name if self.by_id else content for name, content in walk.items)

    def counts(self, walk: Walk) -> Counter[str]:
        """Return how often each item came."""
        return Counter(self.keys(walk))


def walks_of(view: View) -> Walks | None:
    """Return the walks up to this exchange, or None where it brought no page of one.

    The scenario notes in the fact ``walk`` which walk it is, and in ``asked`` the step.
    """
    noted = view.exchange.facts.get("walk")
    pagination = recognise(view.operation)
    if noted is None or pagination is None:
        return None
    told = json.loads(noted)
    place = f"walks/{view.exchange.operation}"
    at = f"{place}/{told['name']}"
    now = Walk(told["name"], told["limit"], told["first"])
    if at in view.memory:
        now = _read(view.memory[at])
    # Several checks look at one exchange; its page is taken in once.
    taken = view.memory.get(f"{place} taken")
    if taken in {f"page {view.exchange.id}", f"nothing {view.exchange.id}"}:
        return Walks(pagination, now, view.memory, place) if taken.startswith("page ") else None
    parses, body = view.parsed
    page = read_page(
        pagination,
        view.exchange,
        body if parses else None,
        view.exchange.facts.get("asked", ""),
        now.pages[-1] if now.pages else None,
    )
    view.memory[f"{place} taken"] = f"{'nothing' if page is None else 'page'} {view.exchange.id}"
    if page is None:
        return None
    now = Walk(now.name, now.limit, now.first, (*now.pages, page))
    view.memory[at] = _written(now)
    return Walks(pagination, now, view.memory, place)


def _written(walk: Walk) -> str:
    pages = [
        {
            **{name: getattr(page, name) for name in Page.__slots__},
            "step": None if page.step is None else [page.step.query, page.step.whole],
        }
        for page in walk.pages
    ]
    return json.dumps([walk.name, walk.limit, walk.first, pages])


@functools.lru_cache(maxsize=8)
def _read(text: str) -> Walk:
    name, limit, first, pages = json.loads(text)
    return Walk(name, limit, first, tuple(_page(page) for page in pages))


def _page(plain: Mapping[str, Any]) -> Page:
    items = tuple((name, content) for name, content in plain["items"])
    step = None
    if plain["step"] is not None:
        query, whole = plain["step"]
        step = Step(tuple((name, value) for name, value in query), whole)
    return Page(**{**plain, "items": items, "step": step})
