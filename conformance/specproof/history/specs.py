"""The changes of published specs, and the specs themselves, in the tables of a history."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from specproof.errors import InputError
from specproof.history import tables, writing
from specproof.history.packing import pack, unpack
from specproof.history.records import StoredChange, StoredRevision, checked_name, utc
from specproof.history.values import key
from specproof.model import JsonObject

__all__ = ["add_change", "add_revision", "changes", "revision_of", "revisions"]


def add_change(connection: sa.Connection, change: StoredChange) -> bool:
    """Store ``change``; False where one between the same two documents is stored already."""
    data = _dumped(change.document)
    return writing.add(
        connection,
        tables.change,
        {
            "api": checked_name(change.api, "API"),
            "old_sha256": key(change.old_sha256),
            "new_sha256": key(change.new_sha256),
            "noticed": utc(change.noticed),
            "old_version": change.old_version,
            "new_version": change.new_version,
            "bump": change.bump,
            "breaking": change.breaking,
            "levels": _dumped(dict(change.levels)).decode("ascii"),
            "size": len(data),
            "bytes": pack(data, "the comparison"),
        },
    )


def changes(
    connection: sa.Connection, api: str | None, since: str | None
) -> tuple[StoredChange, ...]:
    """Return changes, newest first: of ``api``, noticed at ``since`` or later."""
    of = tables.change.c
    asked = sa.select(tables.change).order_by(
        of.noticed.desc(), of.api, of.old_sha256, of.new_sha256
    )
    if api is not None:
        asked = asked.where(of.api == api)
    if since is not None:
        asked = asked.where(of.noticed >= since)
    return tuple(
        StoredChange(
            **{
                **{name: row[name] for name in StoredChange.__slots__ if name != "document"},
                "breaking": bool(row["breaking"]),
                "levels": _object(row["levels"].encode()),
            },
            document=_object(unpack(row["bytes"], row["size"], "a change")),
        )
        for row in connection.execute(asked).mappings()
    )


def add_revision(connection: sa.Connection, revision: StoredRevision) -> bool:
    """Store ``revision``; False where it is stored already, then the earlier time is kept."""
    of = tables.revision.c
    name, digest = checked_name(revision.api, "API"), key(revision.sha256)
    seen = utc(revision.first_seen)
    row = {
        "api": name,
        "sha256": digest,
        "version": revision.version,
        "title": revision.title,
        "first_seen": seen,
        "size": len(revision.document),
        "bytes": pack(revision.document, "the spec"),
    }
    if writing.add(connection, tables.revision, row):
        return True
    connection.execute(
        sa.update(tables.revision)
        .where(of.api == name, of.sha256 == digest, of.first_seen > seen)
        .values(first_seen=seen)
    )
    return False


def revision_of(connection: sa.Connection, sha256: str) -> StoredRevision | None:
    """Return the spec with this digest, None where none is stored."""
    of = tables.revision.c
    asked = sa.select(tables.revision).where(of.sha256 == sha256).order_by(of.api).limit(1)
    row = connection.execute(asked).mappings().first()
    return None if row is None else _revision(row)


def revisions(connection: sa.Connection, api: str | None) -> tuple[StoredRevision, ...]:
    """Return the specs of ``api``, or of all, newest first."""
    of = tables.revision.c
    asked = sa.select(tables.revision).order_by(of.first_seen.desc(), of.api, of.sha256)
    if api is not None:
        asked = asked.where(of.api == api)
    return tuple(_revision(row) for row in connection.execute(asked).mappings())


def _revision(row: Mapping[Any, Any]) -> StoredRevision:
    plain = {name: row[name] for name in StoredRevision.__slots__ if name != "document"}
    return StoredRevision(**plain, document=unpack(row["bytes"], row["size"], "a spec"))


def _dumped(value: Any) -> bytes:
    return json.dumps(
        value, ensure_ascii=True, allow_nan=False, sort_keys=True, separators=(",", ":")
    ).encode("ascii")


def _object(data: bytes) -> JsonObject:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise InputError("a change is damaged in the history")
    return found
