"""Where a history is kept, and how it is opened.

SQLite keeps a rollback journal (``journal_mode=DELETE``) with ``synchronous=EXTRA``: when a
commit has returned, what it wrote is in the one file and synced, and the journal's end is synced
with its folder, so that neither a killed process nor a power cut takes it back
(https://www.sqlite.org/pragma.html#pragma_synchronous). With a write-ahead log a copy of the file
alone, as a CI job keeps it, could lack what was stored last. Every transaction that writes begins
by taking the lock (``BEGIN IMMEDIATE``), so that it waits for others rather than failing on them.
"""

from __future__ import annotations

import logging
import os
import re
import sqlite3
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import NullPool, StaticPool

from specproof.errors import InputError

__all__ = ["PATIENCE", "WRITES", "Place", "engine_of", "locate"]

PATIENCE: Final = 60
"""Seconds to wait for another process that writes."""

WRITES: Final = "specproof_writes"
"""Execution option of a connection whose transactions write."""

_CONNECT_SECONDS: Final = 10
_MEMORY: Final = ":memory:"
_VARIABLE: Final = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]{0,99})\}?")


# What the library logs of a connection that broke holds the driver's words: nobody sees them.
logging.getLogger("sqlalchemy").addHandler(logging.NullHandler())


class Place:
    """Where a history is.

    Attributes:
        url: may hold a password.
        shown: fit to be printed: a path, or scheme, host, port and name of the database.
        path: the file, None for a server or a database in memory.
    """

    def __init__(self, url: sa.URL, shown: str, path: Path | None) -> None:
        self.url = url
        self.shown = shown
        self.path = path


def locate(where: str | None) -> Place:
    """Return the place that ``where`` names, see `specproof.history.store.open_history`.

    Raises:
        InputError: a URL that is none, or of a database that is not supported.
    """
    chosen = _named(where) or os.environ.get("SPECPROOF_HISTORY") or str(_default())
    if "://" not in chosen:
        return _file(chosen)
    try:
        url = sa.make_url(chosen)
        backend, driver = url.get_backend_name(), url.drivername.partition("+")[2]
    except (ArgumentError, ValueError):
        raise InputError("the URL of the history can not be read", remedy=_REMEDY) from None
    if backend == "sqlite" and driver in {"", "pysqlite"}:
        return _file(url.database or _MEMORY)
    if backend in {"postgresql", "postgres"} and driver in {"", "psycopg"}:
        return Place(url.set(drivername="postgresql+psycopg"), _shown(url), None)
    raise InputError("a history is kept in SQLite or PostgreSQL only", remedy=_REMEDY)


def _named(where: str | None) -> str | None:
    """Return ``where``, or the value of the environment variable that it names with ``$``.

    A password in an argument is seen by every process of the machine.
    """
    variable = _VARIABLE.fullmatch(where or "")
    if variable is None:
        return where
    found = os.environ.get(variable[1])
    if not found:
        raise InputError(
            f"the environment variable {variable[1]} is not set",
            remedy="export it, or name a file or database URL",
        )
    return found


def engine_of(place: Place) -> sa.Engine:
    """Return an engine for ``place``; nothing is opened before it is used.

    Raises:
        InputError: the driver for PostgreSQL is not installed.
    """
    if place.url.get_backend_name() == "sqlite":
        return _sqlite(place)
    query = dict(place.url.query)
    query.setdefault("connect_timeout", str(_CONNECT_SECONDS))
    query.setdefault("application_name", "specproof")
    try:
        return sa.create_engine(
            place.url.set(query=query),
            pool_size=1,
            # A connection that was lost is made anew instead of failing whoever comes next.
            pool_pre_ping=True,
            hide_parameters=True,
        )
    except (ImportError, NoSuchModuleError):
        raise InputError(
            "PostgreSQL needs a driver", remedy="install specproof[postgresql]"
        ) from None


_REMEDY: Final = "give a file, or postgresql://USER:PASSWORD@HOST:PORT/DATABASE"


def _default() -> Path:
    import platformdirs  # noqa: PLC0415 - not needed where a place is given

    return Path(platformdirs.user_state_path("specproof", appauthor=False)) / "history.db"


def _file(path: str) -> Place:
    url = sa.URL.create("sqlite", database=path)
    return Place(url, path, None if path == _MEMORY else Path(path))


def _shown(url: sa.URL) -> str:
    """Leave out the user, the password, and options, of which some are secrets too."""
    host = f"[{url.host}]" if url.host and ":" in url.host else url.host or ""
    port = "" if url.port is None else f":{url.port}"
    return f"postgresql://{host}{port}/{url.database or ''}"


def _sqlite(place: Place) -> sa.Engine:
    memory = place.path is None
    engine = sa.create_engine(
        place.url,
        poolclass=StaticPool if memory else NullPool,
        connect_args={"timeout": PATIENCE, "check_same_thread": False},
        hide_parameters=True,
    )

    @sa.event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _record: Any) -> None:
        # Transactions are begun below; the driver would begin some of its own.
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA synchronous=EXTRA")
        connection.execute("PRAGMA trusted_schema=OFF")

    @sa.event.listens_for(engine, "begin")
    def begun(connection: sa.Connection) -> None:
        options = connection.get_execution_options()
        if options.get("isolation_level") != "AUTOCOMMIT":
            connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(WRITES) else "BEGIN")

    return engine
