"""One page of a list as it came, and where its successor is."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, unquote, urljoin, urlsplit

from specproof.model import Exchange, Json
from specproof.requirements.pagination import Pagination

__all__ = ["MOST_PAGES", "Page", "Step", "circles", "following", "only_page", "read_page"]

MOST_PAGES = 12
"""Pages of one walk over a list; of a longer list only the beginning is read."""

_IDS = ("id", "_id", "uuid", "guid", "uid", "key", "sku", "slug", "code")
# Possessive throughout: the field is a stranger's, and must not be tried in two ways.
_LINK = re.compile(
    r'<([^<>]*+)>((?:\s*+;\s*+[^\s=;,"<>]++(?:\s*+=\s*+(?:"[^"]*+"|[^\s";,<>]*+))?+)*+)'
)
_RELATION = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s";,<>]+))', re.IGNORECASE)
_URL = re.compile(r"https?://|\?|/[^?]*\?", re.IGNORECASE)
_PORTS = {"http": 80, "https": 443}
_LONGEST_FIELD = 16_384
_MOST_ITEMS = 2000

_BEYOND = frozenset({400, 404, 416, 422})
"""Statuses with which a server may say that a numbered page lies behind the last."""

_PASSING = frozenset({401, 403, 408, 425, 429})
"""Refusals that say nothing of the page asked for (RFC 9110 15.5, RFC 6585 4)."""


@dataclass(frozen=True, slots=True)
class Step:
    """How to ask for a page.

    Attributes:
        query: parameters to send.
        whole: whether they are the whole query, as in a link, or stand beside the page's size.
    """

    query: tuple[tuple[str, str], ...] = ()
    whole: bool = False

    @property
    def text(self) -> str:
        """The step in short, equal for equal steps."""
        return _short(repr(sorted(self.query)))


@dataclass(frozen=True, slots=True)
class Page:
    """What came for one step.

    Attributes:
        items: per item its id in short, or an empty string, and its content in short; of the
            first thousands.
        more: what the page says of whether there is more, or None.
        total: what it says of how many items there are in all, or None.
        step: the way to the next page that the server gave, or None where it gave none.
        last: id of the last item, or None.
        asked: `Step.text` of the step that led here.
        linked: whether it had a Link header at all.
        astray: why nothing follows although something should: the next link leads to another
            ``host`` or ``path``, or the server refused (``refused``) what it had led to.
    """

    items: tuple[tuple[str, str], ...] = ()
    more: bool | None = None
    total: int | None = None
    step: Step | None = None
    last: str | None = None
    asked: str = ""
    linked: bool = False
    astray: str = ""


def read_page(
    pagination: Pagination, exchange: Exchange, body: Json, asked: str, before: Page | None
) -> Page | None:
    """Return the page that ``exchange`` brought, or None where it brought no list.

    Args:
        body: the parsed body of the response, None where it is no JSON.
        asked: `Step.text` of the step.
        before: the page that led here, None at the first.
    """
    response = exchange.response
    if response is None:
        return None
    if before is not None and response.status in range(400, 500):
        return _refused(before, response.status, asked)
    listed = _at(body, pagination.items)
    if response.status not in range(200, 300) or not isinstance(listed, list):
        return None
    more = None if pagination.more is None else _at(body, pagination.more)
    total = None if pagination.total is None else _at(body, pagination.total)
    relations = _relations(response.all_headers("link"))
    step, astray = None, ""
    if "next" in relations:
        step, astray = _linked(exchange.request.url, relations["next"])
    else:
        given = [_at(body, path) for path in pagination.next]
        found = next((value for value in given if _is_way(value)), None)
        step, astray = _onward(pagination, exchange.request.url, found)
    return Page(
        items=tuple(_key(item) for item in listed[:_MOST_ITEMS]),
        more=more if isinstance(more, bool) else None,
        total=total if isinstance(total, int) and not isinstance(total, bool) else None,
        step=step,
        last=_identity(listed[-1]) if listed else None,
        asked=asked,
        linked=bool(relations),
        astray=astray,
    )


def following(
    pagination: Pagination, pages: Sequence[Page], limit: int | None, first: int | None
) -> Step | None:
    """Return the step that follows ``pages``, or None where they are all that can be asked for.

    Args:
        limit: length of page that was asked for, or None.
        first: number of the first page, where pages have numbers.
    """
    last = pages[-1]
    if last.more is False or last.astray or len(pages) >= MOST_PAGES or circles(pages):
        return None
    if last.step is not None or pagination.style == "link":
        return last.step
    if pagination.style == "cursor":
        return None if pagination.next else _after_last(pagination, last, limit)
    led = pagination.next or pagination.linked or any(page.linked or page.step for page in pages)
    if (led and last.more is not True) or not last.items:
        return None
    number = len(pages)
    if pagination.style == "page":
        place = (1 if first is None else first) + number
    else:
        place = limit * number if limit else sum(len(page.items) for page in pages)
    return Step(((pagination.position or "", str(place)),))


def circles(pages: Sequence[Page]) -> bool:
    """Return whether the way on from the last of ``pages`` leads to one of them."""
    step = pages[-1].step
    return step is not None and step.text in {page.asked for page in pages}


def only_page(pagination: Pagination, body: Json, keeps: Callable[[Json], bool]) -> Json:
    """Return ``body`` as the only page of a list: one item at most, and no way on.

    For stubs, which keep no list that could be walked over. What the schema would refuse of
    it is left as it was.

    Args:
        keeps: whether a body keeps its schema.
    """
    listed = _at(body, pagination.items)
    shown: list[Json] = list(listed[:1]) if isinstance(listed, list) else []
    wanted: list[tuple[tuple[str, ...], tuple[Json, ...]]] = [(pagination.items, (shown,))]
    wanted += [(path, (None, "", 0)) for path in pagination.next]
    wanted += [(path, (False,)) for path in (pagination.more,) if path is not None]
    wanted += [(path, (len(shown),)) for path in (pagination.total,) if path is not None]
    for path, values in wanted:
        tries = [_with(body, path, value) for value in values]
        body = next((made for made in tries if keeps(made)), body)
    return body


def _with(body: Json, path: tuple[str, ...], value: Json) -> Json:
    """Return ``body`` with another value at a place that it has."""
    if not path:
        return value
    name, rest = path[0], path[1:]
    if not isinstance(body, Mapping) or name not in body:
        return body
    return {**body, name: _with(body[name], rest, value)}


def _after_last(pagination: Pagination, last: Page, limit: int | None) -> Step | None:
    """Return the step for APIs that are told the id of the last item that came."""
    short = last.more is None and limit is not None and len(last.items) < limit
    if last.last is None or short:
        return None
    return Step(((pagination.position or "", last.last),))


def _refused(before: Page, status: int, asked: str) -> Page | None:
    if status in _PASSING:
        return None
    if before.step is not None:
        return Page(asked=asked, astray="refused")
    return Page(asked=asked) if status in _BEYOND else None


def _onward(pagination: Pagination, url: str, given: Json) -> tuple[Step | None, str]:
    if isinstance(given, str) and (_URL.match(given) or pagination.position is None):
        return _linked(url, given)
    if given is None or pagination.position is None:
        return None, ""
    return Step(((pagination.position, str(given)),)), ""


def _linked(url: str, reference: str) -> tuple[Step | None, str]:
    """Return the step of a link, if it stays where it was asked (RFC 3986 5)."""
    before = urlsplit(url)
    try:
        after = urlsplit(urljoin(url, reference))
        same = _authority(after) in {_authority(before), _upgraded(before)}
    except ValueError:
        return None, "path"
    # What stands before an @ is a user's name to some and the host to others.
    if not same or "@" in after.netloc:
        return None, "host"
    if unquote(after.path).rstrip("/") != unquote(before.path).rstrip("/"):
        return None, "path"
    return Step(tuple(parse_qsl(after.query, keep_blank_values=True)), whole=True), ""


def _authority(parts: SplitResult) -> tuple[str, str, int | None]:
    return parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme)


def _upgraded(parts: SplitResult) -> tuple[str, str, int | None]:
    """Return the same host over TLS, to which an answer over plain HTTP may lead."""
    plain = parts.scheme == "http" and parts.port in {None, _PORTS["http"]}
    return ("https", parts.hostname or "", _PORTS["https"]) if plain else _authority(parts)


def _relations(fields: Sequence[str]) -> dict[str, str]:
    """Return relation -> target of Link header fields (RFC 8288 3)."""
    found: dict[str, str] = {}
    for target, parameters in _LINK.findall(",".join(fields)[:_LONGEST_FIELD]):
        for quoted, bare in _RELATION.findall(parameters):
            for relation in (quoted or bare).lower().split():
                found.setdefault(relation, target)
    return found


def _is_way(value: Json) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and value != ""


def _at(body: Json, path: tuple[str, ...]) -> Json:
    current = body
    for name in path:
        current = current.get(name) if isinstance(current, Mapping) else None
    return current


def _key(item: Json) -> tuple[str, str]:
    identity = _identity(item)
    try:
        content = json.dumps(item, sort_keys=True)
    except RecursionError:
        content = "too deep"
    return "" if identity is None else _short(identity), _short(content)


def _identity(item: Json) -> str | None:
    """Return the value of the member that names ``item``; of an edge, its node's."""
    if not isinstance(item, Mapping):
        return None
    for name in _IDS:
        value = item.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool):
            return str(value)
    node = item.get("node")
    return _identity(node) if isinstance(node, Mapping) and "node" not in node else None


def _short(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()
