"""A comparison with everything in it, and texts of nobody's friend all over."""

from __future__ import annotations

from dataclasses import replace

from histories import Night, Shelf, broken_rule, night_run
from runs import AWKWARD

from specproof.history.compare import Comparer
from specproof.history.comparison import Comparison
from specproof.history.latency import Direction, Latency
from specproof.history.signals import LatencyMoved, Sureness
from specproof.model import Severity

__all__ = ["awkward_comparison", "small_comparison"]

_HOSTILE = AWKWARD.replace("/", "")
_FATES = {
    "newly": "PPPPPPF",
    "settled": "PFPPFFF",
    "still": "PPPPPFF",
    "accepted": "PPPPPPA",
    "fixed": "PPPPPFP",
    "unresolved": "PPPPFII",
    "inconclusive": "PPPPPPI",
    "vacuous": "PPPPPPV",
    "again": "PPPPPIP",
    "added": "......P",
    "removed": "PPPPPP.",
    "flaky": "PPFPPPP",
    "same": "PPPPPPP",
}


def awkward_comparison() -> Comparison:
    """Return a comparison with every transition and every signal, and hostile texts."""
    shelf = Shelf(_night(day, "shop") for day in range(7))
    shelf.store_run(night_run(Night({"a/200/x": "F"}, day=9, api="alone")))
    comparer = Comparer(shelf)
    found = comparer.run(shelf.find("shop-024000-live"))
    [stream] = found.streams
    moved = LatencyMoved(
        stream=stream.stream,
        operation=_HOSTILE,
        status="200",
        severity=Severity.WARNING,
        sureness=Sureness.LIKELY,
        message=f"{_HOSTILE} has become slower",
        grounds=f"figures {AWKWARD}",
        latency=Latency(
            operation=_HOSTILE,
            status=200,
            direction=Direction.SLOWER,
            before=100.0,
            now=200.0,
            p=1e-9,
            answers=40,
            earlier=400,
            runs=10,
            tested=1,
            runs_p=0.001,
        ),
    )
    whole = replace(stream, signals=(*stream.signals, moved))
    alone = comparer.run(shelf.find("alone-000900-live"))
    return Comparison((whole, *alone.streams), found.looking)


def small_comparison(letters: str, **others: object) -> Comparison:
    """Return the comparison of the last of a few runs with the one before it."""
    shelf = Shelf(
        Night({"get/200/schema": letter}, day=day, **others)  # type: ignore[arg-type]  # its fields
        for day, letter in enumerate(letters)
    )
    return Comparer(shelf).run(shelf.find("last"))


def _night(day: int, api: str) -> Night:
    last = day == 6
    verdicts = {
        f"{name} {_HOSTILE}/200/{_HOSTILE}": letters[day]
        for name, letters in _FATES.items()
        if letters[day] != "."
    }
    requirement = f"{api}/{next(iter(verdicts))}"
    return Night(
        verdicts | {"get/200/status": "P", "get/404/status": "P", "get/503/status": "I"},
        day=day * 40,
        api=api,
        seed=day,
        version="0.1.0" if day < 6 else _HOSTILE,
        messages=dict.fromkeys(verdicts, AWKWARD),
        extra=[broken_rule(requirement, AWKWARD, Severity.WARNING, rule="slow")] if last else [],
        statuses={"get": [200, 404] if day == 0 else [200]},
        codes=[("get", 404, _HOSTILE)] if last else [],
        confirmations={next(iter(verdicts)): (2, 2)} if last else {},
    )
