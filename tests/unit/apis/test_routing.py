from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from specproof.apis.routing import Match, Route, Router

ROUTER = Router(
    [
        Route("by-id", "GET", "/customers/{id}/aliases"),
        Route("by-alias", "GET", "/customers/by-alias/{alias}"),
        Route("rename", "PUT", "/customers/{id}/aliases"),
        Route("file", "DELETE", "/files/{name}.{kind}"),
    ]
)


def _found(method: str, path: str) -> Match:
    match = ROUTER.match(method, path)
    assert match is not None
    return match


@given(st.text(min_size=1))
@example("%2F")
@example("100%25/x")
def test_a_segment_is_decoded_exactly_once(text: str) -> None:
    """Any text, slashes and percent signs too, comes out of one segment as it went in."""
    match = _found("GET", f"/customers/{quote(text, safe='', errors='replace')}/aliases")
    assert match.parameters == {"id": text.encode(errors="replace").decode()}
    assert match.undecodable == ()


@pytest.mark.parametrize("raw", ["%", "%zz", "%2", "%ff", "a%C3"])
def test_broken_encoding_is_named(raw: str) -> None:
    """A parameter that can not be decoded still finds its route, and is named."""
    match = _found("GET", f"/customers/{raw}/aliases")
    assert match.undecodable == ("id",)
    assert match.parameters == {"id": raw}


def test_literals_go_before_parameters() -> None:
    """Where both fit, the more literal template wins; literals may be encoded."""
    assert _found("GET", "/customers/by-alias/aliases").parameters == {"alias": "aliases"}
    assert _found("GET", "/customers/%62y-alias/x").parameters == {"alias": "x"}


def test_parameters_may_share_a_segment() -> None:
    """Text around parameters splits a segment."""
    assert _found("DELETE", "/files/a.txt").parameters == {"name": "a", "kind": "txt"}


@pytest.mark.parametrize(
    "path", ["", "/", "/customers", "/customers//aliases", "/customers/1/aliases/", "/%zz/1/x"]
)
def test_other_paths_lead_nowhere(path: str) -> None:
    """Empty segments, other lengths and other literals do not match."""
    assert ROUTER.match("GET", path) is None


def test_methods_of_a_path_are_listed() -> None:
    """HEAD goes to GET; a method that is missing gives the ones that exist."""
    head = _found("HEAD", "/customers/1/aliases")
    assert head.route is not None
    assert head.route.name == "by-id"
    wrong = _found("PATCH", "/customers/1/aliases")
    assert wrong.route is None
    assert wrong.allowed == ("GET", "HEAD", "OPTIONS", "PUT")
    assert _found("HEAD", "/files/a.b").route is None
