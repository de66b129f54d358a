from __future__ import annotations

from typing import Any

import pytest

from specproof.effective.lint import LintFinding, lint
from specproof.effective.lint.subject import query


def document(responses: Any = None, *, version: str = "3.1.0", **fields: Any) -> dict[str, Any]:
    """Return a document of one operation with ``responses`` and more fields at the root."""
    operation = {"operationId": "a", "responses": responses or {"200": {"description": "OK"}}}
    return {
        "openapi": version,
        "info": {"title": "T", "version": "1"},
        "paths": {"/a": {"get": operation}},
        **fields,
    }


def body(schema: Any, *, media: str = "application/json", **more: Any) -> dict[str, Any]:
    """Return responses whose 200 has one body."""
    return {"200": {"description": "OK", "content": {media: {"schema": schema, **more}}}}


def found(rule: str, subject: dict[str, Any]) -> list[LintFinding]:
    """Return what ``rule`` finds."""
    return [item for item in lint(subject) if item.rule == rule]


def test_query_quotes_what_is_no_name() -> None:
    """The queries of mends select the place, whatever its keys hold."""
    assert query(("paths", "/a'b\\", "get", 0, "x")) == "$.paths['/a\\'b\\\\'].get[0].x"


def test_nullable_of_3_0_lets_null_pass() -> None:
    """Null is a fine example of a nullable schema, of an enumeration as well."""
    schema = {"type": "string", "nullable": True, "enum": ["a"]}
    responses = body(schema, example=None)
    assert not found("example-breaks-schema", document(responses, version="3.0.3"))
    schema["nullable"] = False
    assert found("example-breaks-schema", document(responses, version="3.0.3"))


def test_named_and_listed_examples_are_judged() -> None:
    """A map of Example Objects and a list of values are both looked through."""
    media = body(
        {"type": "object", "properties": {"n": {"type": "integer", "examples": [1, "x"]}}},
        examples={"good": {"value": {"n": 1}}, "bad": {"value": {"n": "x"}}, "far": {}},
    )
    places = [item.pointer for item in found("example-breaks-schema", document(media))]
    assert [place.rpartition("/examples/")[2] for place in places] == ["bad", "1"]


def test_broken_schema_breaks_no_example() -> None:
    """A pattern that no engine reads is the finding of another rule."""
    media = body({"type": "string", "pattern": "("}, example="x")
    assert not found("example-breaks-schema", document(media))


def test_cyclic_schemas_are_walked_once() -> None:
    """A schema that contains itself neither loops nor repeats its finding."""
    tree = {
        "type": "object",
        "properties": {"child": {"$ref": "#/components/schemas/Tree"}},
        "oneOf": [{"$ref": "#/components/schemas/Tree"}, {"type": "object"}],
    }
    subject = document(
        body({"$ref": "#/components/schemas/Tree"}), components={"schemas": {"Tree": tree}}
    )
    assert [item.pointer for item in found("object-without-required", subject)] == [
        "/components/schemas/Tree"
    ]


def test_schema_shared_by_success_and_error_is_an_error_schema() -> None:
    """One schema is one finding, of the stricter family."""
    responses = body({"$ref": "#/components/schemas/E"})
    responses["404"] = {**responses["200"]}
    schemas = {"E": {"type": "object", "properties": {"a": {"type": "string"}}}}
    subject = document(responses, components={"schemas": schemas})
    assert len(found("error-envelope-without-required", subject)) == 1
    assert not found("object-without-required", subject)


def test_only_json_bodies_are_held_to_schemas() -> None:
    """The schema of a body of another media type is nobody's promise of fields."""
    media = body({"type": "object", "properties": {"a": {}}}, media="text/plain")
    assert not found("object-without-required", document(media))
    assert not found("schema-accepts-anything", document(body({}, media="text/plain")))
    assert found("schema-accepts-anything", document(body({}, media="application/x+json")))


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"example": "01849e70-0a0f-72ca-ba07-5557dd734d43"}, "uuid"),
        ({"examples": ["2022-10-01T00:00:00.5+01:00"]}, "date-time"),
        ({"example": "2022-10-01"}, "date"),
        ({"example": "Some-ID-in-UUID-v4-format"}, "uuid"),
        ({"description": "A UUID."}, "uuid"),
        ({"example": "tomorrow"}, None),
    ],
)
def test_formats_are_seen_in_examples_and_descriptions(schema: Any, expected: str | None) -> None:
    """The action that is offered names the format."""
    fields = {"expiresAt": {"type": "string", **schema}}
    media = body({"type": "object", "required": ["expiresAt"], "properties": fields})
    actions = [item.mend for item in found("string-without-format", document(media))]
    formats = [action and action["update"] for action in actions]
    assert formats == ([{"format": expected}] if expected else [])


def test_parameter_is_named_by_itself() -> None:
    """The schema of a parameter has no name of its own."""
    subject = document()
    subject["paths"]["/a"]["get"]["parameters"] = [
        {"name": "since_at", "in": "query", "schema": {"type": "string"}}
    ]
    (finding,) = found("string-without-format", subject)
    assert finding.message == "'since_at' looks like a date-time and has no format"


def test_discriminator_mapping_uses_a_component() -> None:
    """Both forms of a mapping refer to schemas."""
    schema = {
        "type": "object",
        "discriminator": {
            "propertyName": "p",
            "mapping": {"a": "A", "b": "#/components/schemas/B"},
        },
    }
    schemas = {name: {"type": "object"} for name in "ABC"}
    subject = document(body(schema), components={"schemas": schemas})
    assert [item.pointer for item in found("unused-component", subject)] == [
        "/components/schemas/C"
    ]


def test_empty_content_of_a_success_has_no_mend() -> None:
    """Nobody knows what an empty success was meant to hold."""
    (finding,) = found("response-content-empty", document({"200": {"content": {}}}))
    assert finding.mend is None


@pytest.mark.parametrize(
    ("description", "security", "scheme"),
    [("A Bearer token", [], "bearer"), ("A key", [], None), ("Basic", [{}], None)],
)
def test_authorization_parameter_is_mended_by_the_scheme_it_names(
    description: str, security: Any, scheme: str | None
) -> None:
    """No scheme is made up where the description names none."""
    subject = document(security=security)
    subject["paths"]["/a"]["get"]["parameters"] = [
        {"name": "authorization", "in": "header", "description": description, "schema": {}}
    ]
    (finding,) = found("empty-security-beside-authorization-parameter", subject)
    told = str(finding.mend)
    assert (f"'scheme': '{scheme}'" in told) is (scheme is not None)


def test_webhooks_and_path_item_components_are_walked() -> None:
    """OpenAPI 3.1 has path items in two more places."""
    item = {"servers": [], "post": {"responses": {"200": {"description": "OK"}}}}
    subject = document(webhooks={"w": item, "x-w": item}, components={"pathItems": {"p": item}})
    assert [one.pointer for one in found("empty-servers", subject)] == [
        "/webhooks/w/servers",
        "/components/pathItems/p/servers",
    ]


def test_reference_to_another_kind_of_object_is_invalid() -> None:
    """A parameter that is a reference to something else is named, not stumbled over."""
    subject = document()
    subject["paths"]["/a"]["get"]["parameters"] = [{"$ref": "#/info"}]
    (finding,) = found("document-invalid", subject)
    assert finding.message == "a reference leads to an object of another kind"


def test_empty_content_among_empty_errors_has_no_mend() -> None:
    """Without a described error there is no envelope to copy."""
    empty = {"description": "D", "content": {}}
    hits = found("response-content-empty", document({"400": empty, "500": empty}))
    assert [item.mend for item in hits] == [None, None]
