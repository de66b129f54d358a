"""Comparison -> text for a terminal or a pipe.

Only a terminal gets colour (unless ``NO_COLOR`` is set, see no-color.org) and lines cut to its
width; a command that reproduces a finding stays in one piece. What fails has its proof with it,
what is mended or checked again is named; the other forms have the rest.
"""

from __future__ import annotations

import os
import shutil
import textwrap
from collections.abc import Iterator
from typing import Final, TextIO

from specproof.history.comparison import Comparison, Difference, FindingChange, StreamComparison
from specproof.history.proofs import Proof
from specproof.history.transitions import Transition
from specproof.model import Severity
from specproof.report.comparison.words import (
    change_words,
    facts,
    flaky_words,
    headline,
    place,
    proof_words,
    run_words,
    sections,
    since_words,
    unchanged_words,
)
from specproof.report.streams import write_text
from specproof.text import one_line, printable

__all__ = ["render_text", "show_text"]

_COLOURS: Final = {Severity.ERROR: "1;31", Severity.WARNING: "33", Severity.INFO: "36"}
_GOOD: Final = frozenset({Transition.FIXED, Transition.NEWLY_PASSING})
_BAD: Final = frozenset({Transition.STILL_FAILING, Transition.UNRESOLVED})
_NARROWEST: Final = 40
_LISTED: Final = 50
"""Most requirements of one kind; JSON has them all."""

_NAMED: Final = 10
_PROVED: Final = 2
"""Most findings of a requirement: they break the same promise."""

_STEPS: Final = 5
"""Most lines of a command; that of a promise kept over many requests is for a script."""

_QUIET: Final = frozenset({Transition.FIXED, Transition.REMOVED})
"""What need not be shown again."""


def render_text(comparison: Comparison, *, width: int | None = None, colour: bool = False) -> str:
    """Return the report with a final line feed.

    Args:
        width: columns to which lines are wrapped; None leaves them whole.
        colour: whether to emit ANSI colours.
    """
    writer = _Writer(colour=colour, width=width)
    return "".join(f"{line}\n" for line in writer.lines(comparison))


def show_text(comparison: Comparison, stream: TextIO) -> None:
    """Write the report to ``stream``, fitted to what it is."""
    terminal = stream.isatty()
    text = render_text(
        comparison,
        width=shutil.get_terminal_size().columns if terminal else None,
        colour=terminal and not os.environ.get("NO_COLOR"),
    )
    write_text(text, stream)


class _Writer:
    def __init__(self, *, colour: bool, width: int | None) -> None:
        self._colour = colour
        self._width = None if width is None else max(width, _NARROWEST)

    def lines(self, comparison: Comparison) -> Iterator[str]:
        for stream in comparison.streams:
            yield from self._stream(stream)
            yield ""
        yield self._coloured(headline(comparison), "1")

    def _stream(self, stream: StreamComparison) -> Iterator[str]:
        yield self._coloured(place(stream.stream), "1")
        old = "" if stream.old is None else f", against {run_words(stream.old)}"
        yield from self._wrapped(f"{run_words(stream.new)}{old}", 2)
        for fact in facts(stream):
            yield from self._wrapped(fact, 2)
        for title, differences in sections(stream):
            yield ""
            yield f"  {self._coloured(f'{title} ({len(differences)})', '1')}"
            for difference in differences[:_LISTED]:
                yield from self._difference(difference)
            if len(differences) > _LISTED:
                yield f"    and {len(differences) - _LISTED} more, see --json"
        yield from self._findings(stream)
        yield from self._signals(stream)
        if stream.never_seen:
            names = [
                f"{one_line(item.operation)} {one_line(item.key)}" for item in stream.never_seen
            ]
            more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
            yield ""
            yield from self._wrapped(
                f"documented and never seen: {', '.join(names[:_NAMED])}{more}", 2
            )
        if told := unchanged_words(stream):
            yield ""
            yield from self._wrapped(f"unchanged: {told}", 2)

    def _difference(self, difference: Difference) -> Iterator[str]:
        name = one_line(difference.requirement)
        yield f"    {self._coloured(name, _style(difference))}"
        if difference.transition is Transition.NEWLY_PASSING and not difference.flaky:
            yield from self._wrapped(change_words(difference), 6)
            return
        if difference.statement:
            yield from self._wrapped(one_line(difference.statement), 6, "2")
        yield from self._wrapped(change_words(difference), 6)
        for told in (since_words(difference), flaky_words(difference)):
            if told:
                yield from self._wrapped(told, 6)
        quiet = difference.transition in _QUIET
        for proof in difference.proofs[:_PROVED]:
            yield from self._wrapped(f"finding {proof_words(proof)}", 6)
            if not quiet:
                yield from self._command(proof, 8)
        if (more := len(difference.proofs) - _PROVED) > 0:
            yield f"      and {more} more finding{'s' * (more > 1)} of it, see --json"

    def _command(self, proof: Proof, indent: int) -> Iterator[str]:
        # A command that is broken into lines can not be copied.
        lines = printable(proof.reproduce or "").splitlines()
        if len(lines) > _STEPS:
            told = f"reproduce: {len(lines)} lines, see --format markdown or --json"
            yield from self._wrapped(told, indent)
            return
        for line in lines:
            yield f"{' ' * indent}{line}"

    def _findings(self, stream: StreamComparison) -> Iterator[str]:
        for appeared, title in ((True, "findings that appeared"), (False, "findings that went")):
            found = [item for item in stream.findings if item.appeared is appeared]
            if found:
                yield ""
                yield f"  {self._coloured(f'{title} ({len(found)})', '1')}"
            for item in found[:_LISTED]:
                yield from self._finding(item)
            if len(found) > _LISTED:
                yield f"    and {len(found) - _LISTED} more, see --json"

    def _finding(self, item: FindingChange) -> Iterator[str]:
        finding = item.proof.finding
        style = _COLOURS[finding.severity] if item.appeared else "2"
        yield f"    {self._coloured(one_line(finding.requirement), style)}"
        yield from self._wrapped(one_line(finding.message), 6)
        yield from self._wrapped(proof_words(item.proof), 6)

    def _signals(self, stream: StreamComparison) -> Iterator[str]:
        if stream.behaviour:
            yield ""
            yield f"  {self._coloured(f'behaviour ({len(stream.behaviour)})', '1')}"
        for signal in stream.behaviour[:_LISTED]:
            style = _COLOURS[signal.severity]
            yield f"    {self._coloured(f'{signal.severity} {signal.kind}', style)}"
            yield from self._wrapped(one_line(signal.message), 6)
            yield from self._wrapped(f"{signal.sureness}: {one_line(signal.grounds)}", 6)
        if len(stream.behaviour) > _LISTED:
            yield f"    and {len(stream.behaviour) - _LISTED} more, see --json"

    def _coloured(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._colour else text

    def _wrapped(self, text: str, indent: int, code: str = "") -> Iterator[str]:
        lines = [text]
        if self._width is not None:
            # A line that wrapping began with a CI workflow command is broken up, too.
            cut = textwrap.wrap(text, self._width - indent) or [""]
            lines = [printable(line) for line in cut]
        for line in lines:
            yield f"{' ' * indent}{self._coloured(line, code) if code else line}"


def _style(difference: Difference) -> str:
    if difference.severity is not None:
        return _COLOURS[difference.severity]
    if difference.transition in _GOOD:
        return "32"
    return "31" if difference.transition in _BAD else "2"
