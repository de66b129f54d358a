"""Import statements of generated modules: those that are needed, in the order of isort.

A part of ``worker``: it is loaded by path in the generator's process and imports nothing of
specproof. The generator imports whatever a module might need, in no order. ruff has the last word
on both (``formatting``); what it finds in order already it need not write again.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

__all__ = ["imports"]

_STATEMENT = re.compile(r"(?:from (?P<module>\S+) )?import (?P<names>.+)")
_NUMBER = re.compile(r"\d+")
_DIGITS = 20  # no name that we make has a longer number
_WIDTH = 100
_REMEMBERED = 1 << 16


class _Import(NamedTuple):
    """One name of an import; the first fields are the order of isort."""

    section: int
    is_from: bool
    near: int
    order: str
    module: str
    statement: str  # names of one module share one, but for those with another name here
    kind: int
    order_of_name: str
    written: str
    bound: str


def imports(body: str | None, statements: Iterable[str], indented: int = 0) -> str:
    """Return what ``body`` needs of ``statements``, a blank line between the sections of isort.

    Args:
        body: source; a name that occurs in it, were it in a comment, counts as needed. None
            where all are needed.
        statements: each on one line; what occurs twice is imported once.
        indented: how far the lines will be.

    Raises:
        ValueError: a statement is no import on one line.
    """
    needed = {
        item
        for statement in statements
        for item in _parsed(statement)
        if body is None or _occurs(item.bound, body)
    }
    return "\n\n".join(
        "\n".join(_lines(section, indented))
        for _, section in groupby(sorted(needed), key=lambda item: item.section)
    )


def _lines(section: Iterable[_Import], indented: int) -> Iterator[str]:
    for (module, _), items in groupby(section, key=lambda item: (item.module, item.statement)):
        names = [item.written for item in items]
        line = f"from {module} import {', '.join(names)}" if module else f"import {names[0]}"
        if not module or len(line) + indented <= _WIDTH:
            yield line
        else:
            yield f"from {module} import ("
            yield from (f"    {name}," for name in names)
            yield ")"


@lru_cache(maxsize=_REMEMBERED)
def _parsed(statement: str) -> tuple[_Import, ...]:
    found = _STATEMENT.fullmatch(statement.strip())
    if found is None:
        raise ValueError(f"{statement!r} is no import on one line")
    module = found["module"] or ""
    items = []
    for written in (name.strip() for name in found["names"].split(",")):
        bound = written.rpartition(" as ")[2]
        place = module or written
        dots = len(place) - len(place.lstrip("."))
        items.append(
            _Import(
                section=2 if dots else place.partition(".")[0] not in sys.stdlib_module_names,
                is_from=bool(module),
                near=-dots,
                order=_natural(place.lower()),
                module=module,
                statement=written if bound != written or not module else "",
                kind=0 if written.isupper() else 1 if written[:1].isupper() else 2,
                order_of_name=_natural(written.lower()),
                written=written,
                bound=bound,
            )
        )
    return tuple(items)


def _natural(text: str) -> str:
    """Return what sorts as ``text`` does, numbers by their value."""
    return _NUMBER.sub(lambda number: number[0].zfill(_DIGITS), text)


def _occurs(name: str, body: str) -> bool:
    start = body.find(name)
    while start >= 0:
        end = start + len(name)
        before, after = body[start - 1 : start], body[end : end + 1]
        if not (before.isalnum() or after.isalnum() or before == "_" or after == "_"):
            return True
        start = body.find(name, end)
    return False
