"""Text from strangers, made safe to print.

Specs, pages and servers may hold terminal escapes, bidirectional controls and CI
workflow commands; they are shown, never obeyed.
"""

from __future__ import annotations

import unicodedata

__all__ = ["one_line", "printable"]

_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def printable(text: str) -> str:
    """Return ``text`` with every control, format and unassigned character escaped.

    Line feeds stay; a line that begins like a CI workflow command (``::name`` of
    GitHub Actions, ``##[`` and ``##vso[`` of Azure) is broken up with a backslash.
    """
    if text.isascii() and text.isprintable():
        return _disarmed(text)
    shown = "".join(
        character
        if character == "\n" or unicodedata.category(character) not in _HIDDEN_CATEGORIES
        else _escaped(character)
        for character in text
    )
    return "\n".join(_disarmed(line) for line in shown.split("\n"))


def one_line(text: str, limit: int = 300) -> str:
    """Return ``text`` printable, on one line and at most ``limit`` characters long."""
    flat = printable(" ".join(text.split()))
    return flat if len(flat) <= limit else f"{flat[: limit - 1]}…"


def _escaped(character: str) -> str:
    return character.encode("unicode_escape", "backslashreplace").decode("ascii")


def _disarmed(line: str) -> str:
    start = line.lstrip()
    if start.startswith(("::", "##[", "##vso[")):
        return line[: len(line) - len(start)] + "\\" + start
    return line
