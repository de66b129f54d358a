"""Ids that are almost the one of something that exists, and can be nobody else's."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

__all__ = ["near_ids"]

_INVENTED = "specproof-"
_RANDOM_VERSIONS = frozenset({4, 5, 7})
"""Versions of UUIDs whose last digits are random or a digest (RFC 9562 5.4, 5.5, 5.7)."""

_CUT = 6
"""Characters that may go: what is left of a random value is still nobody else's."""


def near_ids(value: str, *, exact: bool) -> Iterator[tuple[str, str]]:
    """Yield how an id is changed, and what comes of it; nothing where that could be another's.

    Values that this run invented and UUIDs with random ends qualify. Counters, and ids that
    hold one, do not: their neighbours exist.

    Args:
        exact: whether ids that differ in case or in blanks are known to be different ids, as
            for UUIDs the case never is (RFC 9562 4).
    """
    version = _version(value)
    if not value.startswith(_INVENTED) and version not in _RANDOM_VERSIONS:
        return
    yield "with another last character", value[:-1] + _other(value[-1])
    if version != 7:  # noqa: PLR2004 - its first digits are the time
        yield "with another first character", _other(value[0]) + value[1:]
    yield "without its last characters", value[:-_CUT]
    yield "with one character more", f"{value}0"
    yield "as a pattern", f"{value[:-1]}%"
    if exact:
        yield "with a blank behind", f"{value} "
        yield "with a blank before", f" {value}"
        if version is None:
            yield "in other letters", value.swapcase()


def _other(character: str) -> str:
    return "1" if character == "0" else "0"


def _version(value: str) -> int | None:
    try:
        found = uuid.UUID(value)
    except ValueError:
        return None
    return found.version if str(found) == value.lower() else None
