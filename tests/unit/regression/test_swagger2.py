"""Swagger 2.0 and OpenAPI 3.0 that mean the same give the same."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specproof.regression.engine import diff
from specproof.regression.places import Document
from specproof.regression.swagger2 import to_openapi

Node = dict[str, Any]

SWAGGER: Node = {
    "swagger": "2.0",
    "info": {"title": "Pets", "version": "1"},
    "host": "example.com",
    "basePath": "/v1",
    "schemes": ["https"],
    "consumes": ["application/json"],
    "produces": ["application/json", "text/csv"],
    "x-note": 1,
    "security": [{"key": []}],
    "securityDefinitions": {
        "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
        "basic": {"type": "basic"},
        "oauth": {
            "type": "oauth2",
            "flow": "accessCode",
            "authorizationUrl": "https://a",
            "tokenUrl": "https://t",
            "scopes": {"read": "Reads."},
        },
    },
    "parameters": {
        "limit": {"name": "limit", "in": "query", "type": "integer", "maximum": 9},
        "pet": {"name": "pet", "in": "body", "schema": {"$ref": "#/definitions/Pet"}},
    },
    "responses": {
        "NotFound": {"description": "gone", "schema": {"$ref": "#/definitions/Error"}},
    },
    "definitions": {
        "Error": {"type": "object", "properties": {"$ref": {"type": "string"}}},
        "Pet": {
            "type": "object",
            "discriminator": "kind",
            "required": ["kind"],
            "properties": {
                "kind": {"type": "string"},
                "owner": {"x-nullable": True, "type": "string"},
                "mate": {"$ref": "#/definitions/Pet"},
            },
            "example": {"$ref": "#/definitions/Pet"},
        },
    },
    "paths": {
        "/pets": {
            "parameters": [{"$ref": "#/parameters/limit"}, {"$ref": "#/parameters/pet"}],
            "post": {
                "operationId": "add",
                "schemes": ["http"],
                "consumes": ["text/xml"],
                "parameters": [
                    {
                        "name": "ids",
                        "in": "query",
                        "type": "array",
                        "items": {"type": "integer"},
                        "collectionFormat": "pipes",
                    },
                    {"name": "tags", "in": "header", "type": "array", "items": {"type": "string"}},
                ],
                "responses": {
                    "200": {
                        "description": "fine",
                        "schema": {"$ref": "#/definitions/Pet"},
                        "headers": {"X-Rate": {"type": "integer", "description": "Left."}},
                        "examples": {"text/csv": "a,b"},
                    },
                    "204": {"description": "nothing"},
                    "404": {"$ref": "#/responses/NotFound"},
                },
            },
        },
        "/photos": {
            "post": {
                "parameters": [
                    {"name": "photo", "in": "formData", "type": "file", "required": True},
                    {
                        "name": "tags",
                        "in": "formData",
                        "type": "array",
                        "items": {"type": "string"},
                        "collectionFormat": "multi",
                    },
                ],
                "responses": {"200": {"description": "it", "schema": {"type": "file"}}},
            }
        },
    },
}


def _content(schema: Node, *media_types: str) -> Node:
    return {media_type: {"schema": schema} for media_type in media_types}


PET = {"$ref": "#/components/schemas/Pet"}
BOTH = ("application/json", "text/csv")
OPENAPI: Node = {
    "openapi": "3.0.3",
    "info": {"title": "Pets", "version": "1"},
    "servers": [{"url": "https://example.com/v1"}],
    "x-note": 1,
    "security": [{"key": []}],
    "paths": {
        "/pets": {
            "parameters": [{"$ref": "#/components/parameters/limit"}],
            "post": {
                "operationId": "add",
                "servers": [{"url": "http://example.com/v1"}],
                "parameters": [
                    {
                        "name": "ids",
                        "in": "query",
                        "style": "pipeDelimited",
                        "explode": False,
                        "schema": {"type": "array", "items": {"type": "integer"}},
                    },
                    {
                        "name": "tags",
                        "in": "header",
                        "style": "simple",
                        "explode": False,
                        "schema": {"type": "array", "items": {"type": "string"}},
                    },
                ],
                "requestBody": {"required": False, "content": _content(PET, "text/xml")},
                "responses": {
                    "200": {
                        "description": "fine",
                        "headers": {
                            "X-Rate": {"description": "Left.", "schema": {"type": "integer"}}
                        },
                        "content": {
                            "application/json": {"schema": PET},
                            "text/csv": {"schema": PET, "example": "a,b"},
                        },
                    },
                    "204": {"description": "nothing"},
                    "404": {
                        "description": "gone",
                        "content": _content({"$ref": "#/components/schemas/Error"}, *BOTH),
                    },
                },
            },
        },
        "/photos": {
            "post": {
                "requestBody": {
                    "required": True,
                    "content": {
                        "multipart/form-data": {
                            "schema": {
                                "type": "object",
                                "required": ["photo"],
                                "properties": {
                                    "photo": {"type": "string", "format": "binary"},
                                    "tags": {"type": "array", "items": {"type": "string"}},
                                },
                            },
                            "encoding": {"tags": {"style": "form", "explode": True}},
                        }
                    },
                },
                "responses": {
                    "200": {
                        "description": "it",
                        "content": _content({"type": "string", "format": "binary"}, *BOTH),
                    }
                },
            }
        },
    },
    "components": {
        "schemas": {
            "Error": {"type": "object", "properties": {"$ref": {"type": "string"}}},
            "Pet": {
                "type": "object",
                "discriminator": {"propertyName": "kind"},
                "required": ["kind"],
                "properties": {
                    "kind": {"type": "string"},
                    "owner": {"x-nullable": True, "nullable": True, "type": "string"},
                    "mate": PET,
                },
                "example": {"$ref": "#/definitions/Pet"},
            },
        },
        "parameters": {
            "limit": {
                "name": "limit",
                "in": "query",
                "schema": {"type": "integer", "maximum": 9},
            }
        },
        "responses": {
            "NotFound": {
                "description": "gone",
                "content": _content({"$ref": "#/components/schemas/Error"}, *BOTH),
            }
        },
        "securitySchemes": {
            "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
            "basic": {"type": "http", "scheme": "basic"},
            "oauth": {
                "type": "oauth2",
                "flows": {
                    "authorizationCode": {
                        "authorizationUrl": "https://a",
                        "tokenUrl": "https://t",
                        "scopes": {"read": "Reads."},
                    }
                },
            },
        },
    },
}


def _rules(old: Node, new: Node) -> list[str]:
    found = diff(Document(old, "old"), Document(new, "new"), today=dt.date(2026, 1, 1))
    return [change.rule for change in found.changes]


def test_a_whole_document() -> None:
    """Every kind of object is written as OpenAPI 3.0 wants it."""
    assert to_openapi(SWAGGER) == OPENAPI


def test_moving_to_openapi_3_is_no_change() -> None:
    """The two descriptions mean the same, either way round."""
    assert _rules(to_openapi(SWAGGER), OPENAPI) == []
    assert _rules(OPENAPI, to_openapi(SWAGGER)) == []


@pytest.mark.parametrize(
    ("fields", "urls"),
    [
        ({}, None),
        ({"basePath": "/v1"}, ["/v1"]),
        ({"host": "a"}, ["//a"]),
        ({"host": "a", "schemes": ["https", "http"]}, ["https://a", "http://a"]),
        ({"host": "a", "basePath": "/v1", "schemes": None}, ["//a/v1"]),
        ({"host": 5, "basePath": []}, None),
    ],
)
def test_servers(fields: Node, urls: list[str] | None) -> None:
    """Host, base path and schemes make the servers."""
    made = to_openapi({"swagger": "2.0", **fields}).get("servers")
    assert made == (None if urls is None else [{"url": url} for url in urls])


@pytest.mark.parametrize(
    ("consumes", "kind", "media_type"),
    [
        (None, "string", "application/x-www-form-urlencoded"),
        (None, "file", "multipart/form-data"),
        (["application/json"], "string", "application/x-www-form-urlencoded"),
        (["Multipart/Form-Data", "text/plain"], "string", "Multipart/Form-Data"),
    ],
)
def test_forms(consumes: Any, kind: str, media_type: str) -> None:
    """A form has the media type that is named, or else the one that its files need."""
    operation = {
        "consumes": consumes,
        "parameters": [{"name": "a", "in": "formData", "type": kind}],
    }
    made: Any = to_openapi({"swagger": "2.0", "paths": {"/a": {"post": operation}}})
    assert list(made["paths"]["/a"]["post"]["requestBody"]["content"]) == [media_type]


def test_an_operation_overrides_the_body_of_its_path() -> None:
    """A body of the operation stands in for that of the path."""
    item: Node = {
        "parameters": [{"name": "a", "in": "body", "schema": {"type": "string"}}],
        "put": {"parameters": [{"name": "b", "in": "body", "schema": {"type": "integer"}}]},
    }
    made: Any = to_openapi({"swagger": "2.0", "paths": {"/a": item}})
    body = made["paths"]["/a"]["put"]["requestBody"]
    assert body["content"] == {"application/json": {"schema": {"type": "integer"}}}


def test_references_that_lead_nowhere_stay() -> None:
    """They are named by lint, and compare as nothing."""
    operation: Node = {
        "parameters": [{"$ref": "#/parameters/none"}, {"$ref": "other.json"}],
        "responses": {"200": {"$ref": "#/responses/none"}, "201": {"$ref": "other.json"}, "x": 1},
    }
    made: Any = to_openapi({"swagger": "2.0", "paths": {"/a": {"get": operation, "put": None}}})
    found = made["paths"]["/a"]["get"]
    assert found["parameters"] == [
        {"$ref": "#/components/parameters/none"},
        {"$ref": "other.json"},
    ]
    assert found["responses"]["200"] == {"$ref": "#/responses/none"}
    assert made["paths"]["/a"]["put"] is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.sampled_from(["", "a", "body", "file"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("$ref", "in", "name", "type", "schema", "items", "properties", "parameters"),
                    *("responses", "200", "headers", "get", "post", "content", "examples", "flow"),
                    *("scopes", "collectionFormat", "consumes", "produces", "/a"),
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=50)
@given(
    st.dictionaries(
        st.sampled_from(
            ["paths", "definitions", "parameters", "responses", "securityDefinitions", "schemes"]
        ),
        st.dictionaries(st.sampled_from(["/a", "b"]), JSON, max_size=2) | JSON,
    )
)
def test_whatever_stands_in_it_there_is_an_answer(root: Node) -> None:
    """A document that is wrong inside is compared all the same, and equal to itself."""
    held = {"swagger": "2.0", **root}
    assert _rules(to_openapi(held), to_openapi(held)) == []
