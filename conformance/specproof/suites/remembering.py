"""Asks checks once about equal answers, and counts what they said for each of them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

from specproof.checks.base import Check, View

__all__ = ["ENTRIES", "LONGEST", "Counts", "Remembering"]

ENTRIES = 1024
"""Most different answers of which it is remembered what the checks said."""

LONGEST = 4096
"""Longest body, in bytes, of such an answer."""

Counts = list[Any]
"""Where one kind of observation is counted: what it was, how often, and more."""


class Remembering:
    """A group of checks, and what they said of answers that they can not tell apart.

    Nothing is left unasked: what is remembered is what the same checks said of an answer that
    is equal in everything that they read (``Check.response_only``, ``Check.beside``).

    Args:
        checks: the group.
        ask: asks checks about a view; returns where their observations are counted.
    """

    def __init__(
        self,
        checks: Sequence[Check],
        ask: Callable[[Sequence[Check], View], list[Counts]],
    ) -> None:
        self._checks = tuple(checks)
        self._beside = tuple(check.beside for check in checks if check.beside is not None)
        self._ask = ask
        self._known: dict[Hashable, list[Counts]] = {}

    def look(self, view: View, key: Hashable, *, keep: bool = True) -> list[Counts]:
        """Have the answer of ``view`` looked at, or counted as the equal one before it.

        Returns where its observations are counted.

        Args:
            key: everything about the answer that the group reads.
            keep: whether it may be remembered.
        """
        whole = (key, *[beside(view) for beside in self._beside])
        known = self._known.get(whole)
        if known is not None:
            for counts in known:
                counts[1] += 1
            return known
        found = self._ask(self._checks, view)
        if keep:
            if len(self._known) >= ENTRIES:
                self._known.clear()
            self._known[whole] = found
        return found

    def __len__(self) -> int:
        """Return how many answers are remembered."""
        return len(self._known)
