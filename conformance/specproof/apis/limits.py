"""Rate limits of an emulator."""

from __future__ import annotations

import math
from collections.abc import Callable

__all__ = ["RateLimiter"]


class RateLimiter:
    """Counts requests in fixed windows that begin with the first request of each.

    Args:
        clock: seconds, never going back.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._windows: dict[str, tuple[float, int]] = {}

    def wait(self, key: str, limit: int, window: float) -> int | None:
        """Count one request; return None if it may pass, else the whole seconds to wait.

        Args:
            key: what is limited, e.g. a user.
            limit: requests in a window; 0 stands for no limit.
            window: length in seconds.
        """
        if limit == 0:
            return None
        now = self._clock()
        start, count = self._windows.get(key, (now, 0))
        if now - start >= window:
            start, count = now, 0
        if count < limit:
            self._windows[key] = (start, count + 1)
            return None
        return math.ceil(start + window - now)

    def clear(self) -> None:
        """Forget every request."""
        self._windows.clear()
