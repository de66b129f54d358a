from __future__ import annotations

import json
from importlib import resources

import jsonschema_rs
import pytest

from specproof.history.records import StoredApi, StoredRun
from specproof.scheduling.cluster.dispatch import Dispatched, Progress
from specproof.scheduling.cluster.jobs import Job, make_job
from specproof.scheduling.cluster.outcome import outcome_of
from specproof.suites.plan import RunPlan


def _job(api: str) -> Job:
    return make_job("b", RunPlan(apis=(api,)), inputs="0" * 64)


def _run(api: str, code: int, failed: int = 0) -> StoredRun:
    counted = StoredApi(api, api.title(), None, None, 5, failed, 1, 0, failed, 0, 0, 0)
    return StoredRun(
        run_id=_job(api).run_id,
        batch="b",
        started="2026-11-22T08:00:00+00:00",
        finished="2026-11-22T08:01:00+00:00",
        version="1",
        target="emulator",
        origin=None,
        seed=0,
        cases=None,
        exit_code=code,
        exchanges=1,
        distinct_requests=1,
        apis=(counted,),
        labels={},
        stored="2026-11-22T08:01:00+00:00",
        complete=True,
    )


@pytest.mark.parametrize(
    ("codes", "missing", "expected"),
    [
        ({"a": 0, "b": 0}, [], 0),
        ({"a": 0, "b": 1}, [], 1),
        ({"a": 0, "b": 3}, [], 3),
        ({"a": 1, "b": 3}, ["c"], 1),
        ({"a": 0}, ["c"], 3),
        ({}, ["c"], 3),
    ],
)
def test_exit_code_and_document(codes: dict[str, int], missing: list[str], expected: int) -> None:
    """Findings win over what could not be checked, which wins over what holds."""
    jobs = [_job(name) for name in [*codes, *missing]]
    stored = {}
    for name, code in codes.items():
        run = _run(name, code, failed=code == 1)
        stored[run.run_id] = run
    outcome = outcome_of(
        "b", jobs, stored, Dispatched(Progress(len(jobs)), dict.fromkeys(missing, "no\x1bway"))
    )
    assert outcome.exit_code == expected
    plain = outcome.to_plain()
    path = resources.files("specproof.cli") / "schemas" / "fleet.schema.json"
    jsonschema_rs.validator_for(json.loads(path.read_text())).validate(plain)
    assert plain["exit_code"] == expected
    text = "\n".join(outcome.lines("history.db"))
    assert "\x1b" not in text
    assert ("\nevery contract holds" in text) == (expected == 0)
    assert ("not every contract holds" in text) == (expected == 1)
    for name in missing:
        assert f"{name}: no run, no" in text


def test_counts_are_those_of_all_runs() -> None:
    """The sum counts each run once."""
    jobs = [_job("a"), _job("b")]
    runs = {run.run_id: run for run in (_run("a", 0), _run("b", 1, failed=2))}
    outcome = outcome_of("b", jobs, runs, Dispatched(Progress(2)))
    assert outcome.counts() == {
        "passed": 10,
        "failed": 2,
        "inconclusive": 2,
        "vacuous": 0,
        "errors": 2,
        "warnings": 0,
        "infos": 0,
        "accepted": 0,
    }
    assert next(iter(outcome.lines("h"))) == f"b: broken, 2 fail, 5 pass (run {_job('b').run_id})"


def test_a_run_that_nobody_has_is_a_failure() -> None:
    """An API whose run is not in the history has none, whatever was said of it."""
    outcome = outcome_of("b", [_job("a")], {}, Dispatched(Progress(1, done=1)))
    assert dict(outcome.failures) == {"a": "its run is not in the history"}
