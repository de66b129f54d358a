"""What a live run may cost: requests, rate and time, over all workers."""

from __future__ import annotations

import gc
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specproof.errors import GuardError
from specproof.targets.budget import Budget, Limits, retry_after

NOW = 1_700_000_000.0


class _Time:
    def __init__(self) -> None:
        self.now = NOW
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def _budget(
    time: _Time,
    path: Path | None = None,
    *,
    most: int = 100,
    rate: float | None = None,
    seconds: float | None = None,
) -> Budget:
    return Budget(Limits(most, rate, seconds), path, clock=time, sleep=time.sleep)


def test_workers_share_one_number_of_requests(tmp_path: Path) -> None:
    """The limit is that of the run, not of each of its workers."""
    time, path = _Time(), tmp_path / "budget.db"
    workers = [_budget(time, path, most=5) for _ in range(2)]
    for number in range(5):
        workers[number % 2].take()
    for worker in workers:
        with pytest.raises(GuardError, match="the budget of 5 requests is used up"):
            worker.take()
        assert worker.sent == 5
        assert worker.stopped == "the budget of 5 requests is used up"
        worker.close()


def test_workers_share_one_rate(tmp_path: Path) -> None:
    """Ten requests at two a second take at least four and a half seconds."""
    time, path = _Time(), tmp_path / "budget.db"
    workers = [_budget(time, path, rate=2.0) for _ in range(2)]
    for number in range(10):
        workers[number % 2].take()
    assert time.now - NOW == pytest.approx(4.5)


def test_the_clock_on_the_wall_ends_a_run() -> None:
    """Nothing goes out when the time is over, nor is it waited for."""
    time = _Time()
    budget = _budget(time, seconds=3)
    budget.take()
    time.now += 4
    with pytest.raises(GuardError, match="the 3 s that the run may take are over"):
        budget.take()
    assert budget.sent == 1


def test_a_short_wait_is_waited() -> None:
    """Retry-After of a second: the next request is a second later, in every worker."""
    time = _Time()
    budget = _budget(time)
    budget.take()
    budget.heed(1.5)
    budget.heed(1.0)
    budget.take()
    assert time.slept == [1.5]
    budget.heed(0.0)
    budget.take()
    assert time.slept == [1.5]


@pytest.mark.parametrize(("wait", "seconds"), [(61.0, None), (3600.0, None), (5.0, 4.0)])
def test_a_long_wait_ends_the_run(wait: float, seconds: float | None) -> None:
    """Longer than we wait, or than the run may last: nothing more is sent."""
    time = _Time()
    budget = _budget(time, seconds=seconds)
    budget.take()
    budget.heed(wait)
    with pytest.raises(GuardError, match=f"asked to be left alone for {wait:.0f} s"):
        budget.take()
    assert (time.slept, budget.sent) == ([], 1)


def test_waits_add_up() -> None:
    """A server that asks for a minute again and again is left alone."""
    time = _Time()
    budget = _budget(time)
    for _ in range(7):
        budget.take()
        budget.heed(50.0)
    with pytest.raises(GuardError, match="left alone"):
        budget.take()
    assert sum(time.slept) == pytest.approx(300.0)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        (" 120 ", 120.0),
        ("99999999999999999999", 9999999999.0),
        ("Wed, 15 Nov 2023 00:00:00 GMT", 6400.0),
        ("Wed, 15 Nov 2000 00:00:00 GMT", 0.0),
        ("1.5", None),
        ("-1", None),
        ("", None),
        (None, None),
        ("\u0661", None),
        ("soon", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    """RFC 9110 10.2.3; what says neither is passed over."""
    assert retry_after(value, NOW) == seconds


@given(st.text())
def test_no_retry_after_breaks_us(value: str) -> None:
    """Whatever a server writes there."""
    found = retry_after(value, NOW)
    assert found is None or found >= 0


def test_the_real_clock_is_the_default() -> None:
    """Without a clock of a test, time is time."""
    budget: Callable[[], None] = Budget(Limits(1)).take
    budget()


def test_a_budget_that_is_closed_or_dropped_holds_no_file(tmp_path: Path) -> None:
    """Whoever closes it lets go of the file, and so does whoever never got as far."""
    budget = Budget(Limits(1), tmp_path / "closed.db")
    base = budget._base
    budget.close()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        base.execute("SELECT 1")
    dropped = Budget(Limits(1), tmp_path / "dropped.db")
    base = dropped._base
    del dropped
    gc.collect()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        base.execute("SELECT 1")
