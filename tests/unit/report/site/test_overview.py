"""What the site says of each stream now."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any, cast

import pytest
from histories_of_verdicts import NAMES, Nights

from specproof.history.records import Stream
from specproof.model import Severity, VerdictKind
from specproof.report.site.overview import DORMANT, Overview, overviews
from specproof.report.site.sources import Sources

_HELD = dict.fromkeys(NAMES, VerdictKind.PASS)
_ONE = {**_HELD, NAMES[0]: VerdictKind.FAIL}
_OTHER = {**_HELD, NAMES[1]: VerdictKind.FAIL}
_BOTH = {**_ONE, NAMES[1]: VerdictKind.FAIL}
_NOTHING = dict.fromkeys(NAMES, VerdictKind.INCONCLUSIVE)
_LIVE = Stream("x", "live", "https://x.test")


def _seen(
    nights: Any, today: dt.date = dt.date(2026, 1, 5), **options: Any
) -> tuple[Overview, ...]:
    streams = nights if isinstance(nights, dict) else {_LIVE: nights}
    history = cast("Any", Nights(streams, **options))
    return overviews(history, Sources(None), today)


def test_broken_since_the_first_of_the_runs_that_broke_something() -> None:
    """Different promises broken one after the other are one stretch; the latest is told apart."""
    [found] = _seen([_HELD, _ONE, _OTHER, _NOTHING, _OTHER])
    assert (found.kind, found.word) == (VerdictKind.FAIL, "broken")
    assert found.since == found.course.runs[3]
    assert found.latest_break == found.course.runs[2]
    assert found.sentence == (
        "1 promise broken; every run since 2026-01-02 02:00 UTC broke something, "
        "the latest break came at 2026-01-03 02:00 UTC."
    )


def test_a_run_that_held_ends_the_stretch() -> None:
    """Broken, mended and broken again is broken since the last time."""
    [found] = _seen([_ONE, _HELD, _BOTH])
    assert found.since == found.latest_break == found.latest
    assert found.broken_count == 2
    assert found.sentence == "2 promises broken since 2026-01-03 02:00 UTC."


def test_the_latest_break_comes_first() -> None:
    """Findings stand in the order of what began last."""
    [found] = _seen([_HELD, _OTHER, _BOTH])
    assert [item.finding.requirement for item in found.broken] == [NAMES[0], NAMES[1]]


def test_what_is_accepted_breaks_nothing() -> None:
    """An API whose failures are all accepted holds; its points say that they are."""
    [found] = _seen([_HELD, _ONE], accepted={NAMES[0]})
    assert found.kind is VerdictKind.PASS
    assert found.since is None
    assert [point.accepted for point in found.points] == [True, False]
    assert found.sentence == "All that the last run tested holds; 1 known deviation is accepted."


def test_some_of_it_accepted_is_broken() -> None:
    """One failure that nobody accepted is enough, and the runs are looked at to know."""
    [found] = _seen([_BOTH], accepted={NAMES[0]})
    assert found.broken_ids == {NAMES[1]}
    assert [point.accepted for point in found.points] == [False]


def test_a_warning_breaks_nothing() -> None:
    """Findings of less than an error are open and leave the verdict alone."""
    [found] = _seen([_ONE], severity=Severity.WARNING)
    assert found.kind is VerdictKind.PASS
    assert found.levels == {"warning": 1}
    assert found.broken == ()


def test_nothing_tested_holds_nothing() -> None:
    """A run that decided nothing is neither green nor red."""
    [found] = _seen([_HELD, _NOTHING])
    assert (found.kind, found.word) == (VerdictKind.INCONCLUSIVE, "could not check")
    begun = "2026-01-02 02:00 UTC"
    assert found.sentence == f"The last run could not check anything, as none since {begun}."
    assert found.begun == found.unchecked == found.latest
    standings = {
        name: replace(item, verdict=replace(item.verdict, reason="the host is gone"))
        for name, item in found.course.standings.items()
    }
    excused = replace(found, course=replace(found.course, standings=standings))
    assert excused.sentence.endswith(" Mostly: the host is gone.")


def _ended(exit_code: int, nights: Any, **stream: str) -> Overview:
    """Return what is said of runs that ended so, of requirements whose last word is a status."""
    [found] = _seen({Stream("x", **{"target": "live", **stream}): nights}, exit_code=exit_code)
    return found


def test_refusals_alone_prove_nothing() -> None:
    """Where the run could not check, an API holds only if a success of it came about."""
    refused = {**_NOTHING, "x/op/404/status": VerdictKind.PASS}
    assert _ended(0, [refused]).kind is VerdictKind.PASS
    found = _ended(3, [_HELD, refused])
    assert found.kind is VerdictKind.INCONCLUSIVE
    assert found.sentence == "The last run saw no success of the API, so it proves nothing."
    assert found.unchecked is None
    # The exit code is that of all APIs of the run; this one is not what it is about.
    assert _ended(3, [_HELD]).kind is VerdictKind.PASS
    # Nobody can ask recordings for more than they hold.
    assert _ended(3, [refused], target="recorded").kind is VerdictKind.PASS
    schema = {**_NOTHING, "x/op/200/schema": VerdictKind.PASS}
    assert _ended(3, [schema]).kind is VerdictKind.INCONCLUSIVE


def test_since_when_nothing_could_be_checked() -> None:
    """The first of the latest runs that all tested nothing, not the very first."""
    [found] = _seen([_NOTHING, _HELD, _NOTHING, _NOTHING])
    assert found.unchecked == found.course.runs[1]
    [found] = _seen([_NOTHING, _HELD])
    assert (found.unchecked, found.begun) == (None, None)


def test_broken_comes_first_then_what_could_not_be_checked() -> None:
    """Rows are sorted by verdict, by when it broke, and by name; what nobody runs comes last."""
    found = _seen(
        {
            Stream("a", "live"): [_HELD] * 3,
            Stream("b", "live"): [_NOTHING] * 3,
            Stream("c", "live"): [_ONE] * 3,
            Stream("d", "live"): [_HELD, _HELD, _ONE],
            Stream("e", "live"): [_HELD] * 3,
        }
    )
    assert [item.stream.api for item in found] == ["d", "c", "b", "a", "e"]


def test_the_main_place_proves_most() -> None:
    """Live goes before recorded and emulator, and what is still run before all."""
    streams = {Stream("x", target): [_HELD] for target in ("emulator", "live", "recorded")}
    found = _seen(streams)
    assert [(item.stream.target, item.main, item.page) for item in found] == [
        ("live", True, "apis/x.html"),
        ("emulator", False, "apis/x/emulator.html"),
        ("recorded", False, "apis/x/recorded.html"),
    ]
    later = [*[_HELD] * (DORMANT + 3)]
    found = _seen({**streams, Stream("x", "emulator"): later}, dt.date(2026, 2, 4))
    assert [(item.stream.target, item.main, item.dormant) for item in found] == [
        ("emulator", True, False),
        ("live", False, True),
        ("recorded", False, True),
    ]


@pytest.mark.parametrize(("day", "age"), [(5, 0), (6, 1)])
def test_age_is_in_days(day: int, age: int) -> None:
    """The age of the last run is told by the given day."""
    [found] = _seen([_HELD] * 5, dt.date(2026, 1, day))
    assert found.age == age


def test_only_runs_with_something_accepted_are_looked_into() -> None:
    """Findings are read for the latest run, and where the counts do not say enough."""
    nights = Nights({_LIVE: [_ONE, _OTHER, _HELD]}, accepted={NAMES[1]})
    overviews(cast("Any", nights), Sources(None), dt.date(2026, 1, 5))
    assert sorted(nights.asked) == ["x-live-1", "x-live-2"]
