from __future__ import annotations

from typing import Any

import pytest

from specproof.effective.validity import _unfolds_too_far, violations


def _document(schemas: dict[str, Any]) -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {"title": "Small", "version": "1"},
        "paths": {},
        "components": {"schemas": schemas},
    }


def _levels(count: int, keyword: str = "anyOf", times: int = 2) -> dict[str, Any]:
    """Return schemas of which each holds the one before ``times`` times."""
    schemas: dict[str, Any] = {"S0": {"type": "string"}}
    for level in range(1, count + 1):
        below = {"$ref": f"#/components/schemas/S{level - 1}"}
        schemas[f"S{level}"] = {keyword: [below] * times}
    return schemas


@pytest.mark.parametrize("keyword", ["allOf", "anyOf", "oneOf"])
def test_compositions_that_double_per_level_are_refused(keyword: str) -> None:
    """Sixteen levels unfold to 131,071 schemas; the first that is too much is named."""
    (found,) = violations(_document(_levels(20, keyword)))
    assert found.location == ("components", "schemas", "S16")
    assert found.message == (
        "unfolds to more than 100000 schemas when its compositions are followed"
    )


def test_what_unfolds_to_less_is_not_refused() -> None:
    """Fifteen levels are 65,535 schemas; long chains do not double; circles end."""
    assert _unfolds_too_far(_document(_levels(15))) is None
    assert _unfolds_too_far(_document(_levels(200, times=1))) is None
    circle = {"A": {"anyOf": [{"$ref": "#/components/schemas/A"}] * 2}}
    assert _unfolds_too_far(_document(circle)) is None
    assert violations(_document(_levels(3))) == []


def test_items_and_not_are_followed_as_well() -> None:
    """Lists of unions of lists double too; what can not be followed weighs nothing."""
    schemas = _levels(15)
    schemas["Top"] = {
        "items": {"$ref": "#/components/schemas/S15"},
        "not": {"$ref": "#/components/schemas/S15"},
    }
    found = _unfolds_too_far(_document(schemas))
    assert found is not None
    assert found.location[-1] == "Top"
    lost = {"A": {"anyOf": [{"$ref": "#/components/schemas/None"}, True, 5]}}
    assert _unfolds_too_far(_document(lost)) is None
    assert _unfolds_too_far({"components": 5}) is None
