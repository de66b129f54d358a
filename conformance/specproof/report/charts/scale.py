"""From days and numbers to places of a drawing, and the marks beside its axes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from markupsafe import Markup

from specproof.report.charts.svg import number, path, text_at

__all__ = ["HEIGHT_OF_AXIS", "Plot", "areas", "months_between", "round_up", "spread", "time_axis"]

HEIGHT_OF_AXIS: Final = 20
_DAYS: Final = 16
_WEEKS: Final = 70
_MARKS: Final = 8


@dataclass(frozen=True, slots=True)
class Plot:
    """A rectangle of a drawing in which time runs to the right and numbers grow upwards.

    Attributes:
        left: x of its left side; ``right``, ``top`` and ``bottom`` likewise.
        begin: moment at the left side.
        end: moment at the right side.
        most: number at the top; 0 is at the bottom.
    """

    left: float
    right: float
    top: float
    bottom: float
    begin: datetime
    end: datetime
    most: float

    def x(self, when: datetime) -> float:
        """Return where a moment is; a plot of one moment has it in the middle."""
        span = (self.end - self.begin).total_seconds()
        if not span:
            return (self.left + self.right) / 2
        share = (when - self.begin).total_seconds() / span
        return self.left + share * (self.right - self.left)

    def y(self, value: float) -> float:
        """Return where a number is."""
        share = value / self.most if self.most else 0
        return self.bottom - share * (self.bottom - self.top)


def round_up(value: float) -> float:
    """Return the least of 1, 2, 5, 10, 20 ... that is not below ``value``."""
    if value <= 1:
        return 1
    power: int = 10 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= value)


def areas(
    plot: Plot, moments: Sequence[datetime], layers: Sequence[Sequence[float]]
) -> Iterator[str]:
    """Yield a path for each layer, stacked from the bottom; a run lasts until the next one."""
    edges = [plot.x(when) for when in moments]
    if len(set(edges)) == 1:
        edges = [plot.left] * len(edges)
    edges.append(plot.right)
    below = [0.0] * len(moments)
    for layer in layers:
        above = [low + high for low, high in zip(below, layer, strict=True)]
        yield _band(plot, edges, below, above) if any(layer) else ""
        below = above


def _band(
    plot: Plot, edges: Sequence[float], below: Sequence[float], above: Sequence[float]
) -> str:
    lower = _steps(plot, edges, below)
    upper = _steps(plot, edges, above)
    forth = "".join(_moves(upper))
    back = "".join(_moves(list(reversed(lower))))
    return f"M{number(upper[0][0])} {number(upper[0][1])}{forth}{back}Z"


def _steps(
    plot: Plot, edges: Sequence[float], values: Sequence[float]
) -> list[tuple[float, float]]:
    """Return the corners of a line of steps, none where it goes straight on."""
    corners = [(edges[0], plot.y(values[0]))]
    for edge, before, value in zip(edges[1:-1], values, values[1:], strict=False):
        if value != before:
            corners += [(edge, plot.y(before)), (edge, plot.y(value))]
    return [*corners, (edges[-1], plot.y(values[-1]))]


def _moves(corners: Sequence[tuple[float, float]]) -> Iterator[str]:
    for x, y in corners:
        yield f"L{number(x)} {number(y)}"


def spread(wanted: Sequence[float], least: float, bottom: float) -> list[float]:
    """Return places near ``wanted``, each at least ``least`` above the one before.

    The first is not below ``bottom``.
    """
    placed: list[float] = []
    for place in wanted:
        limit = placed[-1] - least if placed else bottom
        placed.append(min(place, limit))
    return placed


def time_axis(plot: Plot) -> Markup:
    """Return the line under a plot and the dates on it, in UTC."""
    marks = list(_marks(plot.begin, plot.end))
    line = f"M{number(plot.left)} {number(plot.bottom)}H{number(plot.right)}"
    ticks = "".join(f"M{number(plot.x(when))} {number(plot.bottom)}v4" for when, _ in marks)
    words = [
        text_at("chart-date", plot.x(when), plot.bottom + HEIGHT_OF_AXIS - 5, word)
        for when, word in marks
    ]
    return Markup("").join([path("chart-axis", line + ticks), *words])


def months_between(begin: date, end: date) -> Iterator[date]:
    """Yield the first day of each month that begins from ``begin`` to ``end``, both included."""
    year, month = begin.year, begin.month
    while (first := date(year, month, 1)) <= end:
        if first >= begin:
            yield first
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)  # noqa: PLR2004 - months
        if year > date.max.year:
            return


def _marks(begin: datetime, end: datetime) -> Iterator[tuple[datetime, str]]:
    first, last = begin.date(), end.date()
    days = (last - first).days
    if days == 0:
        yield (begin, first.isoformat())
        return
    if days <= _WEEKS:
        step = 1 if days <= _MARKS else 2 if days <= _DAYS else 7 if days < 7 * _MARKS else 14
        found = [first + timedelta(days=passed) for passed in range(1, days + 1, step)]
        words = [day.isoformat()[5:] for day in found]
    else:
        months = list(months_between(first, last))
        step = max(1, math.ceil(len(months) / _MARKS))
        found = months[::step]
        words = [day.isoformat()[:7] for day in found]
    for day, word in zip(found, words, strict=True):
        yield datetime(day.year, day.month, day.day, tzinfo=UTC), word
