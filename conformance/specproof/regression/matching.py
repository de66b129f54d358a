"""Items of two lists that belong together, whatever their order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

__all__ = ["Matching"]

Item = TypeVar("Item")


class Matching(Generic[Item]):
    """What of two lists has found its fellow, and what is left of each.

    Args:
        old: items of the old document.
        new: items of the new one.
    """

    def __init__(self, old: Sequence[Item], new: Sequence[Item]) -> None:
        self.gone = list(old)
        self.come = list(new)
        self.matched: list[tuple[Item, Item]] = []

    def by_key(self, old: Callable[[Item], object], new: Callable[[Item], object]) -> None:
        """Match items of equal keys, in the order in which they stand; None is no key."""
        waiting: dict[object, list[int]] = {}
        for index, after in enumerate(self.come):
            waiting.setdefault(new(after), []).append(index)
        kept: list[Item] = []
        taken: set[int] = set()
        for before in self.gone:
            key = old(before)
            fellows = waiting.get(key) if key is not None else None
            if fellows:
                index = fellows.pop(0)
                taken.add(index)
                self.matched.append((before, self.come[index]))
            else:
                kept.append(before)
        self.gone = kept
        self.come = [after for index, after in enumerate(self.come) if index not in taken]

    def by_relation(self, belong: Callable[[Item, Item], bool]) -> None:
        """Match each item with the first that belongs to it; quadratic."""
        kept: list[Item] = []
        for before in self.gone:
            index = next(
                (index for index, after in enumerate(self.come) if belong(before, after)), None
            )
            if index is None:
                kept.append(before)
            else:
                self.matched.append((before, self.come.pop(index)))
        self.gone = kept
