"""A place of a document as short text, old and new side by side."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from specproof.json_types import Json
from specproof.regression.change import Change
from specproof.report.changes.pointers import at, counterpart, tokens
from specproof.report.changes.view import Comparison
from specproof.text import printable

__all__ = ["Line", "Side", "sides"]

_LINES = 40
_COLUMNS = 160


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a fragment; ``differs`` if the other side has no such line."""

    text: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a change.

    Attributes:
        pointer: where it stands, empty for the whole document.
        there: whether there is such a place.
        lines: its first lines.
        more: whether lines were left out.
    """

    pointer: str
    there: bool
    lines: tuple[Line, ...] = ()
    more: bool = False


def sides(change: Change, comparison: Comparison) -> tuple[Side, Side]:
    """Return the place of a change in the old document and in the new one."""
    here, there = comparison.new_root, comparison.old_root
    if change.gone:
        here, there = there, here
    other = counterpart(change.pointer, here, there)
    first, first_more = _text(here, change.pointer)
    second, second_more = ([], False) if other is None else _text(there, other)
    old, new = (first, second) if change.gone else (second, first)
    old_marked, new_marked = _marked(old, new)
    mine = (change.pointer, first_more)
    theirs = (change.pointer if other is None else other, second_more)
    before, after = (mine, theirs) if change.gone else (theirs, mine)
    return (
        Side(printable(before[0]), bool(old), old_marked, before[1]),
        Side(printable(after[0]), bool(new), new_marked, after[1]),
    )


def _text(root: Json, pointer: str) -> tuple[list[str], bool]:
    found, node = at(root, pointer)
    if not found:
        return [], False
    name = ""
    if isinstance(at(root, pointer.rpartition("/")[0])[1], dict):
        name = f"{json.dumps(tokens(pointer)[-1], ensure_ascii=False)}: "
    lines = list(islice(_written(node, name, ""), _LINES + 1))
    return lines[:_LINES], len(lines) > _LINES


def _written(node: Json, name: str, indent: str) -> Iterator[str]:
    """Yield the lines of a value as JSON, no more of them than are asked for."""
    if isinstance(node, dict) and node:
        yield f"{indent}{name}{{"
        for key, value in node.items():
            yield from _written(value, f"{json.dumps(key, ensure_ascii=False)}: ", f"{indent}  ")
        yield f"{indent}}}"
    elif isinstance(node, list) and node:
        yield f"{indent}{name}["
        for value in node:
            yield from _written(value, "", f"{indent}  ")
        yield f"{indent}]"
    else:
        text = node[: _COLUMNS * 2] if isinstance(node, str) else node
        line = printable(f"{indent}{name}{json.dumps(text, ensure_ascii=False)}")
        yield line if len(line) <= _COLUMNS else f"{line[: _COLUMNS - 1]}…"


def _marked(old: list[str], new: list[str]) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    both_old: set[int] = set()
    both_new: set[int] = set()
    for start_old, start_new, length in matcher.get_matching_blocks():
        both_old.update(range(start_old, start_old + length))
        both_new.update(range(start_new, start_new + length))
    return (
        tuple(Line(text, i not in both_old) for i, text in enumerate(old)),
        tuple(Line(text, i not in both_new) for i, text in enumerate(new)),
    )
