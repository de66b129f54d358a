"""Lines of places of documents."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specproof.document.references import escape
from specproof.model import Json
from specproof.report.changes.lines import lines_of

JSON = b"""\
{
  "a": {"b": 1,
    "c\\u0064": [
      1, "}]{[",
      {"e": [[],
             [true]]}
    ]},
  "x/y": "a: b, c"
}
"""
YAML = b"""\
# a comment
a:
  b: 1
  "cd": [1, 2,
     {e: [[], [true]]}]
x/y: |
  a: b
200: {z: 1}
"""


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (JSON, {"/a": 2, "/a/b": 2, "/a/cd": 3, "/a/cd/1": 4, "/a/cd/2/e/1/0": 6, "/x~1y": 8}),
        (YAML, {"/a": 2, "/a/b": 3, "/a/cd": 4, "/a/cd/2": 5, "/x~1y": 6, "/200/z": 8}),
    ],
)
def test_each_place_has_its_line(data: bytes, lines: dict[str, int]) -> None:
    """Keys have the line of the key, elements that of the element."""
    assert lines_of(data, lines) == lines


@pytest.mark.parametrize("data", [JSON, YAML])
def test_what_is_not_there_has_the_line_of_what_is_around_it(data: bytes) -> None:
    """A place that is gone is shown where it was, one that never was is shown nowhere."""
    asked = ["/a/cd/2/nothing/0", "/a/cd/9", "/nothing/a", "", "/x~1y/0"]
    found = lines_of(data, asked)
    assert set(found) == {"/a/cd/2/nothing/0", "/a/cd/9", "/x~1y/0"}
    assert found["/a/cd/9"] == lines_of(data, ["/a/cd"])["/a/cd"]


@pytest.mark.parametrize("data", [None, b"", b"[", b"{", b"a: [", b"\xff\xfe", b"[1]"])
def test_what_can_not_be_read_has_no_lines(data: bytes | None) -> None:
    """No report is refused for want of a line."""
    assert lines_of(data, ["/a", ""]) == {}


def test_yaml_may_begin_with_a_brace() -> None:
    """What looks like JSON and is none is read as what it is."""
    assert lines_of(b"{a: 1,\n b: 2}", ["/b"]) == {"/b": 2}


def test_a_large_yaml_document_goes_without() -> None:
    """Its tree would take more memory than lines are worth."""
    assert lines_of(b"a: 1\n" + b"#" * 9 * 2**20, ["/a"]) == {}


_VALUES = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=12,
)


def _pointers(node: Json, pointer: str = "") -> dict[str, int]:
    """Return the line of each place of a document with one key or element a line."""
    lines: dict[str, int] = {}

    def walk(node: Json, pointer: str, line: int) -> int:
        if isinstance(node, dict):
            members = [(escape(key), value) for key, value in node.items()]
        elif isinstance(node, list):
            members = [(str(i), value) for i, value in enumerate(node)]
        else:
            return line
        for key, value in members:
            line += 1
            lines[f"{pointer}/{key}"] = line
            line = walk(value, f"{pointer}/{key}", line)
        # An empty container closes on the line on which it opens.
        return line + bool(members)

    walk(node, pointer, 1)
    return lines


@settings(max_examples=25)
@given(document=st.dictionaries(st.text(max_size=4), _VALUES, min_size=1))
def test_lines_of_any_json_are_right(document: dict[str, Json]) -> None:
    """Each key and element of an indented document stands on a line of its own."""
    lines = _pointers(document)
    assert lines_of(json.dumps(document, indent=1).encode(), lines) == lines
