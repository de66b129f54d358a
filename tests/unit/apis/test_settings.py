from __future__ import annotations

import pytest

from specproof.apis.contract import Setting
from specproof.apis.settings import parse_assignments, resolve_settings
from specproof.errors import InputError

TABLE = (
    Setting("flag", False, "a flag"),
    Setting("count", 3, "a number"),
    Setting("ratio", 0.5, "a part"),
    Setting("status", 404, "a status", "open", (404, 410)),
    Setting("shape", "plain", "a shape", "open", ("plain", "round")),
)
DEFAULTS = {"flag": False, "count": 3, "ratio": 0.5, "status": 404, "shape": "plain"}


def test_defaults_fill_what_is_not_given() -> None:
    """Every setting has a value, the given one first."""
    assert resolve_settings(TABLE, None) == DEFAULTS
    assert resolve_settings(TABLE, {"status": 410}) == {**DEFAULTS, "status": 410}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"colour": "red"}, "unknown setting 'colour'; use one of: count, flag,"),
        ({"flag": 1}, "no bool"),
        ({"count": True}, "no int"),
        ({"count": -1}, "can not be negative"),
        ({"status": 418}, "choose one of: 404, 410"),
        ({"shape": "square"}, "choose one of: plain, round"),
        ({"\x1b[31m": "x"}, "unknown setting '\\x1b"),
    ],
)
def test_wrong_settings_are_refused(given: dict[str, bool | int | str], words: str) -> None:
    """A wrong name, type or choice is an InputError that says what would do."""
    with pytest.raises(InputError) as caught:
        resolve_settings(TABLE, given)
    assert words in str(caught.value)


def test_a_table_may_be_empty() -> None:
    """With no setting at all, the message still reads well."""
    with pytest.raises(InputError, match="there are none"):
        resolve_settings((), {"a": 1})


def test_assignments_are_read_by_the_type_of_the_default() -> None:
    """Text becomes a bool, an int, a float or stays text."""
    texts = ["flag=Yes", "count=7", "ratio=0.25", "status=410", "shape=round"]
    assert parse_assignments(TABLE, texts) == {
        "flag": True,
        "count": 7,
        "ratio": 0.25,
        "status": 410,
        "shape": "round",
    }
    assert parse_assignments(TABLE, ["flag=off"])["flag"] is False


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("flag", "write name=value"),
        ("flag=maybe", "write true or false"),
        ("count=many", "write a number"),
        ("nothing=1", "unknown setting 'nothing'"),
    ],
)
def test_unreadable_assignments_are_refused(text: str, words: str) -> None:
    """Text that sets nothing is an InputError."""
    with pytest.raises(InputError) as caught:
        parse_assignments(TABLE, [text])
    assert words in str(caught.value)
