"""What is left of an answer without the texts of its request."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from urllib.parse import quote

import pytest
from contracts import contract_of

from specproof.checks import registry
from specproof.checks.base import View
from specproof.model import Exchange, Request, Response
from specproof.suites.echoes import Echoes

CONTRACT = contract_of()
CHECKS = [check for check in registry() if check.echo is not None]
ECHOES = Echoes(CHECKS, CONTRACT.words)


def _view(text: str, body: str | bytes, query: str = "", *, status: int = 404) -> View:
    raw = body if isinstance(body, bytes) else body.encode()
    exchange = Exchange(
        id="s#1",
        api="shop",
        operation="drop",
        scenario="s",
        request=Request("DELETE", f"http://shop.invalid/things/{quote(text, safe='')}{query}"),
        response=Response(status, (("Content-Type", "application/json"),), raw, raw),
        target="live",
    )
    return View(exchange, CONTRACT.operations["drop"], CONTRACT.operations["drop"])


def _left(text: str, body: str | bytes, query: str = "", *, status: int = 404) -> Hashable:
    return ECHOES.remainder(_view(text, body, query, status=status))


@pytest.mark.parametrize(
    "body", ['{"a":"%s"}', '{"%s":1}', '["%s","%s"]', '["x"%s"y","%s"]', '{"a":"%s"', '"%s"']
)
def test_answers_that_differ_in_a_repeated_text_have_the_same_remainder(body: str) -> None:
    """Whether they are JSON or not."""
    one, other = (
        _left(text, body.replace("%s", text)) for text in ("seven", "another one of them")
    )
    assert one is not None
    assert one == other


@pytest.mark.parametrize(
    "other",
    [
        _left("eight", '{"a":"seven"}'),
        _left("eight", '{"b":"eight"}'),
        _left("eight", '{"a":"eight"}', status=400),
        _left("eight", '{"a":"is eight"}'),
        _left("eight", '{"a":eight}'),
        _left("/srv/shop/x", '{"a":"/srv/shop/x"}'),
        _left("\u200b", '{"a":"\u200b"}'),
        _left("eight", '{"a":"eight"}', "?q=a"),
    ],
)
def test_what_else_differs_is_in_the_remainder(other: Hashable) -> None:
    """Another text, another place, another status, or a text of another kind."""
    assert _left("seven", '{"a":"seven"}') != other


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("seven", '{"a":"eight"}'),
        ("seven", '{"a":"\\u0073even"}'),
        ("seven", '{"a":"seven","b":"\\u0061"}'),
        ("seven", b'{"a":"seven","b":"\xff0"}'),
        ("Shop", '{"a":"Shop"}'),
        ("errors", '{"errors":1}'),
        (":", '{"a":":"}'),
        (" a", '{"a":" a"}'),
        ("", '{"a":""}'),
        ("\\", '{"a":"\\"}'),
    ],
)
def test_no_remainder_where_nothing_may_be_left_out(text: str, body: str | bytes) -> None:
    """What is no whole string, a word, or what might be taken for something else."""
    assert _left(text, body) is None


def test_a_string_may_be_written_in_either_way() -> None:
    """In UTF-8 or in ASCII; a quote in it is escaped in both."""
    assert _left("\u00e9", '{"a":"\u00e9"}') == _left('"', '{"a":"\\""}')
    assert _left("\u00e9", '{"a":"\\u00e9"}') == _left("seven", '{"a":"seven"}')


def test_fields_of_the_query_are_texts_as_well() -> None:
    """After those of the path, and no more than a few."""
    one = _left("seven", '["seven","eight"]', "?q=eight")
    assert one == _left("nine", '["nine","ten"]', "?q=ten")
    many = "?" + "&".join(f"q=t{number}" for number in range(40))
    assert _left("seven", '["t39"]', many) is None


def test_what_did_not_arrive_as_it_was_sent_has_no_remainder() -> None:
    """Content codings and broken bodies are looked at each time."""
    view = _view("seven", '{"a":"seven"}')
    answer = view.answered
    for changed in (replace(answer, raw=b"gzip"), replace(answer, broken="it stopped")):
        other = replace(view.exchange, response=changed)
        assert ECHOES.remainder(View(other, view.operation, view.published)) is None


def test_a_path_shorter_than_the_template_has_no_texts() -> None:
    """A case may send any URL."""
    view = _view("seven", '{"a":"seven"}')
    request = replace(view.exchange.request, url="")
    other = replace(view.exchange, request=request)
    assert ECHOES.remainder(View(other, view.operation, view.published)) is None
