"""The page of one change of a published spec: old and new side by side, and whom it hurts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from specproof.errors import InputError
from specproof.report.changes import impact
from specproof.report.changes.restored import restored
from specproof.report.changes.shown import MOST, Section, Shown, sections
from specproof.report.changes.view import counts, summary_line
from specproof.report.site import links
from specproof.report.site.pages import MOST_BYTES, Crumb, Page, fitting, page, part
from specproof.text import one_line

if TYPE_CHECKING:
    from markupsafe import Markup

    from specproof.history.records import StoredChange, StoredRevision
    from specproof.json_types import JsonObject
    from specproof.report.changes.view import Comparison

__all__ = ["change_page", "unreadable_page"]

_TEMPLATE: Final = "change.html.j2"
_CARD: Final = "change_card.html.j2"
_ROOM: Final = MOST_BYTES - 60_000
"""Bytes for the changes themselves; the rest is for what stands around them."""
_LISTED: Final = 100
"""Most groups, changes of the client or recordings that are listed."""

_WAYS: Final = {
    "request": "felt in requests",
    "response": "felt in responses",
    "both": "felt in requests and responses",
}


@dataclass(frozen=True, slots=True)
class _Neighbour:
    """The change before or after this one."""

    words: str
    change: StoredChange

    @property
    def path(self) -> str:
        return links.change_page(self.change)


def change_page(
    change: StoredChange,
    *,
    old: StoredRevision | None = None,
    new: StoredRevision | None = None,
    before: StoredChange | None = None,
    after: StoredChange | None = None,
) -> Page:
    """Return the page.

    Args:
        change: as the history has it.
        old: the spec before it; without it, or without ``new``, the page says that no side is kept.
        new: the spec after it.
        before: the change of the same API before this one, for a link.
        after: the one after it.

    Raises:
        InputError: the change holds no ``specproof.diff/1`` document.
    """
    path = links.change_page(change)
    comparison = restored(change.document, _root(old), _root(new))
    groups = sections(comparison, MOST)
    held = [(group, shown) for group in groups for shown in group.changes]
    card = part(_CARD, "card", path)

    def make(item: tuple[Section, Shown]) -> Markup:
        shown = item[1]
        return card(shown, _WAYS[shown.change.direction.value])

    cards, left = fitting(held, make, _ROOM)
    numbers = counts(comparison.diff)
    return page(
        _TEMPLATE,
        path,
        title=_title(change),
        crumbs=(Crumb(change.api, links.api_page(change.api)),),
        change=change,
        api_page=links.api_page(change.api),
        summary=summary_line(comparison),
        counts=numbers,
        forced=impact.forced_sentence(comparison),
        diff=comparison.diff,
        judged=f"for the {comparison.perspective.value}, policy {comparison.policy.value}",
        groups=_grouped(held, cards),
        left=len(left) + len(comparison.diff.changes) - len(held),
        kept=comparison.old_root is not None and comparison.new_root is not None,
        interface=_interface(comparison),
        recordings=list(_recordings(change.document)),
        neighbours=[
            _Neighbour(words, neighbour)
            for words, neighbour in (("Change before", before), ("Change after", after))
            if neighbour is not None
        ],
    )


def unreadable_page(change: StoredChange, problem: str) -> Page:
    """Return the page of a change whose record is damaged: what is known of it, and ``problem``."""
    return page(
        "change_unreadable.html.j2",
        links.change_page(change),
        title=_title(change),
        crumbs=(Crumb(change.api, links.api_page(change.api)),),
        change=change,
        problem=problem,
    )


def _title(change: StoredChange) -> str:
    versions = [change.old_version, change.new_version]
    if versions[0] == versions[1]:
        return f"{change.api}: the specification changed"
    return f"{change.api}: from {one_line(versions[0], 40)} to {one_line(versions[1], 40)}"


def _root(revision: StoredRevision | None) -> JsonObject | None:
    if revision is None:
        return None
    try:
        found = json.loads(revision.document)
    except (ValueError, RecursionError):
        raise InputError(
            f"the kept description {revision.sha256[:12]} of {revision.api} is no JSON"
        ) from None
    return found if isinstance(found, dict) else None


def _grouped(
    held: list[tuple[Section, Shown]], cards: list[Markup]
) -> list[tuple[Section, list[Markup]]]:
    """Return each group with the cards of it that are shown."""
    found: dict[str, tuple[Section, list[Markup]]] = {}
    for (group, _), card in zip(held, cards, strict=False):
        found.setdefault(group.anchor, (group, []))[1].append(card)
    return list(found.values())


def _interface(comparison: Comparison) -> dict[str, Any] | None:
    if comparison.interface is None:
        return None
    rows = [
        (item.level, one_line(item.text.replace("`", ""), 1000), impact.origin(item))
        for item in comparison.interface
    ]
    return {
        "title": impact.interface_title(comparison.interface),
        "rows": rows[:_LISTED],
        "left": max(0, len(rows) - _LISTED),
    }


def _recordings(document: Any) -> Iterator[tuple[str, str]]:
    """Yield what was recorded, and what of it the new description refuses."""
    for row in (document["recordings"] or [])[:_LISTED]:
        place = one_line(f"{row['operation']} {row['status']}")
        if row["state"] == "missing":
            yield place, "a new answer, which no recording shows"
        else:
            problems = "; ".join(one_line(problem) for problem in row["problems"][:3])
            yield one_line(row["recording"] or place), one_line(problems, 1000)
