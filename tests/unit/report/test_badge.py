from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from runs import AWKWARD, awkward_run, empty_run, inert, runs

from specproof.model import Severity
from specproof.report.badge import Standing, badge, render_badge, standing
from specproof.suites.records import Shard
from specproof.suites.runfile import Run

_SVG = "{http://www.w3.org/2000/svg}"
_FEW = settings(deadline=None, max_examples=20)


def _texts(image: str) -> list[str]:
    root = ET.fromstring(image)  # noqa: S314 - our own output
    return ["".join(each.itertext()) for each in root.iter(f"{_SVG}text")]


def _ended(run: Run, exit_code: int) -> Run:
    return replace(run, footer=replace(run.footer, exit_code=exit_code))


def test_a_badge_says_what_is_broken_and_when_it_was_seen() -> None:
    """Of two failed requirements one is an accepted deviation."""
    assert _texts(render_badge(awkward_run())) == ["contract", "✖ 1 broken · 2026-01-02"]


def test_a_run_that_proved_nothing_has_no_green_badge() -> None:
    """Could not check is its own word and colour."""
    image = render_badge(empty_run())
    assert _texts(image) == ["contract", "? could not check · 2026-01-02"]
    assert _texts(render_badge(empty_run(2))) == _texts(image)
    held = render_badge(empty_run(0))
    assert _texts(held) == ["contract", "✔ holds · 2026-01-02"]
    assert "#1f7a3a" in held
    assert "#1f7a3a" not in image


def test_a_part_of_a_run_has_no_green_badge() -> None:
    """What the other parts see is not in it; what it has found broken is."""
    run = awkward_run()
    part = replace(run, header=replace(run.header, shard=Shard(2, 4, "0" * 64, "replay", 0)))
    assert "part 2 of 4" in render_badge(_ended(part, 0))
    assert "holds" not in render_badge(_ended(part, 0))
    assert render_badge(_ended(part, 1)) == render_badge(_ended(run, 1))


def test_a_run_that_failed_for_lesser_findings_says_so() -> None:
    """With --fail-on info a run does not hold although no requirement is broken."""
    run = awkward_run()
    (info,) = (finding for finding in run.findings if finding.severity is Severity.INFO)
    lesser = _ended(replace(run, verdicts=(), findings=(info,)), 1)
    assert _texts(render_badge(lesser))[1].startswith("✖ 1 finding ·")
    nothing = _ended(replace(run, verdicts=(), findings=()), 1)
    assert _texts(render_badge(nothing))[1].startswith("✖ does not hold ·")


@pytest.mark.parametrize(
    ("state", "count", "words"),
    [
        (Standing.HOLDS, 0, "holds"),
        (Standing.BROKEN, 2, "2 broken"),
        (Standing.UNKNOWN, 0, "could not check"),
    ],
)
def test_a_standing_has_its_words(state: Standing, count: int, words: str) -> None:
    """The words of the badge are those of the report."""
    assert standing(state, count) == words


@_FEW
@given(st.sampled_from(Standing), st.text(max_size=90), st.text(max_size=90))
def test_a_badge_stands_alone_whatever_it_says(state: Standing, value: str, label: str) -> None:
    """Well-formed, named for a screen reader, nothing loaded, and both parts side by side."""
    image = badge(state, value, label=label)
    root = ET.fromstring(image)  # noqa: S314 - our own output
    assert root.get("role") == "img"
    assert root.get("aria-label") == root[0].text
    assert {each.tag.removeprefix(_SVG) for each in root.iter()} == {
        "svg",
        "title",
        "g",
        "rect",
        "text",
    }
    names = {name for each in root.iter() for name in each.attrib}
    assert names.isdisjoint({"href", "style", "class", "id", "src"})
    parts = [
        (float(each.get("x") or 0), float(each.get("width") or 0))
        for each in root.iter(f"{_SVG}rect")
    ]
    assert all(abs(x + width - other) < 0.2 for (x, width), (other, _) in pairwise(parts))
    assert abs(sum(width for _, width in parts) - float(root.get("width") or 0)) < 0.2
    assert inert(image)


@_FEW
@given(runs())
def test_the_same_run_has_the_same_badge(run: Run) -> None:
    """And its colour is green exactly when the run's exit code is 0."""
    image = render_badge(run)
    assert image == render_badge(run)
    assert ("#1f7a3a" in image) is (run.footer.exit_code == 0)


def test_hostile_words_are_shown_as_text() -> None:
    """Markup, escapes and bidirectional controls stay text."""
    image = badge(Standing.BROKEN, AWKWARD)
    assert "<b>" not in image
    assert "\u202e" not in image
    assert "&lt;b&gt;" in image


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("state", Standing)
def test_words_of_a_badge_can_be_read(state: Standing) -> None:
    """White on each colour keeps 4.5 : 1 (WCAG 2.2, 1.4.3)."""
    root = ET.fromstring(badge(state, "x"))  # noqa: S314 - our own output
    for part in root.iter(f"{_SVG}rect"):
        assert 1.05 / (_luminance(part.get("fill") or "") + 0.05) >= 4.5
