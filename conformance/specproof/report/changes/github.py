"""Diff -> annotations of GitHub Actions, one workflow command a line.

This is the one place where text of strangers becomes part of such lines, escaped by the rules of
the runner (actions/toolkit, ``core/src/command.ts``). GitHub shows ten annotations of each kind a
step, so that the worst come first.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from specproof.regression.change import Change, Level
from specproof.report.changes.lines import lines_of
from specproof.report.changes.view import Comparison, calls_sentence, named
from specproof.report.changes.view import summary_line as summary
from specproof.text import one_line

__all__ = ["render_github"]

_COMMANDS: Final = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "notice"}


def render_github(comparison: Comparison, new: bytes | None = None) -> str:
    """Return the summary as a notice, then one annotation for each change nobody accepted.

    Args:
        comparison: what to write.
        new: the new document as it stands in its file, for the numbers of lines.
    """
    return "".join(f"{line}\n" for line in _lines(comparison, new))


def _lines(comparison: Comparison, new: bytes | None) -> Iterator[str]:
    kind = "error" if comparison.diff.upstream else "notice"
    yield _command(kind, {"title": "specproof diff"}, summary(comparison))
    if comparison.diff.upstream:
        return
    changes = [change for change in comparison.diff.changes if not change.accepted]
    lines = lines_of(new, [change.pointer for change in changes])
    for change in changes:
        place = {"file": comparison.new}
        if change.pointer in lines:
            place["line"] = str(lines[change.pointer])
        place["title"] = f"{change.rule} ({change.fingerprint})"
        yield _command(_COMMANDS[change.level], place, _told(change, comparison))


def _told(change: Change, comparison: Comparison) -> str:
    told = [one_line(change.message, 1000)]
    if change.level is not Level.INFO:
        told.append(one_line(change.fix, 1000))
    if change.operations:
        told.append(f"Felt by {named(change.operations)}.")
    if calls := calls_sentence(change, comparison.calls):
        told.append(f"It {calls}.")
    return "\n".join(told)


def _command(name: str, properties: dict[str, str], message: str) -> str:
    held = ",".join(f"{key}={_property(one_line(text))}" for key, text in properties.items())
    return f"::{name} {held}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
