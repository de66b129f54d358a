"""Latencies: no alarm where nothing moved, alarm where it did, and each bound by itself."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specproof.history.latency import (
    ALPHA,
    FACTOR,
    LEAST_EARLIER,
    LEAST_NEW,
    LEAST_RUNS,
    MILLISECONDS,
    RUNS,
    Direction,
    Latency,
    holm,
    latencies,
)
from specproof.history.records import LatencySample

_DRAWS = 300


def _sample(times: Sequence[float], operation: str = "get", status: int = 200) -> LatencySample:
    return LatencySample("shop", operation, status, len(times), tuple(sorted(times)))


def _night(
    draw: random.Random, size: int, centre: float = 120.0, spread: float = 0.4
) -> LatencySample:
    """Return what a server answers in one night: log-normal, as waiting for networks is."""
    return _sample([centre * draw.lognormvariate(0, spread) for _ in range(size)])


def _one(new: LatencySample, earlier: Sequence[LatencySample]) -> Latency:
    [found] = latencies([new], [[item] for item in earlier])
    return found


def test_no_alarm_for_the_same_distribution() -> None:
    """Over many draws of equal nights there is no more than the stated rate of false alarms."""
    draw = random.Random(1)
    alarms = 0
    for _ in range(_DRAWS):
        nights = [_night(draw, 30, spread=0.9) for _ in range(RUNS + 1)]
        alarms += _one(nights[0], nights[1:]).moved
    # ALPHA of 300 draws is 0.3; two are less likely than one in twenty.
    assert alarms <= 1


def test_no_alarm_for_the_weather_of_a_night() -> None:
    """Nights that differ as a whole, by a sixth or so, raise few alarms (measured: 1 of 60)."""
    draw = random.Random(2)
    alarms = 0
    for _ in range(_DRAWS // 2):
        nights = [_night(draw, 40, 120 * draw.lognormvariate(0, 0.15)) for _ in range(RUNS + 1)]
        alarms += _one(nights[0], nights[1:]).moved
    assert alarms <= _DRAWS // 40


@pytest.mark.parametrize(
    ("factor", "direction"), [(1.5, Direction.SLOWER), (1 / 1.5, Direction.FASTER)]
)
def test_shift_is_detected(factor: float, direction: Direction) -> None:
    """A median that is half as much again, or was, is told nearly always."""
    draw = random.Random(3)
    found = []
    for _ in range(60):
        earlier = [_night(draw, 50) for _ in range(RUNS)]
        found.append(_one(_night(draw, 50, 120 * factor), earlier))
    assert sum(item.moved for item in found) >= 57
    assert {item.direction for item in found} == {direction}
    assert all(item.p is not None and item.tested == 1 for item in found if item.moved)


def test_twice_as_long_is_told_after_few_runs() -> None:
    """On the first night with enough runs before it, although nights vary by a tenth or so."""
    draw = random.Random(6)
    found = []
    for _ in range(60):
        nights = [
            _night(draw, 30, 120 * draw.lognormvariate(0, 0.08)) for _ in range(LEAST_RUNS + 1)
        ]
        slow = _sample([2 * value for value in nights[0].milliseconds])
        found.append((_one(nights[0], nights[1:]).moved, _one(slow, nights[1:]).moved))
    # The plain interval told 31 of them.
    assert sum(told for _, told in found) >= 51
    assert sum(alarm for alarm, _ in found) <= 1


def test_many_pairs_are_corrected_for() -> None:
    """Of forty pairs, one of which moved, that one is told alone, and its p value is corrected."""
    draw = random.Random(4)
    names = [f"operation-{number:02}" for number in range(40)]

    def night(slow: str = "") -> list[LatencySample]:
        return [
            _sample(_night(draw, 40, 240 if name == slow else 120).milliseconds, name)
            for name in names
        ]

    earlier = [night() for _ in range(RUNS)]
    found = latencies(night(names[7]), earlier)
    assert [item.operation for item in found] == names
    assert {item.tested for item in found} == {40}
    assert [item.operation for item in found if item.moved] == [names[7]]


def test_effect_has_to_be_large_enough() -> None:
    """A sure difference that is small, as a ratio or in milliseconds, is none."""
    flat = [_sample([100.0 + step / 10 for step in range(100)])] * RUNS
    ratio = _sample([100 * (FACTOR - 0.02) + step / 10 for step in range(100)])
    assert not _one(ratio, flat).moved
    quick = [_sample([10.0 + step / 100 for step in range(100)])] * RUNS
    difference = _sample([10 + MILLISECONDS - 1 + step / 100 for step in range(100)])
    assert not _one(difference, quick).moved
    assert _one(_sample([130.0 + step / 10 for step in range(100)]), flat).moved


def test_one_stray_night_of_ten_hides_nothing() -> None:
    """One earlier night that was far off does not stretch what is usual, two of them do."""
    draw = random.Random(5)
    usual = [_night(draw, 60) for _ in range(RUNS)]
    new, stray = _night(draw, 60, 300), _night(draw, 60, 2400)
    assert _one(new, usual).moved
    assert _one(new, [*usual[1:], stray]).moved
    assert not _one(new, [*usual[2:], stray, stray]).moved
    assert not _one(new, [*usual[1:5], stray]).moved


def test_runs_without_any_spread_predict_exactly() -> None:
    """Where all earlier medians are equal, any other one is unlike them."""
    usual = [_sample([100.0] * 60)] * RUNS
    assert _one(_sample([130.0] * 60), usual).runs_p == 0.0
    both = latencies(
        [_sample([130.0] * 60), _sample([100.0] * 60, status=404)],
        [[_sample([100.0] * 60), _sample([100.0] * 60, status=404)]] * RUNS,
    )
    assert [item.runs_p for item in both] == [0.0, 1.0]
    assert [item.p == 1.0 for item in both] == [False, True]


def test_too_few_answers_are_not_tested() -> None:
    """It takes so many answers now, so many before, and so many runs."""
    new, old = _sample([500.0] * LEAST_NEW), _sample([100.0] * 20)
    enough = [[old]] * LEAST_RUNS
    assert len(latencies([new], enough)) == 1
    assert latencies([_sample([500.0] * (LEAST_NEW - 1))], enough) == ()
    assert latencies([new], enough[1:]) == ()
    few = [[_sample([100.0] * (LEAST_EARLIER // LEAST_RUNS - 1))]] * LEAST_RUNS
    assert latencies([new], few) == ()
    assert latencies([new], [[_sample([100.0] * 20, status=404)]] * LEAST_RUNS) == ()


def test_only_the_last_runs_are_pooled() -> None:
    """What is older than the last runs counts for nothing."""
    new, old = (
        _sample([100.0 + step for step in range(30)]),
        _sample([100.0 + step for step in range(30)]),
    )
    found = _one(new, [old] * RUNS + [_sample([5000.0] * 200)] * 5)
    assert (found.runs, found.earlier, found.before) == (RUNS, 30 * RUNS, found.now)


def test_equal_answers_have_no_difference() -> None:
    """Samples of one value are no alarm, and no error."""
    found = _one(_sample([150.0] * 50), [_sample([150.0] * 50)] * RUNS)
    assert not found.moved


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_is_as_its_steps_say(values: list[float]) -> None:
    """Corrected values reject what Holm's steps reject, at any level."""
    corrected = holm(values)
    for level in (0.001, 0.05, 0.5):
        rejected = set()
        for rank, place in enumerate(sorted(range(len(values)), key=values.__getitem__)):
            if values[place] * (len(values) - rank) > level:
                break
            rejected.add(place)
        told = {place for place, value in enumerate(corrected) if value <= level}
        assert told == rejected
    assert all(one >= other for one, other in zip(corrected, values, strict=True))


def test_holm_takes_no_number_for_no_difference() -> None:
    """A test without a p value rejects nothing."""
    assert holm([float("nan"), ALPHA / 10]) == [1.0, ALPHA / 5]
