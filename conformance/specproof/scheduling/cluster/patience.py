"""Trying again what fails for a moment: a database that restarts, a connection that broke."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, TypeVar

from specproof.errors import CouldNotCheckError

__all__ = ["PAUSES", "patiently"]

PAUSES: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds between the attempts, half a minute in all: as long as a database needs to restart."""

_Result = TypeVar("_Result")


def patiently(
    action: Callable[[], _Result],
    *,
    pauses: tuple[float, ...] = PAUSES,
    sleep: Callable[[float], None] = time.sleep,
    again: Callable[[], None] = lambda: None,
) -> _Result:
    """Return what ``action`` returns, trying again while nothing can be said.

    Args:
        pauses: seconds to wait after each attempt but the last.
        again: is called before each further attempt.

    Raises:
        CouldNotCheckError: the last attempt failed too. Other errors are raised at once.
    """
    for pause in pauses:
        try:
            return action()
        except CouldNotCheckError:
            sleep(pause)
            again()
    return action()
