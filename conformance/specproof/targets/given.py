"""Resources that exist beforehand, as the file of ``--resources`` names them.

For APIs in which a run can not create what it needs. TOML where the file is called ``*.toml``,
else YAML or JSON; in each the name of a path parameter (or of what ``apis/<api>/arrange.py``
asks for) has a list of ids, which are only read, or a table::

    [userId]
    values = ["u-1", "u-2"]
    use_up = true   # may be changed and deleted; without it nothing but GET and HEAD names them
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from specproof.document import parse
from specproof.errors import InputError
from specproof.text import one_line

__all__ = ["Given", "read_resources"]

_SIZE_LIMIT = 1024 * 1024
_KEYS = frozenset({"values", "use_up"})
_REMEDY = "write a list of ids, or a table with values = [...] and use_up = true"


@dataclass(frozen=True, slots=True)
class Given:
    """What the user gave up for a run.

    Attributes:
        ids: name -> ids that exist beforehand.
        use_up: names whose ids may be changed and deleted.
    """

    ids: dict[str, tuple[str, ...]] = field(default_factory=dict)
    use_up: frozenset[str] = frozenset()


def read_resources(path: Path) -> Given:
    """Return what ``path`` gives up.

    Raises:
        InputError: the file is too large, malformed, or says something else than ids.
    """
    if path.stat().st_size > _SIZE_LIMIT:
        raise InputError("is too large for a list of resources", file=str(path))
    document = _toml(path) if path.suffix == ".toml" else parse(path.read_bytes(), name=str(path))
    ids: dict[str, tuple[str, ...]] = {}
    use_up: set[str] = set()
    for name, node in document.items():
        row = node if isinstance(node, dict) else {"values": node}
        unknown = sorted(row.keys() - _KEYS)
        if unknown:
            raise _wrong(path, f"{one_line(name)} has no setting {one_line(unknown[0])}")
        ids[name] = _values(path, name, row.get("values"))
        if not isinstance(row.get("use_up", False), bool):
            raise _wrong(path, f"use_up of {one_line(name)} is neither true nor false")
        if row.get("use_up"):
            use_up.add(name)
    return Given(ids, frozenset(use_up))


def _values(path: Path, name: str, node: object) -> tuple[str, ...]:
    items = node if isinstance(node, list) else []
    plain = [item for item in items if isinstance(item, str | int) and not isinstance(item, bool)]
    if not isinstance(node, list) or len(plain) != len(items):
        raise _wrong(path, f"{one_line(name)} is no list of ids")
    values = tuple(str(item) for item in plain)
    if not all(item.strip() for item in values):
        raise _wrong(path, f"{one_line(name)} has an empty id")
    if len(set(values)) != len(values):
        raise _wrong(path, f"{one_line(name)} names an id twice")
    return values


def _toml(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        # Not only TOMLDecodeError: endless digits and deep arrays make tomllib raise these.
        raise InputError(f"is not TOML: {one_line(str(error))}", file=str(path)) from None


def _wrong(path: Path, problem: str) -> InputError:
    return InputError(problem, file=str(path), remedy=_REMEDY)
