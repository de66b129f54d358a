from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specproof.report.charts.scale import months_between, round_up, spread
from specproof.report.charts.svg import number, path, table


@given(st.floats(0.01, 1e9))
def test_the_top_of_a_scale_is_a_round_number_above_the_greatest(value: float) -> None:
    """Never below, and never so far above that the chart would look empty."""
    top = round_up(value)
    assert value <= top
    assert top <= max(1, 2.5 * value)
    assert str(int(top)).rstrip("0") in {"1", "2", "5"}


@given(st.lists(st.floats(0, 100), max_size=5).map(lambda held: sorted(held, reverse=True)))
def test_labels_keep_their_distance(wanted: list[float]) -> None:
    """Each is above the one before it, none below the bottom."""
    placed = spread(wanted, 14, 90)
    assert all(place <= 90 for place in placed)
    assert all(low - high >= 13.99 for low, high in pairwise(placed))


@pytest.mark.parametrize(
    ("value", "shown"), [(0.0, "0"), (-0.01, "0"), (2.0, "2"), (2.25, "2.2"), (1e6, "1000000")]
)
def test_numbers_are_as_short_as_they_may_be(value: float, shown: str) -> None:
    """One digit after the point, and no zero there."""
    assert number(value) == shown


def test_months_begin_on_their_first_day() -> None:
    """From a day in the middle of a month the next month is the first; time may end."""
    found = list(months_between(date(2025, 11, 22), date(2026, 2, 1)))
    assert found == [date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)]
    assert list(months_between(date(9999, 11, 1), datetime.max.replace(tzinfo=UTC).date())) == [
        date(9999, 11, 1),
        date(9999, 12, 1),
    ]


def test_nothing_to_draw_is_no_element() -> None:
    """A class without a run has no path."""
    assert path("chart-pass", "") == ""


def test_cells_of_a_table_are_escaped() -> None:
    """Text in a cell is text."""
    assert "<td>&lt;b&gt;</td>" in table("t", ["a", "b"], [["x", "<b>"]])
