"""What goes wrong in a database, as one sentence."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy import exc

from specproof.errors import CouldNotCheckError, InputError
from specproof.history.failures import in_words, told

CANARY = "canary-5up3r"


class _Sqlite(sqlite3.OperationalError):
    """An error as the driver raises it."""

    def __init__(self, name: str) -> None:
        super().__init__(CANARY)
        self.sqlite_errorname = name


class _Postgres(Exception):  # noqa: N818 - as the driver's
    """An error with a state, or without."""

    def __init__(self, state: str | None, words: str = CANARY) -> None:
        super().__init__(words)
        self.sqlstate = state


def _wrapped(original: BaseException) -> exc.DBAPIError:
    return exc.OperationalError(f"SELECT {CANARY}", {"x": CANARY}, original)


@pytest.mark.parametrize(
    ("original", "words"),
    [
        (_Sqlite("SQLITE_FULL"), "the disk or its quota is full; make room"),
        (_Sqlite("SQLITE_IOERR_WRITE"), "the disk failed or is full"),
        (_Sqlite("SQLITE_CORRUPT_INDEX"), "is damaged"),
        (_Sqlite("SQLITE_READONLY_DBMOVED"), "may not be written"),
        (_Sqlite("SQLITE_BUSY_SNAPSHOT"), "is held by another process"),
        (_Sqlite("SQLITE_MISUSE"), "could not be used (SQLITE_MISUSE)"),
        (_Postgres("28P01"), "refused the user or the password"),
        (_Postgres(None, f'FATAL: password authentication failed for user "{CANARY}"'), "refused"),
        (_Postgres(None, f'database "{CANARY}" does not exist'), "has no such database"),
        (_Postgres("53100"), "has no room"),
        (_Postgres("54000"), "no value as large"),
        (_Postgres("25006"), "may not be written"),
        (_Postgres("42501"), "does not let this user"),
        (_Postgres("XX000"), "could not be used (SQLSTATE XX000)"),
        (OverflowError(CANARY), "a number is too large"),
    ],
)
def test_what_can_not_be_done_is_bad_input(original: BaseException, words: str) -> None:
    """The sentence names the place and nothing of the question, the values or the driver."""
    found = in_words(_wrapped(original), "h.db")
    assert isinstance(found, InputError)
    assert str(found).startswith("h.db: ")
    assert words in str(found)
    assert CANARY not in str(found)


@pytest.mark.parametrize(
    ("original", "words"),
    [
        (_Postgres(None), "can not be reached"),
        (_Postgres("53300"), "not to be had now"),
        (_Postgres("57P01"), "not to be had now"),
        (_Postgres("08006"), "not to be had now"),
        (_Postgres("40P01"), "not to be had now"),
        (_Postgres(None, "FATAL: sorry, too many clients already"), "not to be had now"),
    ],
)
def test_what_may_pass_could_not_be_checked(original: BaseException, words: str) -> None:
    """A server that is away says nothing about a run; a full one neither."""
    found = in_words(_wrapped(original), "h.db")
    assert words in str(found)
    assert CANARY not in str(found)
    assert isinstance(found, CouldNotCheckError)


def test_an_error_of_the_library_is_told_by_its_name() -> None:
    """Neither the cause nor the context is passed on."""
    expected = pytest.raises(InputError, match=r"could not be used \(ArgumentError\)")
    with expected as caught, told("h.db"):
        raise exc.ArgumentError(CANARY)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    other = exc.ProgrammingError("x", {}, _Postgres(None))
    assert "could not be used (_Postgres)" in str(in_words(other, "h.db"))


def test_other_errors_pass() -> None:
    """What is no error of the database is not touched."""
    with pytest.raises(KeyError), told("h.db"):
        raise KeyError
