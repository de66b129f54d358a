"""Credentials on requests, and nowhere else."""

from __future__ import annotations

import base64
import shlex

import pytest

from specproof.model import Json, JsonObject
from specproof.targets.credentials import MODES, Credentials, variables
from specproof.targets.near_credentials import NEAR

SECRET = "s3cret-CANARY"
FAR = ("own", "none", "malformed", "wrong", "other")
SCHEMES: dict[str, JsonObject] = {
    "basic": {"type": "http", "scheme": "Basic"},
    "bearer": {"type": "http", "scheme": "bearer"},
    "key": {"type": "http", "scheme": "Key", "x-specproof-env": "SHOP_KEY"},
    "header": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "query": {"type": "apiKey", "in": "query", "name": "key"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "sid"},
    "cookie2": {"type": "apiKey", "in": "cookie", "name": "tid"},
    "oauth": {"type": "oauth2"},
    "tls": {"type": "mutualTLS"},
}
BASIC = base64.b64encode(f"{SECRET}-u:{SECRET}-p".encode()).decode()
OWN = {
    "SPECPROOF_MY_SHOP_BASIC_USERNAME": f"{SECRET}-u",
    "SPECPROOF_MY_SHOP_BASIC_PASSWORD": f"{SECRET}-p",
    "SHOP_KEY": f"{SECRET}-k",
    **{
        f"SPECPROOF_MY_SHOP_{name}": f"{SECRET}-{name}"
        for name in ("BEARER", "HEADER", "QUERY", "COOKIE", "COOKIE2", "OAUTH")
    },
}


def _credentials() -> Credentials:
    return Credentials(
        "my-shop", SCHEMES, OWN, {name: f"{text}-other" for name, text in OWN.items()}
    )


@pytest.mark.parametrize(
    ("scheme", "headers", "query"),
    [
        ("basic", {"Authorization": f"Basic {BASIC}"}, {}),
        ("bearer", {"Authorization": f"Bearer {SECRET}-BEARER"}, {}),
        ("key", {"Authorization": f"Key {SECRET}-k"}, {}),
        ("header", {"X-Key": f"{SECRET}-HEADER"}, {}),
        ("query", {}, {"key": f"{SECRET}-QUERY"}),
        ("cookie", {"Cookie": f"sid={SECRET}-COOKIE"}, {}),
        ("oauth", {"Authorization": f"Bearer {SECRET}-OAUTH"}, {}),
        ("tls", {}, {}),
        ("nowhere", {}, {}),
    ],
)
def test_each_scheme_has_its_place(scheme: str, headers: Json, query: Json) -> None:
    """Headers, query and cookies, as the Security Scheme Object says."""
    assert _credentials().apply([{scheme: []}], "own") == (headers, query)


def test_schemes_of_one_requirement_go_together() -> None:
    """Two cookies share one header field (RFC 6265 5.4)."""
    headers, query = _credentials().apply([{"cookie": [], "cookie2": [], "query": []}], "own")
    assert headers == {"Cookie": f"sid={SECRET}-COOKIE; tid={SECRET}-COOKIE2"}
    assert query == {"key": f"{SECRET}-QUERY"}


def test_the_first_requirement_that_can_be_met_is_used() -> None:
    """Alternatives that we have no value for are passed over, and so is the empty one."""
    only_key = Credentials("my-shop", SCHEMES, {"SHOP_KEY": SECRET})
    security: list[dict[str, Json]] = [{}, {"basic": []}, {"key": []}]
    assert only_key.apply(security, "own") == ({"Authorization": f"Key {SECRET}"}, {})
    assert only_key.missing() == tuple(sorted(set(OWN) - {"SHOP_KEY"}))
    assert not only_key.has_other
    assert _credentials().has_other
    assert _credentials().missing() == ()


@pytest.mark.parametrize("scheme", ["basic", "bearer", "key", "header", "query", "cookie"])
def test_no_mode_but_own_carries_our_secret(scheme: str) -> None:
    """Without, garbled, unknown and as another tenant: four different requests, none ours."""
    seen = {mode: _credentials().apply([{scheme: []}], mode) for mode in FAR}
    assert seen["none"] == ({}, {})
    assert len({str(item) for item in seen.values()}) == len(FAR)
    own = [*seen["own"][0].values(), *seen["own"][1].values()]
    for mode in ("malformed", "wrong", "other"):
        values = [*seen[mode][0].values(), *seen[mode][1].values()]
        assert values
        assert not set(values) & set(own)
    assert SECRET not in str(seen["malformed"]) + str(seen["wrong"])


@pytest.mark.parametrize("scheme", ["basic", "bearer", "key", "header", "query", "cookie"])
@pytest.mark.parametrize("mode", NEAR)
def test_near_modes_differ_from_what_is_right_in_one_thing(scheme: str, mode: str) -> None:
    """None is what would be accepted, and each says so where it does not fit the scheme."""
    credentials = _credentials()
    own = credentials.apply([{scheme: []}], "own")
    near = credentials.apply([{scheme: []}], mode)
    assert (mode in credentials.refusable([{scheme: []}])) is (near != own)
    assert near[0].keys() | near[1].keys() == own[0].keys() | own[1].keys()


@pytest.mark.parametrize("scheme", sorted(set(SCHEMES) - {"tls"}))
@pytest.mark.parametrize("mode", MODES)
def test_curl_names_variables_and_never_values(scheme: str, mode: str) -> None:
    """A reproduction can be pasted anywhere; who runs it has the secrets in variables."""
    arguments = _credentials().as_curl([{scheme: []}], mode)
    shown = " ".join(arguments)
    assert SECRET not in shown
    assert BASIC not in shown
    assert bool(arguments) is (mode != "none")
    if mode in FAR:
        assert ("$" in shown) is (mode in {"own", "other"})
    assert ("$SPECPROOF_OTHER_" in shown) is (mode == "other")
    shlex.split(shown)


def test_curl_of_each_place() -> None:
    """Basic is curl's own affair; the rest go where the scheme says."""
    credentials = _credentials()

    def shown(scheme: str) -> str:
        return " ".join(credentials.as_curl([{scheme: []}], "own"))

    stem = "$SPECPROOF_MY_SHOP"
    assert shown("basic") == f'--user "{stem}_BASIC_USERNAME:{stem}_BASIC_PASSWORD"'
    assert shown("key") == '--header "Authorization: Key $SHOP_KEY"'
    assert shown("query") == f'--get --data-urlencode "key={stem}_QUERY"'
    assert shown("cookie") == f'--cookie "sid={stem}_COOKIE"'


def test_names_from_a_hostile_spec_stay_text_in_a_shell() -> None:
    """A header name or a variable may not run a command in whoever pastes the reproduction."""
    schemes: dict[str, JsonObject] = {
        "key": {
            "type": "apiKey",
            "in": "header",
            "name": 'X"; $(touch a) `touch b` \\',
            "x-specproof-env": 'A"; touch c; "',
        }
    }
    credentials = Credentials("shop", schemes, {'A"; touch c; "': "x"})
    shown = " ".join(credentials.as_curl([{"key": []}], "own"))
    assert shlex.split(shown) == [
        "--header",
        'X"; \\$(touch a) \\`touch b\\` \\: $A___touch_c___',
    ]


def test_nothing_shows_a_value() -> None:
    """Neither repr nor str, which end up in tracebacks and logs."""
    credentials = _credentials()
    assert SECRET not in f"{credentials!r} {credentials}"
    assert "basic" in repr(credentials)


def test_values_and_variables_find_each_other() -> None:
    """The report replaces a value by its variable; what is empty belongs to none."""
    credentials = Credentials("shop", {}, {"A": "1", "B": ""})
    assert (credentials.value("A"), credentials.value("C")) == ("1", "")
    assert (credentials.variable_of("1"), credentials.variable_of("")) == ("A", None)


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (
            {"type": "http", "scheme": "basic"},
            ("SPECPROOF_A_B_X_USERNAME", "SPECPROOF_A_B_X_PASSWORD"),
        ),
        ({"type": "apiKey"}, ("SPECPROOF_A_B_X",)),
        ({"x-specproof-env": "ONE"}, ("ONE",)),
        ({"x-specproof-env": ["ONE", "TWO"]}, ("ONE", "TWO")),
        ({"x-specproof-env": []}, ("SPECPROOF_A_B_X",)),
    ],
)
def test_variables_follow_from_names(node: JsonObject, expected: tuple[str, ...]) -> None:
    """The spec's own choice, or a name made of API and scheme."""
    assert variables("a-b", "x", node) == expected
