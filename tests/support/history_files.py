"""Histories on disk for tests that want many: one is made, the others are copies."""

from __future__ import annotations

import functools
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from histories import Night, night_run

from specproof.history.store import History, open_history

__all__ = ["history_of"]


def history_of(path: Path, nights: Iterable[Night] = ()) -> History:
    """Return a new history at ``path`` with the runs of ``nights``; the caller closes it."""
    path.write_bytes(_empty())
    history = open_history(str(path))
    for night in nights:
        history.store_run(night_run(night))
    return history


@functools.cache
def _empty() -> bytes:
    folder = Path(tempfile.mkdtemp())
    try:
        open_history(str(folder / "h.db")).close()
        return (folder / "h.db").read_bytes()
    finally:
        shutil.rmtree(folder)
