"""Whether a run said anything of an API."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from history_files import history_of
from stored import stored_run

from specproof.history.proving import proves
from specproof.history.records import StoredRun
from specproof.model import VerdictKind

PASS, FAIL, OPEN = VerdictKind.PASS, VerdictKind.FAIL, VerdictKind.INCONCLUSIVE


@pytest.fixture
def run(tmp_path: Path) -> Iterator[StoredRun]:
    """A run as the history lists it."""
    with history_of(tmp_path / "h.db") as history:
        history.store_run(stored_run(1))
        yield history.runs()[0]


@pytest.mark.parametrize("exit_code", [0, 1, 2, 3])
def test_nothing_decided_proves_nothing(run: StoredRun, exit_code: int) -> None:
    """However the run ended."""
    ended = replace(run, exit_code=exit_code)
    assert not proves(ended, {"x/op/200/status": OPEN, "x/op/200/schema": VerdictKind.VACUOUS})
    assert not proves(ended, {})


@pytest.mark.parametrize(
    ("verdicts", "target", "expected"),
    [
        ({"x/op/404/status": PASS}, "live", False),
        ({"x/op/404/status": PASS}, "emulator", False),
        ({"x/op/404/status": PASS}, "recorded", True),
        ({"x/op/404/schema": PASS}, "recorded", False),
        ({"x/op/200/schema": PASS}, "live", False),
        ({"x/op/2XX/status": FAIL}, "live", True),
        ({"x/op/200/status": OPEN, "x/op/404/status": PASS}, "live", False),
        ({"x/op/200/status": PASS}, "live", True),
    ],
)
def test_a_run_that_could_not_check_proves_what_succeeded(
    run: StoredRun, verdicts: dict[str, VerdictKind], target: str, *, expected: bool
) -> None:
    """Refusals alone say little of an API; of recordings nobody can ask for more."""
    ended = replace(run, exit_code=3, target=target)
    assert proves(ended, verdicts) is expected
    assert proves(replace(ended, exit_code=0), verdicts)
