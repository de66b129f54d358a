"""What a broken promise says of one answer, as data that a report can turn into an assertion.

Only such a claim lets a sequence be checked again without specproof. Paths are names of members
from the body's root; a pair ``(name, value)`` in a path is the one item of a list whose member
``name`` has that value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from specproof.model import Exchange, Json

__all__ = ["Claim", "PathPart", "absent", "answered", "entries", "equals", "missing", "unchanged"]

Claim = Mapping[str, Json]
PathPart = str | tuple[str, str]


def answered(least: int, most: int) -> Claim:
    """Claim that the status lies between two numbers, both of them included."""
    return {"says": "status", "ranges": [[least, most]]}


def equals(*path: PathPart, value: Json) -> Claim:
    """Claim that a member has this value."""
    return {"says": "equals", "path": _path(path), "value": value}


def absent(*path: PathPart) -> Claim:
    """Claim that there is no such member, or that it is null or empty."""
    return {"says": "absent", "path": _path(path)}


def missing(*path: PathPart, marks: Sequence[str]) -> Claim:
    """Claim that there is no such member, unless it has a value under one of ``marks``."""
    return {"says": "missing", "path": _path(path), "marks": list(marks)}


def entries(*path: PathPart, value: Mapping[str, Json], but: Sequence[str] = ()) -> Claim:
    """Claim that an object has exactly these entries, those called ``but`` aside."""
    return {"says": "entries", "path": _path(path), "value": value, "but": list(but)}


def unchanged(*path: PathPart, since: Exchange) -> Claim:
    """Claim that a member is what it was in an earlier answer of the sequence."""
    return {"says": "unchanged", "path": _path(path), "since": since.id}


def _path(parts: Sequence[PathPart]) -> list[Json]:
    return [part if isinstance(part, str) else list(part) for part in parts]
