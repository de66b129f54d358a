"""Names in a client, told from the document alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from clients_changed import shop

from specproof.document.references import escape
from specproof.regression.client_interface import packaged_interface
from specproof.regression.client_names import ClientNames, argument
from specproof.regression.loading import load
from specproof.regression.places import Document

ROOT = Path(__file__).parents[3]
_TAGS = "/components/schemas/Pet/properties/tags"
_BODY = "/paths/~1pets~1{id}/put/requestBody/content/application~1json/schema"


def _properties(node: Any, pointer: str = "") -> Iterator[str]:
    """Yield pointers to the properties of all schemas."""
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from _properties(item, f"{pointer}/{index}")
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "properties" and isinstance(value, dict):
                yield from (f"{pointer}/properties/{escape(name)}" for name in value)
            if key not in {"example", "examples"}:
                yield from _properties(value, f"{pointer}/{escape(key)}")


@pytest.mark.parametrize("api", ["onesignal", "sequence"])
def test_each_name_is_one_of_the_generated_client(api: str) -> None:
    """Every operation and every property of a catalogued API is called as in its client."""
    document = load(ROOT / "specs" / api / "effective.yaml")
    real = packaged_interface(ROOT / "generated" / f"{api}-client")
    names = ClientNames(document)
    assert set(names.modules.values()) <= real.keys()
    found = [names.place(pointer) for pointer in _properties(document.root)]
    assert len(found) > 5
    assert set(found) <= real.keys()


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        ("/components/schemas/Pet", "models.Pet"),
        ("/components/schemas/Pet/required", "models.Pet"),
        ("/components/schemas/Pet/properties/name/maxLength", "models.Pet.name"),
        (f"{_TAGS}/items", "models.PetTagsItem"),
        (
            "/components/schemas/Pet/properties/tags/items/properties/label",
            "models.PetTagsItem.label",
        ),
        ("/components/schemas/Kind", None),
        ("/components/schemas/Gone/properties/x", None),
        ("/components/responses/Error/content", None),
        ("/paths/~1pets/get", None),
        ("/paths/~1pets/get/parameters/0/schema/maximum", None),
        ("/paths/~1pets/get/responses/200/headers/X-Total", "api.pets.list_pets.Headers.x_total"),
        (f"{_BODY}/properties/collar/properties/size", "models.ReplacePetBodyCollar.size"),
        ("/info/version", None),
        ("", None),
    ],
)
def test_a_pointer_leads_to_a_class_or_an_attribute(pointer: str, expected: str | None) -> None:
    """What has no class of its own has no name."""
    assert ClientNames(shop()).place(pointer) == expected


@pytest.mark.parametrize(
    ("schema", "inside", "expected"),
    [
        ({"type": "object", "title": "Cat"}, "", "models.Cat"),
        ({"type": "object", "nullable": True}, "", "models.ThingType0"),
        ({"type": ["null", "object"]}, "", "models.ThingType1"),
        ({"type": "string", "enum": ["a"]}, "/enum", "models.Thing"),
        ({"enum": ["a", None]}, "", "models.ThingType1"),
        ({"oneOf": [{"type": "object"}]}, "/oneOf/0", "models.ThingType0"),
        ({"anyOf": [{"type": "object"}]}, "/anyOf/x", None),
        ({"oneOf": []}, "/oneOf", None),
        ({"allOf": [{"properties": {"a": {}}}]}, "/allOf/0/properties/a", "models.Thing.a"),
        (
            {"additionalProperties": {"type": "object"}},
            "/additionalProperties",
            "models.ThingAdditionalProperty",
        ),
        ({"properties": {"if": {"type": "string"}}}, "/properties/if", "models.Thing.if_"),
    ],
)
def test_a_component_gives_names_to_what_is_in_it(
    schema: dict[str, Any], inside: str, expected: str | None
) -> None:
    """Titles, alternatives, null and maps have their part in it."""
    document = shop(("components|schemas", {"Thing": schema}))
    assert ClientNames(document).place(f"/components/schemas/Thing{inside}") == expected


def test_names_that_the_client_needs_itself_are_given_to_no_model() -> None:
    """A component called Client has another class, and a reference that of its target."""
    schemas = {"Client": {"type": "object"}, "Alias": {"$ref": "#/components/schemas/Client"}}
    names = ClientNames(shop(("components|schemas", schemas)))
    assert names.place("/components/schemas/Client") == "models.ClientModel"
    assert set(names.models) == {"ClientModel"}


def test_modules_are_found_with_and_without_the_names_of_path_parameters() -> None:
    """An operation without an id or a tag has a name as well."""
    assert ClientNames(shop()).modules == {
        "GET /pets": "api.pets.list_pets",
        "PUT /pets/{id}": "api.pets.replace_pet",
        "PUT /pets/{}": "api.pets.replace_pet",
        "DELETE /pets/{id}": "api.default.delete_pets_id",
        "DELETE /pets/{}": "api.default.delete_pets_id",
    }


def test_an_argument_is_called_after_its_parameter() -> None:
    """As snake_case, and never a keyword."""
    assert (argument("X-Api-Version"), argument("from")) == ("x_api_version", "from_")


def test_malformed_documents_have_names_as_well() -> None:
    """Whatever stands where an object is due."""
    root: Any = {
        "openapi": "3.1.0",
        "paths": {"/a": {"get": {"tags": "x", "parameters": [1], "requestBody": 3}}},
        "components": {"schemas": {"A": None, "B": 1}},
    }
    names = ClientNames(Document(root, "odd.json"))
    assert names.place("/components/schemas/A/properties/x") is None
    assert names.place("/paths/~1a/get/parameters/0/schema/items") is None
    assert names.modules == {"GET /a": "api.default.get_a"}
