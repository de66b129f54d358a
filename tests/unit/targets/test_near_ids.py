"""Ids that are almost the one of something that exists."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specproof.targets.near_ids import near_ids

INVENTED = "specproof-thing-0123456789abcdef0123"
RANDOM = "3f2b8c1e-5a7d-4e9f-8b6a-1c2d3e4f5a60"
TIMED = "01849e70-0a0f-72ca-ba07-5557dd734d43"


def test_an_invented_id_is_changed_in_every_way() -> None:
    """Each near id differs from the true one and from every other."""
    found = dict(near_ids(INVENTED, exact=True))
    assert len(set(found.values()) | {INVENTED}) == len(found) + 1 == 9
    assert found["in other letters"] == INVENTED.upper()
    assert found["without its last characters"] == INVENTED[:-6]
    assert found["as a pattern"].endswith("%")


def test_where_the_contract_leaves_open_what_is_equal_less_is_asked() -> None:
    """Blanks and letters may be all the same to a server of which only the contract is known."""
    changes = {change for change, _ in near_ids(INVENTED, exact=False)}
    assert "in other letters" not in changes
    assert "with a blank behind" not in changes
    assert "with another last character" in changes


@pytest.mark.parametrize(
    "text",
    [
        "42",
        "7391827364512837465",
        "customer",
        "507f1f77bcf86cd799439011",
        "c232ab00-9414-11ec-b3c8-9f68deced846",
        TIMED.replace("-", ""),
        f"{{{RANDOM}}}",
    ],
)
def test_ids_that_have_neighbours_are_left_alone(text: str) -> None:
    """Counters, and ids that hold one or a time alone: what is near them is somebody else's."""
    assert list(near_ids(text, exact=True)) == []


def test_the_time_in_a_uuid_stays() -> None:
    """Another beginning of a version 7 is another moment, the letters of a UUID say nothing."""
    changes = {change for change, _ in near_ids(TIMED, exact=True)}
    assert "with another first character" not in changes
    assert "in other letters" not in changes
    assert "with another first character" in dict(near_ids(RANDOM, exact=True))


@given(st.uuids(version=4).map(str), st.booleans())
def test_what_is_near_is_another_id(text: str, exact: bool) -> None:
    """No near id is read as the true one, also by those who read UUIDs in any letters."""
    for _, near in near_ids(text, exact=exact):
        assert near.lower() != text.lower()
        assert len(near) >= 30
        assert near == near.strip() or exact


def test_versions_are_read_from_the_canonical_form() -> None:
    """What Python reads as a UUID and RFC 9562 does not write is none."""
    assert list(near_ids(uuid.UUID(RANDOM).urn, exact=True)) == []
