"""The contract of an API as checks see it."""

from __future__ import annotations

import pytest

from specproof.errors import InputError
from specproof.model import Json, JsonObject
from specproof.requirements.contract import Contract


def _document(**changes: Json) -> JsonObject:
    operation: JsonObject = {
        "operationId": "look",
        "security": [{"key": []}, "nonsense"],
        "responses": {
            "200": {"$ref": "#/components/responses/Fine"},
            "4XX": {"description": "no", "x-specproof-body-may-be": ["empty", 5]},
            "503": {"content": {"application/json": {}}, "x-specproof-body-may-be": "empty"},
        },
        **changes,
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "security": [{"other": []}],
        "paths": {"/a": {"get": operation}, "/b": {"post": {"operationId": "make"}}},
        "components": {
            "responses": {
                "Fine": {
                    "headers": {
                        "X-A": {"$ref": "#/components/headers/A"},
                        "content-TYPE": {"required": True},
                        "X-B": {"schema": {"type": "integer"}},
                    },
                    "content": {"application/json": {"schema": {"type": "object"}}},
                }
            },
            "headers": {"A": {"required": True}},
            "securitySchemes": {
                "key": {"$ref": "#/components/securitySchemes/real"},
                "real": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def test_responses_are_resolved() -> None:
    """References are followed; a header named Content-Type is ignored (OpenAPI 3.1)."""
    contract = Contract(_document(), name="spec")
    look = contract.operations["look"]
    fine = look.responses["200"]
    assert [(item.name, item.required, item.schema) for item in fine.headers] == [
        ("X-A", True, {}),
        ("X-B", False, {"type": "integer"}),
    ]
    assert fine.content == {"application/json": {"type": "object"}}
    assert look.responses["4XX"].body_may_be == {"empty"}
    assert look.responses["4XX"].content == {}
    assert look.responses["503"].body_may_be == frozenset()
    assert look.responses["503"].content == {"application/json": None}
    assert contract.by_route["GET", "/a"] is look


def test_documented_finds_the_row_of_a_status() -> None:
    """A status without a row has none."""
    look = Contract(_document(), name="spec").operations["look"]
    assert [getattr(look.documented(status), "key", None) for status in (200, 404, 500)] == [
        "200",
        "4XX",
        None,
    ]


def test_security_is_the_operations_or_the_documents() -> None:
    """OpenAPI 3.1: security of an operation overrides that of the document."""
    contract = Contract(_document(), name="spec")
    assert contract.operations["look"].security == ({"key": []},)
    assert contract.operations["make"].security == ({"other": []},)
    assert contract.default_security() == ({"key": []},)
    assert contract.security_schemes()["key"] == {"type": "http", "scheme": "bearer"}
    open_to_all = Contract(
        {**_document(security=[]), "components": {}, "security": "no", "paths": {}}, name="spec"
    )
    assert open_to_all.default_security() == ()
    assert open_to_all.security_schemes() == {}


def test_validators_are_compiled_once() -> None:
    """A validator costs a thousand times what a validation does."""
    look = Contract(_document(), name="spec").operations["look"]
    body = look.body_validator("200", "application/json", formats=False)
    assert body is not None
    assert body is look.body_validator("200", "application/json", formats=False)
    assert body is not look.body_validator("200", "application/json", formats=True)
    assert look.body_validator("503", "application/json", formats=False) is None
    assert look.body_validator("200", "text/html", formats=False) is None
    header = look.responses["200"].headers[1]
    assert look.header_validator("200", header) is look.header_validator("200", header)
    assert not look.header_validator("200", header).valid("x")


def test_what_is_no_openapi_is_bad_input() -> None:
    """The version decides how schemas are read, so it has to be known."""
    with pytest.raises(InputError, match="Swagger"):
        Contract({"swagger": "2.0"}, name="spec")


def test_words_are_all_names_and_texts_of_the_document() -> None:
    """Wherever they stand."""
    document: JsonObject = {
        "openapi": "3.1.0",
        "info": {"title": "Shop"},
        "tags": ["a", {"name": "b"}, 1],
    }
    words = Contract(document, name="shop").words
    assert words == {"openapi", "3.1.0", "info", "title", "Shop", "tags", "a", "name", "b"}
