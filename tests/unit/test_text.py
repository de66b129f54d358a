"""Text from strangers is shown, never obeyed."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specproof.text import one_line, printable

_ANY = st.text(st.characters())


@given(_ANY)
def test_no_control_character_is_left(text: str) -> None:
    """Controls, formats, surrogates and unassigned characters never pass; line feeds stay."""
    shown = printable(text)
    assert shown.count("\n") == text.count("\n")
    for character in shown.replace("\n", ""):
        assert unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    shown.encode("utf-8")


@given(_ANY)
def test_what_is_printable_stays_as_it_is(text: str) -> None:
    """Escaping twice changes nothing more."""
    assert printable(printable(text)) == printable(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain äöü 漢字 🎉", "plain äöü 漢字 🎉"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\x9b31m", "\\x9b31m"),
        ("a\rb\tc", "a\\rb\\tc"),
        ("\u202egnp", "\\u202egnp"),
        ("\ud800", "\\ud800"),
        ("a\u2028b", "a\\u2028b"),
        ("two\nlines", "two\nlines"),
    ],
)
def test_escapes_can_be_read(text: str, shown: str) -> None:
    """A hidden character shows as its Python escape, everything else as itself."""
    assert printable(text) == shown


@pytest.mark.parametrize("command", ["::error::x", "##[error]x", "##vso[task.x]y"])
@pytest.mark.parametrize("before", ["", "  ", "a\n", "a\n\xa0 "])
def test_workflow_commands_are_disarmed(before: str, command: str) -> None:
    """A line that a CI system would obey no longer begins like one."""
    assert printable(before + command) == f"{before}\\{command}"


def test_marks_within_a_line_are_left_alone() -> None:
    """Colons in the middle of a line are no command."""
    assert printable("a ::error::x") == "a ::error::x"


@given(_ANY, st.integers(1, 40))
def test_one_line_is_one_short_line(text: str, limit: int) -> None:
    """The result has no line feed and is not longer than asked."""
    shown = one_line(text, limit)
    assert "\n" not in shown
    assert len(shown) <= limit
    assert not shown.startswith(("::", "##[", "##vso["))


def test_one_line_says_when_it_cuts() -> None:
    """White space is collapsed, and a cut is marked."""
    assert one_line(" a\n\t b ") == "a b"
    assert one_line("abcdef", 4) == "abc…"
    assert one_line("abcd", 4) == "abcd"
