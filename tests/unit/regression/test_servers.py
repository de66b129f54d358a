"""Where calls are sent."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from specproof.regression.change import Change
from specproof.regression.engine import diff
from specproof.regression.places import Document

Node = dict[str, Any]


def _document(root: Any = None, item: Any = None, own: Any = None) -> Document:
    get: Node = {"responses": {"200": {"description": "fine"}}}
    path: Node = {"get": get, "put": {"responses": {"200": {"description": "fine"}}}}
    held: Node = {"openapi": "3.1.0", "paths": {"/pets": path}}
    for node, servers in ((held, root), (path, item), (get, own)):
        if servers is not None:
            node["servers"] = servers
    return Document(held, "x")


def _changes(old: Document, new: Document) -> tuple[Change, ...]:
    return diff(old, new, today=dt.date(2026, 1, 1)).changes


def _urls(*urls: str) -> list[Node]:
    return [{"url": url} for url in urls]


def _variable(**variable: Any) -> list[Node]:
    return [{"url": "https://{env}.example.com", "variables": {"env": variable}}]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (_urls("https://a"), _urls("https://b"), ["error server-changed"]),
        (_urls("https://a/v1"), _urls("https://a/v2"), ["error server-changed"]),
        (_urls("http://a"), _urls("https://a"), ["error server-changed"]),
        (_urls("https://a/v1"), None, ["error server-changed"]),
        (None, _urls("https://a"), ["error server-changed"]),
        (_urls("https://a"), _urls("https://a", "https://b"), ["info server-added"]),
        (_urls("https://a", "https://b"), _urls("https://a"), ["warning server-removed"]),
        (_urls("https://a", "https://b"), _urls("https://b"), ["error server-changed"]),
        (_urls("/a", "/b"), _urls("/b", "/a"), ["info server-order-changed"]),
        (_urls("/a"), _urls("/b", "/a"), ["info server-added", "info server-order-changed"]),
        (
            _variable(default="a", enum=["a", "b"]),
            _variable(default="a", enum=["a"]),
            ["error server-variable-value-removed"],
        ),
        (
            _variable(default="a"),
            _variable(default="a", enum=["a"]),
            ["error server-variable-restricted"],
        ),
        (
            _variable(default="a"),
            _variable(default="b"),
            ["error server-variable-default-changed"],
        ),
        (
            _variable(default="a"),
            _urls("https://a.example.com"),
            ["error server-variable-removed"],
        ),
    ],
)
def test_servers_that_changed(old: Any, new: Any, expected: list[str]) -> None:
    """The first server is where calls go; others concern those who chose them."""
    found = _changes(_document(old), _document(new))
    assert [f"{item.level} {item.rule}" for item in found] == expected
    assert all(item.operations == ("GET /pets", "PUT /pets") for item in found)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (None, []),
        (None, _urls("/")),
        (None, [{"url": "/", "description": "here"}]),
        (_urls("https://A.example.com:443/v1/"), _urls("HTTPS://a.example.com/v1")),
        (_urls("https://a.example.com"), _variable(default="a")),
        (_variable(default="a", enum=["a"]), _variable(default="a", enum=["b", "a"])),
        (_urls("http://[broken"), _urls("http://[broken")),
        (["nonsense"], [{"url": 5}]),
    ],
)
def test_servers_that_are_the_same(old: Any, new: Any) -> None:
    """What a URL can be written in two ways, and what stands for nothing, makes no difference."""
    assert _changes(_document(old), _document(new)) == ()


def test_servers_of_an_operation_count_for_it_alone() -> None:
    """The nearest list of servers holds: of the operation, its path, the API."""
    old = _document(_urls("/a"), item=_urls("/b"), own=_urls("/c"))
    [change] = _changes(old, _document(_urls("/other"), item=_urls("/b"), own=_urls("/d")))
    assert (change.rule, change.operations) == ("server-changed", ("GET /pets",))
    [change] = _changes(old, _document(_urls("/a"), item=_urls("/d"), own=_urls("/c")))
    assert (change.rule, change.operations) == ("server-changed", ("PUT /pets",))


def test_a_broken_url_is_compared_as_text() -> None:
    """What is no URL differs from another one."""
    [change] = _changes(_document(_urls("http://[a")), _document(_urls("http://[b")))
    assert change.message == "Calls of the API are sent to http://[b; it was http://[a."
