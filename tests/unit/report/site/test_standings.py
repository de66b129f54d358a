"""One pass over the runs of a stream."""

from __future__ import annotations

from collections.abc import Mapping

from histories_of_verdicts import NAMES, timeline_of
from hypothesis import given, settings
from hypothesis import strategies as st

from specproof.history.comparable import DECIDED
from specproof.model import VerdictKind
from specproof.report.site.standings import read_course

_NIGHTS = st.lists(
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from(VerdictKind)), max_size=12
)
Night = Mapping[str, VerdictKind]


@settings(max_examples=60)
@given(_NIGHTS)
def test_streaks_are_those_of_a_plain_search(nights: list[Night]) -> None:
    """Since, length and openness of each streak are what looking at every run would give."""
    course = read_course(timeline_of(nights), "x")
    newest_first = list(reversed(nights))
    assert len(course.runs) == len(nights)
    latest = newest_first[0] if nights else {}
    assert set(course.standings) == set(latest)
    for name, kind in latest.items():
        same, closed = [], False
        for number, night in enumerate(newest_first):
            if night.get(name) is kind:
                same.append(number)
            elif kind not in DECIDED or night.get(name) in DECIDED:
                closed = True
                break
        found = course.standings[name]
        assert found.since == course.runs[same[-1]]
        assert (found.runs, found.open) == (len(same), not closed)


@settings(max_examples=60)
@given(_NIGHTS)
def test_a_run_turned_if_a_verdict_is_another(nights: list[Night]) -> None:
    """Runs turned whose verdicts are not those of the run before; the first has none before."""
    course = read_course(timeline_of(nights), "x")
    turned = {
        str(number) for number in range(1, len(nights)) if nights[number] != nights[number - 1]
    }
    assert course.turned == turned


def test_what_comes_and_goes_is_flaky() -> None:
    """The rule of the history decides; what failed once and stayed broken is not flaky."""
    night = dict.fromkeys(NAMES, VerdictKind.PASS)
    one = {**night, NAMES[0]: VerdictKind.FAIL}
    both = {**night, NAMES[0]: VerdictKind.FAIL, NAMES[1]: VerdictKind.FAIL}
    course = read_course(timeline_of([night, one, night, one, night, both]), "x")
    assert set(course.flaky) == {NAMES[0]}
    assert course.flaky[NAMES[0]].failed == 3


def test_no_run_is_no_course() -> None:
    """A stream without runs has nothing to say."""
    course = read_course(iter(()), "x")
    assert (course.runs, course.standings, course.turned, course.flaky) == ((), {}, frozenset(), {})
