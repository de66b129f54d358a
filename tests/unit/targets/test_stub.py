from __future__ import annotations

import copy
from typing import Any

import pytest
from calling import Answer, call

from specproof.errors import InputError
from specproof.model import Json, JsonObject
from specproof.targets.stub import StubEmulator

PET: JsonObject = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {"id": {"type": "integer"}, "name": {"type": "string"}},
}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Pets", "version": "1"},
    "components": {
        "schemas": {"Pet": PET},
        "securitySchemes": {
            "token": {"type": "http", "scheme": "bearer"},
            "key": {"type": "apiKey", "in": "query", "name": "k"},
            "session": {"type": "apiKey", "in": "cookie", "name": "sid"},
            "header": {"type": "apiKey", "in": "header", "name": "X-Key"},
            "mutual": {"type": "mutualTLS"},
        },
    },
    "paths": {
        "/pets": {
            "get": {
                "operationId": "list",
                "parameters": [
                    {
                        "name": "limit",
                        "in": "query",
                        "required": True,
                        "schema": {"type": "integer"},
                    },
                    {
                        "name": "X-Trace",
                        "in": "header",
                        "required": True,
                        "schema": {"type": "string"},
                    },
                    {
                        "name": "Accept",
                        "in": "header",
                        "required": True,
                        "schema": {"type": "string"},
                    },
                    {
                        "name": "filter",
                        "in": "query",
                        "required": True,
                        "style": "deepObject",
                        "schema": {"type": "object"},
                    },
                ],
                "responses": {
                    "404": {"description": "none"},
                    "200": {
                        "description": "pets",
                        "headers": {
                            "X-Total": {"required": True, "schema": {"type": "integer"}},
                            "X-Next": {"schema": {"type": "string", "example": "a\r\nb: é"}},
                            "Content-Type": {"schema": {"type": "string"}},
                        },
                        "content": {
                            "text/csv": {"schema": {"type": "string"}},
                            "application/json": {
                                "schema": {
                                    "type": "array",
                                    "items": {"$ref": "#/components/schemas/Pet"},
                                }
                            },
                        },
                    },
                },
            },
            "post": {
                "operationId": "create",
                "security": [{"token": []}],
                "requestBody": {"required": True, "content": {"application/json": {}}},
                "responses": {
                    "201": {
                        "description": "created",
                        "content": {
                            "application/problem+json": {
                                "schema": {"$ref": "#/components/schemas/Pet"},
                                "examples": {
                                    "wrong": {"value": {"id": "x"}},
                                    "right": {"value": {"id": 7, "name": "Rex"}},
                                },
                            }
                        },
                    },
                    "401": {
                        "description": "no",
                        "content": {"text/plain": {"example": "log in"}},
                    },
                    "4XX": {"description": "no", "content": {"*/*": {"example": {"e": 1}}}},
                },
            },
        },
        "/pets/{id}": {
            "parameters": [
                {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
            ],
            "get": {"operationId": "one", "responses": {"default": {"description": "any"}}},
            "delete": {"operationId": "remove", "responses": {"204": {"description": "gone"}}},
            "put": {"operationId": "move", "responses": {"302": {"description": "elsewhere"}}},
            "head": {
                "operationId": "odd",
                "responses": {"200": {"description": "", "content": {"image/*": {}}}},
            },
            "patch": {
                "operationId": "plain",
                "responses": {"200": {"description": "", "content": {"text/*": {}}}},
            },
        },
    },
}
LIST = "/pets?limit=1&filter[a]=b"
TRACE = {"X-Trace": "t"}


def _stub(**settings: bool) -> StubEmulator:
    return StubEmulator(copy.deepcopy(DOCUMENT), name="pets.yaml", api="pets", settings=settings)


def _call(method: str, target: str, **more: Any) -> Answer:
    return call(_stub().app, method, target, **more)


def test_the_first_success_is_synthesised() -> None:
    """JSON goes before other media types; documented headers are there, made safe."""
    answer = _call("GET", LIST, headers=TRACE)
    assert answer.status == 200
    assert answer.json() == [{"id": 1, "name": "string"}]
    assert answer.header("content-type") == "application/json"
    assert answer.header("x-total") == "1"
    assert answer.header("x-next") == "ab:"


def test_documented_examples_go_first_unless_they_break_their_schema() -> None:
    """The second example is the first that is valid."""
    answer = _call("POST", "/pets", headers={"Authorization": "Bearer x"}, json_body={})
    assert (answer.status, answer.json()) == (201, {"id": 7, "name": "Rex"})
    assert answer.header("content-type") == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [
        ("GET", "/pets/1", 200),
        ("DELETE", "/pets/1", 204),
        ("PUT", "/pets/1", 302),
        ("GET", "/dogs", 404),
        ("OPTIONS", "/pets", 204),
    ],
)
def test_answers_without_a_body(method: str, target: str, status: int) -> None:
    """`default` stands for 200; without a success the first status is taken."""
    answer = _call(method, target)
    assert answer.status == status
    assert status == 404 or answer.body == b""


def test_media_ranges_become_media_types() -> None:
    """A range is no media type (RFC 9110 8.3), so one inside it is sent."""
    assert _call("PATCH", "/pets/1").header("content-type") == "text/plain"
    assert _call("HEAD", "/pets/1").header("content-type") == "image/x"


@pytest.mark.parametrize(
    ("target", "headers"),
    [
        ("/pets", TRACE),
        ("/pets?limit=1", TRACE | {"X-Trace": ""}),
        ("/pets?filter[a]=b", TRACE),
        (LIST, {}),
    ],
)
def test_required_parameters_are_required(target: str, headers: dict[str, str]) -> None:
    """Absent ones give 400; those that OpenAPI ignores, or that explode, are let through."""
    expected = 200 if target == "/pets?limit=1" else 400
    assert _call("GET", target, headers=headers).status == expected
    lax = _stub(require_parameters=False)
    assert call(lax.app, "GET", target, headers=headers).status == 200


def test_path_parameters_have_their_type() -> None:
    """Text where a number belongs, or what can not be decoded, gives 400."""
    for path in ("/pets/x", "/pets/%ff"):
        assert _call("GET", path).status == 400
    assert _call("GET", "/pets/-3").status == 200


def test_required_bodies_are_required() -> None:
    """A documented 4XX answers a missing body."""
    answer = _call("POST", "/pets", headers={"Authorization": "Bearer x"})
    assert (answer.status, answer.json()) == (400, {"e": 1})
    assert answer.header("content-type") == "application/json"


def test_credentials_must_be_there() -> None:
    """The documented 401 comes with a challenge; any credentials will do."""
    answer = _call("POST", "/pets", json_body={})
    assert (answer.status, answer.body) == (401, b"log in")
    assert answer.header("www-authenticate")
    lax = _stub(require_credentials=False)
    assert call(lax.app, "POST", "/pets", json_body={}).status == 201


@pytest.mark.parametrize(
    ("scheme", "target", "headers"),
    [
        ("key", "/pets/1?k=1", {}),
        ("session", "/pets/1", {"Cookie": "a=b; sid=1"}),
        ("header", "/pets/1", {"X-Key": "1"}),
        ("mutual", "/pets/1", {}),
    ],
)
def test_every_kind_of_credentials_is_seen(
    scheme: str, target: str, headers: dict[str, str]
) -> None:
    """Query, cookie, header; mutual TLS can not be seen here."""
    document = copy.deepcopy(DOCUMENT)
    document["security"] = [{scheme: []}]
    app = StubEmulator(document).app
    assert call(app, "GET", target, headers=headers).status == 200
    assert call(app, "GET", "/pets/1").status == (200 if scheme == "mutual" else 401)


def test_credentials_are_named_after_the_api() -> None:
    """Every variable of every scheme has a value; there is no second tenant."""
    stub = _stub()
    assert stub.credentials()["SPECPROOF_PETS_TOKEN"] == "stub-specproof-pets-token"
    assert stub.other_credentials() == {}
    assert stub.resources() == {}


def test_each_documented_status_is_a_condition() -> None:
    """While it lasts, operations that document the status answer it, others as ever."""
    stub = _stub()
    assert [condition.status for condition in stub.CONDITIONS] == [
        200,
        201,
        204,
        302,
        400,
        401,
        404,
    ]
    with stub.condition("answer-404"):
        assert call(stub.app, "GET", LIST).status == 404
        assert call(stub.app, "POST", "/pets").status == 404
        assert call(stub.app, "DELETE", "/pets/1").status == 204
        assert call(stub.app, "GET", "/dogs").status == 404
    stub.reset()
    assert call(stub.app, "GET", LIST, headers=TRACE).status == 200


def test_a_wrong_method_lists_the_right_ones() -> None:
    """405 with Allow (RFC 9110 15.5.6)."""
    answer = _call("PUT", "/pets")
    assert (answer.status, answer.header("allow")) == (405, "GET, HEAD, OPTIONS, POST")


@pytest.mark.parametrize("document", [{}, {"swagger": "2.0"}])
def test_other_documents_are_refused(document: dict[str, Json]) -> None:
    """Only OpenAPI 3.0 and 3.1 can be stubbed."""
    with pytest.raises(InputError, match=r"pets\.yaml"):
        StubEmulator(document, name="pets.yaml")
