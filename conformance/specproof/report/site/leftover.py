"""What a page has no room for: a spot for each, so that a link to it leads there, and a command."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from specproof.report.site.pages import fitting, piece
from specproof.report.site.promises import Promise
from specproof.text import one_line

if TYPE_CHECKING:
    from markupsafe import Markup

    from specproof.history.records import StoredRun

__all__ = ["MOST_LEFT", "LeftOut", "command", "left_out", "spots"]

_NAMED: Final = 8_000
_SPOTS: Final = 8_000
"""Bytes for findings that are named in a line, and for the spots of those that are counted."""
MOST_LEFT: Final = _NAMED + _SPOTS
"""Bytes that a `LeftOut` stays below."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Findings that a page has no room for.

    Attributes:
        named: a line for each of the first ones.
        spots: where links to the next ones lead, ``more`` how many are not named.
    """

    named: Sequence[Markup] = ()
    spots: Sequence[Markup] = ()
    more: int = 0


def left_out(promises: Iterable[Promise], share: float = 1) -> LeftOut:
    """Return what a page says of promises whose cards do not fit on it.

    Args:
        share: of the room, between 0 and 1.
    """
    items = [item for promise in promises for item in promise.items]
    named, rest = fitting(items, piece("left_out"), int(_NAMED * share))
    return LeftOut(named, spots((item.anchor for item in rest), share), len(rest))


def spots(anchors: Iterable[str], share: float = 1) -> Sequence[Markup]:
    """Return empty elements with these ids, as many as there is room for."""
    return fitting(anchors, piece("spot"), int(_SPOTS * share))[0]


def command(run: StoredRun, *, verbose: bool = False) -> str:
    """Return the command for a shell that shows all of a run.

    Args:
        verbose: every requirement, too, where they are kept.
    """
    name = shlex.quote(one_line(run.run_id))
    if not run.complete:
        return f"specproof history show {name}"
    report = f"specproof report run.jsonl{' --verbose' * verbose}"
    return f"specproof history show {name} --output run.jsonl && {report}"
