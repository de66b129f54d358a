"""What may not go out does not."""

from __future__ import annotations

from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from specproof.errors import GuardError
from specproof.targets.guard import GuardTransport, production_hosts

BASE = "https://api.test/v1"
OWNED = "specproof-alias-0123456789abcdef"


class _Sink(httpx.BaseTransport):
    def __init__(self) -> None:
        self.sent: list[httpx.Request] = []
        self.closed = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        return httpx.Response(200)

    def close(self) -> None:
        self.closed = True


def _guard(owned: set[str] | None = None, budget: int = 1000) -> tuple[GuardTransport, _Sink]:
    sink = _Sink()
    known = {OWNED} if owned is None else owned
    return GuardTransport(sink, base_url=BASE, owned=known, max_requests=budget), sink


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
    dots = any({".", ".."} & set(part.replace("\\", "/").split("/")) for part in segments)
    if not dots:
        guard.handle_request(request)
    assert len(sink.sent) == (not dots)


@pytest.mark.parametrize("word", ["", "things", "v1", "null", "0", "customer"])
def test_a_server_can_not_hand_us_the_words_of_a_path(word: str) -> None:
    """An id that a server calls ours unlocks nothing where anything else could bear it."""
    guard, sink = _guard({word})
    with pytest.raises(GuardError, match="names no resource"):
        guard.handle_request(httpx.Request("DELETE", f"{BASE}/things/victim/null/0/customer"))
    assert sink.sent == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST"])
def test_reading_and_creating_need_nothing_of_ours(method: str) -> None:
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
    servers = [
        {"url": "https://eu.example.com/api", "description": "PRODUCTION"},
        {"url": "https://API.example.com"},
        {"url": "https://sandbox.example.com"},
        {"url": "https://x.example.com", "description": "Staging"},
        {"url": "/relative"},
        {"url": "https://[broken"},
        {},
        "nonsense",
    ]
    assert production_hosts({"servers": servers}) == {"eu.example.com", "api.example.com"}
    assert production_hosts({"servers": "none"}) == frozenset()


def test_a_base_url_that_can_not_be_read_lets_nothing_out() -> None:
    """No origin equals the one of a broken URL."""
    sink = _Sink()
    guard = GuardTransport(sink, base_url="https://h:bad", owned=set(), max_requests=1)
    with pytest.raises(GuardError):
        guard.handle_request(httpx.Request("GET", f"{BASE}/x"))
