"""Findings that were open over time, by severity, and the accepted ones."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from markupsafe import Markup

from specproof.report.charts.points import FindingsPoint, day_of, moment
from specproof.report.charts.scale import HEIGHT_OF_AXIS, Plot, areas, round_up, spread, time_axis
from specproof.report.charts.svg import drawing, figure, number, path, table, text_at

__all__ = ["findings", "findings_says"]

_WIDTH: Final = 720
_LEFT: Final = 44
_RIGHT: Final = 596
_TOP: Final = 18.0
_BOTTOM: Final = 118.0
_LINE: Final = 14
_EACH_RUN: Final = 31
_BANDS: Final = ("error", "warning", "info", "accepted")


def findings(points: Sequence[FindingsPoint], *, title: str = "Open findings") -> Markup:
    """Return the chart as a figure with its numbers.

    Raises:
        InputError: a point's date is none.
    """
    ordered = sorted(points, key=lambda point: moment(point.started))
    says = findings_says(ordered)
    if not ordered:
        return figure(title, drawing("findings", (_WIDTH, _LINE), title, says), says, _numbers([]))
    moments = [moment(point.started) for point in ordered]
    layers = [list(each) for each in zip(*map(_counts, ordered), strict=True)]
    most = round_up(max(sum(_counts(point)) for point in ordered))
    plot = Plot(_LEFT, _RIGHT, _TOP, _BOTTOM, moments[0], moments[-1], most)
    bands = zip(_BANDS, areas(plot, moments, layers), strict=True)
    image = drawing(
        "findings",
        (_WIDTH, _BOTTOM + HEIGHT_OF_AXIS),
        title,
        says,
        path("chart-grid", "".join(f"M{_LEFT} {number(plot.y(n))}H{_RIGHT}" for n in (0, most))),
        *(text_at("chart-number", _LEFT - 6, plot.y(n) + 4, number(n)) for n in (0, most)),
        *(path(f"chart-area chart-{kind}", data) for kind, data in bands),
        *_labels(plot, layers),
        time_axis(plot),
    )
    return figure(title, image, says, _numbers(ordered))


def findings_says(points: Sequence[FindingsPoint]) -> str:
    """Return the same in a sentence."""
    ordered = sorted(points, key=lambda point: moment(point.started))
    if not ordered:
        return "There are no runs yet."
    last = ordered[-1]
    most = max(ordered, key=lambda point: sum(_counts(point)[:3]))
    return (
        f"Open on {day_of(last.started)}: {last.errors} error, {last.warnings} warning, "
        f"{last.infos} info, and {last.accepted} accepted; the most that were open at once: "
        f"{sum(_counts(most)[:3])}, first on {day_of(most.started)}."
    )


def _labels(plot: Plot, layers: Sequence[Sequence[int]]) -> list[Markup]:
    wanted, words, below = [], [], 0.0
    for kind, layer in zip(_BANDS, layers, strict=True):
        if any(layer):
            wanted.append(plot.y(below + layer[-1] / 2) + 4)
            words.append(f"{layer[-1]} {kind}")
        below += layer[-1]
    places = spread(wanted, _LINE, plot.bottom)
    return [
        text_at("chart-band", plot.right + 8, y, word)
        for y, word in zip(places, words, strict=True)
    ]


def _numbers(ordered: Sequence[FindingsPoint]) -> Markup:
    if len(ordered) <= _EACH_RUN:
        return table(
            "Open findings of each run",
            ("run", *_BANDS),
            (
                [moment(point.started).strftime("%Y-%m-%d %H:%M UTC"), *map(str, _counts(point))]
                for point in reversed(ordered)
            ),
        )
    rows = []
    for month, held in groupby(ordered, lambda point: day_of(point.started)[:7]):
        runs = list(held)
        rows.append([month, str(len(runs)), *map(str, _counts(runs[-1]))])
    return table(
        "Open findings by month, as at its last run", ("month", "runs", *_BANDS), reversed(rows)
    )


def _counts(point: FindingsPoint) -> tuple[int, int, int, int]:
    return point.errors, point.warnings, point.infos, point.accepted
