"""Digests of requests: equal ones count once on any machine, and no guess holds against one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from itertools import chain

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specproof.model import Exchange, Json, Request
from specproof.suites.tally import Tally, is_private, settled, tellable
from specproof.targets.credentials import Credentials
from specproof.targets.target import Target

URL = "https://api.test/secret-path-CANARY"
TEMPLATE = "/things/{id}"
KEY = "key-CANARY-4410"
ID = "4711004711"
TOLD = frozenset({"specproof-1", "Ümläut"})
WORDS = frozenset({"one", "two", "label"})


def _target(name: str = "live", identifier: str = ID, secret: str = KEY) -> Target:
    schemes: dict[str, dict[str, Json]] = {"key": {"type": "apiKey", "in": "query", "name": "key"}}
    return Target(
        name=name,
        api="shop",
        base_url=URL,
        transport=httpx.MockTransport(lambda _: httpx.Response(200)),
        credentials=Credentials("shop", schemes, {"SPECPROOF_SHOP_KEY": secret}),
        resources={"thing": ("0000000000", identifier)},
    )


def _exchange(path: str, body: bytes = b"", *, method: str = "GET", sent: bool = True) -> Exchange:
    url = path if path.startswith("https:") else f"{URL}{path}"
    request = Request(method, url, (), body)
    return Exchange("e#1", "shop", "look", "s", request, None, "live", sent=sent)


def _digests(*exchanges: Exchange, target: Target | None = None) -> list[str]:
    tally = Tally(target or _target(), TOLD, WORDS)
    for exchange in exchanges:
        tally.note(exchange, TEMPLATE)
    return tally.distinct["look"]


def _told(digests: Iterable[str], key: bytes = b"k") -> list[str]:
    kept = list(digests)
    return settled(kept, tellable(kept), key)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/things/one", b""),
        ("/things/specproof-1?page=17&label=", b""),
        ("/things/%C3%9Cml%C3%A4ut", b""),
        (f"/things/{ID}?key={KEY}", b""),
        ("/things/one", b'{"label": ["one", -5, true, null, {"is": "specproof-1"}]}'),
        ("/things/one", json.dumps({"thing": ID, "key": KEY}).encode()),
        ("/things/one", b"[" * 99 + b"]" * 99),
    ],
)
def test_what_may_be_told_counts_once_on_any_machine(path: str, body: bytes) -> None:
    """Whatever the key of each, and nothing but what may be told is in the digest."""
    here = _told(_digests(_exchange(path, body)), b"here")
    assert here == _told(_digests(_exchange(path, body)), b"there")
    assert not any(map(is_private, here))
    swapped = {ID: "5822115822", KEY: "key-CANARY-9999"}
    other = path, body.decode()
    for old, new in swapped.items():
        other = other[0].replace(old, new), other[1].replace(old, new)
    target = _target(identifier=swapped[ID], secret=swapped[KEY])
    assert here == _told(_digests(_exchange(other[0], other[1].encode()), target=target))


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/things/jane", b""),
        ("/things/1234", b""),
        ("/things/one/jane", b""),
        ("/things/one?cursor=c2VjcmV0", b""),
        ("/things/one?%6Aane=1", b""),
        (f"/things/one?key={KEY[:-1]}", b""),
        ("https://elsewhere.test/things/one", b""),
        ("/things/one", b'"jane"'),
        ("/things/one", b'{"jane doe": 1}'),
        ("/things/one", b"[44123456789]"),
        ("/things/one", b"[0.25]"),
        ("/things/one", b"one"),
        ("/things/one", b"\xff\xfe"),
        ("/things/one", b"[" * 101 + b"]" * 101),
        ("/things/one", b"[" * 900 + b"]" * 900),
        ("/things/one", b"[" * 100_000),
    ],
)
def test_what_may_not_be_told_has_a_key(path: str, body: bytes) -> None:
    """With the same key it counts once; without it, nobody can hold a guess against it."""
    exchange = _exchange(path, body)
    (digest,) = _told(_digests(exchange), b"here")
    assert is_private(digest)
    assert [digest] == _told(_digests(exchange, exchange), b"here")
    assert [digest] != _told(_digests(exchange), b"there")
    url = exchange.request.url
    guess = hashlib.blake2b(b"\0".join((b"GET", url.encode(), body)), digest_size=8).hexdigest()
    assert guess not in digest


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["GET", "DELETE"]),
            st.sampled_from(["/things/one", "/things/two", "/things/", "/things", "/one/two"]),
            st.sampled_from(["", "?", "?label=one", "?label=%6Fne", f"?label={ID}", "?label"]),
            st.sampled_from([b"", b"1", b"1 ", b'"one"', b'["one"]', b'{"one": 1}', b"[]"]),
        ),
        min_size=2,
        max_size=12,
    )
)
def test_requests_differ_as_their_digests_do(drawn: list[tuple[str, str, str, bytes]]) -> None:
    """What may be told is told apart as well as what is sent."""
    exchanges = [
        _exchange(path + query, body, method=method) for method, path, query, body in drawn
    ]
    # Nothing after the question mark is an empty query, which servers take for none.
    sent = {(method, path, query.rstrip("?"), body) for method, path, query, body in drawn}
    told = _told(_digests(*exchanges))
    assert len(told) == len(sent)
    assert not any(map(is_private, told))


def test_what_one_item_may_tell_another_need_not_hide() -> None:
    """Otherwise the same request would count twice in one run."""
    exchange = _exchange("/things/made-by-the-server")
    knowing = Tally(_target(), {"made-by-the-server"}, WORDS)
    knowing.note(exchange, TEMPLATE)
    several = [knowing.distinct["look"], _digests(exchange)]
    known = tellable(chain.from_iterable(several))
    first, second = (settled(digests, known, b"k") for digests in several)
    assert first == second
    assert not is_private(first[0])


def test_what_never_went_out_is_not_counted() -> None:
    """The operation is there all the same: it was to be tried."""
    tally = Tally(_target(), TOLD, WORDS)
    tally.note(_exchange("/things/one", sent=False), TEMPLATE)
    assert (tally.sent, tally.distinct) == ({"look": 0}, {})
    tally.note(_exchange("/things/one"), TEMPLATE)
    tally.note(_exchange("/things/one"), TEMPLATE)
    assert tally.sent == {"look": 2}
    assert len(tally.distinct["look"]) == 1


def test_an_emulators_requests_are_anybodys() -> None:
    """Their digests are of all that was sent, and stay as they are."""
    (digest,) = _digests(_exchange("/things/jane"), target=_target("emulator"))
    assert _told([digest], b"a") == _told([digest], b"b") == [digest]
    assert not is_private(digest)
