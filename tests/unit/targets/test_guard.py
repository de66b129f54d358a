"""What may not go out does not."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from specproof.errors import GuardError
from specproof.model import Json
from specproof.targets.budget import Budget, Limits
from specproof.targets.guard import ENTRY, GuardTransport, Routes, production_hosts
from specproof.targets.ledger import Ledger, open_entries

BASE = "https://api.test/v1"
OWNED = "specproof-alias-0123456789abcdef"


class _Sink(httpx.BaseTransport):
    def __init__(self) -> None:
        self.sent: list[httpx.Request] = []
        self.closed = False
        self.answers: list[httpx.Response] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        return self.answers.pop(0) if self.answers else httpx.Response(200)

    def close(self) -> None:
        self.closed = True


def _guard(
    owned: set[str] | None = None, budget: int = 1000, **others: Any
) -> tuple[GuardTransport, _Sink]:
    sink = _Sink()
    known = {OWNED} if owned is None else owned
    limits = Budget(Limits(budget))
    return GuardTransport(sink, base_url=BASE, owned=known, budget=limits, **others), sink


SEGMENTS = st.lists(
    st.sampled_from(["things", "null", "0", "1", "true", "", "e@x.test", OWNED[:-1], OWNED.upper()])
    | st.text(max_size=8),
    max_size=5,
)


@given(
    method=st.sampled_from(
        ["DELETE", "PUT", "PATCH", "TRACE", "CONNECT", "QUERY", "delete", "PURGE"]
    ),
    segments=SEGMENTS,
    owned=st.sets(st.text(max_size=12)),
)
def test_nothing_destructive_goes_out_for_what_is_not_ours(
    method: str, segments: list[str], owned: set[str]
) -> None:
    """Only a segment that is whole, owned and no short word unlocks an unsafe method."""
    guard, sink = _guard({*owned, OWNED})
    path = "/".join(quote(part, safe="") for part in segments)
    with pytest.raises(GuardError):
        guard.handle_request(httpx.Request(method, f"{BASE}/{path}"))
    assert sink.sent == []


@given(before=SEGMENTS, after=SEGMENTS)
def test_what_is_ours_may_be_removed(before: list[str], after: list[str]) -> None:
    """A resource of this run's own may be deleted, unless dots lead elsewhere."""
    guard, sink = _guard()
    segments = [*before, OWNED, *after]
    path = "/".join(quote(part, safe="") for part in segments)
    request = httpx.Request("DELETE", f"{BASE}/{path}")
    broken = [re.split(r"[/\\;\x00-\x1f\x7f]", unquote(part)) for part in segments]
    stays = all(len(parts) == 1 and parts[0] not in {".", ".."} for parts in broken)
    if stays:
        guard.handle_request(request)
    else:
        with pytest.raises(GuardError):
            guard.handle_request(request)
    assert len(sink.sent) == stays


@pytest.mark.parametrize("word", ["", "things", "v1", "null", "0", "customer"])
def test_a_server_can_not_hand_us_the_words_of_a_path(word: str) -> None:
    """An id that a server calls ours unlocks nothing where anything else could bear it."""
    guard, sink = _guard({word})
    with pytest.raises(GuardError, match="names no resource"):
        guard.handle_request(httpx.Request("DELETE", f"{BASE}/things/victim/null/0/customer"))
    assert sink.sent == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reading_needs_nothing_of_ours(method: str) -> None:
    """What exists beforehand may be looked at."""
    guard, sink = _guard()
    guard.handle_request(httpx.Request(method, f"{BASE}/things/1"))
    assert len(sink.sent) == 1


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.test/v1/things",
        "http://api.test/v1/things",
        "https://api.test:8443/v1/things",
        "https://api.test.elsewhere.test/v1/things",
        "https://api.test/v2/things",
        "https://api.test/v1",
        "https://api.test/v10/things",
        f"https://api.test/v1/{OWNED}/%2E%2E/victim",
        f"https://api.test/v1/{OWNED}/..%2Fvictim",
        f"https://api.test/v1/{OWNED}/..%5Cvictim",
        f"https://api.test/v1/{OWNED}/%252E%252E/victim",
        f"https://api.test/v1/{OWNED}/%2e/victim",
        f"https://api.test/v1/{OWNED}/..;x/victim",
        f"https://api.test/v1/{OWNED}/..%00/victim",
    ],
)
def test_requests_stay_below_the_base_url(url: str) -> None:
    """Another scheme, host, port or path, or a way out of ours, is refused."""
    guard, sink = _guard()
    with pytest.raises(GuardError, match="leaves the base"):
        guard.handle_request(httpx.Request("DELETE", url))
    assert sink.sent == []


def test_the_default_port_is_the_same_origin() -> None:
    """RFC 9110 4.2.2: https is port 443."""
    guard, sink = _guard()
    guard.handle_request(httpx.Request("GET", "https://api.test:443/v1/things"))
    assert len(sink.sent) == 1


def test_the_budget_ends() -> None:
    """A refused request costs nothing, a sent one does."""
    guard, sink = _guard(budget=2)
    with pytest.raises(GuardError, match="names no resource"):
        guard.handle_request(httpx.Request("DELETE", f"{BASE}/x"))
    for _ in range(2):
        guard.handle_request(httpx.Request("GET", f"{BASE}/x"))
    with pytest.raises(GuardError, match="budget"):
        guard.handle_request(httpx.Request("GET", f"{BASE}/x"))
    assert len(sink.sent) == 2
    guard.close()
    assert sink.closed


def test_production_hosts_are_the_servers_that_do_not_say_test() -> None:
    """Words of url and description tell; what can not be read is left out."""
    servers: list[Json] = [
        {"url": "https://eu.example.com/api", "description": "PRODUCTION"},
        {"url": "https://API.example.com"},
        {"url": "https://sandbox.example.com"},
        {"url": "https://x.example.com", "description": "Staging"},
        {"url": "https://latest.devices.example.com", "description": "the latest"},
        {"url": "https://x2.example.com", "description": "Live, not for tests"},
        {"url": "https://api-dev2.example.com"},
        {"url": "http://127.0.0.1:8000"},
        {"url": "/relative"},
        {"url": "https://[broken"},
        {},
        "nonsense",
    ]
    assert production_hosts({"servers": servers}) == {
        "eu.example.com",
        "api.example.com",
        "latest.devices.example.com",
        "x2.example.com",
    }
    assert production_hosts({"servers": "none"}) == frozenset()


def test_a_base_url_that_can_not_be_read_lets_nothing_out() -> None:
    """No origin equals the one of a broken URL."""
    sink = _Sink()
    guard = GuardTransport(sink, base_url="https://h:bad", owned=set(), budget=Budget(Limits(1)))
    with pytest.raises(GuardError):
        guard.handle_request(httpx.Request("GET", f"{BASE}/x"))


ROUTES = Routes(
    [("POST", "/things"), ("POST", "/apps/{app}/things/{id}"), ("DELETE", "/t/{tenant}/i/{item}")],
    {"item": ("42",)},
)
LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=30)


@given(
    body=st.recursive(
        LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
    ),
    path=st.sampled_from(["/things", "/elsewhere", "/apps/a/things/0"]),
)
def test_nothing_is_created_under_the_names_of_others(body: object, path: str) -> None:
    """A create without a value of ours could be anybody's, and nobody could clean it up."""
    guard, sink = _guard(routes=ROUTES)
    with pytest.raises(GuardError, match="names no resource"):
        guard.handle_request(httpx.Request("POST", f"{BASE}{path}", json=body))
    assert sink.sent == []


@pytest.mark.parametrize(
    "extra",
    [
        {"json": {"a": [{"name": OWNED}]}},
        {"params": {"name": OWNED}},
        {"content": f"<name>{OWNED}</name>".encode()},
    ],
)
def test_a_create_in_a_collection_names_what_is_ours_anywhere(extra: dict[str, Any]) -> None:
    """In its body or query; in the path of somebody's resource that is not enough."""
    guard, sink = _guard(routes=ROUTES)
    guard.handle_request(httpx.Request("POST", f"{BASE}/things", **extra))
    assert len(sink.sent) == 1
    with pytest.raises(GuardError):
        guard.handle_request(httpx.Request("POST", f"{BASE}/apps/a/things/0", **extra))
    bound, sink = _guard(routes=ROUTES, hidden={"a": "APP", "0": "ID"}.get)
    bound.handle_request(httpx.Request("POST", f"{BASE}/apps/a/things/0", **extra))
    assert len(sink.sent) == 1


def test_what_the_user_gives_up_may_be_used_up_and_nothing_else() -> None:
    """By the name of its path parameter, not wherever the same text stands."""
    guard, sink = _guard(routes=ROUTES)
    guard.handle_request(httpx.Request("DELETE", f"{BASE}/t/7/i/42"))
    for path in ("/t/42/i/7", "/i/42", "/t/7/i/42/x"):
        with pytest.raises(GuardError):
            guard.handle_request(httpx.Request("DELETE", f"{BASE}{path}"))
    assert len(sink.sent) == 1


def test_what_was_created_under_a_short_id_is_ours_in_its_place() -> None:
    """The id alone, or elsewhere, is not."""
    guard, sink = _guard(places={"/things/7"})
    for path in ("/things/7", "/things/7/parts/1"):
        guard.handle_request(httpx.Request("DELETE", f"{BASE}{path}"))
    for path in ("/things/70", "/others/7", "/things", "/x/things/7"):
        with pytest.raises(GuardError):
            guard.handle_request(httpx.Request("DELETE", f"{BASE}{path}"))
    assert len(sink.sent) == 2


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("", {"X-HTTP-Method-Override": "DELETE"}),
        ("", {"x-method-override": "PUT"}),
        ("?_method=DELETE", {}),
        ("?a=1&_method", {}),
    ],
)
def test_a_method_in_disguise_is_refused(query: str, headers: dict[str, str]) -> None:
    """Some servers take the method from elsewhere."""
    guard, sink = _guard()
    with pytest.raises(GuardError, match="another method"):
        guard.handle_request(httpx.Request("GET", f"{BASE}/things/0{query}", headers=headers))
    assert sink.sent == []


@pytest.mark.parametrize("method", ["TRACE", "CONNECT"])
def test_trace_is_never_sent(method: str) -> None:
    """It would echo credentials; what is ours makes no difference."""
    guard, sink = _guard()
    with pytest.raises(GuardError, match="never sent"):
        guard.handle_request(httpx.Request(method, f"{BASE}/{OWNED}"))
    assert sink.sent == []


def test_a_create_is_in_the_ledger_before_it_is_sent(tmp_path: Path) -> None:
    """With what is ours in it, with no credential, and before anything can go wrong."""
    path = tmp_path / "ledger.jsonl"
    ledger = Ledger(path, api="shop", origin="https://api.test")
    seen: list[int] = []

    class Looking(_Sink):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            seen.append(len(open_entries(path)))
            raise httpx.ReadTimeout("no answer", request=request)

    guard = GuardTransport(
        Looking(),
        base_url=BASE,
        owned={OWNED},
        budget=Budget(Limits(9)),
        ledger=ledger,
        routes=Routes([("POST", "/apps/{app}/things")]),
        hidden={"secret-app": "SHOP_APP"}.get,
    )
    body = {"name": OWNED, "note": "somebody's", "no word": [OWNED]}
    with pytest.raises(httpx.ReadTimeout):
        guard.handle_request(httpx.Request("POST", f"{BASE}/apps/secret-app/things", json=body))
    with pytest.raises(httpx.ReadTimeout):
        guard.handle_request(httpx.Request("PUT", f"{BASE}/other/{OWNED}", json={}))
    with pytest.raises(httpx.ReadTimeout):
        guard.handle_request(httpx.Request("DELETE", f"{BASE}/things/{OWNED}"))
    ledger.close()
    assert seen == [1, 2, 2]
    first, second = open_entries(path)
    assert (first.path, first.values) == (
        "/apps/{$SHOP_APP}/things",
        (("", OWNED), ("name", OWNED)),
    )
    assert (second.method, second.path, second.values) == ("PUT", f"/{{}}/{OWNED}", (("", OWNED),))
    assert "secret-app" not in path.read_text("utf-8")
    assert "somebody" not in path.read_text("utf-8")


def test_the_entry_travels_with_the_answer(tmp_path: Path) -> None:
    """So that the session can add the ids that came back."""
    ledger = Ledger(tmp_path / "l", api="shop", origin="https://api.test")
    guard, _ = _guard(ledger=ledger)
    answer = guard.handle_request(httpx.Request("POST", f"{BASE}/x", json={"n": OWNED}))
    ledger.close()
    assert answer.extensions[ENTRY] == ledger.entries()[0].key


@pytest.mark.parametrize(
    ("status", "stops"), [(429, True), (503, True), (500, False), (200, False)]
)
def test_a_server_that_wants_to_be_left_alone_is(status: int, stops: bool) -> None:
    """One request into a Retry-After of an hour, and not one more."""
    guard, sink = _guard()
    sink.answers = [httpx.Response(status, headers={"Retry-After": "3600"})]
    guard.handle_request(httpx.Request("GET", f"{BASE}/x"))
    if stops:
        with pytest.raises(GuardError, match="3600 s"):
            guard.handle_request(httpx.Request("GET", f"{BASE}/x"))
    else:
        guard.handle_request(httpx.Request("GET", f"{BASE}/x"))
    assert len(sink.sent) == (1 if stops else 2)


def test_production_hosts_of_every_server_object() -> None:
    """At the root, at paths and operations, with each value of a variable."""
    variables = {"env": {"enum": ["eu", "sandbox"], "default": "us"}, "odd": "x"}
    document: dict[str, Any] = {
        "servers": [{"url": "https://{env}.shop.com", "variables": variables}],
        "paths": {
            "/a": {
                "servers": [{"url": "https://path.shop.com"}],
                "get": {"servers": [{"url": "https://operation.shop.com."}]},
            },
            "/b": "odd",
        },
    }
    assert production_hosts(json.loads(json.dumps(document))) == {
        "eu.shop.com",
        "us.shop.com",
        "path.shop.com",
        "operation.shop.com",
    }
