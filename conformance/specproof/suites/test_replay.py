"""Stored requests are answered as the contract says."""

from __future__ import annotations

from collections.abc import Callable

from specproof.scenarios.replay import replay
from specproof.suites.bench import Bench

__all__ = ["test_replay"]


def test_replay(replay_item: tuple[str, str, str], bench_of: Callable[[str, str], Bench]) -> None:
    """Send the corpus of one operation; every check looks at every exchange."""
    api, operation_id, _ = replay_item
    bench = bench_of(api, "/".join(replay_item))
    operation = bench.subject.effective.operations[operation_id]
    corpus = bench.subject.corpus
    stage = bench.stage(operation)
    replay(stage, (*corpus.cases(operation_id, "valid"), *corpus.cases(operation_id, "invalid")))
