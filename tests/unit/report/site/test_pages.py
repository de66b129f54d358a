"""Making a page: what may be shown, what fits, what the frame says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape
from runs import AWKWARD, inert

from specproof.report.site import pages
from specproof.report.site.pages import Crumb, day, fitting, page, shown, timed, utc


def test_the_frame_forbids_scripts_and_requests() -> None:
    """Every page has the policy, no referrer, a language, one heading and a way to skip to it."""
    text = page("base.html.j2", "apis/x.html", title="A & B").body.decode()
    assert (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"
    ) in text
    assert '<meta name="referrer" content="no-referrer">' in text
    assert '<html lang="en">' in text
    assert text.count("<h1>") == 1
    assert '<a class="skip" href="#main">' in text
    assert 'href="../assets/specproof.css"' in text
    assert "<title>A &amp; B · specproof</title>" in text
    assert "<script" not in text


def test_crumbs_lead_back() -> None:
    """The pages above are linked from the page, relative to it."""
    text = page(
        "base.html.j2", "apis/x/live.html", title="t", crumbs=[Crumb("x", "apis/x.html")]
    ).body.decode()
    assert '<a class="brand" href="../../index.html">' in text
    assert '<a href="../x.html">x</a>' in text


def test_a_title_of_a_stranger_is_text() -> None:
    """Marks, controls and template syntax of a title are shown and never obeyed, and cut."""
    hostile = f"<script>{AWKWARD}{{{{ 7 * 7 }}}}</script>"
    text = page("base.html.j2", "index.html", title=hostile + "x" * 99_999).body.decode()
    assert "&lt;script&gt;" in text
    assert "<script" not in text
    assert "49" not in text.partition("<main")[2].partition("</h1>")[0]
    assert inert(text)
    assert len(text) < 5_000


def test_what_is_shown_is_printable_and_limited() -> None:
    """Texts lose their control characters and their length, markup and numbers stay."""
    assert shown("a\x1b[1m\u202eb\nc") == "a\\x1b[1m\\u202eb\nc"
    assert len(str(shown("x" * 99_999))) == pages.LIMIT + 1
    assert shown(7) == 7
    assert shown(Markup("<b>\x00</b>")) == "<b>\x00</b>"


@given(st.lists(st.integers(0, 30), max_size=20), st.integers(0, 200))
def test_the_first_pieces_that_fit_are_kept(sizes: list[int], room: int) -> None:
    """What is kept fits, comes first and has no gaps; one piece more would not fit."""
    made, left = fitting(sizes, lambda size: escape("ä" * size), room)
    kept = sizes[: len(made)]
    assert [len(piece) for piece in made] == kept
    assert kept + left == sizes
    assert 2 * sum(kept) <= room
    assert not left or 2 * (sum(kept) + left[0]) > room


def test_a_line_is_cut_before_it_is_looked_at() -> None:
    """A text on one line is at most as long as asked for, whatever it was made of."""
    assert pages.line(" a\n\tb ") == "a b"
    assert pages.line("x" * 10_000_000, 20) == f"{'x' * 19}…"
    assert pages.line(f"a{' ' * 10_000_000}b", 20) == "a …"


def test_times_are_short() -> None:
    """RFC 3339 in UTC is shortened to minutes or the day; what is none is one short line."""
    assert utc("2026-11-22T08:00:59+00:00") == "2026-11-22 08:00"
    assert utc("2026-11-22T08:00:59.5Z") == "2026-11-22 08:00"
    assert day("2026-11-22T08:00:59+00:00") == "2026-11-22"
    assert utc("2026-11-22T08:00:59+05:00") == "2026-11-22T08:00:59+05:00"
    assert day("never\n<b>" + "x" * 99) == f"never <b>{'x' * 30}…"


def test_times_in_a_sentence_are_kept_together() -> None:
    """Days and times of a sentence are elements, everything else of it is escaped."""
    assert timed("<b> since 2026-11-22 08:00 UTC.") == (
        '&lt;b&gt; since <span class="when">2026-11-22 08:00 UTC</span>.'
    )


def test_a_name_that_a_template_lacks_is_an_error() -> None:
    """A template that asks for what nobody gave fails loudly instead of showing nothing."""
    import jinja2

    with pytest.raises(jinja2.UndefinedError):
        page("operation.html.j2", "x.html", title="t")
