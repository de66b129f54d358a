from __future__ import annotations

from typing import Any

import pytest
from generation_cases import describe, operation

from specproof.generation.normalisation import malformed
from specproof.generation.normalisation.draft import Ignored, LeftOut
from specproof.generation.transforms import transformed

AT = "/paths/~1a~1{id}"


def _noted(document: dict[str, Any]) -> list[LeftOut]:
    return transformed(document)[1].left_out


def _answering(**response: Any) -> dict[str, Any]:
    responses = {"200": {"description": "", **response}}
    return describe({"/a/{id}": {"get": operation(responses=responses)}})


@pytest.mark.parametrize("field", ["content", "headers"])
def test_what_is_empty_is_ignored_and_what_is_not_is_left_out(field: str) -> None:
    """An empty array stands for an empty object; with more in it something is lost."""
    (empty,) = _noted(_answering(**{field: []}))
    assert isinstance(empty, Ignored)
    assert empty.line() == (
        f"{AT}/get/responses/200/{field} is ignored: it is an array, where OpenAPI wants an object;"
        f" overlay: target $['paths']['/a/{{id}}']['get']['responses']['200']['{field}'],"
        " with remove: true"
    )
    (lost,) = _noted(_answering(**{field: "x"}))
    assert not isinstance(lost, Ignored)
    assert (lost.place, lost.why) == (
        f"{AT}/get/responses/200/{field}",
        "it is a string, where OpenAPI wants an object",
    )


@pytest.mark.parametrize(
    ("schema", "place", "why"),
    [
        ({"additionalProperties": "x"}, "/additionalProperties", "an object or a boolean"),
        ({"properties": [1]}, "/properties", "an object"),
        ({"properties": {"a/b": {"allOf": {"x": 1}}}}, "/properties/a~1b/allOf", "an array"),
        ({"anyOf": [{}, 5]}, "/anyOf/1", "an object or a boolean"),
        ({"items": 1.5}, "/items", "an object or a boolean or an array"),
        ({"items": [{"enum": "x"}]}, "/items/0/enum", "an array"),
        ({"type": {"a": 1}}, "/type", "a string or an array"),
    ],
)
def test_schemas_are_looked_into(schema: dict[str, Any], place: str, why: str) -> None:
    """Each keyword that types rest on, at any depth, named once."""
    (noted,) = _noted(describe(components={"schemas": {"A": schema}}))
    assert noted.place == f"/components/schemas/A{place}"
    assert noted.why.endswith(f", where OpenAPI wants {why}")


@pytest.mark.parametrize(
    ("paths", "place"),
    [
        ([1], "/paths"),
        ({"/a/{id}": "x"}, AT),
        ({"/a/{id}": {"get": [1]}}, f"{AT}/get"),
        ({"/a/{id}": {"parameters": "x", "get": operation()}}, f"{AT}/parameters"),
        ({"/a/{id}": {"get": operation(requestBody="x")}}, f"{AT}/get/requestBody"),
    ],
)
def test_operations_and_their_parts_are_named(paths: Any, place: str) -> None:
    """What is no operation for a reader is one for whoever wrote it."""
    assert [noted.place for noted in _noted(describe(paths))] == [place]


def test_what_openapi_allows_is_not_named() -> None:
    """Null, booleans as schemas, extensions, references and what stands in examples."""
    document = _answering(
        headers=None,
        content={
            "application/json": {"schema": True, "example": {"properties": 5}},
            "text/plain": None,
        },
    )
    document["paths"]["/a/{id}"]["x-b"] = document["paths"]["x-a"] = 5
    document["components"] = {
        "schemas": {"A": {"items": [True], "type": ["string"]}, "B": {"default": {"enum": 5}}},
        "responses": {"C": {"$ref": "#/components/responses/D", "content": 5}, "D": {}},
    }
    assert _noted(document) == []


def test_a_key_that_is_no_media_type_is_named() -> None:
    """A client that lacks the answer says so."""
    schema = {"schema": {"type": "string"}}
    (noted,) = _noted(_answering(content={"json": schema, "x-c": 5, "text/plain": schema}))
    assert noted.place == f"{AT}/get/responses/200/content/json"
    assert noted.why == "its key is no media type"


def test_the_rest_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A description that is all wrong does not fill the memory with lines about it."""
    monkeypatch.setattr(malformed, "_MOST", 2)
    schemas = dict.fromkeys("abcde", 5)
    noted = _noted(describe(components={"schemas": schemas}))
    assert [part.what for part in noted[2:]] == ["3 other parts"]
