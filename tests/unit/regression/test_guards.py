"""Faults of a vendor's publishing."""

from __future__ import annotations

import datetime as dt

import pytest

from specproof.errors import InputError
from specproof.regression.change import Level
from specproof.regression.engine import diff, diff_unreadable
from specproof.regression.places import Document

TODAY = dt.date(2026, 1, 1)


def _document(*paths: int) -> Document:
    operation = {"get": {"responses": {"200": {"description": "fine"}}}}
    return Document({"openapi": "3.1.0", "paths": {f"/{path}": operation for path in paths}}, "x")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (range(5), (), "the new description has no operations, the old one had 5"),
        (range(4), (), ""),
        (range(12), range(5), "lost 7 of 12 operations and has 0 new ones"),
        (range(12), range(6), ""),
        (range(8), range(4, 8), ""),
        (range(12), [*range(5), 20, 21, 22], "lost 7 of 12 operations and has 3 new ones"),
        (range(12), [*range(5), 20, 21, 22, 23], ""),
        (range(12), range(20, 32), ""),
        ((), (), ""),
        ((), range(9), ""),
    ],
)
def test_collapse(old: list[int], new: list[int], sentence: str) -> None:
    """Most operations gone and few come is a fault; a new version or a small API is none."""
    found = diff(_document(*old), _document(*new), today=TODAY)
    assert sentence in found.upstream
    assert bool(sentence) is bool(found.upstream)
    assert (found.old_operations, found.new_operations) == (len(old), len(new))
    rules = [item.rule for item in found.changes]
    assert (rules == ["specification-collapsed"]) is bool(sentence)


def test_a_collapse_is_one_error() -> None:
    """It is breaking, says what is wrong and is the same each time."""
    first = diff(_document(*range(9)), _document(), today=TODAY)
    [change] = first.changes
    assert change.level is Level.ERROR
    assert first.breaking
    assert change.message == (
        "The new description looks like a fault of its publishing: the new description has no"
        " operations, the old one had 9."
    )
    assert first == diff(_document(*range(9)), _document(), today=TODAY)


def test_a_description_that_can_not_be_read() -> None:
    """What reading raised is the one change."""
    error = InputError("is not YAML: \x1b[31mwild", file="new.yaml", line=3)
    found = diff_unreadable(_document(1, 2), error, today=TODAY)
    assert found.upstream == "the new description can not be read: is not YAML: \\x1b[31mwild"
    assert [item.rule for item in found.changes] == ["specification-collapsed"]
    assert (found.old_operations, found.new_operations) == (2, 0)
