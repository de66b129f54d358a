"""The schema of a history, brought to what this version reads and writes."""

from __future__ import annotations

import threading
from typing import Final

import sqlalchemy as sa

from specproof.errors import InputError
from specproof.history.database import WRITES
from specproof.history.tables import metadata
from specproof.history.version import HEAD, KNOWN, stamp, version_of

__all__ = ["migrate", "prepare"]

_ONE_AT_A_TIME: Final = threading.Lock()
_LOCK: Final = 0x7370_6563_7072_6F66
"""Key of the advisory lock in PostgreSQL under which one process migrates: ``specprof``."""


def prepare(engine: sa.Engine, shown: str, *, to: str = HEAD) -> None:
    """Make or migrate the schema, unless it is there already; who comes second waits.

    Raises:
        InputError: what is there is no history, or was written by a newer specproof.
    """
    with engine.connect() as connection, connection.begin():
        if _checked(connection, shown) == to:
            return
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        found = _checked(connection, shown)
        if found is None and to == HEAD:
            # What the migrations would make, without loading them.
            metadata.create_all(connection)
            stamp(connection)
        elif found != to:
            migrate(connection, to)


def migrate(connection: sa.Connection, to: str = HEAD) -> None:
    """Run the migrations up to ``to`` in the transaction of ``connection``."""
    from alembic import command  # noqa: PLC0415 - a history is made or migrated once
    from alembic.config import Config  # noqa: PLC0415 - the same

    config = Config()
    config.set_main_option("script_location", "specproof.history:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    # Alembic keeps what it works on in its module.
    with _ONE_AT_A_TIME:
        command.upgrade(config, to)


def _checked(connection: sa.Connection, shown: str) -> str | None:
    found = version_of(connection)
    if found is None and _inhabited(connection):
        raise InputError("is a database of something else", file=shown, remedy="name another")
    if found is not None and found not in KNOWN:
        raise InputError("was written by a newer specproof", file=shown, remedy="update specproof")
    return found


def _inhabited(connection: sa.Connection) -> bool:
    """Tell whether there are tables where a history would have to be made.

    A file belongs to one program; a database on a server may hold other things beside.
    """
    names = set(sa.inspect(connection).get_table_names())
    return bool(names if connection.dialect.name == "sqlite" else names & set(metadata.tables))
