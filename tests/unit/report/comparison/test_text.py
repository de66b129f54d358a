"""The comparison as text, on a terminal and in a pipe."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from compared import awkward_comparison, small_comparison
from rich.cells import cell_len
from runs import inert

from specproof.history.comparison import Comparison
from specproof.report.comparison.text import render_text, show_text


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_new_failure_in_full() -> None:
    """What broke, since when, how often, what proves it, and the command, in this order."""
    assert render_text(small_comparison("PPF", confirmations={"get/200/schema": (2, 2)})) == (
        "shop on live https://api.shop.test\n"
        "  run shop-000200-live of 2026-01-03T03:00:00+00:00,"
        " against run shop-000100-live of 2026-01-02T03:00:00+00:00\n"
        "\n"
        "  newly failing (1)\n"
        "    shop/get/200/schema\n"
        "      get 200 keeps its schema\n"
        "      was pass, is fail: get/200/schema is broken\n"
        "      since run shop-000200-live of 2026-01-03T03:00:00+00:00 (this run alone)\n"
        "      failed in 1 of 3 deciding runs (33%), flipped once\n"
        "      finding body-schema d9a1e14acc355c48, error, blame vendor-behaviour,"
        " not in the old run, seen again in 2 of 2 repeats\n"
        '        curl "$BASE_URL/get"\n'
        "\n"
        "shop: 1 newly failing\n"
    )


def test_nothing_changed() -> None:
    """Two runs that say the same are told in few lines."""
    assert render_text(small_comparison("PP")) == (
        "shop on live https://api.shop.test\n"
        "  run shop-000100-live of 2026-01-02T03:00:00+00:00,"
        " against run shop-000000-live of 2026-01-01T03:00:00+00:00\n"
        "\n"
        "  unchanged: 1 pass\n"
        "\n"
        "shop: nothing changed\n"
    )


def test_every_section_is_there() -> None:
    """Each transition has its section, and what else differs is said."""
    text = render_text(awkward_comparison())
    for title in (
        "newly failing (1)",
        "no longer flaky but broken (1)",
        "still failing (1)",
        "failing, accepted (1)",
        "fixed (1)",
        "failed when last checked, not checked since (1)",
        "newly inconclusive (1)",
        "newly vacuous (1)",
        "checked again (1)",
        "added to the contract (1)",
        "no longer checked (1)",
        "flaky, with the same verdict (1)",
        "findings that appeared (1)",
        "behaviour (3)",
        "documented and never seen: get 503",
        "they drew other requests: seed 5 then, seed 6 now",
        "there is no earlier comparable run, so that nothing is compared",
    ):
        assert f"  {title}\n" in text, title
    assert "specproof 0.1.0 made the old run" in text
    assert "; no seed did both, so the requests may differ in it" in text
    assert "2 flaky, 3 signals, 1 without an earlier run" in text


@pytest.mark.parametrize("width", [None, 20, 60, 100])
def test_nothing_steers_the_terminal(width: int | None) -> None:
    """Texts of strangers are printable, and no line begins like a CI workflow command."""
    text = render_text(awkward_comparison(), width=width)
    assert inert(text)
    assert not any(line.lstrip().startswith(("::", "##[")) for line in text.splitlines())


def test_terminal_has_colour_and_a_width(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal gets colour unless NO_COLOR is set, and lines that fit, but for commands."""
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.delenv("NO_COLOR", raising=False)
    comparison = small_comparison("PPF")
    shown = _Terminal()
    show_text(comparison, shown)
    assert "\x1b[1;31mshop/get/200/schema\x1b[0m" in shown.getvalue()
    monkeypatch.setenv("NO_COLOR", "1")
    plain = _Terminal()
    show_text(comparison, plain)
    assert "\x1b" not in plain.getvalue()
    assert all(cell_len(line) <= 60 for line in plain.getvalue().splitlines())
    pipe = io.StringIO()
    show_text(comparison, pipe)
    assert pipe.getvalue() == render_text(comparison)


def test_colours_tell_good_from_bad() -> None:
    """What is fixed is green, what is still broken red, what is accepted dim."""
    for letters, code in (("FP", "32"), ("FF", "31"), ("PA", "2"), ("PI", "33"), ("IP", "32")):
        text = render_text(small_comparison(letters), colour=True)
        assert f"\x1b[{code}mshop/get/200/schema\x1b[0m" in text, letters


def test_long_lists_are_cut() -> None:
    """Of very many differences, findings and signals fifty are listed and the rest counted."""
    comparison = awkward_comparison()
    stream = comparison.streams[0]
    many = replace(
        stream,
        differences=stream.differences[:1] * 60,
        findings=stream.findings * 70,
        signals=stream.behaviour[:1] * 80,
        never_seen=stream.never_seen * 12,
    )
    text = render_text(Comparison((many,), comparison.looking))
    for more in (10, 20, 30):
        assert f"    and {more} more, see --json\n" in text
    assert "get 503 and 2 more\n" in text


def test_run_that_proves_nothing() -> None:
    """A run that decided nothing is said to prove nothing."""
    text = render_text(small_comparison("PI"))
    assert "  the new run decided no requirement, so that it proves nothing\n" in text


def _proven(comparison: Comparison, commands: list[str]) -> Comparison:
    [stream] = comparison.streams
    [difference] = stream.differences
    proofs = tuple(replace(difference.proofs[0], reproduce=text) for text in commands)
    found = replace(difference, proofs=proofs)
    return replace(comparison, streams=(replace(stream, differences=(found,)),))


def test_long_proofs_are_left_to_other_forms() -> None:
    """Two findings of a requirement are shown, a long command is counted, and where it is told."""
    long = "\n".join(f"curl {number}" for number in range(6))
    text = render_text(_proven(small_comparison("PF"), [long, "curl short\ncurl again", "x", "y"]))
    assert "        reproduce: 6 lines, see --format markdown or --json\n" in text
    assert "        curl short\n        curl again\n" in text
    assert "      and 2 more findings of it, see --json\n" in text
    assert text.count("      finding ") == 2
    assert "curl 3" not in text


def test_what_is_mended_is_told_in_few_lines() -> None:
    """Nobody reproduces what is fixed, and what is checked again is named."""
    fixed = render_text(small_comparison("FP"))
    assert "      finding body-schema" in fixed
    assert "curl" not in fixed
    again = render_text(small_comparison("PIP"))
    assert "    shop/get/200/schema\n      was inconclusive, is pass\n\n" in again
