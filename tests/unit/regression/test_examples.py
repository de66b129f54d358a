"""Examples that were right and are not any more."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from specproof.regression.change import Change
from specproof.regression.engine import diff
from specproof.regression.instances import Instances
from specproof.regression.places import Document, Place

Node = dict[str, Any]


def _document(schema: Node, holder: Node, **components: Any) -> Document:
    body: Node = {"content": {"application/json": {"schema": schema, **holder}}}
    operation: Node = {"requestBody": body, "responses": {"200": {"description": "fine"}}}
    return Document(
        {"openapi": "3.0.3", "paths": {"/a": {"put": operation}}, "components": components}, "x"
    )


def _outdated(old: Document, new: Document) -> list[Change]:
    found = diff(old, new, today=dt.date(2026, 1, 1)).changes
    return [item for item in found if item.rule == "example-outdated"]


WIDE, NARROW = {"type": "string", "maxLength": 9}, {"type": "string", "maxLength": 2}


def test_an_example_of_a_body() -> None:
    """It is named with the schema that left it behind, as information."""
    long = {"example": "long"}
    [change] = _outdated(_document(WIDE, long), _document(NARROW, long))
    assert change.level == "info"
    assert change.message == (
        "The example of request body of PUT /a does not match its schema any more; it did."
    )
    assert change.pointer == "/paths/~1a/put/requestBody/content/application~1json/example"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("long", "ab"),
        ("far too long for both", "far too long for both"),
        ("ab", "ab"),
        ("ab", "long"),
    ],
)
def test_examples_that_are_not_outdated(old: str, new: str) -> None:
    """One that follows, was wrong before, is right still, or is new, is not reported."""
    before, after = _document(WIDE, {"example": old}), _document(NARROW, {"example": new})
    assert _outdated(before, after) == []


def test_named_examples_and_their_references() -> None:
    """Example Objects are looked at, also those that are components; one of them is enough."""
    named: Node = {"examples": {"a": {"$ref": "#/components/examples/A"}, "b": {"value": "long"}}}
    more: Node = {"examples": {"A": {"value": "longer"}}}
    old, new = _document(WIDE, named, **more), _document(NARROW, named, **more)
    assert len(_outdated(old, new)) == 1
    outside: Node = {"examples": {"a": {"externalValue": "https://example.com"}, "b": None}}
    assert _outdated(_document(WIDE, outside), _document(NARROW, outside)) == []


def test_an_example_of_a_body_that_is_no_json() -> None:
    """What a text stands for is not told by its schema."""

    def document(schema: Node) -> Document:
        body: Node = {"content": {"text/plain": {"schema": schema, "example": "long"}}}
        return Document({"openapi": "3.1.0", "paths": {"/a": {"put": {"requestBody": body}}}}, "x")

    assert _outdated(document(WIDE), document(NARROW)) == []


def test_examples_of_answers_and_parameters() -> None:
    """Those have examples too; a parameter of the path counts for its operations."""

    def document(schema: Node) -> Document:
        parameter: Node = {"name": "q", "in": "query", "example": "long", "schema": schema}
        answer: Node = {"content": {"application/json": {"schema": schema, "example": "long"}}}
        item: Node = {"parameters": [parameter], "get": {"responses": {"200": answer}}}
        return Document({"openapi": "3.1.0", "paths": {"/a": item}}, "x")

    assert [item.subject for item in _outdated(document(WIDE), document(NARROW))] == [
        "example of query parameter q of GET /a",
        "example of response 200 of GET /a",
    ]


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        ({"type": "string", "nullable": True}, None, True),
        ({"type": "string", "nullable": True, "enum": ["a"]}, None, True),
        ({"type": "string"}, None, False),
        ({"minimum": 1, "exclusiveMinimum": True}, 1, False),
        ({"minimum": 1, "exclusiveMinimum": False}, 1, True),
        ({"exclusiveMaximum": True}, 1, True),
        ({"required": ["a"], "properties": {"a": {"readOnly": True}}}, {}, True),
        ({"required": ["a", 5], "properties": {"a": {}}}, {}, False),
        ({"required": True, "type": "object"}, {}, True),
        ({"$ref": "#/components/schemas/Node", "type": "string"}, {"next": {"next": {}}}, True),
        ({"$ref": "#/components/schemas/Node"}, {"next": {"next": 1}}, False),
        ({"$ref": "#/components/schemas/A~1B%20C"}, "x", True),
        ({"$ref": "#/components/schemas/A~1B%20C"}, 1, False),
        ({"format": "date"}, "no date", True),
        ({"type": "no type"}, 1, None),
        ({"$ref": "#/components/schemas/Gone"}, 1, None),
        ({"$ref": "https://example.com/schema"}, 1, None),
        ({"properties": 5}, 1, None),
        ({"pattern": "("}, "x", None),
        (
            {"properties": {"$ref": {"type": "string"}}, "enum": [{"$ref": "x"}]},
            {"$ref": "x"},
            True,
        ),
        ({"properties": {"a": {"$id": "https://x", "type": "string"}}}, {"a": 1}, False),
        (True, 1, True),
        ([], 1, None),
    ],
)
def test_values_of_openapi_3_0_schemas(schema: Any, value: Any, expected: bool | None) -> None:
    """Words of 3.0 mean what they mean there; what can not be told is said so."""
    schemas: Node = {
        "Node": {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Node"}}},
        "A/B C": {"type": "string"},
    }
    document = Document({"openapi": "3.0.3", "components": {"schemas": schemas}}, "x")
    instances = Instances(document)
    place = Place(schema, "", "")
    assert instances.valid(place, value) is expected
    assert instances.valid(place, value) is expected


def test_references_of_openapi_3_1_have_neighbours() -> None:
    """What stands beside a reference counts since 3.1."""
    document = Document(
        {"openapi": "3.1.0", "components": {"schemas": {"A": {"type": "string"}}}}, "x"
    )
    schema: Node = {"$ref": "#/components/schemas/A", "maxLength": 1}
    assert Instances(document).valid(Place(schema, "", ""), "ab") is False
    assert Instances(document).valid(Place(schema, "", ""), "\ud800") is None


def test_a_circle_of_references_is_survived() -> None:
    """Schemas that lead to themselves and nowhere else say nothing, and cost no stack."""
    schemas: Node = {
        "A": {"$ref": "#/components/schemas/B"},
        "B": {"$ref": "#/components/schemas/A"},
        "C": {"allOf": [{"$ref": "#/components/schemas/C"}]},
    }
    for version in ("3.0.3", "3.1.0"):
        document = Document({"openapi": version, "components": {"schemas": schemas}}, "x")
        for name in schemas:
            place = Place({"$ref": f"#/components/schemas/{name}"}, "", "")
            assert Instances(document).valid(place, 1) in (True, None)


def test_an_example_whose_schema_is_the_same_is_not_looked_at() -> None:
    """What changed elsewhere in the operation is no reason."""
    old, new = (_document(WIDE, {"example": "long"}) for _ in range(2))
    paths: Any = new.root["paths"]
    paths["/a"]["put"]["summary"] = "Puts."
    assert _outdated(old, new) == []


def test_components_are_shared_by_the_schemas_that_refer_to_them() -> None:
    """A second question about the same component has an answer of its own."""
    schemas: Node = {"A": {"type": "string"}}
    instances = Instances(Document({"openapi": "3.1.0", "components": {"schemas": schemas}}, "x"))
    reference = {"$ref": "#/components/schemas/A"}
    assert instances.valid(Place({"items": reference}, "", ""), [1]) is False
    assert instances.valid(Place({"not": reference}, "", ""), 1) is True
