"""Asks checks once about equal answers, and counts what they said for each of them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from specproof.checks.base import Check, View

__all__ = ["ENTRIES", "LONGEST", "Counts", "Remembering", "head"]

ENTRIES = 1024
"""Most different answers of which it is remembered what the checks said."""

LONGEST = 4096
"""Longest body, in bytes, of such an answer."""

_LENGTH = "content-length"
_BODILESS = frozenset({204, 205, 304})
"""Statuses whose answers have no content (RFC 9110 6.4.1)."""

Counts = list[Any]
"""Where one kind of observation is counted: what it was, how often, and more."""


@dataclass(frozen=True, slots=True)
class _Said:
    """What is known of an answer.

    Attributes:
        counts: of what was observed, to be counted once more.
        unsure: the checks that have to be asked again.
    """

    counts: list[Counts]
    unsure: tuple[Check, ...] = ()


def head(view: View) -> Hashable:
    """Return everything about an answer that a check of headers reads, the time apart.

    A Content-Length that says the truth is left out: it tells no such check anything.
    """
    answer = view.answered
    fields: Hashable = answer.headers
    count: int | None = len(answer.raw)
    method = view.exchange.request.method
    if method != "HEAD" and answer.status not in _BODILESS and not _documents_length(view):
        lengths = [field for field in answer.headers if field[0].lower() == _LENGTH]
        if len(lengths) == 1 and lengths[0][1] == str(count):
            fields = tuple([field for field in answer.headers if field is not lengths[0]])
            count = None
    return (
        view.operation.id,
        method,
        answer.status,
        fields,
        count,
        not answer.body,
        answer.broken,
        view.headers_known,
    )


def _documents_length(view: View) -> bool:
    published = view.published
    return _LENGTH in view.operation.header_names or (
        published is not None and _LENGTH in published.header_names
    )


class Remembering:
    """A group of checks, and what they said of answers that they can not tell apart.

    Nothing is left unasked: what is remembered is what the same checks said of an answer that
    is equal in everything that they read (``Check.response_only``, ``Check.beside``), or equal
    but for texts of the request that the answer repeats and they do not read (``Check.echo``).

    Args:
        checks: the group.
        ask: asks checks about a view; returns where their observations are counted.

    Attributes:
        checks: the group.
    """

    def __init__(
        self,
        checks: Sequence[Check],
        ask: Callable[[Sequence[Check], View], list[Counts]],
    ) -> None:
        self.checks = tuple(checks)
        self._beside = tuple(check.beside for check in checks if check.beside is not None)
        self._ask = ask
        self._known: dict[Hashable, _Said] = {}

    def look(
        self,
        view: View,
        key: Hashable,
        *,
        keep: bool = True,
        remainder: Callable[[View], Hashable | None] | None = None,
    ) -> list[Counts]:
        """Have the answer of ``view`` looked at, or counted as the equal one before it.

        Returns where its observations are counted.

        Args:
            key: everything about the answer that the group reads.
            keep: whether it may be remembered.
            remainder: returns the same without texts of the request, if it repeats any.
        """
        beside = [read(view) for read in self._beside]
        whole = (key, *beside)
        said = self._known.get(whole)
        if said is None and keep and remainder is not None:
            rest = remainder(view)
            if rest is not None:
                whole = (rest, *beside)
                said = self._known.get(whole)
                if said is None:
                    return self._asked(whole, view)
        if said is None:
            found = self._ask(self.checks, view)
            if keep:
                self._keep(whole, _Said(found))
            return found
        for counts in said.counts:
            counts[1] += 1
        if said.unsure:
            return [*said.counts, *self._ask(said.unsure, view)]
        return said.counts

    def _asked(self, key: Hashable, view: View) -> list[Counts]:
        """Ask every check about an answer that repeats texts of its request."""
        observed: list[Counts] = []
        counts: list[Counts] = []
        unsure: list[Check] = []
        for check in self.checks:
            found = self._ask((check,), view)
            observed += found
            unread = check.echo is not None and check.echo.unread(view)
            # What does not hold is worth another look each time, and says so in its own words.
            if unread and all(item[0].holds for item in found):
                counts += found
            else:
                unsure.append(check)
        self._keep(key, _Said(counts, tuple(unsure)))
        return observed

    def _keep(self, key: Hashable, said: _Said) -> None:
        if len(self._known) >= ENTRIES:
            self._known.clear()
        self._known[key] = said

    def __len__(self) -> int:
        """Return how many answers are remembered."""
        return len(self._known)
