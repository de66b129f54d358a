"""What was told of a stream, in the tables of a history."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

import sqlalchemy as sa

from specproof.history import tables, writing
from specproof.history.records import StoredAlert, Stream, utc
from specproof.history.values import key, storable

__all__ = ["alerts", "save"]

_PLAIN: Final = (
    "state",
    "since_run",
    "since",
    "told_at",
    "quiet_until",
    "digest",
    "claimed_by",
    "claimed_until",
    "attempts",
    "revision",
)
_TIMES: Final = ("since", "told_at", "quiet_until", "claimed_until")


def alerts(connection: sa.Connection, stream: Stream | None) -> tuple[StoredAlert, ...]:
    """Return the alerts of ``stream``, or of all, sorted by stream and subject."""
    of = tables.alert.c
    asked = sa.select(tables.alert).order_by(of.api, of.target, of.origin, of.subject)
    if stream is not None:
        asked = asked.where(
            of.api == stream.api, of.target == stream.target, of.origin == (stream.origin or "")
        )
    return tuple(_alert(row) for row in connection.execute(asked).mappings())


def save(connection: sa.Connection, found: Iterable[StoredAlert]) -> tuple[StoredAlert, ...]:
    """Save alerts, see `History.save_alerts`."""
    of = tables.alert.c
    saved: list[StoredAlert] = []
    for item in sorted(found, key=_place):
        names = {
            "api": item.stream.api,
            "target": item.stream.target,
            "origin": item.stream.origin or "",
            "subject": key(item.subject),
        }
        values = {name: getattr(item, name) for name in _PLAIN}
        values |= {name: utc(values[name]) for name in _TIMES if values[name] is not None}
        values["revision"] = item.revision + 1
        values["data"] = json.dumps(item.data, sort_keys=True, allow_nan=False)
        if item.revision == 0:
            done = writing.add(connection, tables.alert, names | values)
        else:
            asked = sa.update(tables.alert).where(
                *(of[name] == storable(value) for name, value in names.items()),
                of.revision == item.revision,
            )
            done = connection.execute(asked.values(**values)).rowcount == 1
        if done:
            saved.append(replace(item, revision=item.revision + 1))
    return tuple(saved)


def _place(item: StoredAlert) -> tuple[str, str, str, str]:
    return (item.stream.api, item.stream.target, item.stream.origin or "", item.subject)


def _alert(row: Mapping[Any, Any]) -> StoredAlert:
    return StoredAlert(
        stream=Stream(row["api"], row["target"], row["origin"] or None),
        subject=row["subject"],
        data=json.loads(row["data"]),
        **{name: row[name] for name in _PLAIN},
    )
