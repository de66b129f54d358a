"""Which schema a history has: a name in a table of its own."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

__all__ = ["HEAD", "KNOWN", "VERSION_TABLE", "stamp", "version_of"]

KNOWN: Final = ("0001", "0002", "0003")
"""Every schema there was, in order; the tests hold this to be what the migrations say."""

HEAD: Final = KNOWN[-1]
"""The schema that this version of specproof reads and writes."""

VERSION_TABLE: Final = "specproof_history"
"""A name of our own: another program's migrations may be kept in the same database."""


_version: Final = sa.Table(
    # As Alembic makes it.
    VERSION_TABLE,
    sa.MetaData(),
    sa.Column("version_num", sa.String(32), nullable=False),
    sa.PrimaryKeyConstraint("version_num", name=f"{VERSION_TABLE}_pkc"),
)


def stamp(connection: sa.Connection) -> None:
    """Note that a new database has the schema `HEAD`."""
    _version.create(connection)
    connection.execute(sa.insert(_version).values(version_num=HEAD))


def version_of(connection: sa.Connection) -> str | None:
    """Return the name of the schema, None where there is no history in the database."""
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return None
    found: str | None = connection.scalar(sa.select(_version.c.version_num))
    return found
