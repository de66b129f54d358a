"""The words of the project as types."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specproof.model import Request, Response, fingerprint

_HEADERS = (("Retry-After", "1"), ("X", "y"), ("RETRY-AFTER", "2"))


@pytest.mark.parametrize("holder", [Request("GET", "/", _HEADERS), Response(200, _HEADERS)])
def test_header_names_are_case_insensitive(holder: Request | Response) -> None:
    """The first field of a name is found however it is written; none gives None."""
    assert holder.header("retry-after") == "1"
    assert holder.header("x") == "y"
    assert holder.header("missing") is None


def test_repeated_fields_are_kept_apart() -> None:
    """Every value of a name comes back, in order."""
    response = Response(200, _HEADERS)
    assert response.all_headers("Retry-after") == ("1", "2")
    assert response.all_headers("missing") == ()


def test_what_was_sent_cannot_be_changed() -> None:
    """Requests and responses are immutable."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        Response(200).status = 404  # type: ignore[misc]  # that is the point


def test_a_fingerprint_never_changes() -> None:
    """The value is fixed for good, since deviations and baselines hold it."""
    assert fingerprint("status-documented", "a/b/404/schema") == "fb09c17f23ee24e0"


@given(st.lists(st.text("ab"), max_size=3), st.lists(st.text("ab"), max_size=3))
def test_fingerprints_tell_parts_apart(one: list[str], other: list[str]) -> None:
    """Parts are not merely joined, so that moving a boundary changes the fingerprint."""
    # No part at all and one empty part are the same; nobody makes fingerprints of nothing.
    assert (fingerprint(*one) == fingerprint(*other)) == ((one or [""]) == (other or [""]))
