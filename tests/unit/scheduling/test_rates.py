from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from specproof.errors import CouldNotCheckError, GuardError, InputError
from specproof.scheduling import rates as module
from specproof.scheduling.rates import RateLimit, SharedRates, parse_rate, strictest

ORIGIN = "https://x.example"
URL = "postgresql+psycopg://somebody:canary@127.0.0.1:1/x"


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("10/s", RateLimit(10, 1.0)),
        ("300/min", RateLimit(300, 60.0)),
        ("5000/h", RateLimit(5000, 3600.0)),
    ],
)
def test_rates_are_read(text: str, limit: RateLimit) -> None:
    """A number per second, minute or hour."""
    assert parse_rate(text) == limit
    assert limit.per_second == limit.requests / limit.seconds


@pytest.mark.parametrize("text", ["", "10", "0/s", "-1/s", "1.5/s", "10/day", "10/s ", "1e3/s"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    """A window holds whole requests."""
    with pytest.raises(InputError, match="no rate"):
        parse_rate(text)


def test_the_strictest_of_two_rates() -> None:
    """In the long run first; of equal ones the one with the smaller burst."""
    slow, fast, burst = RateLimit(59, 60.0), RateLimit(1, 1.0), RateLimit(60, 60.0)
    assert strictest(slow, fast) == slow
    assert strictest(burst, fast) == fast


class Scripted(SharedRates):
    """Its database answers as told: None lets through, a number waits, an error is one."""

    def __init__(self, *answers: float | Exception | None, clock: Callable[[], float]) -> None:
        self.slept: list[float] = []
        super().__init__(URL, {ORIGIN: RateLimit(1, 1.0)}, sleep=self.slept.append, monotonic=clock)
        self.left = list(answers)

    def _taken(self, origin: str, limit: RateLimit) -> float | None:
        assert (origin, limit.requests) == (ORIGIN, 1)
        answer = self.left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def _steps(*moments: float) -> Callable[[], float]:
    left: Iterator[float] = iter(moments)
    return lambda: next(left)


def test_a_turn_is_waited_for() -> None:
    """As long as the database says, then it is asked again."""
    rates = Scripted(0.4, None, clock=lambda: 0.0)
    rates.wait(ORIGIN)
    assert rates.slept == [0.4]
    assert rates.left == []


def test_who_watches_over_a_part_hears_of_turns_and_waits() -> None:
    """Before it waits, and when it may go."""
    heard: list[float] = []
    rates = Scripted(3599.0, None, clock=lambda: 0.0)
    rates._alive = heard.append
    rates.wait(ORIGIN)
    assert heard == [3599.0, 0.0]


def test_a_turn_that_came_late_is_not_used() -> None:
    """What is noted for an earlier moment than it would be sent at is let go."""
    late = module.SLACK
    rates = Scripted(None, None, clock=_steps(0.0, late, late, late))
    rates.wait(ORIGIN)
    assert rates.left == []


def test_a_database_that_comes_back_is_asked_again() -> None:
    """An error of the connection costs a second."""
    rates = Scripted(psycopg.OperationalError("password=canary"), None, clock=lambda: 0.0)
    rates.wait(ORIGIN)
    assert rates.slept == [1.0]
    assert not rates.failed


def test_a_database_that_stays_away_is_told() -> None:
    """Nothing is sent then, and the sentence holds nothing of the URL."""
    error = psycopg.OperationalError("password=canary")
    rates = Scripted(error, error, clock=_steps(0.0, 0.0, 1.0, 99.0))
    with pytest.raises(CouldNotCheckError) as caught:
        rates.wait(ORIGIN)
    assert "out of reach" in str(caught.value)
    assert "canary" not in str(caught.value)
    assert rates.failed


def test_a_database_that_is_away_for_a_moment_after_a_long_wait_is_asked_again() -> None:
    """An hour's turn is no time that the database was away."""
    error = psycopg.OperationalError("gone")
    rates = Scripted(
        3000.0, error, 2.0, error, None, clock=_steps(0, 3000, 3000, 3001, 9e3, 9e3, 9e3, 9e3)
    )
    rates.wait(ORIGIN)
    assert rates.slept == [3000.0, 1.0, 2.0, 1.0]
    assert not rates.failed


def test_a_database_that_refuses_is_not_called_away() -> None:
    """Who reads it has to grant something; waiting would mend nothing."""
    rates = Scripted(psycopg.errors.InsufficientPrivilege("password=canary"), clock=lambda: 0.0)
    with pytest.raises(CouldNotCheckError, match="may not make or use the schema") as caught:
        rates.wait(ORIGIN)
    assert "canary" not in str(caught.value)
    assert (rates.slept, rates.failed) == ([], False)


def test_silence_that_nobody_can_note_is_no_error() -> None:
    """An answer is there already; without the database nobody gets a turn anyway."""
    SharedRates(URL, {ORIGIN: RateLimit(1, 1.0)}).heed(ORIGIN, 5.0)


def test_a_server_without_a_rate_is_not_called() -> None:
    """Nobody said what it allows: better nothing is sent."""
    with pytest.raises(GuardError, match="at what rate"):
        Scripted(clock=lambda: 0.0).wait("https://other.example")


def test_nobody_listens_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """A real connection that is refused is a database that is away."""
    monkeypatch.setattr(module, "_AWAY_SECONDS", -1.0)
    rates = SharedRates(URL, {ORIGIN: RateLimit(1, 1.0)})
    with pytest.raises(CouldNotCheckError, match="out of reach"):
        rates.wait(ORIGIN)
    rates.close()


def test_half_a_connection_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A session that can not be set up is not left open."""
    closed: list[bool] = []

    class Broken:
        def transaction(self) -> Any:
            raise psycopg.OperationalError

        def close(self) -> None:
            closed.append(True)

    monkeypatch.setattr(psycopg, "connect", lambda *_, **__: Broken())
    with pytest.raises(psycopg.OperationalError):
        module._connected(URL)
    assert closed == [True]
