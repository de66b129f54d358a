"""The text of an issue, in which strangers' words are nothing but text."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from runs import AWKWARD, inert

from specproof.history.records import Stream
from specproof.model import Blame, Severity
from specproof.scheduling.issues.subject import Subject, marked
from specproof.scheduling.issues.wording import text_of
from specproof.scheduling.troubles import Kind, Trouble

HOSTILE = (
    "@team closes #1, fixes GH-2 !3 ~bug %4 &5 $6 https://evil.test www.evil.test "
    f"[x](javascript:x) <img src=x onerror=y> --> </code> | /close {AWKWARD}"
)
SUBJECT = Subject("shop", "live", None, "ab", "rule", "shop/list/200/body", "2026-01-01")
TROUBLE = Trouble(
    stream=Stream("shop", "live", "https://api.shop.test"),
    kind=Kind.CONTRACT,
    subject="requirement:x",
    severity=Severity.ERROR,
    title="list 200: the body keeps its schema",
    what="id is missing",
    since="2026-01-02T03:00:00+00:00",
    since_run="r-1",
    blame=Blame.PUBLISHED_SPEC,
    fingerprint="ab",
    reproduce='curl "$BASE_URL/list"',
)


def _visible(body: str) -> str:
    """Return the HTML of a body as CommonMark with tables has it, without elements ``code``."""
    html: str = MarkdownIt("commonmark", {"html": True}).enable("table").render(body)
    while (
        less := re.sub(r"<code\b[^>]*>(?:(?!<code\b).)*?</code>", "", html, flags=re.DOTALL)
    ) != html:
        html = less
    return html


@given(st.sampled_from([HOSTILE, "\n/close\n", "```\n@x", "a\r\n\r\n# b"]) | st.text(max_size=60))
def test_no_word_of_a_stranger_is_more_than_text(text: str) -> None:
    """Outside of ``code`` is nothing of theirs: no mention, reference, link, HTML or command."""
    hostile = replace(
        TROUBLE,
        stream=Stream(text, text, f"https://{text}"),
        title=text,
        what=text,
        since=text,
        since_run=text,
        reproduce=text,
    )
    subject = replace(SUBJECT, api=text, requirement=text, fingerprint=text)
    made = text_of(subject, hostile, link=None)
    plain = text_of(SUBJECT, replace(TROUBLE, reproduce=text), link=None)
    assert (
        _visible(made.body).partition("-->")[2].split("since")[0]
        == (_visible(plain.body).partition("-->")[2].split("since")[0])
    )
    assert inert(made.body)
    assert not re.search(r"@|<|://|[#!%~&^$]\w|\n", made.title)


def test_a_hostile_since_is_tame() -> None:
    """What is no time is shown as text."""
    made = text_of(SUBJECT, replace(TROUBLE, since="@team <b> https://x.test"), link=None)
    assert "(at)team" in made.body
    assert "@team" not in made.body


def test_the_text_says_what_is_needed() -> None:
    """Severity, place, requirement, message, blame, since when, page, command."""
    made = text_of(SUBJECT, TROUBLE, link="https://acme.test/conf")
    assert made.title == "shop list 200: the body keeps its schema"
    for part in (
        "**error** at <code>shop on live at api.shop.test</code>",
        "| requirement | <code>shop/list/200/body</code> |",
        "| to blame | the vendor's description (`published-spec`) |",
        "| since | 2026-01-02 03:00 UTC, run <code>r-1</code> |",
        "| report | <https://acme.test/conf/apis/shop.html#finding-ab> |",
        'curl "$BASE_URL/list"',
    ):
        assert part in made.body
    assert marked(made.body) == made.subject


def test_the_digest_changes_with_what_is_said() -> None:
    """Not with the command, which may differ each night and say the same."""
    first = text_of(SUBJECT, TROUBLE, link=None)
    for change, same in (
        ({"reproduce": "curl other"}, True),
        ({"runs": 9}, True),
        ({"what": "other"}, False),
        ({"severity": Severity.INFO}, False),
    ):
        other = text_of(SUBJECT, replace(TROUBLE, **change), link=None)
        assert (other.subject.digest == first.subject.digest) is same


@pytest.mark.parametrize("command", ["", "x" * 5000])
def test_a_command_that_is_missing_or_too_long_is_left_out(command: str) -> None:
    """The report has it."""
    assert (
        "how to see it" not in text_of(SUBJECT, replace(TROUBLE, reproduce=command), link=None).body
    )
