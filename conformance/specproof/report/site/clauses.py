"""The piece of the specification that a requirement comes from, as the catalog has it."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Final

from specproof.document import digest, parse
from specproof.errors import SpecproofError
from specproof.json_types import JsonObject
from specproof.report.changes.pointers import at

__all__ = ["clause"]

_MOST_BYTES: Final = 2 * 2**20
"""Bytes of a description that is read for its pieces; a larger one takes too long."""
_LINES: Final = 30
_COLUMNS: Final = 160


def clause(path: Path | None, sha256: str | None, pointer: str) -> str:
    """Return what ``pointer`` leads to as YAML of a few lines, "" where that is not known.

    Args:
        path: the effective spec, None where the catalog has none.
        sha256: of the one that was tested; of another nothing is shown.
        pointer: JSON Pointer, or anything else.
    """
    if path is None or sha256 is None or not pointer.startswith("/"):
        return ""
    root = _root(path, sha256)
    found, node = (False, None) if root is None else at(root, pointer)
    if not found:
        return ""
    import yaml  # type: ignore[import-untyped]  # noqa: PLC0415 - no types; loaded on demand

    lines = yaml.safe_dump(node, sort_keys=False, allow_unicode=True, width=100).splitlines()
    more = ["…"] if len(lines) > _LINES else []
    return "\n".join([*(line[:_COLUMNS] for line in lines[:_LINES]), *more])


@functools.lru_cache(maxsize=16)
def _root(path: Path, sha256: str) -> JsonObject | None:
    try:
        with path.open("rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES or digest(data) != sha256:
            return None
        return parse(data, name=str(path))
    except (OSError, SpecproofError):
        # Whether the catalog is in order others say; a page does without.
        return None
