"""The words of a message: what broke, since when, whom to blame, how to see it.

A message is plain text. What strangers wrote is taken apart in it wherever a chat program, a
mail program or a phone would make more of it than text: mentions, links, markup.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from specproof.model import Severity
from specproof.scheduling.links import page_of
from specproof.scheduling.troubles import GRAVEST_FIRST, Trouble
from specproof.scheduling.wording import BLAMED, place_of, tame, time_of
from specproof.text import printable

__all__ = ["MAX_BODY", "MAX_TOLD", "News", "Sort", "body_of", "colour_of", "title_of"]

MAX_TOLD: Final = 8
"""Troubles that one message tells of in full, and as many that are over; the rest is counted."""

MAX_BODY: Final = 8000
_MAX_TITLE: Final = 150
_MAX_COMMAND: Final = 600

_MENTION: Final = re.compile(r"(?<!\w)@(?=\w)|<[@!#]|://")


class Sort(StrEnum):
    """What has become of a trouble."""

    NEW = "new"
    WORSE = "worse"
    HAPPENED = "happened"
    FIXED = "fixed"


_ORDER: Final = (Sort.NEW, Sort.WORSE, Sort.HAPPENED, Sort.FIXED)


@dataclass(frozen=True, slots=True)
class News:
    """One thing to tell.

    Attributes:
        before: the severity that was told before, of what got worse.
        how: in what way it is over, e.g. ``holds again``, of what is fixed.
    """

    sort: Sort
    trouble: Trouble
    before: Severity | None = None
    how: str = ""


def title_of(name: str, news: Sequence[News]) -> str:
    """Return the title of a message about ``name``: how many things of which sort, how grave.

    A phone shows no more than this.
    """
    words = {
        Sort.NEW: "new",
        Sort.WORSE: "worse",
        Sort.HAPPENED: "to know",
        Sort.FIXED: "fixed",
    }
    told = []
    for sort in _ORDER:
        found = [item for item in news if item.sort is sort]
        if found:
            grave = "" if sort is Sort.FIXED else f" ({_severities(found)})"
            told.append(f"{len(found)} {words[sort]}{grave}")
    return f"specproof: {tame(name, _MAX_TITLE)}: {', '.join(told)}"


def colour_of(news: Sequence[News]) -> str:
    """Return the kind of a message by which services choose its colour."""
    wrong = [item.trouble.severity for item in news if item.sort is not Sort.FIXED]
    if Severity.ERROR in wrong:
        return "failure"
    if Severity.WARNING in wrong:
        return "warning"
    return "info" if wrong else "success"


def body_of(news: Sequence[News], *, link: str | None) -> str:
    """Return the text of a message, at most `MAX_BODY` characters long.

    Args:
        link: address of the published site.
    """
    wrong = [item for item in _ordered(news) if item.sort is not Sort.FIXED]
    over = [item for item in _ordered(news) if item.sort is Sort.FIXED]
    blocks = ["\n".join(_wrong(item, link)) for item in wrong[:MAX_TOLD]]
    blocks += _more(len(wrong) - MAX_TOLD, wrong[MAX_TOLD:])
    if over:
        lines = [line for item in over[:MAX_TOLD] for line in _over(item, link)]
        blocks.append("\n".join((*lines, *_more(len(over) - MAX_TOLD, over[MAX_TOLD:]))))
    left: list[str] = []
    while len(text := "\n\n".join((*blocks, *left))) > MAX_BODY and len(blocks) > 1:
        blocks.pop()
        left = ["and more; this message is too long for all of it"]
    return text[:MAX_BODY]


def _ordered(news: Sequence[News]) -> list[News]:
    return sorted(
        news,
        key=lambda item: (
            GRAVEST_FIRST.index(item.trouble.severity),
            _ORDER.index(item.sort),
            item.trouble.stream.api,
            item.trouble.since,
            item.trouble.stream.target,
            item.trouble.subject,
        ),
    )


def _wrong(news: News, link: str | None) -> Iterator[str]:
    trouble = news.trouble
    grave = str(trouble.severity)
    if news.before is not None:
        grave = f"{grave} (was {news.before})"
    yield f"{news.sort.upper()} {grave}: {tame(trouble.title)}"
    yield f"  where: {place_of(trouble)}"
    if trouble.what:
        yield f"  what: {tame(trouble.what)}"
    yield f"  since: {_since(trouble)}"
    if trouble.flaky:
        yield f"  flaky: {tame(trouble.flaky)}"
    if trouble.blame is not None:
        yield f"  blame: {BLAMED[trouble.blame]} ({trouble.blame})"
    page = page_of(link, trouble)
    if page is not None:
        yield f"  see: {page}"
    if trouble.reproduce:
        yield f"  reproduce: {_command(trouble.reproduce)}"


def _over(news: News, link: str | None) -> Iterator[str]:
    trouble = news.trouble
    what = f"{trouble.severity}: {tame(trouble.title)} ({place_of(trouble)})"
    yield f"{news.sort.upper()} {what}: {tame(news.how)}; it began {time_of(trouble.since)}"
    page = page_of(link, trouble, over=True)
    if page is not None:
        yield f"  see: {page}"


def _more(count: int, news: Sequence[News]) -> Iterator[str]:
    if count > 0:
        yield f"and {count} more ({_severities(news)})"


def _severities(news: Sequence[News]) -> str:
    """Return ``error`` where all are errors, ``1 error, 2 warning`` where they are not alike."""
    counts = Counter(item.trouble.severity for item in news)
    if len(counts) == 1:
        return str(news[0].trouble.severity)
    return ", ".join(f"{counts[kind]} {kind}" for kind in GRAVEST_FIRST if counts[kind])


def _since(trouble: Trouble) -> str:
    run = f", run {tame(trouble.since_run, 60)}" if trouble.since_run else ""
    runs = f", {trouble.runs} runs in a row" if trouble.runs > 1 else ""
    return f"{time_of(trouble.since)}{run}{runs}"


def _command(text: str) -> str:
    """Return a command that can be copied, or where it is to be found.

    A command with a character changed would be another one, so one that would not stay mere text
    is left out.
    """
    shown = printable(text)
    if len(shown) > _MAX_COMMAND or _MENTION.search(shown):
        return "see the report, the command does not fit here"
    return shown
