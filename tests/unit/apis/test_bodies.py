"""Reading what servers answer to arranging requests."""

from __future__ import annotations

import pytest

from specproof.apis.bodies import body_of
from specproof.model import Exchange, Json, Request, Response


def _exchange(body: bytes | None) -> Exchange:
    response = None if body is None else Response(200, (), body, body)
    return Exchange(
        id="s#1",
        api="shop",
        operation="+create",
        scenario="s",
        request=Request("POST", "http://shop.invalid/things"),
        response=response,
        target="live",
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"a": [1]}', {"a": [1]}),
        (b"[1]", {}),
        (b"7", {}),
        (b"", {}),
        (b"{", {}),
        (b"\xff\xfe\xfd", {}),
        (b"[" * 200_000, {}),
        (None, {}),
    ],
)
def test_only_an_object_is_read(body: bytes | None, expected: dict[str, Json]) -> None:
    """Whatever else a server says, or nothing at all, is as good as an empty object."""
    assert body_of(_exchange(body)) == expected
