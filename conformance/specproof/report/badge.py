"""Run -> badge: a small SVG in two parts, what it is about and how it stands.

It stands alone: no font, style sheet or image from elsewhere. Widths are those of the text in a
common font, and ``textLength`` makes the text take them in any other.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Final

from markupsafe import Markup

from specproof.report.broken import broken, open_findings
from specproof.report.charts.svg import element, number
from specproof.suites.runfile import Run
from specproof.text import one_line

__all__ = ["LABEL", "Standing", "badge", "render_badge", "standing"]

LABEL: Final = "contract"

_COLOURS: Final = {
    # White text keeps 4.5 : 1 on each (WCAG 2.2, 1.4.3).
    "holds": "#1f7a3a",
    "broken": "#b3141f",
    "unknown": "#6a5a12",
    "label": "#3b434d",
}
_SIGNS: Final = {"holds": "✔", "broken": "✖", "unknown": "?"}
_PADDING: Final = 6
_HEIGHT: Final = 20
_MOST: Final = 60

_NARROW: Final = frozenset("fijlrtI.,:;'!|()[] -")
_WIDE: Final = frozenset("mwMWQO@%✔✖")


class Standing(StrEnum):
    """How a contract stands."""

    HOLDS = "holds"
    BROKEN = "broken"
    UNKNOWN = "unknown"


def render_badge(run: Run) -> str:
    """Return the badge of a run as SVG with a final line feed."""
    exit_code = run.footer.exit_code
    count = len(broken(run))
    state = {0: Standing.HOLDS, 1: Standing.BROKEN}.get(exit_code, Standing.UNKNOWN)
    shard = run.header.shard
    if shard is not None and state is Standing.HOLDS:
        # A part never says that all holds.
        state, value = Standing.UNKNOWN, f"part {shard.index} of {shard.count}"
    elif state is Standing.BROKEN and not count:
        # --fail-on asked for more than that no requirement is broken.
        found = len(open_findings(run))
        value = f"{found} finding{'' if found == 1 else 's'}" if found else "does not hold"
    else:
        value = standing(state, count)
    return badge(state, value, day=run.header.started[:10])


def standing(state: Standing, count: int = 0) -> str:
    """Return ``holds``, ``2 broken`` or ``could not check``."""
    if state is Standing.BROKEN:
        return f"{count} broken"
    return "holds" if state is Standing.HOLDS else "could not check"


def badge(state: Standing, value: str, *, label: str = LABEL, day: str | None = None) -> str:
    """Return a badge as SVG with a final line feed.

    Args:
        state: gives the colour and the sign.
        value: text of the right part; see `standing`.
        label: text of the left part.
        day: date of the run, shown behind the value; None shows none.
    """
    told = one_line(f"{value} · {day}" if day else value, _MOST)
    about = one_line(label, _MOST)
    shown = f"{_SIGNS[state]} {told}"
    left, right = _width(about) + 2 * _PADDING, _width(shown) + 2 * _PADDING
    name = f"{about}: {told}"
    image = element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "role": "img",
            "aria-label": name,
            "width": left + right,
            "height": _HEIGHT,
            "viewBox": f"0 0 {number(left + right)} {_HEIGHT}",
        },
        element("title", {}, name),
        _part(0, left, _COLOURS["label"], about),
        _part(left, right, _COLOURS[state], shown),
    )
    return f"{image}\n"


def _part(x: float, width: float, colour: str, text: str) -> Markup:
    return element(
        "g",
        {},
        element("rect", {"x": x, "width": width, "height": _HEIGHT, "fill": colour}),
        element(
            "text",
            {
                "x": x + _PADDING,
                "y": 14,
                "fill": "#fff",
                "font-family": "Verdana,DejaVu Sans,Geneva,sans-serif",
                "font-size": 11,
                "textLength": width - 2 * _PADDING,
            },
            text,
        ),
    )


def _width(text: str) -> int:
    """Return how wide 11 px of Verdana are, near enough for ``textLength`` to even out.

    A whole number, so that no seam shows between the parts.
    """
    return math.ceil(
        sum(4.4 if mark in _NARROW else 9.6 if mark in _WIDE else 6.9 for mark in text)
    )
