"""What credentials operations ask for, and what the schemes are."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from specproof.regression.change import Change, Level
from specproof.regression.engine import diff
from specproof.regression.places import Document

Node = dict[str, Any]

KEY = {"type": "apiKey", "in": "header", "name": "X-Key"}
BASIC = {"type": "http", "scheme": "basic"}
OAUTH = {
    "type": "oauth2",
    "flows": {
        "clientCredentials": {
            "tokenUrl": "https://example.com/token",
            "scopes": {"read": "", "write": ""},
        }
    },
}
SCHEMES = {"basic": BASIC, "key": KEY, "oauth": OAUTH}


def _document(
    security: Any = None, own: Any = None, schemes: Node | None = None, **root: Any
) -> Document:
    operation: Node = {"responses": {"200": {"description": "fine"}}}
    if own is not None:
        operation["security"] = own
    held: Node = {
        "openapi": "3.0.3",
        "paths": {"/pets": {"get": operation, "put": {"responses": {}}}},
        "components": {"securitySchemes": SCHEMES if schemes is None else schemes},
        **root,
    }
    if security is not None:
        held["security"] = security
    return Document(held, "x")


def _changes(old: Document, new: Document) -> tuple[Change, ...]:
    return diff(old, new, today=dt.date(2026, 1, 1)).changes


def _between(old: Any, new: Any) -> list[tuple[str, str]]:
    found = _changes(_document(own=old), _document(own=new))
    return [(change.rule.removeprefix("security-"), change.level.value) for change in found]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (None, [{"key": []}], [("required", "error")]),
        ([], [{"key": []}], [("required", "error")]),
        ([{}, {"key": []}], [{"key": []}], [("required", "error")]),
        ([{"key": []}], [], [("requirement-removed", "info")]),
        ([{"key": []}], [{}, {"key": []}], [("requirement-removed", "info")]),
        ([{"key": []}], [{"key": []}, {"basic": []}], [("alternative-added", "info")]),
        ([{"key": []}, {"basic": []}], [{"key": []}], [("alternative-removed", "error")]),
        (
            [{"key": []}],
            [{"basic": []}],
            [("alternative-removed", "error"), ("alternative-added", "info")],
        ),
        ([{"key": []}], [{"key": [], "basic": []}], [("scheme-also-required", "error")]),
        ([{"key": [], "basic": []}], [{"key": []}], [("scheme-no-longer-required", "info")]),
        ([{"oauth": ["read"]}], [{"oauth": ["read", "write"]}], [("scope-added", "error")]),
        ([{"oauth": ["read", "write"]}], [{"oauth": ["write"]}], [("scope-removed", "info")]),
        (
            [{"oauth": ["read"]}],
            [{"oauth": ["write"]}],
            [("scope-added", "error")],
        ),
        ([{"oauth": ["read"]}], [{"oauth": ["write"]}, {"oauth": ["read"]}], []),
    ],
)
def test_requirements_by_meaning(old: Any, new: Any, expected: list[tuple[str, str]]) -> None:
    """Whoever got in and still does finds no error; whoever does not finds one."""
    if expected == []:
        assert [level for _, level in _between(old, new) if level != "info"] == []
    else:
        assert _between(old, new) == expected


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (None, []),
        ([], [{}]),
        ([{"key": []}, {"basic": []}], [{"basic": []}, {"key": []}]),
        ([{"oauth": ["read", "write"]}], [{"oauth": ["write", "read", "read"]}]),
        ([{"key": []}], [{"key": None}]),
        ("nonsense", 5),
    ],
)
def test_requirements_that_mean_the_same(old: Any, new: Any) -> None:
    """Order, repeats and what says nothing make no difference."""
    assert _between(old, new) == []


def test_what_holds_for_the_whole_api_is_reported_once() -> None:
    """One change names each operation that has no requirement of its own."""
    [change] = _changes(_document([{"key": []}]), _document([{"basic": [], "key": []}]))
    assert change.rule == "security-scheme-also-required"
    assert change.subject == "security of the API"
    assert change.pointer == "/security"
    assert change.operations == ("GET /pets", "PUT /pets")


def test_a_requirement_moved_from_the_api_to_its_operations_is_no_change() -> None:
    """What counts is what an operation asks for, wherever it is written."""
    old = _document([{"key": []}], own=[{"key": []}])
    new = _document([{"key": []}])
    assert _changes(old, new) == ()


@pytest.mark.parametrize(
    ("old", "new", "rule", "level"),
    [
        (KEY, {**KEY, "name": "X-Token"}, "scheme-key-renamed", Level.ERROR),
        (KEY, {**KEY, "in": "query"}, "scheme-place-changed", Level.ERROR),
        (KEY, BASIC, "scheme-type-changed", Level.ERROR),
        (BASIC, {**BASIC, "scheme": "bearer"}, "scheme-method-changed", Level.ERROR),
        (BASIC, {**BASIC, "bearerFormat": "JWT"}, "bearer-format-changed", Level.INFO),
        (
            {"type": "openIdConnect", "openIdConnectUrl": "https://a"},
            {"type": "openIdConnect", "openIdConnectUrl": "https://b"},
            "discovery-changed",
            Level.ERROR,
        ),
    ],
)
def test_schemes_that_changed(old: Node, new: Node, rule: str, level: Level) -> None:
    """A scheme that is used in another way is reported where it is asked for."""
    asked: list[Node] = [{"auth": []}]
    found = _changes(
        _document(own=asked, schemes={"auth": old}), _document(own=asked, schemes={"auth": new})
    )
    assert [(item.rule, item.level, item.operations) for item in found] == [
        (f"security-{rule}", level, ("GET /pets",))
    ]


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ({"tokenUrl": "https://a"}, {"tokenUrl": "https://b"}, "url-changed"),
        ({"tokenUrl": "https://a"}, {}, "url-changed"),
        ({}, {"refreshUrl": "https://b"}, "url-added"),
        ({"scopes": {"a": ""}}, {"scopes": {}}, "flow-scope-removed"),
        ({"scopes": {}}, {"scopes": {"a": ""}}, "flow-scope-added"),
    ],
)
def test_flows_that_changed(old: Node, new: Node, rule: str) -> None:
    """Addresses and scopes of a flow are compared one by one."""
    before, after = (
        _document(schemes={"o": {"type": "oauth2", "flows": {"implicit": flow}}})
        for flow in (old, new)
    )
    assert [item.rule for item in _changes(before, after)] == [f"security-{rule}"]


def test_flows_that_came_and_went() -> None:
    """A flow that is gone breaks those who used it."""
    old = _document(schemes={"o": {"type": "oauth2", "flows": {"implicit": {}}}})
    new = _document(schemes={"o": {"type": "oauth2", "flows": {"password": {}}}})
    found = [(item.rule, item.level, item.gone) for item in _changes(old, new)]
    assert found == [
        ("security-flow-removed", Level.ERROR, True),
        ("security-flow-added", Level.INFO, False),
    ]


def test_schemes_that_mean_the_same() -> None:
    """Names of schemes and of headers in another case, and descriptions, make no difference."""
    old = _document([{"key": []}], schemes={"key": KEY, "b": BASIC})
    new = _document(
        [{"token": []}],
        schemes={
            "token": {**KEY, "description": "A key."},
            "b": {"type": "http", "scheme": "Basic", "x-note": 1},
        },
    )
    assert _changes(old, new) == ()
    lower = {"key": {**KEY, "name": "x-key"}, "b": BASIC}
    assert _changes(old, _document([{"key": []}], schemes=lower)) == ()


def test_schemes_that_came_and_went_concern_nobody() -> None:
    """A scheme that no operation asks for is information."""
    found = _changes(_document(schemes={"a": KEY}), _document(schemes={"b": BASIC}))
    assert [(item.rule, item.level) for item in found] == [
        ("security-scheme-added", Level.INFO),
        ("security-scheme-removed", Level.INFO),
    ]


def test_a_scheme_that_is_asked_for_and_not_described_any_more() -> None:
    """It is named where it is asked for."""
    found = _changes(_document([{"key": []}]), _document([{"key": []}], schemes={}))
    assert ("security-scheme-undefined", Level.WARNING) in {
        (item.rule, item.level) for item in found
    }
