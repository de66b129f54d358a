"""The words of a comparison that depend on what is known."""

from __future__ import annotations

from dataclasses import replace

from compared import awkward_comparison, small_comparison
from histories import Night, Shelf

from specproof.history.compare import compare
from specproof.history.comparison import Comparison
from specproof.report.comparison.words import (
    TITLES,
    change_words,
    facts,
    flaky_words,
    headline,
    proof_words,
    since_words,
)

_NAME = "get/200/schema"


def test_facts_of_runs_that_differ() -> None:
    """Another place, other specs, another version and other requests are told."""
    shelf = Shelf(
        [
            Night({_NAME: "P"}, day=0, target="emulator", origin=None, spec="1", seed=1),
            Night({_NAME: "P"}, day=1, spec="2", version="0.2.0", seed=2),
        ]
    )
    [stream] = compare(shelf, shelf.find("last~1"), shelf.find("last")).streams
    assert list(facts(stream)) == [
        "the old run went elsewhere: shop on emulator",
        "the published spec changed between them",
        "the effective spec changed between them",
        "specproof 0.1.0 made the old run, 0.2.0 the new",
        "they drew other requests: seed 1 then, seed 2 now",
    ]
    new = replace(stream.new, cases=50)
    assert list(facts(replace(stream, new=new)))[-1] == (
        "they drew other requests: seed 1 then, seed 2, 50 cases now"
    )


def test_words_of_differences() -> None:
    """From which verdict to which, with a reason where there is one."""
    told = {}
    for item in awkward_comparison().streams[0].differences:
        name = item.requirement.split("/")[1].split(" ")[0]
        told[name] = change_words(item).partition(":")[0]
    assert told == {
        "newly": "was pass, is fail",
        "settled": "fail",
        "still": "fail",
        "accepted": "was pass, is fail",
        "fixed": "was fail, is pass",
        "unresolved": "inconclusive",
        "inconclusive": "was pass, is inconclusive",
        "vacuous": "was pass, is vacuous",
        "again": "was inconclusive, is pass",
        "added": "was not in the contract, is pass",
        "removed": "was pass",
        "flaky": "pass",
    }
    [gone] = [item for item in awkward_comparison().streams[0].differences if item.now is None]
    assert change_words(replace(gone, was=None)) == "was unknown"


def test_since_when_and_how_often() -> None:
    """A streak that the history begins with is told as such."""
    [item] = small_comparison("FFF").streams[0].differences
    assert since_words(item) == (
        "at least since run shop-000000-live of 2026-01-01T03:00:00+00:00 (3 runs)"
    )
    assert flaky_words(item) == "failed in 3 of 3 deciding runs (100%), flipped 0 times"
    assert since_words(replace(item, since=None)) == ""
    assert flaky_words(replace(item, flakiness=None)) == ""
    [item] = small_comparison("PPFPP").streams[0].differences
    assert flaky_words(item) == "flaky: failed in 1 of 5 deciding runs (20%), flipped twice"


def test_accepted_finding_says_why() -> None:
    """A finding that a deviation covers says so."""
    [item] = small_comparison("PA").streams[0].differences
    [proof] = item.proofs
    assert proof_words(proof).endswith("accepted: seen in public (until 2027-01-01)")


def test_headline_counts_over_streams() -> None:
    """The last line counts over all streams and names a few APIs."""
    comparison = small_comparison("PPF")
    many = Comparison(comparison.streams * 7, comparison.looking)
    assert headline(many) == ("shop, shop, shop, shop, shop and 2 more: 7 newly failing")
    assert headline(Comparison((), comparison.looking)) == "no API: nothing changed"
    assert len(TITLES) == len(set(TITLES.values()))
