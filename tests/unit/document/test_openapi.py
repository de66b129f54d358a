from __future__ import annotations

import pytest

from specproof.document import openapi, parse
from specproof.errors import InputError
from specproof.model import JsonObject

SPEC = parse(
    b"""
openapi: 3.1.0
paths:
  x-extension: {get: {}}
  /pets/{id}:
    parameters:
      - {name: id, in: path, required: true}
      - {name: trace, in: header, description: shared}
    get:
      operationId: get-pet
      parameters:
        - {name: trace, in: header, description: own}
        - $ref: '#/components/parameters/Limit'
        - {name: trace, in: query}
      responses:
        200: {$ref: '#/components/responses/Ok'}
        4XX: {description: wrong}
        x-note: {description: no response}
    delete: {}
    summary: no operation
  /pets/{id}/: {delete: {}, x-get: {}}
  /other: {$ref: '#/components/pathItems/Other'}
components:
  parameters: {Limit: {name: limit, in: query}}
  responses: {Ok: {description: ok}}
  pathItems: {Other: {post: {operationId: get-pet}}}
""",
    name="spec",
)


@pytest.mark.parametrize(("given", "found"), [("3.0.0", "3.0"), ("3.1.1", "3.1"),
                                              ("3.0.4-rc1", "3.0")])  # fmt: skip
def test_versions_that_are_understood(given: str, found: str) -> None:
    """Patch numbers do not matter."""
    assert openapi.version({"openapi": given}, name="spec") == found


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({"swagger": "2.0"}, 'is Swagger "2.0", not OpenAPI 3.0 or 3.1; convert it'),
        ({}, "the field openapi is missing"),
        ({"openapi": 3.1}, 'no string but "3.1"; write it in quotes'),
        ({"openapi": "3.2.0"}, 'follows OpenAPI "3.2.0"; only 3.0 and 3.1'),
        ({"openapi": "3.1"}, 'follows OpenAPI "3.1"'),
        ({"openapi": "4.0.0"}, 'follows OpenAPI "4.0.0"'),
    ],
)
def test_other_versions_are_named(document: JsonObject, problem: str) -> None:
    """What it is instead is said, and what to do."""
    with pytest.raises(InputError) as caught:
        openapi.version(document, name="spec")
    assert problem in str(caught.value)


def test_operations_come_in_order_with_unique_ids() -> None:
    """Path items are resolved, extensions passed over, ids made where missing or repeated."""
    found = [(item.id, item.method, item.path, item.pointer) for item in openapi.operations(SPEC)]
    assert found == [
        ("get-pet", "GET", "/pets/{id}", "/paths/~1pets~1{id}/get"),
        ("delete-pets-id", "DELETE", "/pets/{id}", "/paths/~1pets~1{id}/delete"),
        ("delete-pets-id-2", "DELETE", "/pets/{id}/", "/paths/~1pets~1{id}~1/delete"),
        ("get-pet-2", "POST", "/other", "/paths/~1other/post"),
    ]


@pytest.mark.parametrize("paths", [None, [], {}, {"/a": None}, {"/a": {"get": 1}}])
def test_a_document_without_operations_has_none(paths: object) -> None:
    """Malformed paths are nobody's operation."""
    assert list(openapi.operations({"paths": paths})) == []  # type: ignore[dict-item]  # malformed


def test_parameters_of_the_path_item_are_inherited() -> None:
    """Name and place together decide which one the operation replaces."""
    operation = next(openapi.operations(SPEC))
    found = [
        (item["name"], item["in"], item.get("description"))
        for item in openapi.parameters(SPEC, operation)
    ]
    assert found == [
        ("id", "path", None),
        ("trace", "header", "own"),
        ("limit", "query", None),
        ("trace", "query", None),
    ]


def test_responses_are_resolved() -> None:
    """Keys are strings as published, extensions are no responses."""
    first, second, *_ = openapi.operations(SPEC)
    assert openapi.documented_responses(SPEC, first) == {
        "200": {"description": "ok"},
        "4XX": {"description": "wrong"},
    }
    assert openapi.documented_responses(SPEC, second) == {}
