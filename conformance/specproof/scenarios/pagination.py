"""A list is read in one long page and walked in short ones, each of it twice."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from specproof.model import Json, Request
from specproof.requirements.contract import OperationContract
from specproof.requirements.pages import Page, Step, following, read_page
from specproof.requirements.pagination import Pagination, recognise
from specproof.scenarios.model import Scenario, Stage

__all__ = ["scenarios_of"]

_GAP = "pagination"
_SHORT = "the list is too short to need a second page"
_CHANGED = "the list changed while it was read"
_LONG = 100
"""Length of a long page where the contract names no limit."""
_LONGEST = 500
_PAGES = 8
"""Pages that a walk aims at."""
_KEPT_HEADERS = frozenset({"accept", "user-agent"})


def scenarios_of(operation: OperationContract) -> Iterator[Scenario]:
    """Plan one scenario where the operation hands out a list in pages."""
    if recognise(operation) is not None:
        yield Scenario(
            "pagination",
            operation.id,
            (),
            "reads the list whole and walks over its pages, both twice",
            _act,
        )


def _act(stage: Stage) -> None:
    pagination = recognise(stage.operation)
    values = stage.world.parameters(stage.operation)
    if pagination is None or values is None:
        stage.gap(_GAP, stage.world.reason)
        return
    _Walker(stage, pagination, values).act()


class _Walker:
    """Walks over the pages of one operation.

    Args:
        values: path parameters.
    """

    def __init__(self, stage: Stage, pagination: Pagination, values: Mapping[str, str]) -> None:
        self._stage = stage
        self._pagination = pagination
        self._values = values
        security, session = stage.operation.security, stage.session
        fields, query = session.target.credentials.apply(security, "own")
        self._secret_query = frozenset(query)
        self._kept_headers = _KEPT_HEADERS | {name.lower() for name in fields}
        self._optional = {
            (str(item.get("in")), str(item.get("name")).lower())
            for item in stage.operation.parameters
            if item.get("required") is not True
        }

    def act(self) -> None:
        """Read the list whole, walk over it, and do both once more."""
        long = self._long()
        whole = None
        if long is not None:
            whole = self._page("whole", long, None, Step(), None)
        limit = self._short(whole)
        if whole is not None and (limit is None or self._too_few(whole, limit)):
            self._stage.gap(_GAP, _SHORT)
            return
        first = self._first_number(limit)
        walked = self._walk("first", limit, first)
        if walked is None:
            return
        if whole is not None:
            self._reread(long, whole)
        again = self._walk("second", limit, first)
        if again is not None:
            self._compared(walked, again, limit, first)

    def _reread(self, long: int | None, whole: Page) -> None:
        # Twice: a server that alternates between two orders has to show both to our walks.
        for name in ("whole between", "whole again"):
            read = self._page(name, long, None, Step(), None)
            if read is not None and set(_items([read])) != set(_items([whole])):
                self._stage.gap(_GAP, _CHANGED)

    def _compared(
        self, walked: list[Page], again: list[Page], limit: int | None, first: int | None
    ) -> None:
        """Walk twice more where two walks differ: a list that changed once differs once."""
        if not any(sum(bool(page.items) for page in pages) > 1 for pages in (walked, again)):
            self._stage.gap(_GAP, _SHORT)
        if _items(walked) == _items(again):
            return
        self._stage.gap(_GAP, _CHANGED)
        third = self._walk("third", limit, first)
        if third is not None and _items(third) != _items(again):
            self._walk("fourth", limit, first)

    def _long(self) -> int | None:
        most = self._pagination.most
        if self._pagination.size is None:
            return None
        return max(self._pagination.least, _LONG if most is None else min(most, _LONGEST))

    def _short(self, whole: Page | None) -> int | None:
        """Return the length of a short page: some pages for what there is, and no more."""
        if self._pagination.size is None:
            return None
        number = 0 if whole is None else len(whole.items)
        wanted = max(self._pagination.least, 1 if number in {1, 2} else 2, -(-number // _PAGES))
        return min(wanted, self._pagination.most or wanted)

    @staticmethod
    def _too_few(whole: Page, limit: int) -> bool:
        onward = whole.more is True or whole.step is not None
        return len(whole.items) <= limit and not onward

    def _first_number(self, limit: int | None) -> int | None:
        """Return the number of the first page; where nobody says, ask for number one."""
        pagination = self._pagination
        if pagination.style != "page" or pagination.first is not None:
            return pagination.first
        plain = self._page("probe", limit, None, Step(), None)
        one = Step(((pagination.position or "", "1"),))
        numbered = self._page("probe", limit, None, one, None)
        if plain is None or numbered is None:
            return None
        # A list that counts from zero has its second page there.
        return 1 if numbered.items == plain.items else 0

    def _walk(self, name: str, limit: int | None, first: int | None) -> list[Page] | None:
        pages: list[Page] = []
        step: Step | None = Step()
        while step is not None:
            page = self._page(name, limit, first, step, pages[-1] if pages else None)
            if page is None:
                return None
            pages.append(page)
            step = following(self._pagination, pages, limit, first)
        if pages[-1].astray == "path":
            self._stage.gap(_GAP, "the next page is at another path, which is not followed")
        return pages

    def _page(
        self, name: str, limit: int | None, first: int | None, step: Step, before: Page | None
    ) -> Page | None:
        made = self._stage.request(self._values)
        if made is None:
            self._stage.gap(_GAP, "no valid request can be made from the contract")
            return None
        walk = json.dumps({"name": name, "limit": limit, "first": first})
        exchange = self._stage.session.exchange(
            self._stage.operation.id,
            self._rewritten(made, limit, step),
            facts={"credentials": "own", "walk": walk, "asked": step.text},
        )
        body: Json = None
        if exchange.response is not None:
            try:
                body = json.loads(exchange.response.body)
            except (ValueError, RecursionError):
                body = None
        page = read_page(self._pagination, exchange, body, step.text, before)
        if page is None:
            self._stage.gap(_GAP, "a page of the list could not be read")
        return page

    def _rewritten(self, made: Request, limit: int | None, step: Step) -> Request:
        """Return ``made`` with no optional parameter but those that ask for the page."""
        parts = urlsplit(made.url)
        sent = parse_qsl(parts.query, keep_blank_values=True)
        asked = dict(step.query)
        size = self._pagination.size
        if size is not None and limit is not None and not step.whole:
            asked[size] = self._stage.session.tell(str(limit))
        kept = [
            (name, value)
            for name, value in sent
            if name not in asked
            and (
                name in self._secret_query
                or not (step.whole or ("query", name.lower()) in self._optional)
            )
        ]
        pairs = [*kept, *(step.query if step.whole else asked.items())]
        if not step.whole and self._pagination.style in {"offset", "page"}:
            for value in asked.values():
                if value.isdecimal():
                    self._stage.session.tell(value)
        headers = tuple(
            (name, value)
            for name, value in made.headers
            if name.lower() in self._kept_headers or ("header", name.lower()) not in self._optional
        )
        url = urlunsplit(parts._replace(query=urlencode(pairs)))
        return replace(made, url=url, headers=headers)


def _items(pages: list[Page]) -> list[str]:
    """Return the items of ``pages``: their ids where all have one, else their contents."""
    found = [item for page in pages for item in page.items]
    named = all(name for name, _ in found)
    return [name if named else content for name, content in found]
