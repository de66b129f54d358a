"""Reading error envelopes of any family; no check of its own."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from specproof.model import Json

__all__ = ["NAMES", "ErrorItem", "blank", "error_items", "kind", "looks_like_error"]

_CODES = ("code", "type", "error_code", "errorCode")
_TITLES = ("title", "message", "detail", "description", "error_description")
_MARKS = ("errors", "error")
NAMES = frozenset({*_CODES, *_TITLES, *_MARKS, "status", "success"})
"""Every name in a body that is looked at here."""


class ErrorItem(NamedTuple):
    """One error of an envelope; None where the envelope has no such field.

    Attributes:
        code: what callers branch on.
        title: what people read.
    """

    code: Json
    title: Json
    has_code: bool
    has_title: bool


def error_items(body: Json) -> tuple[ErrorItem, ...] | None:
    """Return the errors of a body, or None where it is no envelope of a known family.

    Families: ``{errors: [{code, title}]}``, ``{errors: [text]}``, ``{errors: text}``,
    ``{error: {type, message}}``, ``{error: text}``, RFC 9457 ``{type, title}``.
    """
    if not isinstance(body, dict):
        return None
    for mark in _MARKS:
        if mark in body:
            return tuple(_items(body[mark], []))
    if "title" in body and ("type" in body or "status" in body):
        return (_item(body),)
    return None


def blank(text: str) -> bool:
    """Return whether nothing of ``text`` would be seen: only blanks and invisible characters."""
    # Letters and digits are seen, and most texts begin with one.
    return not text[:1].isalnum() and all(
        unicodedata.category(character)[0] in "ZC" for character in text
    )


def kind(_: object, texts: Sequence[str]) -> tuple[bool, ...]:
    """Return what checks of envelopes can tell of texts that they do not know."""
    return tuple([blank(text) for text in texts])


def looks_like_error(body: Json) -> bool:
    """Return whether a body says that something went wrong."""
    if not isinstance(body, dict):
        return False
    if body.get("success") is False:
        return True
    return any(body.get(mark) not in (None, [], {}, "", False) for mark in _MARKS)


def _items(value: Json, found: list[ErrorItem]) -> list[ErrorItem]:
    if isinstance(value, dict):
        found.append(_item(value))
    elif isinstance(value, str):
        found.append(ErrorItem(None, value, has_code=False, has_title=True))
    elif isinstance(value, list):
        for entry in value:
            _items(entry, found)
    return found


def _item(value: dict[str, Json]) -> ErrorItem:
    code, title = _first(value, _CODES), _first(value, _TITLES)
    return ErrorItem(
        None if code is None else value[code],
        None if title is None else value[title],
        has_code=code is not None,
        has_title=title is not None,
    )


def _first(value: dict[str, Json], names: tuple[str, ...]) -> str | None:
    for name in names:
        if name in value:
            return name
    return None
