"""What charts are drawn of."""

from __future__ import annotations

from typing import Any, cast

from histories_of_verdicts import NAMES, Nights, night_run

from specproof.history.records import LatencySample, Stream
from specproof.model import VerdictKind
from specproof.report.site.figures import latency_charts, points
from specproof.report.site.reading import Reading

_STREAM = Stream("x", "live")


def test_findings_are_told_from_accepted_ones() -> None:
    """Open findings count by severity, accepted ones apart."""
    night = dict.fromkeys(NAMES, VerdictKind.FAIL)
    history = cast("Any", Nights({_STREAM: [night]}, accepted={NAMES[0]}))
    runs = [run for run, _ in history.timeline(_STREAM)]
    [verdicts], [findings] = points(history, _STREAM, runs)
    assert (verdicts.failed, verdicts.accepted) == (3, False)
    assert (findings.errors, findings.warnings, findings.accepted) == (2, 0, 1)
    assert points(history, Stream("other", "live"), runs) == ((), ())


def test_an_error_beside_what_holds_is_told() -> None:
    """Where no requirement failed, an open error is about something else."""
    held = dict.fromkeys(NAMES, VerdictKind.PASS)
    nothing = cast("Any", Nights({_STREAM: [held]}))
    for errors, stray in ((0, False), (1, True)):
        [verdicts], _ = points(nothing, Stream("x", "live"), [night_run(1, held, errors=errors)])
        assert (verdicts.stray, verdicts.broken, verdicts.accepted) == (stray, stray, False)
    [verdicts], _ = points(nothing, _STREAM, [night_run(1, {"a": VerdictKind.FAIL}, errors=1)])
    assert (verdicts.stray, verdicts.broken) == (False, True)


class _Latencies:
    """A history of latencies that counts how often it is asked."""

    def __init__(self, size: int = 3) -> None:
        self.asked: list[str] = []
        self._times = tuple(float(number) for number in range(size))

    def latencies(self, run_id: str, api: str) -> tuple[LatencySample, ...]:
        """Return samples of five operations; one of them has answered nothing."""
        self.asked.append(run_id)
        return tuple(
            LatencySample(api, f"op-{number}", 200, number, self._times if number else ())
            for number in range(5)
        )

    def codes(self, stream: Stream) -> tuple[str, ...]:
        """Return nothing, and count."""
        self.asked.append(f"codes {stream.api}")
        return ()

    def responses(self, stream: Stream) -> tuple[str, ...]:
        """Return nothing, and count."""
        self.asked.append(f"responses {stream.api}")
        return ()


def test_only_live_latency_is_drawn() -> None:
    """The operations with the most answers get a chart; other targets tell nothing of a vendor."""
    history = Reading(cast("Any", _Latencies()))
    runs = [night_run(number, {}) for number in range(2)]
    charts = latency_charts(history, _STREAM, runs)
    assert [chart.count("<svg") for chart in charts] == [1, 1, 1]
    assert "op-4, answered 200" in charts[0]
    assert latency_charts(history, Stream("x", "emulator"), runs) == []


def test_what_was_read_is_remembered() -> None:
    """The same is asked of the history once, as long as there is not too much of it."""
    history = _Latencies()
    reading = Reading(cast("Any", history))
    for _ in range(2):
        reading.latencies("a", "x")
        reading.codes(_STREAM)
        reading.responses(_STREAM)
    assert history.asked == ["a", "codes x", "responses x"]


def test_not_endlessly_much_is_remembered() -> None:
    """What was used longest ago is forgotten."""
    history = _Latencies(size=300_000)
    reading = Reading(cast("Any", history))
    for run_id in ("a", "b", "b", "a"):
        reading.latencies(run_id, "x")
    assert history.asked == ["a", "b", "a"]
