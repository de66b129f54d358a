"""The comparison as Markdown."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

from compared import awkward_comparison, small_comparison
from markdown_it import MarkdownIt
from runs import inert

from specproof.history.comparison import Comparison
from specproof.report.comparison.markdown import render_markdown

_RENDERER = MarkdownIt("commonmark").enable("table")
_OURS = {
    *("h1", "h2", "h3", "p", "strong", "code", "br", "ul", "li", "details", "summary", "pre"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}


class _Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.rows: list[int] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert all(name == "class" for name, _ in attrs)
        self.seen.add(tag)
        if tag == "tr":
            self.rows.append(0)
        if tag in {"td", "th"}:
            self.rows[-1] += 1


def test_texts_of_strangers_are_inert() -> None:
    """Rendered, the report holds the elements we wrote and no others, in whole rows."""
    markdown = render_markdown(awkward_comparison())
    tags = _Tags(_RENDERER.render(markdown))
    assert tags.seen <= _OURS
    assert set(tags.rows) == {4}
    assert inert(markdown)


def test_new_failure() -> None:
    """A new failure has a row with since when, its finding, and the command below."""
    text = render_markdown(small_comparison("PPF"))
    assert "### ❌ newly failing (1)\n" in text
    assert "| requirement | what became of it | since | findings |\n" in text
    assert "<code>shop/get/200/schema</code><br>get 200 keeps its schema" in text
    assert "\n<details><summary>reproduce <code>body-schema</code>" in text
    assert '\n```sh\ncurl "$BASE_URL/get"\n```\n' in text
    assert "Behaviour" not in text, "a worse verdict is told once"


def test_findings_went_and_nothing_is_left() -> None:
    """Fixed requirements are marked, and what is as it was is counted."""
    text = render_markdown(small_comparison("FFP"))
    assert "### ✅ fixed (1)\n" in text
    assert "Unchanged: 2 pass." not in text
    assert "\nUnchanged: 1 pass.\n" in render_markdown(small_comparison("PP"))
    assert "### Findings that went (1)\n" in render_markdown(small_comparison("PWP"))


def test_first_run() -> None:
    """A run without an earlier one says so."""
    text = render_markdown(small_comparison("F"))
    assert "- there is no earlier comparable run, so that nothing is compared\n" in text


def test_long_lists_are_cut() -> None:
    """Of very many rows fifty are written and the rest counted."""
    comparison = awkward_comparison()
    stream = comparison.streams[0]
    many = replace(
        stream,
        differences=stream.differences[:1] * 60,
        findings=stream.findings * 70,
        signals=stream.behaviour[:1] * 80,
        never_seen=stream.never_seen * 90,
    )
    text = render_markdown(Comparison((many,), comparison.looking))
    for more in (10, 20, 30, 40):
        assert f"\n{more} more left out here: `specproof history compare --json` has" in text
