from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties import ModelProperty, model_property

from specproof.generation.generator import CONFIG
from specproof.generation.modelling import Modelling, annotation, attribute_line, instance


@pytest.fixture(autouse=True)
def _generator_as_it_was() -> Iterator[None]:
    """Take back what ``Modelling`` changes in the generator."""
    kept = model_property._resolve_naming_conflict
    yield
    model_property._resolve_naming_conflict = kept


def _parsed(
    schemas: dict[str, Any], paths: dict[str, Any] | None = None, **components: Any
) -> tuple[Modelling, dict[str, ModelProperty], dict[str, Endpoint]]:
    document = {
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "paths": paths or {},
        "components": {"schemas": schemas, **components},
    }
    settings = ConfigFile(post_hooks=[], **CONFIG)
    config = Config.from_sources(settings, MetaType.NONE, Path("x"), "utf-8", False, Path("x"))
    modelling = Modelling(document, config)
    data = GeneratorData.from_dict(document, config=config)
    assert not isinstance(data, GeneratorError)
    assert data.errors == []
    endpoints = [
        endpoint
        for collection in data.endpoint_collections_by_tag.values()
        for endpoint in collection.endpoints
    ]
    return (
        modelling,
        {str(model.class_info.name): model for model in data.models},
        {endpoint.name: endpoint for endpoint in endpoints},
    )


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


@pytest.mark.parametrize(
    ("names", "attributes"),
    [
        (["a", "b"], ["a", "b"]),
        (["fooBar", "foo_bar"], ["fooBar", "foo_bar"]),
        (["+1", "-1", "1"], ["field_1", "field_1_2", "field_1_3"]),
        (["", " ", "$"], ["field_", "field__2", "field__3"]),
        (
            ["to_dict", "from_dict", "additional_properties"],
            ["to_dict_", "from_dict_", "additional_properties_"],
        ),
        (["UNSET", "unset"], ["UNSET_", "unset"]),
        (["class", "self", "str"], ["class_", "self_", "str_"]),
        (["_shape", "__init__", "℘"], ["field_shape", "field_init", "℘"]),
        (["\ufb01", "fi"], ["fi", "fi_2"]),
        (["日本", "naïve"], ["日本", "naïve"]),
    ],
)
def test_names_are_identifiers_that_differ(names: list[str], attributes: list[str]) -> None:
    """No name hides a method, a keyword or another name, as Python's parser reads them."""
    modelling, models, _ = _parsed({"A": _object(**{name: {"type": "string"} for name in names})})
    fields = modelling.fields(models["A"])
    assert [field["attribute"] for field in fields] == attributes
    assert [field["name"] for field in fields] == [repr(name) for name in names]
    assert all(name.isidentifier() for name in attributes)


@pytest.mark.parametrize(
    ("schema", "shape", "kind"),
    [
        ({}, "_shapes.ANY", "Any"),
        ({"type": "string"}, "_shapes.STRING", "str"),
        ({"type": "string", "format": "uuid"}, "_shapes.IDENTIFIER", "UUID"),
        ({"type": "string", "enum": ["a"]}, "_shapes.Members(AX)", "AX"),
        ({"const": "a"}, "_shapes.Constant('a')", "Literal['a']"),
        ({"const": 1.5}, "_shapes.Constant(1.5)", "float"),
        ({"$ref": "#/components/schemas/B"}, "B._shape", "B"),
        (
            {"type": "array", "items": {"type": "integer"}},
            "_shapes.Items(_shapes.INTEGER)",
            "list[int]",
        ),
        ({"anyOf": [{"type": "integer"}]}, "_shapes.INTEGER", "int"),
        (
            {"type": ["number", "null"]},
            "_shapes.OneOf(_shapes.NUMBER, _shapes.NULL)",
            "float | None",
        ),
    ],
)
def test_each_schema_has_its_shape(schema: dict[str, Any], shape: str, kind: str) -> None:
    """The expression reads what the annotation says."""
    modelling, models, _ = _parsed({"A": _object(x=schema), "B": _object()})
    (field,) = modelling.fields(models["A"])
    assert (field["shape"], field["annotation"]) == (shape, f"{kind} | Unset")
    assert field["default"] == "UNSET"
    assert not field["required"]


def test_fields_with_a_default_come_last() -> None:
    """Defaults are literals of what the description says, in whatever quotes."""
    properties = {"a": {"type": "string", "default": "\\'\""}, "b": {"type": "string"}}
    modelling, models, _ = _parsed({"A": {**_object(**properties), "required": ["a", "b"]}})
    fields = modelling.fields(models["A"])
    assert [(field["attribute"], field["default"]) for field in fields] == [
        ("b", None),
        ("a", repr("\\'\"")),
    ]


def test_a_discriminator_is_kept() -> None:
    """Names of schemas and the mapping both tell the members of a union apart."""
    union = {
        "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
        "discriminator": {
            "propertyName": "kind",
            "mapping": {"felis": "Cat", "canis": "#/components/schemas/Dog", "x": "Gone"},
        },
    }
    cat, dog = {**_object(), "title": "House Cat"}, _object()
    modelling, models, _ = _parsed({"A": _object(pet=union), "Cat": cat, "Dog": dog})
    (field,) = modelling.fields(models["A"])
    assert field["shape"] == (
        "_shapes.OneOf(HouseCat._shape, Dog._shape, tag='kind',"
        " tags={'Cat': 0, 'Dog': 1, 'canis': 1, 'felis': 0})"
    )


@pytest.mark.parametrize(
    "discriminator",
    [None, {"propertyName": 5}, {"mapping": []}],
)
def test_what_is_no_discriminator_decides_nothing(discriminator: Any) -> None:
    """The members are then told apart by their fields."""
    document = {
        "paths": {"/x": None},
        "components": {
            "schemas": {
                "A": {"oneOf": [{"$ref": "#/nowhere"}, {}], "discriminator": discriminator},
                "B": {"discriminator": {"propertyName": "x"}},
                "C": [{"oneOf": [{"$ref": "#/components/schemas/Gone"}], "discriminator": {}}],
            }
        },
    }
    settings = ConfigFile(post_hooks=[], **CONFIG)
    config = Config.from_sources(settings, MetaType.NONE, Path("x"), "utf-8", False, Path("x"))
    assert Modelling(document, config)._tags == {}


def test_parameters_keep_their_style() -> None:
    """Stated in the operation, in the path, or in a component; else OpenAPI's defaults."""
    names = {"type": "array", "items": {"type": "string"}}
    paths = {
        "/x/{p}/{q}": {
            "parameters": [
                {"name": "p", "in": "path", "required": True, "style": "label", "schema": names},
                {"name": "q", "in": "path", "required": True, "schema": {"type": "string"}},
            ],
            "get": {
                "operationId": "op",
                "parameters": [
                    {"$ref": "#/components/parameters/Piped"},
                    {"name": "plain", "in": "query", "style": 'a"b', "schema": names},
                    {"name": "H", "in": "header", "schema": {"type": "string"}},
                ],
                "responses": {"200": {"description": ""}},
            },
        }
    }
    piped = {
        "name": "piped",
        "in": "query",
        "style": "pipeDelimited",
        "explode": False,
        "schema": names,
    }
    modelling, _, endpoints = _parsed({}, paths, parameters={"Piped": piped})
    modelling.forget_document()
    endpoint = endpoints["op"]
    styles = [
        (modelling.style(endpoint, entry, where), modelling.explode(endpoint, entry, where))
        for where, entry in endpoint.iter_all_parameters()
    ]
    assert styles == [
        ("label", False),
        ("simple", False),
        ("pipeDelimited", False),
        ("form", True),
        ("simple", False),
    ]
    assert modelling.path_value(endpoint, "p") == "'p', p, 'label', explode=False"
    assert modelling.path_value(endpoint, "q") is None
    assert modelling.argument(endpoint.path_parameters[1]) == "q: str"
    assert modelling.argument(endpoint.query_parameters[0]) == "piped: list[str] | Unset = UNSET"


def test_a_circle_of_references_ends() -> None:
    """It refers to nothing."""
    circle = {"components": {"parameters": {"A": {"$ref": "#/components/parameters/A"}}}}
    settings = ConfigFile(post_hooks=[], **CONFIG)
    config = Config.from_sources(settings, MetaType.NONE, Path("x"), "utf-8", False, Path("x"))
    item = {"parameters": [{"$ref": "#/components/parameters/A"}], "get": {}}
    assert Modelling({**circle, "paths": {"/x": item}}, config)._parameters == {}


def test_docstrings_tell_what_is_known() -> None:
    """Type, description, default and example, none of which can end the docstring."""
    schema = {"type": "string", "description": 'A """word""".', "default": "x", "example": "\\"}
    modelling, models, _ = _parsed({"A": _object(x=schema, y={})})
    first, second = modelling.fields(models["A"])
    assert attribute_line(first) == (
        'x (str | Unset): A \\"\\"\\"word\\"\\"\\". Default: \'x\'. Example: \\\\.'
    )
    assert attribute_line(second) == "y (Any | Unset):"
    assert annotation(second["property"]) == "Any | Unset"
    assert (instance(second["property"]), instance(first["property"])) == ("object", "str")


def test_the_templates_know_it_by_name() -> None:
    """Every name says whose it is."""
    modelling, _, _ = _parsed({})
    assert all(name.startswith("specproof_") for name in modelling.globals())
