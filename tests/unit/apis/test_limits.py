from __future__ import annotations

from calling import Clock

from specproof.apis.limits import RateLimiter


def test_the_limit_holds_for_a_window_and_a_key() -> None:
    """Requests over the limit wait for the end of the window of their own key."""
    clock = Clock()
    limiter = RateLimiter(clock)
    assert [limiter.wait("a", 2, 10.0) for _ in range(3)] == [None, None, 10]
    assert limiter.wait("b", 2, 10.0) is None
    clock.now += 9.5
    assert limiter.wait("a", 2, 10.0) == 1
    clock.now += 0.5
    assert limiter.wait("a", 2, 10.0) is None


def test_zero_is_no_limit() -> None:
    """A limit of 0 never makes anyone wait."""
    limiter = RateLimiter(Clock())
    assert [limiter.wait("a", 0, 1.0) for _ in range(5)] == [None] * 5


def test_clear_forgets() -> None:
    """After clear, the window begins anew."""
    limiter = RateLimiter(Clock())
    limiter.wait("a", 1, 1.0)
    limiter.clear()
    assert limiter.wait("a", 1, 1.0) is None
