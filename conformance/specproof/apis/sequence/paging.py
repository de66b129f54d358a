"""Pages of a list: limits and opaque cursors."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from specproof.apis.sequence.model import Alias

__all__ = ["MAX_LIMIT", "BadPageError", "Page", "cut"]

MAX_LIMIT = 100
"""Items of a page at most."""

_CURSOR = re.compile(r"alias:[0-9a-f-]{36}")


class BadPageError(ValueError):
    """A limit or a cursor that can not be used; says why."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page, and the cursors of the next and the one before; None where there is none."""

    aliases: Sequence[Alias]
    after: str | None
    before: str | None


def cut(aliases: Sequence[Alias], query: Mapping[str, str], default_limit: int) -> Page:
    """Return the page of ``aliases`` that ``limit``, ``after`` and ``before`` ask for.

    A cursor names the alias it was made of, deleted or not: pages stay stable while items go.

    Raises:
        BadPageError: ``limit`` is not 1 to 100, a cursor is not one of ours, or both are given.
    """
    limit = _limit(query.get("limit"), default_limit)
    if "after" in query and "before" in query:
        raise BadPageError("after and before can not be used together.")
    start, end = 0, len(aliases)
    if "after" in query:
        last = _read(query["after"])
        start = sum(alias.id <= last for alias in aliases)
    if "before" in query:
        first = _read(query["before"])
        end = sum(alias.id < first for alias in aliases)
        start = max(0, end - limit)
    end = min(end, start + limit)
    chosen = aliases[start:end]
    return Page(
        chosen,
        after=_write(chosen[-1]) if chosen and end < len(aliases) else None,
        before=_write(chosen[0]) if chosen and start > 0 else None,
    )


def _limit(text: str | None, default: int) -> int:
    if text is None:
        return default
    if not re.fullmatch(r"[0-9]{1,3}", text, re.ASCII) or not 1 <= int(text) <= MAX_LIMIT:
        raise BadPageError(f"limit must be a whole number from 1 to {MAX_LIMIT}.")
    return int(text)


def _write(alias: Alias) -> str:
    return base64.urlsafe_b64encode(f"alias:{alias.id}".encode()).decode().rstrip("=")


def _read(cursor: str) -> str:
    padded = cursor + "=" * (-len(cursor) % 4)
    try:
        text = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    if not _CURSOR.fullmatch(text):
        raise BadPageError("The cursor is not valid.")
    return text.removeprefix("alias:")
