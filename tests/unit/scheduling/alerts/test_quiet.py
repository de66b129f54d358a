"""Hours in which nobody is woken."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specproof.errors import InputError
from specproof.scheduling.alerts.quiet import QuietHours, read_quiet_hours

FIRST = dt.datetime(2026, 1, 1, 0, 0, 30, tzinfo=dt.UTC)
BERLIN = "Europe/Berlin"


def _quiet(hours: str, zone: str = BERLIN) -> QuietHours:
    found = read_quiet_hours(hours, zone)
    assert found is not None
    return found


def _utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("moment", "held"),
    [
        ("2026-07-01T19:59:59", False),
        ("2026-07-01T20:00:00", True),
        ("2026-07-02T00:00:00", True),
        ("2026-07-02T04:59:59", True),
        ("2026-07-02T05:00:00", False),
        ("2026-12-01T20:30:00", False),
        ("2026-12-01T21:00:00", True),
        ("2026-12-02T05:59:00", True),
        ("2026-12-02T06:00:00", False),
    ],
)
def test_the_clock_on_the_wall_decides(moment: str, held: bool) -> None:
    """22:00 to 07:00 in Berlin is another time in UTC in summer than in winter."""
    assert _quiet("22:00-07:00").hold(_utc(moment)) is held


def test_hours_within_a_day() -> None:
    """Hours that do not pass midnight begin with the first minute and end before the last."""
    quiet = _quiet("12:30-14:00", "UTC")
    assert [
        quiet.hold(_utc(f"2026-07-01T{time}"))
        for time in ("12:29:59", "12:30:00", "13:59:59", "14:00:00")
    ] == [False, True, True, False]


def test_a_time_that_a_day_skips_ends_with_the_first_minute_after() -> None:
    """On 2026-03-29 the clocks of Berlin go from 02:00 to 03:00; 02:30 never comes."""
    quiet = _quiet("22:00-02:30")
    assert quiet.hold(_utc("2026-03-29T00:59:59"))
    assert not quiet.hold(_utc("2026-03-29T01:00:00"))
    assert quiet.until(_utc("2026-03-29T00:10:30")) == _utc("2026-03-29T01:00:00")


def test_an_hour_that_comes_twice_is_quiet_twice() -> None:
    """On 2026-10-25 the clocks of Berlin show 02:00 to 03:00 twice."""
    quiet = _quiet("22:00-02:30")
    assert quiet.hold(_utc("2026-10-25T00:29:00"))
    assert not quiet.hold(_utc("2026-10-25T00:30:00"))
    assert quiet.hold(_utc("2026-10-25T01:29:00"))
    assert not quiet.hold(_utc("2026-10-25T01:30:00"))
    assert quiet.until(_utc("2026-10-25T01:00:00")) == _utc("2026-10-25T01:30:00")


def test_the_end_of_what_is_not_quiet_is_now() -> None:
    """Outside of the hours nothing has to wait."""
    moment = _utc("2026-07-01T12:00:30")
    assert _quiet("22:00-07:00").until(moment) == moment


@given(
    st.integers(0, 360 * 24 * 60).map(lambda minutes: FIRST + dt.timedelta(minutes=minutes)),
    st.sampled_from(["UTC", BERLIN, "Australia/Lord_Howe", "America/St_Johns"]),
    st.sampled_from(["22:00-07:00", "01:45-02:15", "00:00-23:59", "23:59-00:00"]),
)
def test_until_is_the_first_minute_that_is_not_quiet(
    moment: dt.datetime, zone: str, hours: str
) -> None:
    """Whatever the zone: the minute before is quiet, the minute itself is not."""
    quiet = _quiet(hours, zone)
    until = quiet.until(moment)
    assert not quiet.hold(until)
    assert until == moment or quiet.hold(max(moment, until - dt.timedelta(minutes=1)))


@pytest.mark.parametrize(
    ("hours", "zone"),
    [
        ("22-7", "UTC"),
        ("24:00-07:00", "UTC"),
        ("22:00-22:00", "UTC"),
        ("22:00-07:60", "UTC"),
        ("22:00-07:00", "Mars/Phobos"),
        ("22:00-07:00", "../../etc/passwd"),
        ("22:00-07:00", ""),
        ("22:00-07:00", "Europe"),
    ],
)
def test_nonsense_is_refused(hours: str, zone: str) -> None:
    """Neither hours nor a zone, or hours that leave nothing: one sentence."""
    with pytest.raises(InputError, match=r"--quiet-hours|--time-zone"):
        read_quiet_hours(hours, zone)


def test_no_hours_are_no_quiet_hours() -> None:
    """Without the option nothing waits, whatever the zone."""
    assert read_quiet_hours(None, "nonsense") is None
