from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from specproof.suites.execute import execute
from specproof.suites.plan import RunPlan
from specproof.suites.runfile import write_run

# Whole runs, whose code other tests measure.
pytestmark = pytest.mark.no_cover

_TIMES = frozenset({"run_id", "started", "finished", "elapsed_ms"})


def _lines(plan: RunPlan, path: Path, workers: int) -> list[dict[str, Any]]:
    write_run(execute(plan, workers=workers), path)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return [{key: item for key, item in line.items() if key not in _TIMES} for line in lines]


def test_a_replay_is_the_same_with_any_number_of_workers(tmp_path: Path) -> None:
    """Two run files of one seed differ in nothing but times, one process or two workers."""
    plan = RunPlan(("onesignal", "sequence"), seed=7)
    alone = _lines(plan, tmp_path / "alone.jsonl", 0)
    assert alone == _lines(plan, tmp_path / "shared.jsonl", 2)
    sent = {line["operation"]: line for line in alone if line["type"] == "statistics"}
    assert sent["delete-alias"]["distinct_requests"] > 500
    assert sent["deleteCustomerAliasesById"]["distinct_requests"] > 500


def test_a_discovery_is_the_same_with_any_number_of_workers(tmp_path: Path) -> None:
    """Fresh cases are those of the seed, whichever process composes them."""
    plan = RunPlan(("sequence",), seed=7, mode="discover", cases=10)
    alone = _lines(plan, tmp_path / "alone.jsonl", 0)
    assert alone == _lines(plan, tmp_path / "shared.jsonl", 2)
    assert any(line["type"] == "statistics" and line["distinct_requests"] > 20 for line in alone)
