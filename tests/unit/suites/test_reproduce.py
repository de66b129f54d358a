"""Commands that repeat a request and show nothing they must not."""

from __future__ import annotations

import json
import shlex
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specproof.model import Exchange, Json, Request
from specproof.suites.reproduce import curl
from specproof.targets.credentials import Credentials

APP, KEY = "app-CANARY-1234", "key-CANARY-5678"
CREDENTIALS = Credentials(
    "shop",
    {"key": {"type": "http", "scheme": "Key", "x-specproof-env": "SHOP_KEY"}},
    {"SHOP_KEY": KEY, "SHOP_APP": APP},
)
TEMPLATE = "/apps/{app}/things/{id}"


def _curl(
    path: str,
    told: set[str] | None = None,
    *,
    template: str = TEMPLATE,
    body: bytes = b"",
    method: str = "DELETE",
    headers: tuple[tuple[str, str], ...] = (),
) -> str:
    request = Request(method, f"https://api.test/base{path}", headers, body)
    exchange = Exchange("e", "shop", "drop", "s", request, None, "live")
    return curl(exchange, template, CREDENTIALS, [{"key": []}], told or set())


def test_a_whole_command() -> None:
    """Credentials are names, what we invented is written out, all else is a placeholder."""
    shown = _curl(
        f"/apps/{APP}/things/mine?q=mine&r=other",
        {"mine"},
        body=json.dumps({"name": "mine", "note": "CANARY", "n": 5, "ok": True}).encode(),
        headers=(("Content-Type", "application/json"), ("X-Other", "CANARY")),
    )
    assert shlex.split(shown) == [
        "curl",
        "--silent",
        "--show-error",
        "--include",
        "--request",
        "DELETE",
        "--header",
        "Authorization: Key $SHOP_KEY",
        "--header",
        "Content-Type: application/json",
        "--data-raw",
        '{"name": "mine", "note": "{text}", "n": 0, "ok": true}',
        "$BASE_URL/apps/$SHOP_APP/things/mine?q=mine&r={r}",
    ]


def test_a_get_needs_no_method() -> None:
    """And a method that is no token is not repeated."""
    assert "--request" not in _curl("/apps/a/things/b", method="GET")
    assert "--request" not in _curl("/apps/a/things/b", method="GET; rm")


def test_a_body_that_is_no_json_is_counted() -> None:
    """Not shown, since nobody knows what it holds."""
    assert "(6 bytes that are not JSON)" in _curl("/apps/a/things/b", body=b"CANARY")
    assert "bytes that are not JSON" in _curl("/a", body=b"[" * 100_000)


def test_a_path_of_another_shape_is_the_template() -> None:
    """Values can not be told apart from words any more."""
    assert _curl("/x", template="/a/b/c/{d}/e/f/g/h").endswith('"$BASE_URL/a/b/c/{d}/e/f/g/h"')


@pytest.mark.parametrize("path", ["/x/$(touch a)/{id}", "/`touch a`/{id}", '/";touch a;"/{id}'])
def test_a_hostile_template_runs_nothing(path: str) -> None:
    """Paths come from specs of strangers, and the command will be pasted into a shell."""
    for url in ("/a/b/c", "/" + "a/" * 9):
        shown = _curl(url, template=path)
        assert not {"`", "("} & set(shown)
        assert shown.count('"') % 2 == 0
        assert shown.count("$") == 2


@given(
    secrets=st.lists(
        st.text(alphabet="ЖЩЮЯ0123456789", min_size=4, max_size=10), min_size=4, max_size=4
    ),
    told=st.sets(st.text(max_size=6), max_size=3),
    nested=st.booleans(),
)
def test_what_is_not_told_is_not_shown(secrets: list[str], told: set[str], nested: bool) -> None:
    """In path, query, body and its names, encoded or not; nor any credential anywhere."""
    hidden = [f"Ж{text}" for text in secrets]
    body: Json = {hidden[0]: hidden[1], "list": [hidden[1], 987654321987]}
    shown = _curl(
        f"/apps/{quote(hidden[2])}/things/{APP}?a={quote(hidden[3])}&{quote(hidden[0])}=1&k={KEY}",
        told - set(hidden),
        body=json.dumps([body] if nested else body).encode(),
        headers=(("Cookie", hidden[0]), ("Authorization", f"Key {KEY}")),
    )
    for text in (*hidden, APP, KEY, "987654321987"):
        for form in (text, quote(text), json.dumps(text)[1:-1]):
            assert form not in shown
    shlex.split(shown)
