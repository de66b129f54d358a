"""Recorded exchanges are held against the contract of today."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from specproof.suites.bench import Bench
from specproof.targets.recorded import ENTRY_HEADER

__all__ = ["test_recording"]


def test_recording(recording_item: tuple[str, str], bench_of: Callable[[str, str], Bench]) -> None:
    """Replay one entry; every check looks at it."""
    api, name = recording_item
    bench = bench_of(api, f"{api}/recording/{name}")
    entry = next(item for item in bench.subject.recordings if item.id == name)
    told = entry.provenance
    headers = (*entry.request.headers, (ENTRY_HEADER, entry.id))
    bench.session.exchange(
        entry.operation,
        replace(entry.request, headers=headers),
        expects=entry.expects,
        facts={"credentials": "unknown", "time-budget": "0", **entry.facts},
        provenance=f"{told.kind}: {told.source}",
    )
