"""Remembering what checks said of an answer hides nothing and stays small."""

from __future__ import annotations

import json
from typing import Any

import httpx
from contracts import contract_of, target_on
from hypothesis import given
from hypothesis import strategies as st

from specproof.checks import registry
from specproof.model import Exchange, Json, Request, Response
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

    def look(self, view: Any, key: Any, *, keep: bool = True) -> None:
        del key, keep
        self._ask(self._checks, view)


def _forgetful() -> Collector:
    made = _collector()
    for name in ("_about_heads", "_about_bodies"):
        group = getattr(made, name)
        setattr(made, name, _Forgetful(group._checks, group._ask))
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


def test_every_check_is_asked_somewhere() -> None:
    """A check is in one group and in one alone."""
    made = _collector()
    groups = [
        *made._about_heads._checks,
        *made._about_bodies._checks,
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
