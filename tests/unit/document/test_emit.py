from __future__ import annotations

import math

import pytest
import yaml  # type: ignore[import-untyped]  # PyYAML ships no types
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from specproof.document import parse_value, to_yaml
from specproof.model import Json

TEXT = st.text(max_size=30) | st.text(alphabet=" \n\t-:#'\"\\0ae._~|>%@`!&*?[]{},=<", max_size=12)
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(value=VALUES)
@example(value={"a": "x\n\ny\n", "b": ["x\ny", "x\ny\n\n\n"], "c": [[["x\n"]], [{}], [[]]]})
@example(value={"k" * 2000: {"k" * 2000: [{"k" * 2000: 1}]}})
@example(value=["\x00\x7f\x85\u2028\ufeff\ufffe\U0001f600", "a: b", "a #b", "a:", "- a", "<<", "="])
@example(value=[1e16, 1e-7, -0.0, 5e-324, 1.5, 10**50])
def test_what_is_written_is_read_back(value: Json) -> None:
    """Our own parse and PyYAML's YAML 1.1 reader both give back what was written."""
    data = to_yaml(value)
    assert _same(parse_value(data, name="x"), value)
    assert _same(yaml.load(data, Loader=yaml.CSafeLoader), value)


@given(text=TEXT)
@example(text="0o7")
@example(text="1e3")
@example(text="08")
def test_strings_are_strings_to_a_yaml_1_2_reader_too(text: str) -> None:
    """A reader of YAML 1.2 that is not ours takes each string for the same string."""
    reader = YAML(typ="safe", pure=True)
    assert reader.load(to_yaml({"key": text}).decode())["key"] == text


def test_the_form_is_the_one_people_write() -> None:
    """Block style, order kept, long text as literal blocks, quotes only where needed."""
    value: Json = {
        "openapi": "3.1.0",
        "text": "one\ntwo\n",
        "list": [{"a": 1, "b": [True, None]}, "yes", [1, [2]]],
        "empty": [{}, []],
        "$ref": "#/components",
    }
    assert to_yaml(value).decode() == (
        "openapi: '3.1.0'\n"
        "text: |\n  one\n  two\n"
        "list:\n"
        "  - a: 1\n    b:\n      - true\n      - null\n"
        "  - 'yes'\n"
        "  - - 1\n    - - 2\n"
        "empty:\n  - {}\n  - []\n"
        "$ref: '#/components'\n"
    )


@pytest.mark.parametrize("value", [math.inf, math.nan, [-math.inf]])
def test_what_json_does_not_know_is_not_written(value: Json) -> None:
    """Infinities and not-a-number are a mistake of the caller."""
    with pytest.raises(ValueError, match="JSON knows no infinities"):
        to_yaml(value)


def _same(left: object, right: object) -> bool:
    """Compare values and types, the order of keys and the sign of zero."""
    return repr(left) == repr(right)
