"""Values in a path: each is one segment and can never change which operation is called."""

from __future__ import annotations

import datetime as dt
import math
import re
from enum import Enum
from urllib.parse import quote
from uuid import UUID

from .errors import InvalidRequestError

__all__ = ["Mark", "Styled", "segment"]

_LONGEST = 8192  # characters; no server takes a longer request line
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class Mark(str):
    """A delimiter of a style (RFC 6570 3.2): it is sent as it is, unlike one within a value."""

    __slots__ = ()


class Styled(tuple[str, ...]):
    """A value of a path written in its style, in pieces; each that is no ``Mark`` is encoded."""

    __slots__ = ()


def segment(name: str, value: object) -> str:
    """Return ``value`` encoded as one path segment (RFC 3986 3.3).

    Args:
        name: name of the parameter, for the error.
        value: what the caller gave; a boolean is written as JSON writes it, an enumeration
            by its value, a list of values with commas between them (OpenAPI, style simple);
            other styles come from ``parameters.path``.

    Raises:
        InvalidRequestError: the value is None or empty, ``.`` or ``..`` (which name another
            path: RFC 3986 5.2.4), holds a control character or half a surrogate pair, or is
            no single value.
    """
    pieces = _pieces(name, value)
    text = "".join(pieces)
    if text in {"", ".", ".."}:
        raise InvalidRequestError(
            f"{name} must not be {text!r}: it would address another operation"
        )
    if len(text) > _LONGEST:
        raise InvalidRequestError(f"{name} must not be longer than {_LONGEST} characters")
    if _CONTROL.search(text):
        raise InvalidRequestError(f"{name} must not hold control characters")
    try:
        return "".join(
            piece if isinstance(piece, Mark) else quote(piece, safe="") for piece in pieces
        )
    except UnicodeEncodeError:
        raise InvalidRequestError(f"{name} must not hold half a surrogate pair") from None


def _pieces(name: str, value: object) -> tuple[str, ...]:
    if isinstance(value, Styled):
        return value
    if not isinstance(value, list | tuple):
        return (_text(name, value),)
    pieces: list[str] = []
    for item in value:
        pieces += [Mark(","), _text(name, item)]
    return tuple(pieces[1:])


def _text(name: str, value: object) -> str:
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, bool):
        return "true" if value else "false"
    # Anything else would go out as its `repr`.
    if not isinstance(value, str | int | float | UUID | dt.date):
        raise InvalidRequestError(f"{name} must be a value, not {type(value).__name__}")
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidRequestError(f"{name} must be a finite number")
    return str(value)
