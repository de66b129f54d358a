"""Values in a path: each is one segment and can never change which operation is called."""

from __future__ import annotations

import re
from enum import Enum
from urllib.parse import quote

from .errors import InvalidRequestError

__all__ = ["segment"]

_LONGEST = 8192  # characters; no server takes a longer request line
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def segment(name: str, value: object) -> str:
    """Return ``value`` encoded as one path segment (RFC 3986 3.3).

    Args:
        name: name of the parameter, for the error.
        value: what the caller gave; a boolean is written as JSON writes it, an enumeration
            by its value, a list of values with commas between them (OpenAPI, style simple).

    Raises:
        InvalidRequestError: the value is None or empty, ``.`` or ``..`` (which name another
            path: RFC 3986 5.2.4), holds a control character or half a surrogate pair, or is
            no single value.
    """
    text = (
        ",".join(_text(name, item) for item in value)
        if isinstance(value, list | tuple)
        else _text(name, value)
    )
    if text in {"", ".", ".."}:
        raise InvalidRequestError(
            f"{name} must not be {text!r}: it would address another operation"
        )
    if len(text) > _LONGEST:
        raise InvalidRequestError(f"{name} must not be longer than {_LONGEST} characters")
    if _CONTROL.search(text):
        raise InvalidRequestError(f"{name} must not hold control characters")
    try:
        return quote(text, safe="")
    except UnicodeEncodeError:
        raise InvalidRequestError(f"{name} must not hold half a surrogate pair") from None


def _text(name: str, value: object) -> str:
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or isinstance(value, bytes | dict | set) or type(value).__name__ == "Unset":
        raise InvalidRequestError(f"{name} must be a value, not {type(value).__name__}")
    return str(value)
