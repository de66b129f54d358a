from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specproof.document import Limits, parse, parse_value, read
from specproof.errors import InputError, LimitError

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(value=JSON, ascii_only=st.booleans())
def test_json_is_read_as_python_reads_it(value: object, ascii_only: bool) -> None:
    """Valid JSON gives the values that the standard library gives."""
    data = json.dumps(value, ensure_ascii=ascii_only).encode()
    assert parse_value(data, name="x.json") == value


@given(data=st.binary(max_size=200))
def test_any_bytes_give_a_value_or_one_sentence(data: bytes) -> None:
    """Arbitrary bytes never raise anything but InputError."""
    try:
        parse_value(data, name="x")
    except InputError as error:
        assert str(error).startswith("x:")  # noqa: PT017 - either outcome is right


@given(text=st.text(alphabet="{}[]\"':,-?&*!|>%@ \n#ab01~<=.\\", max_size=60))
def test_any_text_gives_a_value_or_one_sentence(text: str) -> None:
    """Arbitrary YAML-like text never raises anything but InputError."""
    try:
        parse_value(text.encode(), name="x")
    except InputError as error:
        assert str(error).startswith("x:")  # noqa: PT017 - either outcome is right


def test_a_byte_order_mark_is_passed_over() -> None:
    """UTF-8 with a BOM is read, as JSON and as YAML."""
    assert parse(b'\xef\xbb\xbf{"a": 1}', name="x.json") == {"a": 1}
    assert parse(b"\xef\xbb\xbfa: 1", name="x") == {"a": 1}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_other_encodings_are_named(encoding: str) -> None:
    """UTF-16 and UTF-32 are refused with what to do about it."""
    with pytest.raises(InputError, match="UTF-16 or UTF-32; save it as UTF-8"):
        parse("a: 1".encode(encoding), name="x")


def test_bytes_that_are_not_utf8_are_refused_with_their_line() -> None:
    """The line of the first wrong byte is named."""
    with pytest.raises(InputError, match="x:2: holds bytes that are not UTF-8"):
        parse(b"a: 1\nb: \xff\n", name="x")


@pytest.mark.parametrize("name", ["x", "x.json"])
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"a": 1,\n "b": {"c": 1, "d": [2], "c": 2}}', ':2: has the key "c" twice'),
        ('{"a": {}, "a": 2}', ':1: has the key "a" twice'),
        ('[{"a": 1}, {"a": 1, "b": "}",\n"\\u0061": 1}]', ':2: has the key "a" twice'),
        ('{"a": NaN}', "holds NaN, which JSON does not know"),
        ('{"a": -Infinity}', "holds -Infinity, which JSON does not know"),
        ('{"a": 1e999}', 'a number that no reader can keep: "1e999"'),
        ('{"a": "\\ud800"}', "half of a surrogate pair"),
        ('{"\\udc00": 1}', "half of a surrogate pair"),
    ],
)
def test_json_that_readers_disagree_about_is_refused(name: str, text: str, problem: str) -> None:
    """Duplicate keys, numbers out of range and broken strings are refused, by any file name."""
    with pytest.raises(InputError) as caught:
        parse_value(text.encode(), name=name)
    assert problem in str(caught.value)


def test_broken_json_names_its_line() -> None:
    """A .json file is JSON only, and the place of the mistake is named."""
    with pytest.raises(InputError, match=r"x\.json:2: is not JSON: "):
        parse(b'{"a": 1,\n b: 2}', name="x.json")


def test_a_flow_mapping_is_yaml() -> None:
    """Text that begins with a brace but is no JSON is read as YAML."""
    assert parse(b"{a: no, 'b': [1, 2,]}", name="x") == {"a": "no", "b": [1, 2]}


@pytest.mark.parametrize("data", [b"", b" \n\t", b"\xef\xbb\xbf"])
def test_empty_input_is_refused(data: bytes) -> None:
    """Nothing is no document."""
    with pytest.raises(InputError, match="x:1: is empty"):
        parse_value(data, name="x")


@pytest.mark.parametrize("data", [b"[1]", b"1", b"a", b"# only a comment"])
def test_an_object_is_expected_at_the_top(data: bytes) -> None:
    """``parse`` refuses what is no object."""
    with pytest.raises(InputError, match="holds no object at the top level"):
        parse(data, name="x")


@pytest.mark.parametrize("name", ["x.yaml", "x.json"])
@pytest.mark.parametrize(
    ("limits", "fits", "exceeds"),
    [
        (Limits(max_bytes=9), b'{"a": 12}', b'{"a": 123}'),
        (Limits(max_depth=3), b'{"a": [[]]}', b'{"a": [[[]]]}'),
        (Limits(max_nodes=4), b'{"a": [1]}', b'{"a": [1, 2]}'),
        (Limits(max_digits=3), b'{"a": 123}', b'{"a": 1234}'),
    ],
)
def test_limits_are_exact(name: str, limits: Limits, fits: bytes, exceeds: bytes) -> None:
    """What reaches a limit is read and what exceeds it is a LimitError."""
    parse(fits, name=name, limits=limits)
    with pytest.raises(LimitError):
        parse(exceeds, name=name, limits=limits)


def test_read_names_the_file(tmp_path: Path) -> None:
    """A file is read, and its path stands in every error."""
    path = tmp_path / "spec.yaml"
    with pytest.raises(InputError, match=r"spec\.yaml: can not be read: No such file"):
        read(path)
    path.write_bytes(b"a: 1\n")
    assert read(path) == {"a": 1}
    path.write_bytes(b"a: 1\na: 2\n")
    with pytest.raises(InputError, match=r"spec\.yaml:2: has the key"):
        read(path)
    with pytest.raises(LimitError, match="larger than 3 bytes"):
        read(path, limits=Limits(max_bytes=3))


@given(depth=st.integers(1, 12), limit=st.integers(1, 12), wide=st.booleans())
def test_depth_is_exact_however_it_is_counted(depth: int, limit: int, wide: bool) -> None:
    """Brackets in texts and side by side do not count, nested ones do."""
    text = "[" * depth + '"[{[{[{[{[{[{[{[{"' + (", [], {}, []" if depth > 1 else "") + "]" * depth
    deepest = depth + 1 if depth > 1 else depth
    value = f'{{"a": {text}, "b": [1], "c": {{"d": 1}}}}' if wide else text
    deepest = max(deepest + 1, 2) if wide else deepest
    for name in ("x.json", "x"):
        if deepest <= limit:
            parse_value(value.encode(), name=name, limits=Limits(max_depth=limit))
        else:
            with pytest.raises(LimitError, match=f"x.*:1: is nested more than {limit} levels deep"):
                parse_value(value.encode(), name=name, limits=Limits(max_depth=limit))


@pytest.mark.parametrize("name", ["x", "x.json"])
@pytest.mark.parametrize("tail", ["]" * 50_000, ""])
def test_depth_beyond_the_decoders_own_stack_is_a_limit(name: str, tail: str) -> None:
    """Fifty thousand brackets are refused in one sentence, whole or broken."""
    with pytest.raises(LimitError, match="is nested more than 128 levels deep"):
        parse_value(("[" * 50_000 + tail).encode(), name=name)


@pytest.mark.parametrize("name", ["x", "x.json"])
def test_a_depth_that_is_allowed_and_can_not_be_followed_is_refused(name: str) -> None:
    """A limit beyond what the decoder can do ends in one sentence too."""
    data = b"[" * 50_000 + b"]" * 50_000
    with pytest.raises(LimitError, match=f"{name}: is nested too deep to be read"):
        parse_value(data, name=name, limits=Limits(max_depth=100_000))


def test_numbers_that_only_json_refuses_are_words_in_a_flow_mapping() -> None:
    """What is no JSON is YAML, also where the JSON decoder stumbled over something else first."""
    assert parse(b'{"a": NaN, "b": 1,}', name="x") == {"a": "NaN", "b": 1}


def test_separators_in_texts_are_no_values() -> None:
    """A text full of commas is one value."""
    limits = Limits(max_nodes=3)
    assert parse(b'{"a": ",,,,::::[[[["}', name="x.json", limits=limits) == {"a": ",,,,::::[[[["}


def test_escaped_pairs_of_surrogates_are_one_character() -> None:
    """JSON writes characters beyond the first plane as two escapes."""
    assert parse(b'{"a": "\\ud83d\\ude00"}', name="x.json") == {"a": "\U0001f600"}
