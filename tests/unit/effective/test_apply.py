from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specproof.document import canonical_json, read
from specproof.effective.apply import apply_overlay
from specproof.effective.ledger import ChangeKind
from specproof.effective.overlay import parse_overlay
from specproof.errors import InputError, LimitError

CASES = sorted((Path(__file__).parent / "overlay_cases").iterdir())


def overlay_of(*actions: dict[str, Any], minor: int = 1) -> Any:
    """Return an overlay of ``actions``, each with a reason."""
    document: dict[str, Any] = {
        "overlay": f"1.{minor}.0",
        "info": {"title": "T", "version": "1"},
        "actions": [{"x-specproof-reason": f"why {n}", **a} for n, a in enumerate(actions, 1)],
    }
    return parse_overlay(canonical_json(document), name="overlay.json")


def applied(document: dict[str, Any], *actions: dict[str, Any], minor: int = 1) -> Any:
    """Return ``document`` with ``actions`` applied strictly."""
    return apply_overlay(document, overlay_of(*actions, minor=minor)).document


@pytest.mark.parametrize("strict", [True, False], ids=["strict", "as specified"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_example_of_the_specification_comes_out_right(case: Path, strict: bool) -> None:
    """Each folder holds a document, an overlay and the result that the specification states."""
    document = read(case / "document.yaml")
    before = canonical_json(document)
    overlay = parse_overlay((case / "overlay.yaml").read_bytes(), name="overlay.yaml")
    result = apply_overlay(document, overlay, strict=strict)
    assert result.document == read(case / "expected.yaml")
    assert canonical_json(document) == before
    assert {change.action for change in result.changes} == set(range(1, len(overlay.actions) + 1))


def test_update_replaces_with_null_and_false() -> None:
    """Null and false are values of an update, not its absence."""
    document = {"a": 1, "b": True}
    result = applied(
        document, {"target": "$.a", "update": None}, {"target": "$.b", "update": False}
    )
    assert result == {"a": None, "b": False}


def test_true_and_one_are_different_values() -> None:
    """JSON tells 1, 1.0 and true apart, though Python does not."""
    assert applied({"a": 1}, {"target": "$.a", "update": True})["a"] is True
    assert applied({"a": [1]}, {"target": "$.a", "update": True}) == {"a": [1, True]}


def test_shared_nodes_are_changed_apart() -> None:
    """What a YAML alias shares is two places, and changing one leaves the other."""
    shared = {"x": 1}
    assert applied({"a": shared, "b": shared}, {"target": "$.a.x", "update": 2}) == {
        "a": {"x": 2},
        "b": {"x": 1},
    }


def test_update_is_copied_for_each_target() -> None:
    """A later action on one target does not reach the value that another target got."""
    result = applied(
        {"a": {}, "b": {}},
        {"target": "$.*", "update": {"list": []}},
        {"target": "$.a.list", "update": 1},
    )
    assert result == {"a": {"list": [1]}, "b": {"list": []}}


def test_copy_takes_the_document_as_it_was_before() -> None:
    """Copying the root into a part of it neither loops nor copies the copy."""
    result = applied({"a": {}}, {"target": "$.a", "copy": "$"})
    assert result == {"a": {"a": {}}}


@pytest.mark.parametrize(
    ("document", "action", "words"),
    [
        ({}, {"target": "$.a", "remove": True}, "it selects nothing"),
        ({"a": 1}, {"target": "$", "remove": True}, "the whole document can not be removed"),
        ({"a": 1}, {"target": "$.a", "update": {}}, "an object can not be merged into a primitive"),
        ({"a": {}}, {"target": "$.a", "update": 1}, "a primitive value can not be merged into an"),
        ({"a": {"b": []}}, {"target": "$.a", "update": {"b": 1}}, "into an array at /a/b"),
        ({"a": {"b": 1}}, {"target": "$.a", "update": {"b": []}}, "an array can not be merged"),
        ({"a": {"b": {}}}, {"target": "$.a", "update": {"b": None}}, "at /a/b"),
        ({"a": {}, "b": []}, {"target": "$.*", "update": {}}, "nodes of several kinds"),
        ({"a": {}}, {"target": "$.a", "copy": "$.b"}, "selects 0 nodes"),
        ({"a": {}, "b": 1}, {"target": "$.a", "copy": "$.*"}, "selects 2 nodes"),
        ({"a": 1}, {"target": "$.a", "update": 1}, "what it would bring is there already"),
        ({"a": {"b": [1]}}, {"target": "$.a", "update": {"b": [1]}}, "is there already"),
        ({"a": ["x"]}, {"target": "$.a", "update": ["y", "x"]}, "/a holds that item already"),
        ({"a": 1}, {"target": "$.a[?", "remove": True}, "is not an RFC 9535 JSONPath query"),
        ({"a": 1}, {"target": "$.a-b", "remove": True}, "is not an RFC 9535 JSONPath query"),
    ],
)
def test_action_that_can_not_be_applied_is_named(
    document: dict[str, Any], action: dict[str, Any], words: str
) -> None:
    """The error names the file, the line, the action or query, and what is wrong."""
    with pytest.raises(InputError) as caught:
        applied(document, action)
    assert words in str(caught.value)
    assert str(caught.value).startswith("overlay.json:1: ")


def test_error_names_number_target_and_reason() -> None:
    """A correction that is not needed any more says what it was for."""
    with pytest.raises(InputError) as caught:
        applied({"a": 1}, {"target": "$.a", "update": 2}, {"target": "$.b", "remove": True})
    assert "action 2, target $.b: it selects nothing (its reason: why 2)" in str(caught.value)
    assert "delete the action" in str(caught.value)


def test_pair_that_upstream_has_made_itself_is_refused() -> None:
    """Removing a value and putting the same one back leaves no trace, so upstream did it."""
    actions = ({"target": "$.a", "remove": True}, {"target": "$", "update": {"a": [1]}})
    assert applied({"a": [2]}, *actions) == {"a": [1]}
    with pytest.raises(InputError, match="upstream has made this correction itself"):
        applied({"a": [1]}, *actions)


def test_list_put_back_as_published_is_refused() -> None:
    """The same holds for the items of an array."""
    actions = ({"target": "$.a[0]", "remove": True}, {"target": "$.a", "update": 1})
    assert applied({"a": [2]}, *actions) == {"a": [1]}
    with pytest.raises(InputError, match="upstream has made this correction itself"):
        applied({"a": [1]}, *actions)


def test_specification_lets_needless_actions_pass() -> None:
    """Without strictness nothing is refused that the specification lets pass."""
    overlay = overlay_of(
        {"target": "$.none", "remove": True},
        {"target": "$.a", "update": 1},
        {"target": "$.list", "update": [1]},
    )
    result = apply_overlay({"a": 1, "list": [1]}, overlay, strict=False)
    assert result.document == {"a": 1, "list": [1, 1]}
    assert [change.pointer for change in result.changes] == ["/list/1"]


def test_overlay_1_0_updates_no_primitive_values() -> None:
    """Version 1.0 selects objects and arrays; the error says how to go on."""
    with pytest.raises(InputError, match=r"declare overlay: 1\.1\.0"):
        applied({"a": 1}, {"target": "$.a", "update": 2}, minor=0)


def test_overlay_1_0_has_no_copy() -> None:
    """The field came with 1.1 and is not silently dropped."""
    with pytest.raises(InputError, match=r"copy came with Overlay 1\.1"):
        applied({"a": {}, "b": {}}, {"target": "$.a", "copy": "$.b"}, minor=0)


def test_changes_say_where_what_and_who() -> None:
    """Removed places are pointers into the published document, others into the result."""
    document: dict[str, Any] = {"p": [{"n": 1}, {"n": 2}, {"n": 3, "x~/y": 1}], "keep": {"a": 1}}
    overlay = overlay_of(
        {"target": "$.p[0]", "remove": True, "x-specproof-evidence": ["seen"]},
        {"target": "$.p[1]['x~/y']", "update": 2},
        {"target": "$.p", "update": {"n": 4}},
        {"target": "$.keep", "update": {"b": {"c": 1}}},
        {"target": "$.keep.b.c", "update": 2},
    )
    changes = apply_overlay(document, overlay).changes
    assert [(one.pointer, one.kind, one.action) for one in changes] == [
        ("/p/0", ChangeKind.REMOVED, 1),
        ("/p/1/x~0~1y", ChangeKind.CHANGED, 2),
        ("/p/2", ChangeKind.ADDED, 3),
        ("/keep/b", ChangeKind.ADDED, 4),
        ("/keep/b/c", ChangeKind.ADDED, 5),
    ]
    assert (changes[0].reason, changes[0].evidence) == ("why 1", ("seen",))


def test_removing_what_was_added_leaves_no_change() -> None:
    """Such a pair of actions does nothing, and says so."""
    with pytest.raises(InputError, match=r"action 1, .*the result is as published"):
        applied(
            {"a": {}},
            {"target": "$.a", "update": {"b": [1]}},
            {"target": "$.a.b[0]", "remove": True},
            {"target": "$.a.b", "remove": True},
        )


def test_too_many_matches_are_refused() -> None:
    """A query that multiplies its own matches is stopped."""
    document: dict[str, Any] = {"a": [[[1] * 30] * 30] * 30}
    with pytest.raises(LimitError, match="write a narrower query"):
        applied(document, {"target": "$..*..*", "remove": True})


def test_a_query_nested_too_deeply_is_refused() -> None:
    """Parentheses by the thousand end in a sentence and not in a traceback."""
    query = f"$[?{'(' * 1500}@.a{')' * 1500}]"
    with pytest.raises(LimitError, match="is nested too deeply"):
        applied({"a": {}}, {"target": query, "remove": True})


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=3), VALUES), VALUES)
def test_added_member_is_there_and_nothing_else_changed(
    document: dict[str, Any], value: Any
) -> None:
    """Adding one new member changes that place alone, whatever the document holds."""
    key = "a new key"
    result = apply_overlay(document, overlay_of({"target": "$", "update": {key: value}}))
    assert result.document == {**document, key: value}
    assert [change.pointer for change in result.changes] == [f"/{key}"]
