"""Numbers of the lines on which places of a document stand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from specproof.report.changes.pointers import tokens

__all__ = ["lines_of"]

_LARGEST_YAML: Final = 8 * 2**20
"""Bytes; the tree of a YAML document takes a hundred times as much memory."""

_TOKEN: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"|[{}\]:]|[\[,]\s*', re.DOTALL)


@dataclass(slots=True)
class _Wanted:
    """A place of which the line is wanted, or one on the way to it."""

    line: int | None = None
    inner: dict[str, _Wanted] = field(default_factory=dict)


def lines_of(data: bytes | None, pointers: Iterable[str]) -> dict[str, int]:
    """Return the 1-based line of each pointer's place in the JSON or YAML document ``data``.

    A place that is not there has the line of the nearest place around it; one without any, and
    every place of a document that can not be read, is left out. Lines are an extra: no document
    is refused for them.
    """
    if data is None:
        return {}
    root, asked = _Wanted(), list(dict.fromkeys(pointers))
    for pointer in asked:
        node = root
        for token in tokens(pointer):
            node = node.inner.setdefault(token, _Wanted())
    text = data.decode("utf-8-sig", "replace")
    if _is_json(text):
        _look_in_json(text, root)
    elif len(data) <= _LARGEST_YAML:
        _look_in_yaml(text, root)
    found = {pointer: _nearest(root, pointer) for pointer in asked}
    return {pointer: line for pointer, line in found.items() if line is not None}


def _is_json(text: str) -> bool:
    if not text.lstrip().startswith("{"):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        # YAML may begin with a brace as well.
        return False
    return True


def _nearest(root: _Wanted, pointer: str) -> int | None:
    line = None
    node = root
    for token in tokens(pointer):
        node = node.inner[token]
        line = line if node.line is None else node.line
    return line


def _look_in_json(text: str, root: _Wanted) -> None:
    """Note the lines of keys and elements, in one pass over the brackets and strings."""
    line, counted, walk = 1, 0, _Walk(root)
    for match in _TOKEN.finditer(text):
        mark, place = match[0][0], match.start()
        wanted = None
        if mark == '"':
            wanted = walk.string(match[0])
        elif mark == ":":
            walk.colon()
        elif mark in "}]":
            walk.close()
        else:
            wanted = walk.begin(mark)
            place = match.end()
        if wanted is not None:
            line += text.count("\n", counted, place)
            counted = place
            wanted.line = line


class _Walk:
    """Where a pass over the tokens of a JSON text stands, as far as something is wanted there."""

    def __init__(self, root: _Wanted) -> None:
        self._outer: list[tuple[_Wanted | None, int]] = []
        self._held: _Wanted | None = None
        self._index = -1  # of the element, -1 in an object
        self._value: _Wanted | None = root
        self._at_key = False

    def string(self, token: str) -> _Wanted | None:
        """Take a key or a value in; return what is wanted under the key."""
        if not self._at_key:
            return None
        self._value = self._held.inner.get(json.loads(token)) if self._held else None
        return self._value

    def colon(self) -> None:
        """What comes next is a value."""
        self._at_key = False

    def close(self) -> None:
        """Leave a container."""
        self._held, self._index = self._outer.pop()
        self._at_key = False

    def begin(self, mark: str) -> _Wanted | None:
        """Enter a container or go on to its next member; return what is wanted of an element."""
        if mark == ",":
            self._index += self._index >= 0
        else:
            self._outer.append((self._held, self._index))
            self._held, self._index = self._value, (-1 if mark == "{" else 0)
        self._at_key = self._index < 0
        if self._at_key:
            return None
        self._value = self._held.inner.get(str(self._index)) if self._held else None
        return self._value


def _look_in_yaml(text: str, root: _Wanted) -> None:
    import yaml  # type: ignore[import-untyped]  # noqa: PLC0415 - no types; loaded on demand

    try:
        tree = yaml.compose(text, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, RecursionError):
        return
    todo = [(tree, root)]
    while todo:
        node, wanted = todo.pop()
        pairs = []
        if isinstance(node, yaml.MappingNode):
            pairs = [(key.value, key, value) for key, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            pairs = [(str(i), value, value) for i, value in enumerate(node.value)]
        for name, mark, value in pairs:
            inner = wanted.inner.get(name) if isinstance(name, str) else None
            if inner is not None and inner.line is None:
                inner.line = mark.start_mark.line + 1
                todo.append((value, inner))
