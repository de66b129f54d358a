"""Pointers into the one document and the other."""

from __future__ import annotations

import pytest

from specproof.model import Json
from specproof.report.changes.pointers import at, counterpart

OLD: Json = {
    "paths": {
        "/a/{id}/": {"get": {}},
        "/b/{x}": {"get": {"parameters": [{"name": "x", "in": "path"}, {"$ref": "#/p"}]}},
    },
    "tags": ["one", "two"],
    "servers": [{"url": "/"}],
    "a/b~c": {"": 1},
}
NEW: Json = {
    "paths": {
        "/b/{y}": {"get": {"parameters": [{"$ref": "#/p"}, {"name": "x", "in": "path"}]}},
        "/c/{one}": {},
        "/c/{two}": {},
    },
    "tags": ["two"],
    "servers": [{"url": "/v2"}],
    "a/b~c": {"": 2},
}


@pytest.mark.parametrize(
    ("pointer", "found"),
    [
        ("", (True, OLD)),
        ("/a~1b~0c/", (True, 1)),
        ("/tags/1", (True, "two")),
        ("/tags/2", (False, None)),
        ("/tags/-1", (False, None)),
        ("/tags/one", (False, None)),
        ("/tags/1/x", (False, None)),
        ("/nothing", (False, None)),
    ],
)
def test_a_pointer_leads_somewhere_or_nowhere(pointer: str, found: tuple[bool, Json]) -> None:
    """What is not there is told apart from null."""
    assert at(OLD, pointer) == found


@pytest.mark.parametrize(
    ("pointer", "other"),
    [
        ("", ""),
        ("/a~1b~0c/", "/a~1b~0c/"),
        ("/paths/~1b~1{x}/get", "/paths/~1b~1{y}/get"),
        ("/paths/~1b~1{x}/get/parameters/0/in", "/paths/~1b~1{y}/get/parameters/1/in"),
        ("/paths/~1b~1{x}/get/parameters/1", "/paths/~1b~1{y}/get/parameters/0"),
        ("/paths/~1a~1{id}~1", None),
        ("/tags/0", None),
        ("/servers/0/url", "/servers/0/url"),
        ("/nothing", None),
    ],
)
def test_the_same_thing_is_found_on_the_other_side(pointer: str, other: str | None) -> None:
    """Names of path parameters and the order of parameters do not matter."""
    assert counterpart(pointer, OLD, NEW) == other


def test_two_paths_alike_are_no_counterpart() -> None:
    """What can not be told is not guessed."""
    assert counterpart("/paths/~1c~1{z}", {"paths": {"/c/{z}": {}}}, NEW) is None


def test_a_list_that_became_something_else_has_no_elements() -> None:
    """The other side may hold anything at the place."""
    assert counterpart("/tags/0", OLD, {"tags": {"0": 1}}) is None
    assert counterpart("/paths/~1x", {"paths": {"/x": 1}}, {"paths": []}) is None
