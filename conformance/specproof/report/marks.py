"""Markdown (GitHub flavoured) with text of strangers in it.

Text from outside has every mark escaped, so that it is neither Markdown nor HTML, makes no
link and mentions nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from specproof.text import one_line, printable

__all__ = ["code", "folded", "head", "inert", "row"]

_MARKS: Final = re.compile(r"[\\`*_{}\[\]()#@+!|~:$&\"'<>=^]|(?<=www)\.|\bgh-(?=\d)", re.IGNORECASE)


def code(text: str) -> str:
    """Return ``text`` on one line as an element ``code``."""
    return f"<code>{_escaped(one_line(text))}</code>"


def inert(text: str, limit: int = 300) -> str:
    """Return ``text`` on one line of at most ``limit`` characters, then escaped."""
    return _escaped(one_line(text, limit))


def row(cells: Sequence[str]) -> str:
    """Return one row of a table."""
    return f"| {' | '.join(cells)} |"


def head(titles: Sequence[str]) -> Iterator[str]:
    """Yield the first two lines of a table."""
    yield row(titles)
    yield row(["---"] * len(titles))


def folded(summary: str, language: str, text: str) -> Iterator[str]:
    """Yield the lines of a code block that opens on demand."""
    shown = printable(text)
    longest = max((len(ticks) for ticks in re.findall("`+", shown)), default=0)
    fence = "`" * max(3, longest + 1)
    yield ""
    yield f"<details><summary>{summary}</summary>"
    yield ""
    yield f"{fence}{language}"
    yield shown
    yield fence
    yield ""
    yield "</details>"


def _escaped(text: str) -> str:
    """Return ``text`` with every mark as a character reference.

    CommonMark 6.2: a reference never stands for the mark in the structure of a document.
    In a ``code`` element ``@`` mentions nobody, ``#`` and ``GH-`` name no issue, and neither the
    text before nor after it is a mail address.
    """
    return _MARKS.sub(_reference, text)


def _reference(match: re.Match[str]) -> str:
    if len(match[0]) > 1:
        # GitHub reads GH-1 as #1, which closes an issue behind the right word.
        return f"<code>{match[0]}</code>"
    reference = f"&#{ord(match[0])};"
    return f"<code>{reference}</code>" if match[0] in "@#" else reference
