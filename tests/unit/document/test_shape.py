from __future__ import annotations

from typing import Any

import pytest

from specproof.document.shape import check_shape
from specproof.errors import InputError


def _document(**fields: Any) -> dict[str, Any]:
    return {"openapi": "3.1.0", "info": {}, "paths": {}, **fields}


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (_document(info=[]), "#/info is not an object"),
        (_document(paths=None), "#/paths is not an object"),
        (_document(servers={}), "#/servers is not a list"),
        (_document(servers=[{"url": 1}]), "#/servers/0/url is not a text"),
        (_document(paths={"/a": "get"}), "#/paths/~1a is not an object"),
        (_document(paths={"/a": {"get": []}}), "#/paths/~1a/get is not an object"),
        (_document(paths={"/a": {"get": {"tags": [1]}}}), "#/paths/~1a/get/tags/0 is not a text"),
        (
            _document(paths={"/a": {"get": {"responses": {"200": 1}}}}),
            "#/paths/~1a/get/responses/200 is not an object",
        ),
        (_document(components={"schemas": {"A": 7}}), "#/components/schemas/A is not an object or"),
        (_document(components={"responses": {"A": True}}), "#/components/responses/A is not an"),
    ],
)
def test_a_part_of_another_kind_is_refused_with_its_place(
    document: dict[str, Any], told: str
) -> None:
    """The pointer and what is due there are in the sentence."""
    with pytest.raises(InputError) as caught:
        check_shape(document, name="api.yaml")
    assert str(caught.value).startswith(f"api.yaml: {told}")


def test_extensions_and_what_is_absent_are_passed_over() -> None:
    """Names that begin with x- hold what they like."""
    check_shape({"openapi": "3.1.0"}, name="api.yaml")
    check_shape(
        _document(
            paths={"x-a": 1, "/a": {"x-b": 1, "summary": "a", "get": {"responses": {"x-c": 1}}}},
            components={"x-d": 1, "schemas": {"A": True}},
        ),
        name="api.yaml",
    )
