"""Diff -> text for a terminal or a pipe: the worst first, by operation or component.

Only a terminal gets colour (unless ``NO_COLOR`` is set, see no-color.org) and lines cut to its
width. No library is loaded for it: two small documents are compared in the time that one takes.
"""

from __future__ import annotations

import os
import shutil
import textwrap
from collections.abc import Iterator
from typing import Final, TextIO

from specproof.regression.change import Change, Level
from specproof.report.changes.view import (
    Comparison,
    calls_sentence,
    grouped,
    named,
    summary_line,
    users_sentence,
)
from specproof.report.streams import write_text
from specproof.text import one_line, printable

__all__ = ["render_text", "show_text"]

_COLOURS: Final = {Level.ERROR: "1;31", Level.WARNING: "33", Level.INFO: "36"}
_INDENT: Final = " " * 11
_NARROWEST: Final = 40
_CALLS_NAMED: Final = 5


def render_text(comparison: Comparison, *, width: int | None = None, colour: bool = False) -> str:
    """Return the report with a final line feed.

    Args:
        width: columns to which lines are wrapped; None leaves them whole.
        colour: whether to emit ANSI colours.
    """
    lines = _lines(comparison, _Style(colour=colour, width=width))
    return "".join(f"{line}\n" for line in lines)


def show_text(comparison: Comparison, stream: TextIO) -> None:
    """Write the report to ``stream``, fitted to what it is."""
    terminal = stream.isatty()
    text = render_text(
        comparison,
        width=shutil.get_terminal_size().columns if terminal else None,
        colour=terminal and not os.environ.get("NO_COLOR"),
    )
    write_text(text, stream)


class _Style:
    """How lines are laid out."""

    def __init__(self, *, colour: bool, width: int | None) -> None:
        self._colour = colour
        self._width = None if width is None else max(width, _NARROWEST)

    def coloured(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._colour else text

    def wrapped(self, text: str, code: str = "") -> Iterator[str]:
        """Yield ``text`` under the messages."""
        lines = [text]
        if self._width is not None:
            # A line that wrapping began with a CI workflow command is broken up, too.
            cut = textwrap.wrap(text, self._width - len(_INDENT)) or [""]
            lines = [printable(line) for line in cut]
        for line in lines:
            yield f"{_INDENT}{self.coloured(line, code) if code else line}"


def _lines(comparison: Comparison, style: _Style) -> Iterator[str]:
    for group in grouped(comparison.diff):
        yield style.coloured(one_line(group.title), "1")
        if users := users_sentence(group):
            yield from style.wrapped(users)
        for change in group.changes:
            yield from _change(change, comparison, style)
        yield ""
    yield from _impact(comparison, style)
    yield style.coloured(summary_line(comparison), "1")


def _impact(comparison: Comparison, style: _Style) -> Iterator[str]:
    """Yield what became of the client's interface and of the recordings."""
    if comparison.interface is None and comparison.recordings is None:
        return
    from specproof.report.changes import impact  # noqa: PLC0415 - few reports need its words

    if comparison.interface is not None:
        yield style.coloured(impact.interface_title(comparison.interface), "1")
        for item in comparison.interface:
            first, *rest = style.wrapped(one_line(item.text, 1000))
            yield f"  {item.level:<9}{first[len(_INDENT) :]}"
            yield from rest
            yield from style.wrapped(impact.origin(item), "2")
        if forced := impact.forced_sentence(comparison):
            yield f"  {forced}"
        yield ""
    if comparison.recordings is not None:
        yield style.coloured(impact.recordings_title(comparison.recordings), "1")
        for name, told in impact.violated_sentences(comparison.recordings):
            yield f"  {name}"
            yield from style.wrapped(told)
        if missing := impact.missing_sentence(comparison.recordings):
            yield f"  {missing}"
        yield ""


def _change(change: Change, comparison: Comparison, style: _Style) -> Iterator[str]:
    first, *rest = style.wrapped(one_line(change.message, 1000))
    word = "accepted" if change.accepted else change.level.value
    shown = style.coloured(word, "2" if change.accepted else _COLOURS[change.level])
    yield f"  {shown}{' ' * (9 - len(word))}{first[len(_INDENT) :]}"
    yield from rest
    if change.accepted:
        yield from style.wrapped(f"accepted: {one_line(change.accepted, 1000)}")
    elif change.level is not Level.INFO:
        yield from style.wrapped(f"fix: {one_line(change.fix, 1000)}")
    if change.reason:
        yield from style.wrapped(f"level: {one_line(change.reason, 1000)}")
    if calls := calls_sentence(change, comparison.calls):
        places = f": {named(change.call_sites, _CALLS_NAMED)}" if change.call_sites else ""
        yield from style.wrapped(f"{calls}{places}")
    if change.affects_client:
        yield from style.wrapped(f"client: {named(change.affects_client, _CALLS_NAMED)}")
    yield from style.wrapped(f"{change.rule} {change.fingerprint}", "2")
