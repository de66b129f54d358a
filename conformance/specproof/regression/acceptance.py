"""Changes that a team has accepted for a while, and rules whose level it has set.

``changes.toml``::

    [[accept]]
    fingerprint = "0123456789abcdef"
    reason = "we never send the parameter"
    expires = 2027-01-31

    [levels]
    operation-tag-removed = "warning"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from specproof.document.scalars import quoted_name
from specproof.errors import InputError
from specproof.regression.change import Change, Level
from specproof.regression.rules import registry
from specproof.text import one_line

__all__ = ["NO_OVERRIDES", "Acceptance", "Overrides", "read_overrides"]

_LIMIT = 1024 * 1024


_FINGERPRINT = re.compile("[0-9a-f]{16}")
_LEVELS = ", ".join(Level)


class Acceptance(NamedTuple):
    """One accepted change.

    Attributes:
        expires: last day on which it is accepted.
    """

    fingerprint: str
    reason: str
    expires: date


class Overrides(NamedTuple):
    """What a team has decided about changes.

    Attributes:
        file: where it stands, for messages.
        acceptances: in the order of the file.
        levels: by id of the rule.
    """

    file: str = ""
    acceptances: tuple[Acceptance, ...] = ()
    levels: Mapping[str, Level] = MappingProxyType({})

    def accepted(self, fingerprint: str, today: date) -> str:
        """Return why a change is accepted today and how long, or an empty text."""
        for item in self.acceptances:
            if item.fingerprint == fingerprint and item.reason and item.expires >= today:
                return f"{item.reason} (until {item.expires.isoformat()})"
        return ""

    def remarks(self, changes: Iterable[Change], today: date) -> tuple[str, ...]:
        """Return a sentence for each acceptance that is expired, unused or without a reason.

        Args:
            changes: what was found this time.
            today: the date by which expiry is judged.
        """
        found = {change.fingerprint: change for change in changes}
        made = []
        for item in self.acceptances:
            change = found.get(item.fingerprint)
            what = f"{self.file}: the acceptance of {item.fingerprint}"
            if change is None:
                made.append(f"{what} matches no change; delete it or correct the fingerprint")
            elif not item.reason:
                made.append(f"{what} has no reason, so that {change.rule} counts; give one")
            elif item.expires < today:
                made.append(
                    f"{what} expired on {item.expires.isoformat()}, so that {change.rule} counts;"
                    " mend what it breaks or accept it anew"
                )
        return tuple(made)


NO_OVERRIDES = Overrides()
"""Nothing was decided."""


def read_overrides(path: Path) -> Overrides:
    """Return what ``changes.toml`` says; nothing where there is no file.

    Raises:
        InputError: the file is malformed or names a rule that there is not.
    """
    name = str(path)
    if not path.is_file():
        return Overrides(name)
    if path.stat().st_size > _LIMIT:
        raise InputError("is too large for a list of accepted changes", file=name)
    try:
        held = tomllib.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        # Not only TOMLDecodeError: endless digits and deep arrays make tomllib raise these.
        raise InputError(f"is not TOML: {one_line(str(error))}", file=name) from None
    _known(held, {"accept", "levels"}, "", name)
    rows = _kind(held.get("accept", []), list, "accept", "a list of tables", name)
    levels = _kind(held.get("levels", {}), dict, "levels", "a table", name)
    return Overrides(
        name,
        tuple(_acceptance(row, f"accept {number}", name) for number, row in enumerate(rows, 1)),
        {rule: _level(rule, level, name) for rule, level in levels.items()},
    )


# Checked by hand: pydantic alone takes longer to import than a small comparison may take.
def _acceptance(row: Any, where: str, file: str) -> Acceptance:
    _kind(row, dict, where, "a table", file)
    _known(row, {"expires", "fingerprint", "reason"}, where, file)
    mark = _kind(row.get("fingerprint"), str, f"{where}: fingerprint", "a text", file)
    if not _FINGERPRINT.fullmatch(mark):
        raise InputError(
            f"{where}: fingerprint is not 16 hexadecimal digits but {quoted_name(mark)}",
            file=file,
            remedy="copy it from the report",
        )
    reason = _kind(row.get("reason"), str, f"{where}: reason", "a text", file)
    expires = _kind(row.get("expires"), date, f"{where}: expires", "a date", file)
    if isinstance(expires, datetime):
        expires = expires.date()
    return Acceptance(mark, one_line(reason.strip()), expires)


def _level(rule: str, level: Any, file: str) -> Level:
    if rule not in registry():
        import difflib  # noqa: PLC0415 - takes longer to load than a small comparison may

        near = difflib.get_close_matches(rule, registry(), n=1)
        raise InputError(
            f"sets the level of {quoted_name(rule)}, which is no rule",
            file=file,
            remedy=f"did you mean {near[0]}?" if near else "copy its id from the report",
        )
    if level not in tuple(Level):
        raise InputError(
            f"sets {rule} to {quoted_name(str(level))}", file=file, remedy=f"use one of {_LEVELS}"
        )
    return Level(level)


def _known(table: Mapping[str, Any], keys: set[str], where: str, file: str) -> None:
    for key in sorted(table.keys() - keys):
        raise InputError(
            f"{where + ': ' if where else ''}has the key {quoted_name(key)}, which is unknown",
            file=file,
            remedy=f"known are {', '.join(sorted(keys))}",
        )


def _kind(value: Any, kind: type, where: str, due: str, file: str) -> Any:
    if not isinstance(value, kind):
        missing = "is missing" if value is None else f"is not {due}"
        raise InputError(f"{where} {missing}", file=file, remedy=f"write {due}")
    return value
