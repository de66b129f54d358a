"""The words of a message, whoever wrote what is in it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from runs import AWKWARD, inert

from specproof.history.records import Stream
from specproof.model import Blame, Severity
from specproof.scheduling.alerts.wording import (
    MAX_BODY,
    MAX_TOLD,
    News,
    Sort,
    body_of,
    colour_of,
    title_of,
)
from specproof.scheduling.troubles import Kind, Trouble
from specproof.scheduling.wording import place_of, tame, time_of

HOSTILE = (
    "@everyone <!channel> <@U123> <http://evil.test|here> [x](http://evil.test) www.evil.test"
    f" `code` </b> {AWKWARD}"
)
TROUBLE = Trouble(
    stream=Stream("shop", "live", "https://api.shop.test"),
    kind=Kind.CONTRACT,
    subject="requirement:shop/list/200/body",
    severity=Severity.ERROR,
    title="list 200: the body keeps its schema",
    what="id is missing (body-schema)",
    since="2026-01-02T03:00:00+00:00",
    since_run="r-1",
    run_id="r-9",
    blame=Blame.VENDOR_BEHAVIOUR,
    fingerprint="0" * 16,
    reproduce='curl "$BASE_URL/list"',
)


def _news(number: int = 1, sort: Sort = Sort.NEW, **changes: Any) -> list[News]:
    return [
        News(
            sort, replace(TROUBLE, **changes, subject=f"{TROUBLE.subject}-{index:03}"), how="holds"
        )
        for index in range(number)
    ]


def _harmless(text: str) -> bool:
    """Tell whether no chat or mail program makes more of ``text`` than text."""
    return inert(text) and not re.search(r"@|<|>|`|\]\(|://|www\.", text, re.IGNORECASE)


@given(st.text(max_size=200) | st.sampled_from([HOSTILE]))
def test_what_strangers_write_is_text(text: str) -> None:
    """No mention, no link, no markup, no control character, one line."""
    shown = tame(text)
    assert _harmless(shown)
    assert "\n" not in shown


def test_every_place_for_a_strangers_text_is_tame() -> None:
    """Names, messages, times and hosts of a hostile run."""
    hostile = replace(
        TROUBLE,
        stream=Stream(HOSTILE, HOSTILE, f"https://{HOSTILE}"),
        title=HOSTILE,
        what=HOSTILE,
        since=HOSTILE,
        since_run=HOSTILE,
        flaky=HOSTILE,
        reproduce="",
    )
    news = [News(sort, hostile, how=HOSTILE) for sort in Sort]
    assert _harmless(body_of(news, link=None))
    assert _harmless(title_of(HOSTILE, news))


@pytest.mark.parametrize(
    "command",
    [
        'curl "$BASE_URL/a" --data-raw \'{"a": "hello @everyone"}\'',
        'curl "$BASE_URL/<!here>"',
        "curl http://evil.test",
        "curl " + "x" * 600,
    ],
)
def test_a_command_that_is_more_than_text_is_left_out(command: str) -> None:
    """With a character changed it would be another command."""
    shown = body_of(_news(reproduce=command), link=None)
    assert shown.endswith("  reproduce: see the report, the command does not fit here")


def test_a_command_that_can_be_copied_stands_as_it_is() -> None:
    """Lines and an address in the middle of a word stay."""
    command = 'curl --header "Authorization: Bearer $TOKEN" \\\n  "$BASE_URL/a?mail=x@y.test"'
    assert body_of(_news(reproduce=command), link=None).endswith(f"reproduce: {command}")


def test_the_gravest_comes_first_and_the_rest_is_counted() -> None:
    """A message is bounded in what it tells and in characters."""
    news = _news(MAX_TOLD, severity=Severity.WARNING) + _news(2) + _news(MAX_TOLD + 3, Sort.FIXED)
    text = body_of(news, link=None)
    assert text.startswith("NEW error:")
    assert text.count("NEW error:") == 2
    assert text.count("NEW warning:") == MAX_TOLD - 2
    assert "\n\nand 2 more (warning)\n\n" in text
    assert text.count("FIXED ") == MAX_TOLD
    assert text.endswith("and 3 more (error)")
    assert title_of("shop", news) == "specproof: shop: 10 new (2 error, 8 warning), 11 fixed"


def test_a_message_is_never_too_long() -> None:
    """What does not fit is left out whole, and said."""
    long = body_of(_news(MAX_TOLD, title="t" * 300, what="w" * 300, reproduce="c" * 600), link=None)
    assert len(long) <= MAX_BODY
    endless = "\u202e" * 300
    text = body_of(_news(MAX_TOLD, title=endless, what=endless, flaky=endless), link=None)
    assert len(text) <= MAX_BODY
    assert inert(text)
    wide = [
        News(
            Sort.NEW,
            replace(item.trouble, stream=Stream("a" * 100, "b" * 40, "https://" + "c" * 100)),
        )
        for item in _news(
            MAX_TOLD, title="t" * 300, what="w" * 300, flaky="f" * 300, reproduce="c" * 600
        )
    ]
    text = body_of(wide, link="https://" + "h" * 200)
    assert len(text) <= MAX_BODY
    assert text.endswith("and more; this message is too long for all of it")


def test_what_is_over_says_how_and_where_to_look() -> None:
    """One line and the page of the API, which says how it stands now."""
    (item,) = _news(sort=Sort.FIXED)
    line = (
        "FIXED error: list 200: the body keeps its schema (shop on live at api.shop.test):"
        " holds; it began 2026-01-02 03:00 UTC"
    )
    assert body_of([item], link=None) == line
    assert body_of([item], link="https://acme.test/c") == (
        f"{line}\n  see: https://acme.test/c/apis/shop.html"
    )


def test_what_got_worse_says_what_it_was() -> None:
    """Both severities stand there."""
    (item,) = _news()
    text = body_of([replace(item, sort=Sort.WORSE, before=Severity.WARNING)], link=None)
    assert text.startswith("WORSE error (was warning): list 200")


@pytest.mark.parametrize(
    ("news", "colour"),
    [
        (_news() + _news(sort=Sort.FIXED), "failure"),
        (_news(severity=Severity.WARNING), "warning"),
        (_news(severity=Severity.INFO), "info"),
        (_news(sort=Sort.FIXED), "success"),
    ],
)
def test_the_colour_is_that_of_the_gravest(news: list[News], colour: str) -> None:
    """What is over is green only if nothing else is told."""
    assert colour_of(news) == colour


def test_times_are_utc_to_the_minute() -> None:
    """Whatever the zone; what is no time is shown as it is."""
    assert time_of("2026-01-02T03:04:05+02:00") == "2026-01-02 01:04 UTC"
    assert time_of("2026-01-02T03:04:05") == "2026-01-02T03:04:05"
    assert time_of("yesterday") == "yesterday"


def test_a_place_without_origin_or_server() -> None:
    """The emulator has no origin, the vendor's description no target."""
    assert place_of(replace(TROUBLE, stream=Stream("shop", "recorded"))) == "shop on recorded"
    assert place_of(replace(TROUBLE, kind=Kind.UPSTREAM)) == "shop, the vendor's description"
