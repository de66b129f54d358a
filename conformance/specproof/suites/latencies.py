"""How long the answers of a live server took, per operation and status.

Of many answers a sample is kept: those whose exchanges' ids have the lowest digests. Whoever
puts samples of several items or machines together therefore gets the same one in any order.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterable
from typing import Final

from specproof.model import Exchange
from specproof.suites.evidence import Evidence, Timed
from specproof.suites.records import Latency

__all__ = ["SAMPLE", "Stopwatch", "latencies_of"]

SAMPLE: Final = 200
"""Most elapsed times that are kept per operation and status."""


class Stopwatch:
    """Keeps the times of the answers of one item."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, int], int] = {}
        self._kept: dict[tuple[str, int], list[tuple[int, float]]] = {}

    def note(self, exchange: Exchange) -> None:
        """Take in the time of an answer; without a whole one there is none."""
        response = exchange.response
        if response is None or response.broken is not None:
            return
        place = (exchange.operation, response.status)
        self._counts[place] = self._counts.get(place, 0) + 1
        digest = hashlib.blake2b(exchange.id.encode("utf-8", "surrogatepass"), digest_size=8)
        # The heap has its smallest on top, and the largest rank is what goes first.
        entry = (-int.from_bytes(digest.digest(), "big"), round(response.elapsed * 1000, 3))
        kept = self._kept.setdefault(place, [])
        if len(kept) < SAMPLE:
            heapq.heappush(kept, entry)
        else:
            heapq.heappushpop(kept, entry)

    def timings(self) -> list[Timed]:
        """Return what was noted, by operation and status."""
        return [
            Timed(
                operation,
                status,
                count,
                tuple(
                    (f"{-rank:016x}", taken)
                    for rank, taken in sorted(self._kept[operation, status], reverse=True)
                ),
            )
            for (operation, status), count in sorted(self._counts.items())
        ]


def latencies_of(api: str, evidence: Iterable[Evidence]) -> tuple[Latency, ...]:
    """Return the latencies of ``api``, sorted by operation and status, each sample by time."""
    counts: dict[tuple[str, int], int] = {}
    samples: dict[tuple[str, int], list[tuple[str, float]]] = {}
    for item in evidence:
        for timed in item.timings:
            place = (timed.operation, timed.status)
            counts[place] = counts.get(place, 0) + timed.count
            samples.setdefault(place, []).extend(timed.sample)
    return tuple(
        Latency(
            api,
            *place,
            count,
            tuple(sorted(taken for _, taken in heapq.nsmallest(SAMPLE, samples[place]))),
        )
        for place, count in sorted(counts.items())
    )
