"""What a plain YAML scalar means: YAML 1.2.2, chapter 10.3, the core schema."""

from __future__ import annotations

import math
import re

from specproof.errors import InputError, LimitError
from specproof.text import one_line

__all__ = ["plain", "quoted_name"]

_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGERS = tuple(re.compile(form) for form in ("[-+]?[0-9]+", "0o[0-7]+", "0x[0-9a-fA-F]+"))
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_MAY_BE_NUMBER = frozenset("0123456789+-.")


def plain(text: str, *, name: str, line: int, max_digits: int) -> bool | int | float | str | None:
    """Return what the unquoted ``text`` stands for.

    Words of YAML 1.1 alone (``yes``, ``on``, ``1_000``, ``0b1``, dates, ``=``) are strings.

    Raises:
        InputError: an infinity, not-a-number, or a number too large for a float.
        LimitError: an integer of more than ``max_digits`` digits.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _MAY_BE_NUMBER:
        return text
    if any(pattern.fullmatch(text) for pattern in _INTEGERS):
        if len(text) > max_digits:
            raise LimitError(
                f"holds an integer of more than {max_digits} digits", file=name, line=line
            )
        return int(text, _base(text))
    if _NOT_FINITE.fullmatch(text):
        raise InputError(
            f"holds {text}, which JSON does not know", file=name, line=line, remedy="quote it"
        )
    if not _FLOAT.fullmatch(text):
        return text
    if math.isinf(number := float(text)):
        raise InputError(
            f"holds a number that no reader can keep: {quoted_name(text)}", file=name, line=line
        )
    return number


def _base(text: str) -> int:
    return {"0o": 8, "0x": 16}.get(text[:2], 10)


def quoted_name(text: str) -> str:
    """Return a stranger's ``text`` in quotes, short and safe to print."""
    return f'"{one_line(text, 60)}"'
