"""Which documented response governs an answer."""

from __future__ import annotations

import functools

__all__ = ["match_status"]


@functools.lru_cache(maxsize=1024)
def match_status(keys: tuple[str, ...], status: int) -> str | None:
    """Return the key of a Responses Object that governs ``status``.

    OpenAPI 3.1, Responses Object: an explicit code goes before a range such as ``4XX``,
    and ``default`` covers what neither declares.
    """
    exact, span = str(status), f"{status // 100}XX"
    for wanted in (exact, span, "default"):
        for key in keys:
            if key.upper() == wanted.upper():
                return key
    return None
