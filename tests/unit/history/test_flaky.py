"""The rule of what is flaky, over all short histories, and its figures."""

from __future__ import annotations

import itertools

import pytest
from histories import Night, Shelf, nights
from hypothesis import given, settings
from hypothesis import strategies as st

from specproof.history.comparable import Past
from specproof.history.flaky import (
    SETTLED,
    WINDOW,
    Flakiness,
    confirmed,
    flakiness,
    flakiness_of,
    unchanged,
)
from specproof.history.records import StoredRun, Stream
from specproof.suites.records import Confirmation

_NAME = "get/200/schema"
_SHELF = Shelf(nights(_NAME, "P" * 40))
_RUNS = [_SHELF.find(f"last~{back}") for back in range(40)]
_FAILED = {"F": True, "P": False, "I": None}


def _figures(letters: str) -> Flakiness:
    """Return the figures of a history that is written from old to new."""
    looks: list[tuple[StoredRun, bool | None]] = [
        (run, _FAILED[letter]) for run, letter in zip(_RUNS, reversed(letters), strict=False)
    ]
    return flakiness(looks)


def _is_flaky(letters: str) -> bool:
    """Return what the rule says, in terms of text: the words of the module, once more."""
    said = letters.replace("I", "")
    flips = said.count("FP") + said.count("PF")
    failures = [len(item) for item in said.split("P") if item]
    outage = said.endswith("P") and len(failures) == 1 and failures[0] >= 2
    lasting = len(said) - len(said.rstrip("F"))
    settled = lasting >= max(SETTLED, 2 * max(failures[:-1], default=0))
    return flips >= 2 and not outage and not settled


def test_rule_over_all_short_histories() -> None:
    """The rule holds for each history of up to seven runs."""
    for length in range(8):
        for letters in map("".join, itertools.product("FPI", repeat=length)):
            assert _figures(letters).flaky is _is_flaky(letters), letters


@settings(deadline=None)
@given(st.text("FPI", max_size=WINDOW))
def test_rule_over_longer_histories(letters: str) -> None:
    """The rule holds for histories as long as the window."""
    figures = _figures(letters)
    assert figures.flaky is _is_flaky(letters)
    assert figures.runs == len(letters)
    assert figures.decided == len(letters.replace("I", ""))
    assert figures.failed == letters.count("F") == sum(figures.stretches)


@settings(deadline=None)
@given(st.text("FPI", max_size=12))
def test_runs_that_decide_nothing_count_for_nothing(letters: str) -> None:
    """Inconclusive runs change neither the rule nor any figure but the number of runs."""
    with_them, without = _figures(letters), _figures(letters.replace("I", ""))
    assert with_them.flaky is without.flaky
    assert (with_them.decided, with_them.failed, with_them.flips, with_them.stretches) == (
        without.decided,
        without.failed,
        without.flips,
        without.stretches,
    )


def test_figures() -> None:
    """A history in figures."""
    figures = _figures("PFFPIFP")
    assert (figures.runs, figures.decided, figures.failed, figures.flips) == (7, 6, 3, 4)
    assert figures.stretches == (1, 2)
    assert figures.rate == 0.5
    assert figures.failing is False
    assert figures.last_failed == _RUNS[1]
    nothing = _figures("II")
    assert (nothing.rate, nothing.failing, nothing.last_failed) == (0.0, None, None)


@pytest.mark.parametrize(("seeds", "one"), [((1, 2, 1), False), ((1, 1, 2), True)])
def test_one_seed(seeds: tuple[int, ...], one: bool) -> None:
    """It is told whether one seed both failed and passed."""
    told = [
        Night({_NAME: letter}, day=day, seed=seed)
        for day, (letter, seed) in enumerate(zip("PFP", seeds, strict=True))
    ]
    shelf = Shelf(told)
    steps = Past(shelf).steps(Stream("shop", "live", told[0].origin), shelf.find("last"))
    assert flakiness_of(steps, f"shop/{_NAME}").one_seed is one


def test_window_ends_where_the_spec_changed() -> None:
    """The runs looked at are those since the effective spec last changed, at most so many."""
    shelf = Shelf([Night({_NAME: "P"}, day=day, spec="12122"[day]) for day in range(5)])
    run = shelf.find("last")
    steps = Past(shelf).steps(run.streams[0], run)
    assert [step.run.run_id for step in unchanged(steps, "shop")] == [
        run.run_id,
        shelf.find("last~1").run_id,
    ]
    assert len(unchanged(steps, "shop", 1)) == 1
    assert unchanged((), "shop") == ()


def test_confirmed() -> None:
    """Confirmed is what came back in each repeat, and there was one."""
    assert confirmed(Confirmation(2, 2))
    assert not confirmed(Confirmation(1, 2))
    assert not confirmed(Confirmation(0, 0))
    assert not confirmed(None)
