"""What goes wrong in a database, as one sentence that holds no secret and no SQL."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Iterator, Mapping

from sqlalchemy import exc

from specproof.errors import CouldNotCheckError, InputError, SpecproofError

__all__ = ["in_words", "told"]

_SQLITE = {
    "SQLITE_FULL": ("could not be written: the disk or its quota is full", "make room"),
    "SQLITE_IOERR": ("could not be read or written: the disk failed or is full", "make room"),
    "SQLITE_NOTADB": ("is no history", "name another file"),
    "SQLITE_CORRUPT": ("is damaged", "put back a copy, or export what is left with sqlite3"),
    "SQLITE_READONLY": ("may not be written", "change its permissions, or name another file"),
    "SQLITE_PERM": ("may not be opened", "change its permissions, or name another file"),
    "SQLITE_CANTOPEN": ("can not be opened", "name a file in a folder that may be written"),
    "SQLITE_BUSY": ("is held by another process for too long", "try again"),
    "SQLITE_LOCKED": ("is held by another process for too long", "try again"),
    "SQLITE_TOOBIG": ("takes no value as large as this run's", "store less at once"),
}
"""Result codes of SQLite (https://www.sqlite.org/rescode.html), without what is extended."""

_POSTGRESQL = {
    "28": ("refused the user or the password", "check the URL"),
    "22": ("can not hold one of the values", "a number is too large"),
    "3D": ("has no such database", "create it, or name another"),
    "42501": ("does not let this user do that", "grant the user rights on the schema"),
    "53": ("has no room left", "make room, or try again"),
    "54": ("takes no value as large as this run's", "store less at once"),
    "25006": ("may not be written", "name the primary server"),
}
"""SQLSTATE of PostgreSQL or its class (PostgreSQL documentation, appendix A)."""

_SIGNS = {
    "28000": re.compile(r"password|authentication|pg_hba|role .* does not exist"),
    "3D000": re.compile(r"database .* does not exist"),
    "53300": re.compile(r"too many (?:clients|connections)|remaining connection slots"),
}
"""What PostgreSQL says in English; in another language the server counts as out of reach."""

_AWAY = ("08", "533", "57", "58", "40", "55")
"""Classes that pass: connection lost, too many connections, server shutting down, system error,
rolled back, locked."""


@contextlib.contextmanager
def told(shown: str) -> Iterator[None]:
    """Turn an error of the database called ``shown`` into one of `specproof.errors`.

    Raises:
        InputError: what was asked for can not be done there.
        CouldNotCheckError: the server can not be reached, or not now.
    """
    try:
        yield
    except (exc.SQLAlchemyError, OverflowError) as error:
        # Without the cause: its text may hold SQL, values and names of users.
        raise in_words(error, shown) from None
    except ValueError:
        # A word that is none of ours, or JSON that is none.
        raise InputError("holds what no history does, it is damaged", file=shown) from None


def in_words(error: Exception, shown: str) -> SpecproofError:
    """Return the sentence for an error of SQLAlchemy or of the driver below it."""
    original = error.orig if isinstance(error, exc.DBAPIError) else None
    if isinstance(error, OverflowError) or isinstance(original, OverflowError):
        return InputError("a number is too large for a history", file=shown)
    if isinstance(original, sqlite3.Error):
        return _of_sqlite(getattr(original, "sqlite_errorname", None), shown)
    state = getattr(original, "sqlstate", None)
    if isinstance(state, str):
        return _of_state(state, shown)
    if isinstance(error, exc.OperationalError | exc.InterfaceError):
        # Of a server that refuses a connection the driver keeps the words alone.
        words = str(original)
        for code, sign in _SIGNS.items():
            if sign.search(words):
                return _of_state(code, shown)
        return CouldNotCheckError(f"{shown}: the database server can not be reached")
    kind = type(original or error).__name__
    return InputError(f"the database could not be used ({kind})", file=shown)


def _of_sqlite(name: str | None, shown: str) -> SpecproofError:
    if name is None:
        # The driver's own: what is stored as text is none.
        return InputError("holds what no history does, it is damaged", file=shown)
    problem, remedy = _first(_SQLITE, name) or (f"could not be used ({name})", None)
    return InputError(problem, file=shown, remedy=remedy)


def _of_state(state: str, shown: str) -> SpecproofError:
    if state.startswith(_AWAY):
        return CouldNotCheckError(f"{shown}: the database is not to be had now (SQLSTATE {state})")
    found = _first(_POSTGRESQL, state)
    problem, remedy = found or (f"could not be used (SQLSTATE {state})", None)
    return InputError(f"the database {problem}", file=shown, remedy=remedy)


def _first(known: Mapping[str, tuple[str, str]], found: str) -> tuple[str, str] | None:
    return next((told for code, told in known.items() if found.startswith(code)), None)
