from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup
from runs import AWKWARD, inert

from specproof.errors import InputError
from specproof.report.charts.findings import findings
from specproof.report.charts.latency import latency, latency_point
from specproof.report.charts.points import FindingsPoint, LatencyPoint, VerdictPoint, day_of
from specproof.report.charts.sparkline import MOST_RUNS, sparkline, sparkline_says
from specproof.report.charts.style import chart_css
from specproof.report.charts.trend import trend, trend_says

Chart = Callable[..., Markup]
_FEW = settings(deadline=None, max_examples=8)
_BEGIN = datetime(2025, 11, 22, 3, tzinfo=UTC)
_SVG = "{http://www.w3.org/2000/svg}"

_DAYS = st.integers(0, 400).map(lambda days: (_BEGIN + timedelta(days=days)).isoformat())
_COUNT = st.integers(0, 200)
_VERDICTS = st.builds(
    VerdictPoint, _DAYS, _COUNT, _COUNT, _COUNT, _COUNT, st.booleans(), st.just("runs/r.html")
)
_LATENCIES = st.builds(LatencyPoint, _DAYS, st.floats(0, 1e5), st.floats(0, 1e5), _COUNT)
_FINDINGS = st.builds(FindingsPoint, _DAYS, _COUNT, _COUNT, _COUNT, _COUNT)
_CHARTS: list[Any] = [
    (sparkline, _VERDICTS),
    (trend, _VERDICTS),
    (latency, _LATENCIES),
    (findings, _FINDINGS),
]


def nightly(number: int, **changed: Any) -> VerdictPoint:
    """Return a run of the day with this number, in which all holds unless it is said."""
    when = (_BEGIN + timedelta(days=number)).isoformat()
    return replace(VerdictPoint(when, 100, 0, 4, 3), **changed)


def parsed(markup: Markup) -> ET.Element:
    """Return the markup as one tree: it is well-formed XML."""
    return ET.fromstring(f"<div>{markup}</div>")  # noqa: S314 - our own output


def cells(markup: Markup) -> list[list[str]]:
    """Return the table beside a chart, row by row."""
    return [["".join(cell.itertext()) for cell in row] for row in parsed(markup).iter("tr")]


@pytest.mark.parametrize(("chart", "points"), _CHARTS)
def test_a_chart_is_an_image_in_words_and_nothing_that_runs(chart: Chart, points: Any) -> None:
    """Whatever the points and however hostile the title: XML, a name, words, no ids, no script."""

    @_FEW
    @given(st.lists(points, max_size=40))
    def holds(drawn: list[Any]) -> None:
        made = chart(drawn, title=f"GET {AWKWARD}</title><script>alert(1)</script>")
        tree = parsed(made)
        (image,) = tree.iter(f"{_SVG}svg")
        assert image.get("role") == "img"
        assert image[0].tag == f"{_SVG}title"
        assert "<script>" in (image[0].text or "")
        assert (image[1].tag, bool(image[1].text)) == (f"{_SVG}desc", True)
        tags = {each.tag.removeprefix(_SVG) for each in tree.iter()}
        assert tags.isdisjoint({"script", "style", "a"} if chart is not trend else {"script"})
        names = {name for each in tree.iter() for name in each.attrib}
        assert names.isdisjoint({"style", "id", "onload"})
        assert inert(str(made))
        assert "nan" not in str(made)

    holds()


@pytest.mark.parametrize(("chart", "points"), _CHARTS)
def test_a_chart_does_not_depend_on_the_order_of_its_points(chart: Chart, points: Any) -> None:
    """The history decides what is drawn, not how it was asked."""

    @_FEW
    @given(st.lists(points, max_size=12, unique_by=lambda point: point.started), st.randoms())
    def holds(drawn: list[Any], random: Any) -> None:
        mixed = list(drawn)
        random.shuffle(mixed)
        assert chart(mixed) == chart(drawn)

    holds()


@pytest.mark.parametrize("chart", [trend, latency, findings])
def test_everything_drawn_is_inside_the_image(chart: Chart) -> None:
    """No line, label or area leaves the box; a year is there as well as a single day."""
    makers: dict[Any, Callable[[int], Any]] = {
        trend: lambda day: nightly(day, failed=day % 7, passed=90 + day % 20),
        latency: lambda day: LatencyPoint(nightly(day).started, 50.0 + day, 99.0 + 2 * day, 9),
        findings: lambda day: FindingsPoint(nightly(day).started, day % 3, 1, 0, day % 2),
    }
    for days in (1, 2, 9, 40, 365, 2000):
        (image,) = parsed(chart([makers[chart](day) for day in range(days)])).iter(f"{_SVG}svg")
        width, height = (float(part) for part in (image.get("viewBox") or "").split()[2:])
        for path in image.iter(f"{_SVG}path"):
            data = re.sub(r"[vh]-?[\d.]+", "", path.get("d") or "")
            pairs = re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", data)
            assert all(0 <= float(x) <= width and 0 <= float(y) <= height for x, y in pairs)
        labels = [
            (float(each.get("x") or 0), float(each.get("y") or 0))
            for each in image.iter(f"{_SVG}text")
        ]
        assert all(0 <= x <= width and 0 <= y <= height for x, y in labels)
        bands = sorted(
            float(each.get("y") or 0)
            for each in image.iter(f"{_SVG}text")
            if each.get("class") == "chart-band"
        )
        assert all(low + 13 < high for low, high in pairwise(bands))


def test_a_sparkline_is_low_where_all_held_and_high_where_most_failed() -> None:
    """Height tells what colour tells: held, accepted, failed a little or most, tested nothing."""
    drawn = sparkline(
        [
            nightly(0),
            nightly(1, failed=2, accepted=True),
            nightly(2, failed=1),
            nightly(3, failed=4),
            nightly(4, passed=0),
        ]
    )
    heights = {
        found[0]: [float(value) for value in re.findall(r"v-([\d.]+)", found[1])]
        for found in re.findall(r'class="chart-(\w+)" d="([^"]+)"', str(drawn))
    }
    assert heights == {"pass": [6], "accepted": [9], "fail": [15, 24], "inconclusive": [2]}
    assert re.findall(r"M([\d.]+) 24", str(drawn)) == ["171", "173", "179", "175", "177"]


def test_an_error_about_no_requirement_is_no_low_column() -> None:
    """A deviation that nothing matches breaks an API of which every requirement holds."""
    runs = [nightly(0), nightly(1, stray=True)]
    assert re.findall(r'class="chart-(\w+)" d="[^"]+v-(\d+)"', str(sparkline(runs))) == [
        ("pass", "6"),
        ("fail", "12"),
    ]
    told = sparkline_says(runs)
    assert told.endswith(": 1 held, 1 failed; last failed on 2025-11-23.")


def test_a_sparkline_has_the_latest_runs_alone() -> None:
    """A year of runs is as small as a season."""
    year = [nightly(day, failed=int(day in {3, 350})) for day in range(365)]
    drawn = sparkline(year)
    assert len(re.findall(r"M[\d.]+ 24", str(drawn))) == MOST_RUNS
    assert len(drawn) < 2000
    assert sparkline_says(year) == (
        "90 runs from 2026-08-24 to 2026-11-21: 89 held, 1 failed; last failed on 2026-11-07, "
        "1 of 108."
    )


def test_a_sparkline_says_in_words_what_it_shows() -> None:
    """No run, one run, and runs that tested nothing have their words."""
    assert sparkline_says([]) == "No runs."
    assert sparkline_says([nightly(0)]) == "1 run from 2025-11-22 to 2025-11-22: 1 held, 0 failed."
    assert "1 tested nothing" in sparkline_says([nightly(0), nightly(1, passed=0)])


def test_a_trend_of_a_month_has_each_run_in_its_table() -> None:
    """The newest run first, each with a link where it has a page."""
    points = [nightly(0), nightly(1, failed=2, passed=98, href="../runs/a&b.html")]
    table = cells(trend(points))
    assert table[0] == ["run", "pass", "fail", "inconclusive", "vacuous"]
    assert table[1] == ["2025-11-23 03:00 UTC", "98", "2", "4", "3"]
    assert table[2] == ["2025-11-22 03:00 UTC", "100", "0", "4", "3"]
    (link,) = parsed(trend(points)).iter("a")
    assert link.get("href") == "../runs/a&b.html"


def test_a_trend_of_a_year_has_a_row_for_each_month() -> None:
    """Numbers of a year fit on a screen: runs, those that failed, the most, the last state."""
    points = [nightly(day, failed=3 if day == 20 else 0) for day in range(365)]
    table = cells(trend(points))
    assert len(table) == 1 + 13
    assert table[1] == ["2026-11", "21", "0", "0", "100", "0", "4", "3"]
    assert table[-2] == ["2025-12", "31", "1", "3", "100", "0", "4", "3"]
    assert len(trend(points)) < 12_000


def test_a_trend_keeps_what_failed_apart_from_what_was_accepted() -> None:
    """Accepted failures are columns of another class."""
    drawn = str(trend([nightly(0, failed=1), nightly(1, failed=1, accepted=True)]))
    for kind in ("chart-fail", "chart-accepted"):
        (found,) = re.findall(rf'class="{kind}" d="([^"]*)" stroke-width', drawn)
        assert found.count("M") == 1


def test_a_trend_says_how_the_last_run_ended() -> None:
    """The sentence beside the chart says what its right end shows."""
    says = trend_says([nightly(0), nightly(1, failed=2)])
    assert says == (
        "2 runs from 2025-11-22 to 2025-11-23; in 1 of them a requirement failed. "
        "The last one: 100 pass, 2 fail, 4 inconclusive, 3 vacuous."
    )
    assert "in none of them" in trend_says([nightly(0)])


def test_latency_is_told_by_nearest_ranks() -> None:
    """Median and 95th percentile are times that were measured."""
    point = latency_point("2026-01-01T00:00:00Z", [float(n) for n in range(100, 0, -1)], 400)
    assert point == LatencyPoint("2026-01-01T00:00:00Z", 50.0, 95.0, 400)
    assert latency_point("2026-01-01T00:00:00Z", [7.0], 1) == LatencyPoint(
        "2026-01-01T00:00:00Z", 7.0, 7.0, 1
    )
    assert latency_point("2026-01-01T00:00:00Z", [], 0) is None


def test_latency_has_its_numbers_by_run_or_by_month() -> None:
    """Seconds where milliseconds would be long; months give the range."""
    few = [LatencyPoint(nightly(day).started, 80.26, 1500.0, 12) for day in range(3)]
    assert cells(latency(few))[1] == ["2025-11-24 03:00 UTC", "80.3 ms", "1.5 s", "12"]
    many = [LatencyPoint(nightly(day).started, 80.0 + day, 200.0, 12) for day in range(60)]
    assert cells(latency(many))[1] == ["2026-01", "20", "120 ms", "139 ms", "200 ms"]


def test_findings_have_their_numbers_by_run_or_by_month() -> None:
    """Accepted ones stand apart; a month is told as it ended."""
    few = [FindingsPoint(nightly(day).started, 1, 2, 3, 4) for day in range(2)]
    assert cells(findings(few))[1] == ["2025-11-23 03:00 UTC", "1", "2", "3", "4"]
    many = [FindingsPoint(nightly(day).started, day, 0, 0, 1) for day in range(40)]
    assert cells(findings(many))[1:] == [
        ["2025-12", "31", "39", "0", "0", "1"],
        ["2025-11", "9", "8", "0", "0", "1"],
    ]
    assert "the most that were open at once: 39, first on 2025-12-31" in str(findings(many))


@pytest.mark.parametrize("chart", [trend, latency, findings])
def test_a_chart_of_nothing_says_so(chart: Chart) -> None:
    """An API without runs has a figure that says it, not an empty box."""
    (image,) = parsed(chart([])).iter(f"{_SVG}svg")
    assert re.match(r"There are no runs yet\.|No times were measured\.", image[1].text or "")


@pytest.mark.parametrize("wrong", ["", "yesterday", "2026-13-01T00:00:00Z", "\x1b[31m"])
def test_a_point_without_a_date_is_refused_in_one_sentence(wrong: str) -> None:
    """The text of the date is shown, not obeyed."""
    with pytest.raises(InputError, match="is no date and time") as caught:
        trend([nightly(0, started=wrong)])
    assert inert(str(caught.value))


def test_days_are_those_of_utc() -> None:
    """A run after midnight in Berlin began the day before in UTC; no zone means UTC."""
    assert day_of("2026-11-22T00:30:00+01:00") == "2026-11-21"
    assert day_of("2026-11-22T00:30:00") == "2026-11-22"


def _marks(points: Sequence[VerdictPoint]) -> list[str]:
    return re.findall(r'class="chart-date"[^>]*>([^<]+)<', str(trend(points)))


def test_dates_below_a_chart_are_few_and_right() -> None:
    """Days for a week, weeks for a season, months for a year, and never more than fit."""
    assert _marks([nightly(0)]) == ["2025-11-22"]
    assert _marks([nightly(0), nightly(3)]) == ["11-23", "11-24", "11-25"]
    assert _marks([nightly(0), nightly(28)]) == ["11-23", "11-30", "12-07", "12-14"]
    assert _marks([nightly(0), nightly(364)])[:2] == ["2025-12", "2026-02"]
    for days in range(1, 4000, 37):
        assert 1 <= len(_marks([nightly(0), nightly(days)])) <= 8


def test_each_class_of_a_chart_has_a_rule() -> None:
    """What a chart draws is visible: its class is in the style sheet."""
    drawn = trend([nightly(0, failed=1), nightly(1, failed=1, accepted=True), nightly(2, passed=0)])
    drawn += latency([LatencyPoint(nightly(0).started, 1.0, 2.0, 3)])
    drawn += findings([FindingsPoint(nightly(0).started, 1, 1, 1, 1)])
    used = {name for each in re.findall(r'class="([^"]+)"', str(drawn)) for name in each.split()}
    ruled = set(re.findall(r"\.([a-z][a-z0-9-]*)", chart_css()))
    plain = {"trend", "latency", "findings", "chart-median", "chart-band"}
    assert used - plain <= ruled
