from __future__ import annotations

import copy
from typing import Any

import pytest
from generation_cases import describe, operation

from specproof.generation.transforms import TRANSFORMS, Applied, transformed

KEY = {"key": {"type": "http", "scheme": "bearer"}}
POINTER = "/paths/~1things~1{id}/get"


def _operation(document: Any) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"]["/things/{id}"]["get"]
    return found


def _names(applied: tuple[Applied, ...]) -> list[str]:
    return [entry.name for entry in applied]


def test_what_needs_nothing_is_left_as_it_is() -> None:
    """A description that the generator reads rightly is copied and not changed."""
    document = describe()
    result, applied = transformed(document)
    assert (result, applied) == (document, ())
    assert result is not document


def test_the_original_is_never_changed() -> None:
    """Transforms work on a copy."""
    document = describe(security=[{"key": []}])
    before = copy.deepcopy(document)
    transformed(document)
    assert document == before


@pytest.mark.parametrize(
    ("root", "stated", "wanted"),
    [
        ([{"key": []}], None, [{"key": []}]),
        ([{"key": []}], [], []),
        ([{"key": []}], [{"other": []}], [{"other": []}]),
        ([{"key": []}, {}], None, []),
        (None, [{"key": []}, {}], []),
        (None, [{"key": []}], [{"key": []}]),
        ("nonsense", None, []),
    ],
)
def test_each_operation_states_whether_it_needs_credentials(
    root: Any, stated: Any, wanted: list[Any]
) -> None:
    """Root security reaches operations without their own; an empty alternative means none."""
    document = describe()
    if root is not None:
        document["security"] = root
    if stated is not None:
        _operation(document)["security"] = stated
    result, _ = transformed(document)
    assert _operation(result).get("security", []) == wanted


def test_header_parameters_that_openapi_ignores_are_dropped() -> None:
    """Accept, Content-Type and Authorization are no arguments, whatever their case or place."""
    ignored: list[dict[str, Any]] = [
        {"name": name, "in": "header", "schema": {}}
        for name in ("authorization", "Accept", "CONTENT-TYPE")
    ]
    kept = {"name": "Accept", "in": "query", "schema": {}}
    document = describe(components={"parameters": {"auth": ignored[0]}})
    document["paths"]["/things/{id}"]["parameters"] = [
        {"$ref": "#/components/parameters/auth"},
        kept,
    ]
    _operation(document)["parameters"] += ignored
    result, applied = transformed(document)
    assert result["paths"]["/things/{id}"]["parameters"] == [kept]  # type: ignore[index, call-overload]  # JSON of unknown shape
    assert [entry["name"] for entry in _operation(result)["parameters"]] == ["id"]
    assert applied == (
        Applied(
            "ignored-header-parameters",
            ("/paths/~1things~1{id}/parameters", f"{POINTER}/parameters"),
        ),
    )


def test_path_parameters_lose_their_defaults() -> None:
    """A required value has no use for a default, inline or in components; queries keep theirs."""
    document = describe(
        components={"parameters": {"p": {"name": "p", "in": "path", "schema": {"default": 1}}}}
    )
    _operation(document)["parameters"] = [
        {"name": "id", "in": "path", "required": True, "schema": {"default": "a"}},
        {"name": "q", "in": "query", "schema": {"default": "a"}},
        {"$ref": "#/components/parameters/p"},
    ]
    result, applied = transformed(document)
    assert [entry.get("schema") for entry in _operation(result)["parameters"]] == [
        {},
        {"default": "a"},
        None,
    ]
    assert applied == (
        Applied(
            "no-default-on-path-parameters",
            (f"{POINTER}/parameters/0/schema/default", "/components/parameters/p/schema/default"),
        ),
    )


def test_descriptions_of_parameters_reach_docstrings() -> None:
    """The text of the parameter stands in its schema too, unless that is a reference."""
    document = describe(components={"schemas": {"s": {}}})
    _operation(document)["parameters"] = [
        {"name": "a", "in": "query", "description": "An a.", "schema": {"type": "string"}},
        {"name": "b", "in": "query", "description": "A b.", "schema": {"$ref": "#/s"}},
        "nonsense",
    ]
    result, applied = transformed(document)
    assert _operation(result)["parameters"][0]["schema"]["description"] == "An a."
    assert _operation(result)["parameters"][1]["schema"] == {"$ref": "#/s"}
    assert _names(applied) == ["parameter-descriptions"]


@pytest.mark.parametrize("paths", [{"/a": "nonsense"}, {"/a": {"get": 5, "parameters": 7}}, []])
def test_nonsense_is_left_for_the_generator_to_refuse(paths: Any) -> None:
    """A transform never fails on a description of the wrong shape."""
    document = describe(components={"parameters": {"x": 1}})
    document["paths"] = paths
    assert transformed(document)[1] == ()


def test_transforms_are_described_and_repeatable() -> None:
    """Each has a unique name, a reason and a source; applied twice, they change nothing more."""
    assert len({transform.name for transform in TRANSFORMS}) == len(TRANSFORMS)
    assert all(transform.reason and transform.issue for transform in TRANSFORMS)
    document = describe({"/a/{id}": {"post": operation()}}, security=[{"key": []}])
    once, _ = transformed(document)
    assert transformed(once)[0] == once
