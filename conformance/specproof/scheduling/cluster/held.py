"""The history of a worker, kept open from one part to the next.

To connect, and to work out the same statements anew for each part, costs as much as to store it.
"""

from __future__ import annotations

import time
from typing import Final

from specproof.history.store import History, open_history

__all__ = ["OPEN_SECONDS", "history_at", "leave"]

OPEN_SECONDS: Final = 60.0
"""After that it is opened anew, which notices a schema that a newer specproof has changed."""

_HELD: list[tuple[str, float, History]] = []
"""The one that is open, and since when; a worker executes one part at a time."""


def history_at(where: str) -> History:
    """Return the history ``where``, open; nobody but `leave` may close it.

    Raises:
        InputError: see `open_history`.
        CouldNotCheckError: likewise.
    """
    now = time.monotonic()
    if _HELD and (_HELD[0][0] != where or now - _HELD[0][1] >= OPEN_SECONDS):
        leave()
    if not _HELD:
        _HELD.append((where, now, open_history(where)))
    return _HELD[0][2]


def leave() -> None:
    """Close what is open, so that the next part finds out for itself what is there."""
    while _HELD:
        _HELD.pop()[2].close()
