"""Accepted changes and levels of one's own."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from specproof.errors import InputError
from specproof.regression.acceptance import Overrides, read_overrides
from specproof.regression.change import Change, Direction, Level

MARK = "0123456789abcdef"
DAY = dt.date(2026, 3, 1)
ROW = f'[[accept]]\nfingerprint = "{MARK}"\nreason = " unused here "\nexpires = 2026-03-01\n'


def _read(folder: Path, text: str) -> Overrides:
    path = folder / "changes.toml"
    path.write_text(text, encoding="utf-8")
    return read_overrides(path)


def _change(mark: str) -> Change:
    return Change(
        rule="server-changed",
        level=Level.ERROR,
        direction=Direction.REQUEST,
        subject="s",
        pointer="",
        gone=False,
        message="m",
        fix="f",
        fingerprint=mark,
    )


def test_no_file_is_no_override(tmp_path: Path) -> None:
    """The file need not exist."""
    found = read_overrides(tmp_path / "changes.toml")
    assert (found.acceptances, found.levels) == ((), {})


def test_an_acceptance_holds_until_its_day_is_over(tmp_path: Path) -> None:
    """On the last day it is accepted, on the next it is not, and that is said."""
    found = _read(tmp_path, ROW)
    assert found.accepted(MARK, DAY) == "unused here (until 2026-03-01)"
    assert found.accepted("f" * 16, DAY) == ""
    assert found.remarks([_change(MARK)], DAY) == ()
    later = DAY + dt.timedelta(days=1)
    assert found.accepted(MARK, later) == ""
    [remark] = found.remarks([_change(MARK)], later)
    assert f"the acceptance of {MARK} expired on 2026-03-01" in remark
    assert "server-changed counts" in remark


def test_an_acceptance_of_nothing_is_named(tmp_path: Path) -> None:
    """A fingerprint that no change has is named with its file."""
    [remark] = _read(tmp_path, ROW).remarks([_change("f" * 16)], DAY)
    assert remark.startswith(f"{tmp_path / 'changes.toml'}: the acceptance of {MARK} matches no")


def test_an_acceptance_without_a_reason_does_not_count(tmp_path: Path) -> None:
    """Nobody could judge it."""
    found = _read(tmp_path, ROW.replace("unused here", ""))
    assert found.accepted(MARK, DAY) == ""
    assert "has no reason" in found.remarks([_change(MARK)], DAY)[0]


def test_a_time_of_day_is_passed_over(tmp_path: Path) -> None:
    """TOML has dates with a time too."""
    found = _read(tmp_path, ROW.replace("2026-03-01", "2026-03-01T10:00:00Z"))
    assert found.accepted(MARK, DAY).endswith("(until 2026-03-01)")


def test_levels_by_rule(tmp_path: Path) -> None:
    """A rule has the level that the file gives it."""
    found = _read(tmp_path, '[levels]\nserver-changed = "info"\n')
    assert found.levels == {"server-changed": Level.INFO}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[", "is not TOML: "),
        (f"a = {'[' * 5000}", "is not TOML: "),
        ("accepted = []", 'has the key "accepted", which is unknown; known are accept, levels'),
        ("accept = 1", "accept is not a list of tables"),
        ("accept = [1]", "accept 1 is not a table"),
        ("levels = 1", "levels is not a table"),
        ("[[accept]]\nwhy = 1", 'accept 1: has the key "why", which is unknown'),
        (ROW + "[[accept]]\n", "accept 2: fingerprint is missing"),
        ('[[accept]]\nfingerprint = "x"', 'is not 16 hexadecimal digits but "x"'),
        (ROW.replace('" unused here "', "1"), "accept 1: reason is not a text"),
        (ROW.replace("2026-03-01", '"soon"'), "accept 1: expires is not a date"),
        ('[levels]\nserver-change = "info"', "did you mean server-changed?"),
        ('[levels]\nzzzzzz = "info"', 'sets the level of "zzzzzz", which is no rule; copy'),
        ('[levels]\nserver-changed = "bad"', 'sets server-changed to "bad"; use one of error'),
        ("[levels]\nserver-changed = []", 'sets server-changed to "[]"'),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, problem: str) -> None:
    """One sentence with the file, the place and what to write."""
    with pytest.raises(InputError) as caught:
        _read(tmp_path, text)
    assert problem in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path))


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    """A list of acceptances is small."""
    with pytest.raises(InputError, match="is too large"):
        _read(tmp_path, "#" * (1024 * 1024 + 1))
