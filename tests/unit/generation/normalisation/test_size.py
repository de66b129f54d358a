from __future__ import annotations

import json
from typing import Any

import pytest
from generation_cases import describe, operation

from specproof.errors import LimitError
from specproof.generation.transforms import transformed

_TEXT = {"type": "string"}


def _components(**schemas: Any) -> dict[str, Any]:
    body = {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}
    paths = {"/things/{id}": {"get": operation(responses={"200": {"content": body}})}}
    return describe(paths, components={"schemas": schemas})


def test_thousands_of_properties_are_unknown_ones() -> None:
    """What takes the generator half an hour is left out by name."""
    many = {"type": "object", "properties": {f"p{n}": _TEXT for n in range(3000)}}
    document, draft, _ = transformed(_components(Thing=many))
    assert [part.what for part in draft.left_out] == ["3000 properties"]
    assert "p17" not in json.dumps(document)


def test_hundreds_of_properties_stay() -> None:
    """Large honest objects are generated whole."""
    many = {"type": "object", "properties": {f"p{n}": _TEXT for n in range(900)}}
    document, draft, _ = transformed(_components(Thing=many))
    assert not draft.left_out
    assert "p899" in json.dumps(document)


@pytest.mark.parametrize(("count", "told"), [(501, ["the type of 501 alternatives"]), (500, [])])
def test_alternatives_have_an_end(count: int, told: list[str]) -> None:
    """A type of more alternatives than formatters read is any type, and that is said."""
    members = [{"type": "array", "items": {"const": n}} for n in range(count)]
    _, draft, _ = transformed(_components(Thing={"title": "T", "oneOf": members}))
    assert [part.what for part in draft.left_out] == told


def test_alternatives_inside_all_of_do_not_double_for_ever() -> None:
    """A description of two kilobytes that unfolds to millions is refused with its place."""
    schemas: dict[str, Any] = {
        f"G{n}": {
            "allOf": [
                {
                    word: [
                        {"$ref": f"#/components/schemas/G{n + 1}"},
                        {"properties": {f"{word}{n}": _TEXT}},
                    ]
                }
                for word in ("anyOf", "oneOf")
            ]
        }
        for n in range(24)
    }
    schemas |= {"G24": {"type": "object", "properties": {"q": _TEXT}}, "Thing": _TEXT}
    with pytest.raises(LimitError, match=r"unfold to more than .* at /components/schemas/G"):
        transformed(_components(**schemas))
