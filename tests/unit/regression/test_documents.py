"""Life of operations, and documents as a whole."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from specproof.regression.change import Change
from specproof.regression.engine import diff
from specproof.regression.places import Document

Node = dict[str, Any]
TODAY = dt.date(2026, 1, 1)


def _document(operation: Node | None = None, **root: Any) -> Document:
    held = {"responses": {"200": {"description": "fine"}}, **(operation or {})}
    return Document({"openapi": "3.1.0", "paths": {"/pets": {"get": held}}, **root}, "x")


def _changes(old: Document, new: Document, today: dt.date = TODAY) -> tuple[Change, ...]:
    return diff(old, new, today=today).changes


def _found(old: Node, new: Node) -> list[str]:
    return [f"{item.level} {item.rule}" for item in _changes(_document(old), _document(new))]


def _ends(day: str) -> Node:
    return {"deprecated": True, "x-sunset": day}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({}, {"deprecated": True}, ["info operation-deprecated"]),
        ({"deprecated": True}, {"deprecated": False}, ["info operation-undeprecated"]),
        (
            {},
            _ends("2027-01-01"),
            ["info operation-deprecated", "info operation-sunset-announced"],
        ),
        (
            {},
            {"deprecated": True, "sunset": "2026-01-15"},
            ["error operation-sunset-too-near", "info operation-deprecated"],
        ),
        (
            {},
            _ends("2020-01-01T00:00:00Z"),
            ["error operation-sunset-too-near", "info operation-deprecated"],
        ),
        (
            {},
            _ends("soon"),
            ["error operation-sunset-unreadable", "info operation-deprecated"],
        ),
        (_ends("2027-01-01"), {"deprecated": True}, ["error operation-sunset-removed"]),
        (_ends("2027-01-01"), _ends("2026-12-31"), ["error operation-sunset-moved-nearer"]),
        (_ends("2027-01-01"), _ends("2027-01-02"), ["info operation-sunset-postponed"]),
        (_ends("2027-01-01"), _ends("soon"), ["error operation-sunset-unreadable"]),
        (_ends("2027-01-01"), {}, ["info operation-undeprecated"]),
        ({"deprecated": True}, _ends("2027-01-01"), ["info operation-sunset-announced"]),
        ({"x-sunset": "2020-01-01"}, {}, []),
        (_ends("2020-01-01"), _ends("2020-01-01"), []),
        (_ends("2027-01-01"), {"deprecated": True, "x-sunset": "2027-01-01T10:00:00Z"}, []),
    ],
)
def test_deprecation_and_sunset(old: Node, new: Node, expected: list[str]) -> None:
    """An end that is announced counts once the operation is deprecated, and may not come nearer."""
    assert _found(old, new) == expected


def test_sunset_is_judged_by_the_day_that_is_given() -> None:
    """The same pair is fine while there is time."""
    pair = _document(), _document(_ends("2026-06-01"))
    near = {item.rule for item in _changes(*pair, today=dt.date(2026, 5, 20))}
    far = {item.rule for item in _changes(*pair, today=dt.date(2026, 1, 20))}
    assert "operation-sunset-too-near" in near
    assert "operation-sunset-announced" in far


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("stable", "beta", ["error operation-stability-lowered"]),
        ("beta", "draft", ["error operation-stability-lowered"]),
        ("stable", "whatever", ["error operation-stability-lowered"]),
        ("beta", None, ["error operation-stability-lowered"]),
        ("alpha", "draft", ["warning operation-stability-lowered"]),
        ("draft", "alpha", ["info operation-stability-raised"]),
        ("alpha", None, []),
        (None, "alpha", []),
        ("whatever", "alpha", []),
        ("beta", "Beta", []),
    ],
)
def test_stability(old: str | None, new: str | None, expected: list[str]) -> None:
    """A promise that is taken back is an error, unless there hardly was one."""
    before, after = ({} if level is None else {"x-stability-level": level} for level in (old, new))
    assert _found(before, after) == expected


def test_tags() -> None:
    """Tags that came and went are information; their order is nothing."""
    assert _found({"tags": ["a", "b"]}, {"tags": ["c", "b"]}) == [
        "info operation-tag-added",
        "info operation-tag-removed",
    ]
    assert _found({"tags": ["a", "b"]}, {"tags": ["b", "a", "a"]}) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"schemas": {"A": {"type": "string"}}}, {}, ["schemas/A"]),
        ({"schemas": {"A": {"type": "string"}}}, {"schemas": {"B": {"type": "string"}}}, []),
        ({"headers": {"A": {}}, "x-more": {"B": {}}}, {"headers": None}, ["headers/A"]),
        ({"schemas": {"A": {"$ref": "#/components/schemas/B"}, "B": {}}}, {}, ["schemas/A"]),
        (
            {"schemas": {"A": {"type": "string", "title": "a"}}},
            {"schemas": {"B": {"type": "string", "description": "b"}}},
            [],
        ),
        ({"schemas": None}, None, []),
    ],
)
def test_components_that_nothing_used(old: Any, new: Any, expected: list[str]) -> None:
    """A component is gone if nothing referred to it and none like it is there."""
    found = _changes(_document(components=old), _document(components=new))
    assert [(item.rule, item.subject, item.gone) for item in found] == [
        ("component-removed", subject, True) for subject in expected
    ]


def test_dialect() -> None:
    """Another dialect is a warning; the default written out is nothing."""
    written = _document(jsonSchemaDialect="https://spec.openapis.org/oas/3.1/dialect/base")
    assert _changes(_document(), written) == ()
    other = _document(jsonSchemaDialect="https://json-schema.org/draft/2020-12/schema#")
    assert [item.rule for item in _changes(_document(), other)] == ["schema-dialect-changed"]


def test_what_is_for_readers_is_no_change() -> None:
    """Version, title, contact, summaries and lists of tags are not compared."""
    old = _document({"summary": "a"}, info={"title": "a", "version": "1"}, tags=[{"name": "a"}])
    new = _document({"summary": "b"}, info={"title": "b", "version": "2"}, externalDocs={})
    assert _changes(old, new) == ()
