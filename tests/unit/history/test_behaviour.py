"""Signals of changed behaviour: each with its near misses, and what each rests on."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from histories import Night, Shelf, night_run, nights

from specproof.history.behaviour import Looking, never_answered, signals
from specproof.history.comparable import Past
from specproof.history.signals import (
    LatencyMoved,
    NewCode,
    Signal,
    SignalKind,
    Sureness,
    UnseenResponse,
    WorseVerdict,
)
from specproof.history.unseen import Documented
from specproof.model import Severity, VerdictKind

_NAME = "get/200/schema"
_ID = f"shop/{_NAME}"


def _signals(shelf: Shelf, looking: Looking | None = None, reference: str = "last") -> list[Signal]:
    run = shelf.find(reference)
    return list(signals(Past(shelf), run.streams[0], run, looking=looking))


def _worse(letters: str) -> WorseVerdict | None:
    found = _signals(Shelf(nights(_NAME, letters)))
    assert len(found) <= 1
    worse = [item for item in found if isinstance(item, WorseVerdict)]
    assert len(worse) == len(found)
    return worse[0] if worse else None


def test_first_run_has_no_signals() -> None:
    """One run alone is worse than nothing."""
    told = Night({_NAME: "F"}, codes=[("get", 404, "x")], statuses={"get": [404]})
    assert _signals(Shelf([told])) == []


@pytest.mark.parametrize(
    ("letters", "severity", "sureness"),
    [
        ("PPF", Severity.ERROR, Sureness.LIKELY),
        ("PFPFPPF", Severity.WARNING, Sureness.HINT),
        ("IIF", Severity.ERROR, Sureness.LIKELY),
        ("PPPPPI", Severity.WARNING, Sureness.LIKELY),
        ("PPPPI", Severity.INFO, Sureness.HINT),
        ("PIPPPPPI", Severity.INFO, Sureness.HINT),
        ("PPPPPV", Severity.WARNING, Sureness.LIKELY),
        ("VI", Severity.INFO, Sureness.HINT),
    ],
)
def test_worse_verdict(letters: str, severity: Severity, sureness: Sureness) -> None:
    """A worse verdict is told, as grave and as sure as the runs before make it."""
    found = _worse(letters)
    assert found is not None
    assert (found.severity, found.sureness) == (severity, sureness)
    assert (found.requirement, found.operation, found.status) == (_ID, "get", "200")
    assert found.was != found.now


@pytest.mark.parametrize(
    "letters", ["PP", "FF", "FP", "FI", "IV", "VP", "IP", "P.", ".F", "PA", "PFIF"]
)
def test_verdict_that_is_no_worse(letters: str) -> None:
    """Nothing is told of the same or a better verdict, nor of what is new, gone or accepted."""
    shelf = Shelf(
        Night({"put/204/status": "P"} | ({} if letter == "." else {_NAME: letter}), day=day)
        for day, letter in enumerate(letters)
    )
    run = shelf.find("last")
    accepted = {_ID} if letters == "PA" else set()
    assert signals(Past(shelf), run.streams[0], run, accepted=accepted) == ()


def test_repeats_make_it_sure() -> None:
    """A failure that each repeat showed again is sure, however flaky it was."""
    shelf = Shelf(nights(_NAME, "PFPFPPF"))
    run = shelf.find("last")
    [found] = signals(Past(shelf), run.streams[0], run, confirmed={_ID})
    assert (found.severity, found.sureness) == (Severity.ERROR, Sureness.SURE)
    assert found.grounds == (
        "decided in 7 of the last 7 comparable runs, failed in 3, flipped 5 times;"
        " each repeat showed it again"
    )


def test_subject_is_the_same_for_the_same_change() -> None:
    """Another run that shows the same has the same subject, another change another."""
    one, again, other = _worse("PPF"), _worse("PPPPPF"), _worse("PPI")
    assert one is not None
    assert again is not None
    assert other is not None
    assert one.subject == again.subject
    assert one.subject != other.subject
    assert one.now is VerdictKind.FAIL


def _coded(codes: Sequence[str]) -> Shelf:
    return Shelf(
        Night({_NAME: "P"}, day=day, codes=[("get", 404, code)], statuses={"get": [200, 404]})
        for day, code in enumerate(codes)
    )


def test_new_code_needs_a_past() -> None:
    """A code that five earlier runs did not see is told; before there are five nothing is."""
    assert _signals(_coded("aaaab")) == []
    [found] = _signals(_coded("aaaaab"))
    assert isinstance(found, NewCode)
    assert (found.code, found.runs, found.status_seen) == ("b", 5, True)
    assert (found.severity, found.sureness) == (Severity.WARNING, Sureness.HINT)
    assert found.message == "get 404 has an error code never seen before: b"
    assert found.grounds == (
        "none of 5 earlier comparable runs saw it, so that it came in at most 60% of them"
        " by the rule of three"
    )


def test_new_code_of_a_new_status() -> None:
    """It is told whether the status itself is new, and many runs make a code likely."""
    shelf = _coded("a" * 20)
    shelf.store_run(
        night_run(
            Night(
                {_NAME: "P"}, day=20, codes=[("get", 409, "b")], statuses={"get": [200, 404, 409]}
            )
        )
    )
    [found] = _signals(shelf)
    assert isinstance(found, NewCode)
    assert (found.sureness, found.status, found.status_seen) == (Sureness.LIKELY, "409", False)
    assert found.grounds.endswith("15% of them by the rule of three; nor did any see this status")


@pytest.mark.parametrize("codes", ["aaaaaa", "abaaaa", "aaaaab" + "b"])
def test_known_code(codes: str) -> None:
    """A code that an earlier run saw is told once, by the run that saw it first."""
    assert _signals(_coded(codes)) == []


def _timed(last: float, target: str = "live") -> Shelf:
    return Shelf(
        Night(
            {_NAME: "P"},
            day=day,
            target=target,
            latencies={("get", 200): [middle + step + 0.1 * day for step in range(40)]},
        )
        for day, middle in enumerate([100.0] * 6 + [last])
    )


def test_latency_of_live_targets_alone() -> None:
    """Latencies that moved are told of live targets, of others if asked for."""
    [slower] = _signals(_timed(200))
    assert isinstance(slower, LatencyMoved)
    assert (slower.operation, slower.status, slower.severity) == ("get", "200", Severity.WARNING)
    assert slower.message == "get 200 has become slower: median 220 ms, was 120 ms"
    assert slower.grounds.startswith("40 answers against 240 of 6 earlier runs; Mann-Whitney U")
    [faster] = _signals(_timed(20))
    assert isinstance(faster, LatencyMoved)
    assert faster.severity is Severity.INFO
    assert faster.subject != slower.subject
    assert _signals(_timed(101)) == []
    assert _signals(_timed(200, "emulator")) == []
    looking = Looking(latency_of=frozenset({"emulator"}))
    assert len(_signals(_timed(200, "emulator"), looking)) == 1
    assert _signals(_timed(200), Looking(latency_of=frozenset())) == []


def _answered(days: Sequence[int], gone: int) -> Shelf:
    """Return a history in which 404 is seen on days before ``gone`` only."""
    return Shelf(
        Night(
            {"get/200/status": "P", "get/404/status": "P", "get/503/status": "I"},
            day=day,
            statuses={"get": [200, 404] if day < gone else [200]},
        )
        for day in days
    )


def test_response_that_is_not_seen_any_more() -> None:
    """A documented response that was seen, and not for 30 days, is told; never seen is not."""
    shelf = _answered([0, 10, 20, 30, 40, 50], gone=20)
    [found] = _signals(shelf)
    assert isinstance(found, UnseenResponse)
    assert (found.operation, found.status, found.days) == ("get", "404", 40)
    assert found.kind is SignalKind.UNSEEN_RESPONSE
    assert found.message == "get 404 is documented and has not been seen for 40 days"
    assert found.grounds == (
        f"last seen {shelf.find('last~4').started} by run {shelf.find('last~4').run_id};"
        f" the operation answered as late as {shelf.find('last').started}"
    )
    assert _signals(shelf, Looking(days=41)) == []
    run = shelf.find("last")
    assert never_answered(Past(shelf), run.streams[0], run) == (Documented("get", "503"),)


def test_unseen_response_needs_a_past() -> None:
    """Before there are five earlier runs nothing is missed."""
    assert _signals(_answered([0, 10, 20, 30, 50], gone=20)) == []


def test_never_answered_of_another_run() -> None:
    """A run that is not in the stream has nothing."""
    shelf = _answered([0], gone=1)
    other = Shelf([Night({_NAME: "P"}, api="pets")]).find("last")
    assert never_answered(Past(shelf), shelf.find("last").streams[0], other) == ()
