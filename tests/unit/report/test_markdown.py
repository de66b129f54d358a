"""The Markdown report."""

from __future__ import annotations

import dataclasses
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from runs import awkward_run, inert, runs

from specproof.model import Verdict
from specproof.report import marks
from specproof.report.markdown import render_markdown
from specproof.suites.runfile import Run

_RENDERER = MarkdownIt("commonmark").enable("table")
_OURS = {
    "h1",
    "h2",
    "p",
    "strong",
    "code",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "br",
    "ul",
    "li",
    "details",
    "summary",
    "pre",
}


class _Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert all(name == "class" for name, _ in attrs)
        self.seen.add(tag)


@settings(deadline=None)
@given(run=runs())
def test_texts_of_strangers_are_inert(run: Run) -> None:
    """Rendered, the report of any run holds the elements we wrote and no others."""
    markdown = render_markdown(run)
    assert _Tags(_RENDERER.render(markdown)).seen <= _OURS
    assert inert(markdown)


@settings(deadline=None)
@given(text=st.text(alphabet="<>[]()!`*_~|#&;:/@\\-+=.1ahtpsw \n", max_size=30))
def test_no_text_becomes_markup(text: str) -> None:
    """A text of marks alone stays the text it is, in a paragraph and in a table."""
    shown = marks.inert(text)
    html = _RENDERER.render(f"x {shown} y\n\n| a | b |\n| --- | --- |\n| {shown} | {shown} |\n")
    assert _Tags(html).seen <= _OURS
    assert html.count("<td>") == 2
    assert "://" not in shown
    assert not re.search(r"[@#](?!\d)", re.sub(r"&#\d+;", "", shown))


def test_the_awkward_run_renders_as_tables() -> None:
    """Every row of every table is whole, whatever stands in its cells."""
    html = _RENDERER.render(render_markdown(awkward_run()))
    assert html.count("<table>") == 6
    assert html.count("<tr>") == 6 + (1 + 2 + 2) + (1 + 1) + 3
    assert "\\x1b[31mred" in html


def test_a_long_group_is_cut_and_counted() -> None:
    """Ten requirements of a group are named, the others counted."""
    run = awkward_run()
    verdict = run.verdicts[-2]
    many = render_markdown(_with(run, [verdict] * 13))
    assert many.count(verdict.requirement.id.split("/")[-1]) == 10
    assert "and 3 more" in many


@pytest.mark.parametrize("command", ["```\n<b>", "````", "plain"])
def test_a_command_stays_in_its_fence(command: str) -> None:
    """The fence is longer than any run of backticks in the command."""
    html = _RENDERER.render("\n".join(marks.folded("reproduce", "sh", command)))
    assert html.count("<pre>") == 1
    assert "<b>" not in html


def _with(run: Run, verdicts: list[Verdict]) -> Run:
    return dataclasses.replace(run, verdicts=tuple(verdicts))
