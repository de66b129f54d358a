"""Verdicts over time: what failed on a scale of its own, and all of them stacked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

from markupsafe import Markup

from specproof.report.charts.points import VerdictPoint, day_of, moment
from specproof.report.charts.scale import HEIGHT_OF_AXIS, Plot, areas, spread, time_axis
from specproof.report.charts.svg import (
    drawing,
    element,
    figure,
    number,
    path,
    table,
    text_at,
)

__all__ = ["trend", "trend_says"]

_WIDTH: Final = 720
_LEFT: Final = 44
_RIGHT: Final = 596
_FAILED: Final = (18.0, 78.0)
_ALL: Final = (112.0, 252.0)
_LINE: Final = 14
_EACH_RUN: Final = 31
"""Most runs of which the table has a row each; of more it has one for each month."""

_BANDS: Final = ("fail", "inconclusive", "vacuous", "pass")


def trend(points: Sequence[VerdictPoint], *, title: str = "Verdicts over time") -> Markup:
    """Return the chart of all runs as a figure with its numbers.

    Raises:
        InputError: a point's date is none.
    """
    ordered = sorted(points, key=lambda point: moment(point.started))
    says = trend_says(ordered)
    if not ordered:
        return figure(title, drawing("trend", (_WIDTH, _LINE), title, says), says, _numbers([]))
    moments = [moment(point.started) for point in ordered]
    most_failed = max(1, *(point.failed for point in ordered))
    upper = Plot(_LEFT, _RIGHT, *_FAILED, moments[0], moments[-1], most_failed)
    most = max(1, *(point.total for point in ordered))
    lower = Plot(_LEFT, _RIGHT, *_ALL, moments[0], moments[-1], most)
    layers = [
        [point.failed for point in ordered],
        [point.inconclusive for point in ordered],
        [point.vacuous for point in ordered],
        [point.passed for point in ordered],
    ]
    bands = zip(_BANDS, areas(lower, moments, layers), strict=True)
    image = drawing(
        "trend",
        (_WIDTH, _ALL[1] + HEIGHT_OF_AXIS),
        title,
        says,
        text_at("chart-name", _LEFT, _FAILED[0] - 6, "failed"),
        *_scale(upper),
        *_columns(upper, ordered),
        text_at("chart-name", _LEFT, _ALL[0] - 6, "all requirements"),
        *_scale(lower),
        *(path(f"chart-area chart-{kind}", data) for kind, data in bands),
        *_labels(lower, layers),
        time_axis(lower),
    )
    return figure(title, image, says, _numbers(ordered))


def trend_says(points: Sequence[VerdictPoint]) -> str:
    """Return the same in a sentence or two."""
    ordered = sorted(points, key=lambda point: moment(point.started))
    if not ordered:
        return "There are no runs yet."
    last = ordered[-1]
    failed = sum(bool(point.failed) for point in ordered)
    runs = f"{len(ordered)} run{'' if len(ordered) == 1 else 's'}"
    told = f"{runs} from {day_of(ordered[0].started)} to {day_of(last.started)}; "
    told += f"in {failed or 'none'} of them a requirement failed. "
    return (
        f"{told}The last one: {last.passed} pass, {last.failed} fail, "
        f"{last.inconclusive} inconclusive, {last.vacuous} vacuous."
    )


def _scale(plot: Plot) -> Iterator[Markup]:
    """Yield the numbers beside a plot, and its lines."""
    yield path(
        "chart-grid",
        "".join(
            f"M{number(plot.left)} {number(plot.y(value))}H{number(plot.right)}"
            for value in (0, plot.most)
        ),
    )
    for value in (0, plot.most):
        yield text_at("chart-number", plot.left - 6, plot.y(value) + 4, number(value))


def _columns(plot: Plot, ordered: Sequence[VerdictPoint]) -> Iterator[Markup]:
    width = max(1.0, min(8.0, (_RIGHT - _LEFT) / len(ordered) * 0.8))
    drawn: dict[str, list[str]] = {"accepted": [], "fail": []}
    for point in ordered:
        if point.failed:
            kind = "accepted" if point.accepted else "fail"
            place = number(plot.x(moment(point.started)))
            drawn[kind].append(f"M{place} {number(plot.bottom)}V{number(plot.y(point.failed))}")
    for kind, columns in drawn.items():
        if columns:
            yield element(
                "path",
                {"class": f"chart-{kind}", "d": "".join(columns), "stroke-width": width},
            )


def _labels(plot: Plot, layers: Sequence[Sequence[int]]) -> Iterator[Markup]:
    """Yield what each band is called, beside where it ends."""
    present = [place for place in range(len(_BANDS)) if any(layers[place])]
    below, wanted = 0.0, []
    for place, layer in enumerate(layers):
        if place in present:
            wanted.append(plot.y(below + layer[-1] / 2) + 4)
        below += layer[-1]
    for place, y in zip(present, spread(wanted, _LINE, plot.bottom), strict=True):
        word = f"{layers[place][-1]} {_BANDS[place]}"
        yield text_at("chart-band", plot.right + 8, y, word)


def _numbers(ordered: Sequence[VerdictPoint]) -> Markup:
    if len(ordered) <= _EACH_RUN:
        return table(
            "Verdicts of each run",
            ("run", "pass", "fail", "inconclusive", "vacuous"),
            ([_named(point), *_counts(point)] for point in reversed(ordered)),
        )
    return table(
        "Verdicts by month, as at its last run",
        (
            "month",
            "runs",
            "runs that failed",
            "most failed",
            "pass",
            "fail",
            "inconclusive",
            "vacuous",
        ),
        reversed(list(_months(ordered))),
    )


def _months(ordered: Iterable[VerdictPoint]) -> Iterator[list[str]]:
    for month, held in groupby(ordered, lambda point: day_of(point.started)[:7]):
        runs = list(held)
        failed = [run.failed for run in runs]
        yield [
            month,
            str(len(runs)),
            str(sum(map(bool, failed))),
            str(max(failed)),
            *_counts(runs[-1]),
        ]


def _named(point: VerdictPoint) -> str:
    day = moment(point.started).strftime("%Y-%m-%d %H:%M UTC")
    return day if point.href is None else element("a", {"href": point.href}, day)


def _counts(point: VerdictPoint) -> list[str]:
    return [str(each) for each in (point.passed, point.failed, point.inconclusive, point.vacuous)]
