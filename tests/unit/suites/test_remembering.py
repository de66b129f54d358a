"""Remembering what checks said of an answer hides nothing and stays small."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlencode

import httpx
from contracts import contract_of, target_on
from hypothesis import example, given, settings
from hypothesis import strategies as st

from specproof.checks import registry
from specproof.model import Exchange, Json, JsonObject, Request, Response
from specproof.requirements.contract import Contract
from specproof.suites.collector import Collector
from specproof.suites.remembering import ENTRIES, LONGEST, Remembering

BROKEN_SCHEMA: Json = {"type": "object", "properties": {"x": {"pattern": "("}}}
CONTRACT = contract_of(
    {
        "200": {
            "description": "done",
            "headers": {"X-Count": {"required": True, "schema": {"type": "integer"}}},
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": ["id"],
                        "properties": {
                            "id": {"type": "string"},
                            "at": {"type": "string", "format": "date-time"},
                        },
                    }
                }
            },
        },
        "404": {"description": "none", "content": {"application/json": {"schema": {}}}},
        "409": {"description": "odd", "content": {"application/json": {"schema": BROKEN_SCHEMA}}},
    }
)

JSON = ("Content-Type", "application/json")
RESPONSES = st.builds(
    lambda status, headers, body, broken, elapsed: Response(
        status, headers, body, b"" if broken else body, broken, elapsed
    ),
    st.sampled_from([200, 204, 302, 404, 409, 418]),
    st.sampled_from(
        [
            (JSON, ("X-Count", "1")),
            (JSON, ("X-Count", "one"), ("Location", "http://else.invalid/")),
            (JSON, ("Content-Length", "3"), ("Location", "/there")),
            (("Content-Type", "text/html"), ("Retry-After", "soon"), ("Retry-After", "1")),
            (),
        ]
    ),
    st.sampled_from(
        [
            b"",
            b"{",
            b'{"id":"7"}',
            b'{"id":"8","new":1}',
            b'{"id":7,"id":7}',
            b'{"id":"7","at":"soon"}',
            b'{"errors":[]}',
            b'{"errors":[{"code":" ","title":"at x(y.z:1)"}]}',
            b'{"errors":[{"code":"a-secret-of-ours"}]}',
            b" " * (LONGEST + 1),
        ]
    ),
    st.sampled_from([None, None, None, "the body stopped before its end"]),
    st.sampled_from([0.0, 99.0]),
)
FACTS = st.fixed_dictionaries(
    {"time-budget": st.sampled_from(["0", "3"])},
    optional={
        "answer": st.sampled_from(['{"id": "7"}', '{"id": "8"}']),
        "generated": st.just("valid"),
        "due": st.sampled_from(["success", "refusal"]),
        "because": st.sampled_from(["it is there", "it is not there"]),
        "breaks": st.just("path-id"),
        "credentials": st.sampled_from(["own", "none"]),
        "headers": st.just("unknown"),
    },
)
REQUESTS = st.builds(
    Request,
    st.sampled_from(["DELETE", "HEAD"]),
    st.sampled_from(["http://shop.invalid/api/things/7", "http://else.invalid/api/things/7"]),
    st.sampled_from([(), (("Authorization", "Key a-secret-of-ours"),)]),
)


def _exchange(number: int, request: Request, response: Response, facts: Any) -> Exchange:
    return Exchange(
        id=f"s#{number}",
        api="shop",
        operation="drop",
        scenario="s",
        request=request,
        response=response,
        target="live",
        expects=None if number % 2 else "404",
        facts=facts,
    )


def _collector(contract: Contract = CONTRACT) -> Collector:
    target = target_on(lambda _: httpx.Response(200), contract)
    return Collector(target, contract, contract, set(), scripts=False)


class _Forgetful(Remembering):
    """Asks every check about every exchange."""

    def look(self, view: Any, key: Any, *, keep: bool = True, remainder: Any = None) -> Any:
        del key, keep, remainder
        return self._ask(self.checks, view)


def _forgetful(contract: Contract = CONTRACT) -> Collector:
    made = _collector(contract)
    for name in ("_about_heads", "_about_bodies"):
        group = getattr(made, name)
        setattr(made, name, _Forgetful(group.checks, group._ask))
    return made


@given(st.lists(st.tuples(REQUESTS, RESPONSES, FACTS), min_size=1, max_size=6), st.data())
def test_remembering_hides_no_finding(kinds: list[Any], data: st.DataObject) -> None:
    """With and without it the same is observed, as often, and first at the same exchange."""
    sent = data.draw(st.lists(st.sampled_from(kinds), max_size=16))
    remembering, forgetful = _collector(), _forgetful()
    for number, (request, response, facts) in enumerate(sent):
        for collector in (remembering, forgetful):
            collector.record(_exchange(number, request, response, facts))
    assert remembering.evidence() == forgetful.evidence()


def _contract(**words: Json) -> Contract:
    """Return a contract whose schemas read texts as ``words`` say, or do not read them."""
    error: JsonObject = {"type": "object", "properties": {"title": {"type": "string", **words}}}
    envelope: JsonObject = {
        "type": "object",
        "required": ["errors"],
        "properties": {"errors": {"type": "array", "items": error}},
    }
    done: JsonObject = {
        "type": "object",
        "required": ["id"],
        "properties": {"id": {"type": "string"}},
    }
    return contract_of(
        {
            status: {"description": "-", "content": {"application/json": {"schema": schema}}}
            for status, schema in (("200", {**done, **words}), ("404", envelope))
        }
    )


CONTRACTS = [
    _contract(),
    _contract(minLength=1),
    _contract(minLength=2),
    _contract(maxLength=2),
    _contract(pattern="^a"),
    _contract(format="uuid"),
    _contract(enum=["ab", "b"]),
    _contract(propertyNames={"maxLength": 2}),
    _contract(uniqueItems=True),
]
TEXTS = st.one_of(
    st.sampled_from(
        [
            *("a", "b", "ab", "1", "x", "other", "é", "\U0001f600", "NaN"),
            *(":", ",", ",1,", ":1,", "}", "{}", "[]", '"', "\\", " ", "\u0004", "\u200b"),
            *("id", "title", "errors", "success", "type"),
            *("/srv/shop/x", "a-secret-of-ours", "SELECT a FROM b"),
            "0aa6a9a4-7d4c-4e0c-8d7c-27c8f7ad8e7b",
        ]
    ),
    st.text(st.sampled_from('ab:,"\\ é\U0001f600\n'), max_size=3),
)
"""What requests say: words of the contract and of checks, pieces of JSON, leaks, and others."""

HOLE, OTHER, RAW, ASCII = "<1>", "<2>", "<raw>", "<ascii>"
BODIES = st.one_of(
    st.sampled_from(
        [
            '{"errors":[{"code":"c","title":"gone","meta":{<1>:<2>}}]}',
            '{"errors":[{"code":<1>,"title":<2>}]}',
            '{"errors":[{"code":"c","title":<ascii>,"about":<1>}]}',
            '{"errors":[{"code":"c","title":"<raw>"}]}',
            '{"errors":[{"code":"c","title":"none is <raw>"}]}',
            '{"errors":[{"code":"c","title":"none is \\"<raw>"}]}',
            '{"errors":[<1>,<2>]}',
            '{<1>:[{"code":"c"}],"x":1}',
            '{"id":<1>,<2>:1}',
            '{"id":<1>,"\\u0061":1,<2>:2}',
            "{<1>:1,<2>:1}",
            '["x"<1>"y"]',
            '["x<1>y"]',
        ]
    ),
    st.lists(
        st.sampled_from(
            [
                *("{", "}", "[", "]", ":", ",", '"', "1", '"a\\"'),
                *('"x"', '"errors"', '"title"', '"id"', HOLE, HOLE, OTHER, RAW),
            ]
        ),
        max_size=8,
    ).map("".join),
)


def _filled(template: str, texts: tuple[str, str]) -> bytes:
    """Return what a server makes of the texts of a request, escaped or not."""
    first, second = (json.dumps(text, ensure_ascii=False) for text in texts)
    body = template.replace(HOLE, first).replace(OTHER, second)
    return body.replace(ASCII, json.dumps(texts[0])).replace(RAW, texts[0]).encode()


def _asking(texts: tuple[str, str]) -> Request:
    place = quote(texts[0], safe="")
    url = f"http://shop.invalid/api/things/{place}?{urlencode({'q': texts[1]})}"
    return Request("DELETE", url, (("Authorization", "Key a-secret-of-ours"),))


@settings(max_examples=60)
@given(
    st.sampled_from(CONTRACTS),
    st.sampled_from([200, 404]),
    st.tuples(BODIES, BODIES),
    st.lists(TEXTS, min_size=2, max_size=4).flatmap(
        lambda texts: st.lists(
            st.tuples(st.sampled_from(texts), st.sampled_from(texts)), min_size=2, max_size=8
        )
    ),
    st.sampled_from([None, "ab", "\\", '"']),
)
@example(_contract(), 404, ("{<1>:1,<2>:1}", ""), [("b", "x"), ("b", "b")], None)
@example(_contract(), 404, ('{"\\u0061":1,<1>:2}', ""), [("b", "x"), ("a", "x")], None)
@example(_contract(), 404, ('["x"<1>"y"]', ""), [("ab", "x"), (":", "x"), (",", "x")], None)
@example(_contract(), 404, ('{<1>:"x"}', ""), [("ab", "x"), ("errors", "x")], None)
@example(_contract(), 404, ("secret=<1>", ""), [("ab", "x"), ("abcdefghij", "x")], None)
@example(_contract(), 404, ('["<raw>"]', ""), [("ab", "x"), ('"', "x")], None)
def test_a_repeated_text_hides_no_finding(
    contract: Contract,
    status: int,
    templates: tuple[str, str],
    asked: list[tuple[str, str]],
    trigger: str | None,
) -> None:
    """Nor does it where a server breaks for some texts alone, or forgets to escape them."""
    remembering, forgetful = _collector(contract), _forgetful(contract)
    for number, texts in enumerate(asked):
        body = _filled(templates[trigger is not None and trigger in texts[0]], texts)
        length = ("Content-Length", str(len(body)))
        response = Response(status, (JSON, length), body, body)
        facts = {"generated": "valid", "answer": json.dumps({"id": asked[0][0]})}
        for collector in (remembering, forgetful):
            collector.record(_exchange(number, _asking(texts), response, facts))
    assert remembering.evidence() == forgetful.evidence()


def test_every_check_is_asked_somewhere() -> None:
    """A check is in one group and in one alone."""
    made = _collector()
    groups = [
        *made._about_heads.checks,
        *made._about_bodies.checks,
        *made._about_walks,
        *(check for check, _ in made._about_exchanges),
    ]
    assert sorted(item.id for item in groups) == [item.id for item in registry()]


def test_what_is_remembered_is_bounded() -> None:
    """Answers that all differ fill no memory, and one after them is still looked at."""
    made = _collector()
    for number in range(2 * ENTRIES + 10):
        body = json.dumps({"id": str(number)}).encode()
        answer = Response(200, (JSON, ("X-Count", str(number))), body, body)
        made.record(_exchange(number, Request("DELETE", "http://shop.invalid/x"), answer, {}))
        groups = (made._about_heads, made._about_bodies)
        assert all(len(group) <= ENTRIES for group in groups)
    seen = made.evidence().seen
    whole = next(item for item in seen if item.observation.rule == "body-whole")
    assert whole.count == 2 * ENTRIES + 10


def test_a_long_body_is_not_kept() -> None:
    """Only its headers are remembered."""
    made = _collector()
    body = b"1" * (LONGEST + 1)
    answer = Response(200, (JSON,), body, body)
    for number in range(2):
        made.record(_exchange(number, Request("DELETE", "http://shop.invalid/x"), answer, {}))
    assert (len(made._about_heads), len(made._about_bodies)) == (2, 0)
