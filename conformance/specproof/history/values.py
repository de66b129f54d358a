"""Text as every database takes it."""

from __future__ import annotations

import re

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

from specproof.model import fingerprint

__all__ = ["Words", "key", "storable"]

_SURROGATES = re.compile(r"[\ud800-\udfff]")
_KEY_BYTES = 400
_KEPT_CHARACTERS = 80


def key(text: str) -> str:
    """Return ``text`` as it can stand in an index: PostgreSQL takes 2,700 bytes in one entry.

    What is longer than 400 bytes becomes its beginning and a digest of it all.
    """
    found = storable(text)
    if len(found.encode()) <= _KEY_BYTES:
        return found
    return f"{found[:_KEPT_CHARACTERS]}…{fingerprint(found)}"


def storable(text: str) -> str:
    """Return ``text`` without what PostgreSQL or UTF-8 can not hold.

    U+0000 becomes its symbol (U+2400), a lone surrogate the replacement character.
    """
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\x00", "\u2400")
    return _SURROGATES.sub("\ufffd", text)


class Words(TypeDecorator[str]):
    """Text of any length, from anybody; see `storable`."""

    # Compared by code points, as SQLite does, whatever the locale of the database.
    impl = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        """Return what is sent to the database."""
        del dialect
        return None if value is None else storable(value)
