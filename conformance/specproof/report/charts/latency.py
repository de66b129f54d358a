"""How long the answers of one operation took, run by run: median and 95th percentile."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Final

from markupsafe import Markup

from specproof.report.charts.points import LatencyPoint, day_of, moment
from specproof.report.charts.scale import HEIGHT_OF_AXIS, Plot, round_up, spread, time_axis
from specproof.report.charts.svg import drawing, figure, number, path, table, text_at

__all__ = ["latency", "latency_point", "latency_says"]

_WIDTH: Final = 720
_LEFT: Final = 60
_RIGHT: Final = 596
_TOP: Final = 18.0
_BOTTOM: Final = 138.0
_LINE: Final = 14
_DOTS: Final = 60
_EACH_RUN: Final = 31


def latency_point(started: str, milliseconds: Sequence[float], count: int) -> LatencyPoint | None:
    """Return the point of a run from a sample of its times, None where it has none.

    Percentiles are nearest ranks: times that were measured.
    """
    if not milliseconds:
        return None
    ordered = sorted(milliseconds)
    return LatencyPoint(started, _ranked(ordered, 50), _ranked(ordered, 95), count)


def latency(points: Sequence[LatencyPoint], *, title: str = "Latency") -> Markup:
    """Return the chart as a figure with its numbers.

    Raises:
        InputError: a point's date is none.
    """
    ordered = sorted(points, key=lambda point: moment(point.started))
    says = latency_says(ordered)
    if not ordered:
        return figure(title, drawing("latency", (_WIDTH, _LINE), title, says), says, _numbers([]))
    moments = [moment(point.started) for point in ordered]
    most = round_up(max(point.p95 for point in ordered))
    plot = Plot(_LEFT, _RIGHT, _TOP, _BOTTOM, moments[0], moments[-1], most)
    last = ordered[-1]
    grid = "".join(f"M{_LEFT} {number(plot.y(share * most))}H{_RIGHT}" for share in (0.0, 0.5, 1.0))
    names = spread([plot.y(last.median) + 4, plot.y(last.p95) + 4], _LINE, plot.bottom)
    image = drawing(
        "latency",
        (_WIDTH, _BOTTOM + HEIGHT_OF_AXIS),
        title,
        says,
        path("chart-grid", grid),
        *(
            text_at("chart-number", _LEFT - 6, plot.y(share * most) + 4, _told(share * most))
            for share in (0.0, 0.5, 1.0)
        ),
        *_line("chart-p95", plot, moments, [point.p95 for point in ordered]),
        *_line("chart-median", plot, moments, [point.median for point in ordered]),
        text_at("chart-band", _RIGHT + 8, names[0], f"median {_told(last.median)}"),
        text_at("chart-band", _RIGHT + 8, names[1], f"p95 {_told(last.p95)}"),
        time_axis(plot),
    )
    return figure(title, image, says, _numbers(ordered))


def latency_says(points: Sequence[LatencyPoint]) -> str:
    """Return the same in a sentence or two."""
    ordered = sorted(points, key=lambda point: moment(point.started))
    if not ordered:
        return "No times were measured."
    last = ordered[-1]
    low, high = min(point.median for point in ordered), max(point.median for point in ordered)
    runs = f"{len(ordered)} run{'' if len(ordered) == 1 else 's'}"
    return (
        f"{runs} from {day_of(ordered[0].started)} to {day_of(last.started)}; the median went from "
        f"{_told(low)} at its least to {_told(high)} at its most. The last one: median "
        f"{_told(last.median)}, 95th percentile {_told(last.p95)}, of {last.count} answers."
    )


def _line(
    kind: str, plot: Plot, moments: Sequence[datetime], values: Sequence[float]
) -> list[Markup]:
    places = [
        f"{number(plot.x(when))} {number(plot.y(value))}"
        for when, value in zip(moments, values, strict=True)
    ]
    drawn = [path(f"chart-line {kind}", f"M{'L'.join(places)}")]
    if len(places) <= _DOTS:
        drawn.append(path(f"chart-dots {kind}", "".join(f"M{place}h0" for place in places)))
    return drawn


def _numbers(ordered: Sequence[LatencyPoint]) -> Markup:
    if len(ordered) <= _EACH_RUN:
        return table(
            "Times of each run",
            ("run", "median", "95th percentile", "answers"),
            (
                [
                    moment(point.started).strftime("%Y-%m-%d %H:%M UTC"),
                    _told(point.median),
                    _told(point.p95),
                    str(point.count),
                ]
                for point in reversed(ordered)
            ),
        )
    rows = []
    for month, held in groupby(ordered, lambda point: day_of(point.started)[:7]):
        runs = list(held)
        medians = [run.median for run in runs]
        rows.append(
            [
                month,
                str(len(runs)),
                _told(min(medians)),
                _told(max(medians)),
                _told(max(run.p95 for run in runs)),
            ]
        )
    return table(
        "Times by month",
        ("month", "runs", "least median", "greatest median", "greatest 95th percentile"),
        reversed(rows),
    )


def _ranked(ordered: Sequence[float], percent: int) -> float:
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def _told(milliseconds: float) -> str:
    if milliseconds >= 1000:  # noqa: PLR2004 - milliseconds of a second
        return f"{number(milliseconds / 1000)} s"
    return f"{number(milliseconds)} ms"
