"""The latest runs in the height of a line of text: a column each, taller where more failed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

from specproof.report.charts.points import VerdictPoint, day_of, moment
from specproof.report.charts.svg import drawing, number, path

__all__ = ["MOST_RUNS", "sparkline", "sparkline_says"]

MOST_RUNS: Final = 90
"""Columns of a sparkline; of more runs the latest are shown."""

_STEP: Final = 2
_HEIGHT: Final = 24
_LOW: Final = 6
"""Height of a run in which all held. What fails is at least twice as high."""


def sparkline(points: Sequence[VerdictPoint], *, title: str = "Latest runs") -> Markup:
    """Return the image of the latest `MOST_RUNS` runs, the last one at the right.

    A low column held, a high one failed (the higher, the more requirements), one of middle height
    failed in what is accepted, and a dot at the foot tested nothing.

    Raises:
        InputError: a point's date is none.
    """
    shown = _latest(points)
    most = max((point.failed for point in shown if point.broken), default=0)
    columns: dict[str, list[str]] = {"pass": [], "accepted": [], "inconclusive": [], "fail": []}
    left = (MOST_RUNS - len(shown)) * _STEP + _STEP / 2
    for place, point in enumerate(shown):
        kind, height = _column(point, most)
        columns[kind].append(f"M{number(left + place * _STEP)} {_HEIGHT}v{number(-height)}")
    return drawing(
        "sparkline",
        (MOST_RUNS * _STEP, _HEIGHT),
        title,
        sparkline_says(points),
        *(path(f"chart-{kind}", "".join(drawn)) for kind, drawn in columns.items()),
    )


def sparkline_says(points: Sequence[VerdictPoint]) -> str:
    """Return the same in words, for the description and for text beside the image."""
    shown = _latest(points)
    if not shown:
        return "No runs."
    failed = [point for point in shown if point.broken]
    nothing = sum(not point.exercised and not point.broken for point in shown)
    runs = f"{len(shown)} run{'' if len(shown) == 1 else 's'}"
    told = f"{runs} from {day_of(shown[0].started)} to {day_of(shown[-1].started)}: "
    told += f"{len(shown) - len(failed) - nothing} held, {len(failed)} failed"
    told += f", {nothing} tested nothing" if nothing else ""
    if failed:
        last = failed[-1]
        told += f"; last failed on {day_of(last.started)}"
        told += f", {last.failed} of {last.total}" if last.failed else ""
    return f"{told}."


def _latest(points: Sequence[VerdictPoint]) -> list[VerdictPoint]:
    return sorted(points, key=lambda point: moment(point.started))[-MOST_RUNS:]


def _column(point: VerdictPoint, most: int) -> tuple[str, float]:
    if point.broken:
        return "fail", 2 * _LOW + (_HEIGHT - 2 * _LOW) * point.failed / max(most, 1)
    if not point.exercised:
        return "inconclusive", 2
    return ("accepted", _LOW * 1.5) if point.failed else ("pass", _LOW)
