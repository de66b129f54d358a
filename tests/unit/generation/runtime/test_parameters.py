from __future__ import annotations

import datetime as dt
from io import BytesIO, UnsupportedOperation
from typing import Any

import httpx
import pytest

from specproof.generation.runtime import parameters
from specproof.generation.runtime.enums import OpenStrEnum
from specproof.generation.runtime.errors import InvalidRequestError
from specproof.generation.runtime.segments import Styled, segment
from specproof.generation.runtime.types import UNSET, File

DAY = dt.date(2024, 1, 2)
BOTH = {"R": 100, "G": True}


class Color(OpenStrEnum):
    """Colours that are documented."""

    RED = "red"


@pytest.mark.parametrize(
    ("value", "style", "explode", "pairs"),
    [
        (UNSET, "form", True, []),
        (None, "form", True, []),
        (True, "form", True, [("q", "true")]),
        (Color.RED, "form", True, [("q", "red")]),
        (1.5, "form", True, [("q", "1.5")]),
        ("", "form", True, [("q", "")]),
        (DAY, "form", False, [("q", "2024-01-02")]),
        (["a", False, None], "form", True, [("q", "a"), ("q", "false")]),
        (["a", "b"], "form", False, [("q", "a,b")]),
        (["a b", "c,d"], "form", False, [("q", "a%20b,c%2Cd")]),
        (["a b", "c"], "form", True, [("q", "a%20b"), ("q", "c")]),
        (["a", "b"], "spaceDelimited", False, [("q", "a%20b")]),
        (["a|", "b"], "pipeDelimited", False, [("q", "a%7C%7Cb")]),
        (["a", "b"], "deepObject", True, [("q", "a"), ("q", "b")]),
        ([], "form", True, []),
        (BOTH, "form", True, [("R", "100"), ("G", "true")]),
        (BOTH, "form", False, [("q", "R,100,G,true")]),
        (BOTH, "deepObject", True, [("q%5BR%5D", "100"), ("q%5BG%5D", "true")]),
        (
            {"a": {"b": [1, 2]}},
            "deepObject",
            True,
            [("q%5Ba%5D%5Bb%5D", "1"), ("q%5Ba%5D%5Bb%5D", "2")],
        ),
        ({"a": {"b": None}}, "form", True, [("a", "%7B%22b%22%3Anull%7D")]),
        ({"a&": "="}, "form", False, [("q", "a%26,%3D")]),
    ],
)
def test_a_query_is_written_in_its_style(
    value: object, style: str, explode: bool, pairs: list[tuple[str, str]]
) -> None:
    """The table of OpenAPI 3.1.1, 4.8.12.6: only delimiters stay; ``true`` is no ``True``."""
    assert parameters.query("q", value, style, explode=explode) == pairs


@pytest.mark.parametrize(
    ("value", "explode", "text"),
    [
        (UNSET, False, None),
        (None, False, None),
        (False, False, "false"),
        ([1, 2], False, "1,2"),
        (BOTH, False, "R,100,G,true"),
        (BOTH, True, "R=100,G=true"),
    ],
)
def test_a_header_and_a_cookie_are_written_in_their_style(
    value: object, explode: bool, text: str | None
) -> None:
    """Style simple for headers, form for cookies; there is none without a value."""
    assert parameters.header(value, explode=explode) == text
    assert parameters.cookie(value, explode=explode) == text


@pytest.mark.parametrize(
    ("value", "style", "explode", "text"),
    [
        (UNSET, "simple", False, UNSET),
        (None, "label", False, None),
        (DAY, "simple", False, "2024-01-02"),
        (["a", "b"], "simple", False, "a,b"),
        (BOTH, "simple", True, "R=100,G=true"),
        ("a", "label", False, ".a"),
        (["a", "b"], "label", False, ".a,b"),
        (["a", "b"], "label", True, ".a.b"),
        (BOTH, "label", True, ".R=100.G=true"),
        ("a", "matrix", False, ";p=a"),
        (["a", "b"], "matrix", False, ";p=a,b"),
        (["a", "b"], "matrix", True, ";p=a;p=b"),
        (BOTH, "matrix", False, ";p=R,100,G,true"),
        (BOTH, "matrix", True, ";R=100;G=true"),
        ("", "matrix", False, ";p"),
        (["a,b", "../c"], "simple", False, "a%2Cb,..%2Fc"),
        (["a.b", "é"], "label", True, ".a.b.%C3%A9"),
        (["a;q=1"], "matrix", True, ";p=a%3Bq%3D1"),
        ({"a,b": None, "c": "d=e"}, "simple", True, "c=d%3De"),
    ],
)
def test_a_part_of_a_path_is_written_in_its_style(
    value: object, style: str, explode: bool, text: object
) -> None:
    """The same table and RFC 6570 3.2; a value that is none is left for ``segment`` to refuse."""
    written = parameters.path("p", value, style, explode=explode)
    assert (segment("p", written) if isinstance(written, Styled) else written) == text


@pytest.mark.parametrize(
    ("value", "style"), [("", "label"), (".", "label"), ([], "simple"), (["\n"], "matrix")]
)
def test_no_style_makes_another_path(value: object, style: str) -> None:
    """Delimiters of a style count: ``.`` and ``..`` are refused however they came about."""
    with pytest.raises(InvalidRequestError, match=r"^p must not"):
        segment("p", parameters.path("p", value, style))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), b"x", {1}, [object()]])
def test_what_no_parameter_can_hold_is_refused(value: object) -> None:
    """It is not sent as its ``repr``."""
    for write in (parameters.header, parameters.json_body):
        with pytest.raises(ValueError):  # noqa: PT011 - of json and of ours
            write(value)
    with pytest.raises(ValueError):  # noqa: PT011 - see above
        parameters.query("q", value)


@pytest.mark.parametrize(
    ("value", "content"),
    [(None, b"null"), ({"d": DAY, "u": UNSET}, b'{"d":"2024-01-02"}'), (["é"], '["é"]'.encode())],
)
def test_a_body_of_json_is_written_whole(value: object, content: bytes) -> None:
    """``null`` is a body; a field without a value is none."""
    assert parameters.json_body(value) == {"content": content}


def test_a_body_without_a_value_is_none() -> None:
    """Nothing is sent for it."""
    for write in (
        parameters.json_body,
        parameters.form_body,
        parameters.content_body,
        parameters.multipart_body,
    ):
        assert write(UNSET) == {}


def _sent(arguments: dict[str, Any]) -> bytes:
    return httpx.Request("POST", "http://example.com/", **arguments).read()


def test_a_form_repeats_lists_and_nests_json() -> None:
    """OpenAPI 3.1.1, 4.8.15: style form, objects as JSON."""
    form = {"a": [1, True], "b": {"c": None}, "d": None, "e": DAY}
    assert _sent(parameters.form_body(form)) == (b"a=1&a=true&b=%7B%22c%22%3Anull%7D&e=2024-01-02")
    with pytest.raises(ValueError, match="a form is an object"):
        parameters.form_body([1])


def test_bytes_are_sent_as_they_are() -> None:
    """A file, bytes and text make a body."""
    assert _sent(parameters.content_body(b"x")) == b"x"
    assert _sent(parameters.content_body("é")) == "é".encode()
    assert _sent(parameters.content_body(File(BytesIO(b"y")))) == b"y"


class _Pipe(BytesIO):
    """A file that is read once and not rewound."""

    def __init__(self) -> None:
        super().__init__(b"piped")

    def seekable(self) -> bool:
        """It is not."""
        return False

    def seek(self, *_: int) -> int:
        """Refuse."""
        raise UnsupportedOperation


def test_a_body_of_another_type_is_none() -> None:
    """Only one that may be left out is."""
    parameters.no_body(UNSET, optional=True)
    for value, optional in ((UNSET, False), (None, True), ({}, False)):
        with pytest.raises(InvalidRequestError, match=r"^body must be of a type"):
            parameters.no_body(value, optional=optional)


def test_a_list_is_one_part_per_item() -> None:
    """RFC 7578: files as they are, objects as JSON, the rest as text, nothing for None."""
    fields = {
        "f": File(BytesIO(b"x"), "n.txt", "text/x"),
        "l": [1, True],
        "o": {"d": DAY},
        "n": None,
    }
    parts = parameters.multipart_body(fields)["files"]
    assert [(name, part[0], part[2]) for name, part in parts] == [
        ("f", "n.txt", "text/x"),
        ("l", None, "text/plain"),
        ("l", None, "text/plain"),
        ("o", None, "application/json"),
    ]
    piped = parameters.multipart_body({"f": File(_Pipe())})
    assert b"\r\n\r\npiped\r\n" in _sent(piped)
    assert b"\r\n\r\npiped\r\n" in _sent(piped)
    sent = _sent({"files": parts})
    assert b'{"d":"2024-01-02"}' in sent
    assert b"\r\n\r\ntrue\r\n" in sent
