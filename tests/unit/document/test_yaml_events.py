from __future__ import annotations

import pytest
import yaml  # type: ignore[import-untyped]  # PyYAML ships no types

from specproof.document import Limits, parse, parse_value, yaml_events
from specproof.errors import InputError, LimitError


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("On", "On"),
        ("y", "y"),
        ("=", "="),
        ("1_000", "1_000"),
        ("0b11", "0b11"),
        ("12:30:45", "12:30:45"),
        ("2020-01-01", "2020-01-01"),
        ("2001-12-14t21:59:43.10-05:00", "2001-12-14t21:59:43.10-05:00"),
        ("tRUE", "tRUE"),
        ("nULL", "nULL"),
        ("- x", ["x"]),
        ("-", [None]),
        ("+.", "+."),
        ("1.2.3", "1.2.3"),
        ("0o8", "0o8"),
        ("-0x1", "-0x1"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("NULL", None),
        ("0777", 777),
        ("0o17", 15),
        ("0x1F", 31),
        ("+12", 12),
        ("-0", 0),
        ("1.", 1.0),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("-1.5E-2", -0.015),
        ("'1'", "1"),
        ('"null"', "null"),
        ("|\n 1", "1"),
        ("!!str 1", "1"),
        ("! 1", "1"),
        ("!!int 1", 1),
        ("!!float 1.5", 1.5),
        ("!!bool true", True),
        ("!!null ~", None),
        ("!!map {}", {}),
        ("!!seq []", []),
    ],
)
def test_scalars_follow_the_core_schema(written: str, value: object) -> None:
    """YAML 1.2.2, 10.3: what 1.1 alone would convert stays a string."""
    found = parse_value(f"key:\n {written}".encode(), name="x")
    assert isinstance(found, dict)
    assert found["key"] == value
    assert type(found["key"]) is type(value)


def test_unquoted_keys_are_strings_as_written() -> None:
    """Numbers, words and dates as keys keep their spelling; 200 and '200' are the same key."""
    found = parse(b"200: a\n1.0: b\nno: c\ntrue: d\n~: e\n2020-01-01: f\n0x1: g\n'<<': h", name="x")
    assert list(found) == ["200", "1.0", "no", "true", "~", "2020-01-01", "0x1", "<<"]
    with pytest.raises(InputError, match='x:2: has the key "200" twice'):
        parse(b"200: a\n'200': b", name="x")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\nb: 2\na: 3", 'x:3: has the key "a" twice in one object; keep one of the two'),
        ("a:\n  <<: {b: 1}", "x:2: uses the merge key <<"),
        ("a: !!python/object:os.system {}", "x:1: uses the YAML tag"),
        ("a: !!set {b}", "x:1: uses the YAML tag"),
        ("a: !!seq {}", "x:1: uses the YAML tag"),
        ("a: !local 1", 'x:1: uses the YAML tag "!local"'),
        ("a: !!int x", "x:1: uses the YAML tag"),
        ("a: !!float 1", "x:1: uses the YAML tag"),
        ("!!int 1: a", "x:1: uses the YAML tag"),
        ("a: !!timestamp 2020-01-01", "x:1: uses the YAML tag"),
        ("? [a]\n: b", "x:1: uses an object or array as a key"),
        ("? {a: b}\n: b", "x:1: uses an object or array as a key"),
        ("a: &x b\n*x : c", "x:2: uses an alias as a key"),
        ("?\n: a", "x:1: has an entry without a key"),
        ("a: &x [1, *x]", "x:1: has an alias inside what it stands for"),
        ("&x a: {b: &y {c: *y}}", "x:1: has an alias inside what it stands for"),
        ("a: *gone", "x:1: "),
        ("a: 1\n---\nb: 2", "x:2: holds more than one YAML document"),
        ("%YAML 1.1\n---\na: 1", "x:1: says it is YAML 1.1"),
        ("%TAG !e! tag:e,2000:\n---\na: 1", "x:1: declares YAML tags"),
        ("a: .inf", "x:1: holds .inf, which JSON does not know; quote it"),
        ("a: -.INF", "x:1: holds -.INF"),
        ("a: .NaN", "x:1: holds .NaN"),
        ("a: 1e999", "x:1: holds a number that no reader can keep"),
        ("a: 1\nb: \x01", "x:2: holds a control character"),
        ("a: 1\nb: \x7f", "x:2: holds a control character"),
        ("a: b: c", "x:1: is not YAML: mapping values are not allowed"),
        ("a: [1", "is not YAML: "),
        ("a:\n\t- b", "x:2: is not YAML: "),
        ('a: "\\ud83d\\ude00"', "x:1: is not YAML: "),
        ("a: @b", "x:1: is not YAML: "),
    ],
)
def test_what_readers_disagree_about_is_refused(text: str, problem: str) -> None:
    """Each construct outside plain data is refused with its line and a remedy."""
    with pytest.raises(InputError) as caught:
        parse_value(text.encode(), name="x")
    assert str(caught.value).startswith(problem.split(":", 1)[0] if problem[0] == "x" else "x")
    assert problem in str(caught.value)


def test_a_directive_for_yaml_1_2_is_fine() -> None:
    """``%YAML 1.2`` and document markers say nothing new."""
    assert parse(b"%YAML 1.2\n---\na: 1\n...\n", name="x") == {"a": 1}


def test_an_alias_is_a_copy() -> None:
    """Who changes one place of the result does not change another."""
    found = parse(b"a: &x {b: [1]}\nc: *x\nd: &y text\ne: *y\n&z f: *y\ng: *z", name="x")
    assert found == {
        "a": {"b": [1]}, "c": {"b": [1]}, "d": "text", "e": "text", "f": "text", "g": "f"
    }  # fmt: skip
    assert found["a"] is not found["c"]
    inner = found["a"]
    assert isinstance(inner, dict)
    assert isinstance(found["c"], dict)
    assert inner["b"] is not found["c"]["b"]


def test_an_anchor_may_be_used_again() -> None:
    """The latest anchor of a name counts (YAML 1.2.2, 7.1)."""
    assert parse(b"a: &x 1\nb: *x\nc: &x 2\nd: *x", name="x") == {"a": 1, "b": 1, "c": 2, "d": 2}


def test_line_breaks_of_yaml_1_1_are_ordinary_characters() -> None:
    """NEL, LS and PS are content in YAML 1.2, in every style of scalar."""
    text = "a: x\u2028y\nb: 'x\u2029 y'\nc: |\n x\u0085y\nd: \"\\L\ue000\"\n# \u2028 comment\ne: 1"
    assert parse(text.encode(), name="x") == {
        "a": "x\u2028y", "b": "x\u2029 y", "c": "x\u0085y\n", "d": "\u2028\ue000", "e": 1
    }  # fmt: skip


@pytest.mark.parametrize(
    ("limits", "fits", "exceeds"),
    [
        (Limits(max_aliases=2), "a: &x 1\nb: [*x, *x]", "a: &x 1\nb: [*x, *x, *x]"),
        (Limits(max_aliased=4), "a: &x [1]\nb: [*x, *x]", "a: &x [1]\nb: [*x, *x, *x]"),
        (Limits(max_nodes=9), "a: &x [1, 2]\nb: *x", "a: &x [1, 2]\nb: *x\nc: 1"),
        (Limits(max_nodes=12), "a: &x [1, 2]\nb: [*x]", "a: &x [1, 2]\nb: [*x, *x]"),
        (Limits(max_depth=3), "a: &x [[1]]\nb: *x", "a: &x [[1]]\nb: [*x]"),
        (Limits(max_depth=3), "a: &x []\nb: [*x]", "a: &x []\nb: [[*x]]"),
    ],
)
def test_aliases_count_as_what_they_stand_for(limits: Limits, fits: str, exceeds: str) -> None:
    """The size, depth and number of aliases are bounded, exactly."""
    parse(fits.encode(), name="x", limits=limits)
    with pytest.raises(LimitError):
        parse(exceeds.encode(), name="x", limits=limits)


def test_without_libyaml_the_result_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """PyYAML's own parser stands in where libyaml was not built."""
    monkeypatch.setattr(yaml_events, "_LOADER", yaml.Loader)
    text = b"200: [no, 0o17, {a: &x 1, b: *x}]\nt: |\n  two\n  lines\n"
    assert parse(text, name="x") == {"200": ["no", 15, {"a": 1, "b": 1}], "t": "two\nlines\n"}
    with pytest.raises(InputError, match="x:2: holds a control character"):
        parse(b"a: 1\nb: \x01", name="x")
