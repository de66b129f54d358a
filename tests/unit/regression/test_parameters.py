from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from operation_pairs import between, documents, found, operations, rules

from specproof.regression.change import Site

Node = dict[str, Any]


def _one(parameter: Node | None) -> Node:
    held = {"name": "limit", "in": "query", "schema": {"type": "integer"}}
    return {"parameters": [] if parameter is None else [{**held, **parameter}]}


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ({}, None, "parameter-removed"),
        (None, {}, "optional-parameter-added"),
        (None, {"required": True}, "required-parameter-added"),
        (None, {"in": "path"}, "path-parameter-added"),
        ({}, {"required": True}, "parameter-became-required"),
        ({"required": True}, {"required": False}, "parameter-became-optional"),
        ({}, {"allowEmptyValue": True}, "parameter-empty-value-allowed"),
        ({"allowEmptyValue": True}, {}, "parameter-empty-value-forbidden"),
        ({}, {"allowReserved": True}, "parameter-reserved-characters-allowed"),
        ({"allowReserved": True}, {}, "parameter-reserved-characters-forbidden"),
        ({}, {"deprecated": True}, "parameter-deprecated"),
        ({"deprecated": True}, {}, "parameter-no-longer-deprecated"),
        ({}, {"in": "header", "required": True}, "parameter-location-changed"),
        ({}, {"style": "pipeDelimited"}, "parameter-style-changed"),
        ({}, {"explode": False}, "parameter-explode-changed-of-single-value"),
    ],
)
def test_one_edit_is_one_change(old: Node | None, new: Node | None, rule: str) -> None:
    """Each edit of a parameter is found as what it is, and as nothing else."""
    assert rules(_one(old), _one(new)) == {rule}


def test_optional_parameter_elsewhere_is_removed_and_added() -> None:
    """What may be left out at its new place is a parameter gone and another one come."""
    assert rules(_one({}), _one({"in": "cookie"})) == {
        "parameter-removed",
        "optional-parameter-added",
    }


def test_subject_and_site() -> None:
    """A change is called after the parameter and its operation, and felt at both."""
    held = operations(_one({}), _one(None), method="get", template="/pets/{a}")
    ((finding, sites),) = held
    assert finding.subject == "query parameter limit of GET /pets/{}"
    assert finding.pointer == "/paths/~1pets~1{a}/get/parameters/0"
    assert sites == (Site("GET /pets/{}", "query parameter limit"),)


@pytest.mark.parametrize(
    "written",
    [
        {"required": False, "deprecated": False, "allowEmptyValue": False, "allowReserved": False},
        {"style": "form", "explode": True},
        {"description": "How many.", "example": 3, "x-note": 1},
    ],
)
def test_defaults_written_out_are_no_change(written: Node) -> None:
    """What holds anyway, and what only explains, may be written down or not."""
    assert rules(_one({}), _one(written)) == set()
    assert rules(_one(written), _one({})) == set()


def test_header_names_have_no_case() -> None:
    """Header names are the same in any case; query names are not (RFC 9110, 5.1)."""
    assert (
        rules(_one({"in": "header", "name": "X-A"}), _one({"in": "header", "name": "x-a"})) == set()
    )
    assert rules(_one({"name": "A"}), _one({"name": "a"})) == {
        "parameter-removed",
        "optional-parameter-added",
    }


@pytest.mark.parametrize("name", ["Accept", "content-type", "AUTHORIZATION"])
def test_header_parameters_that_are_none(name: str) -> None:
    """Three header parameters are to be ignored (OpenAPI 3.1.1, 4.8.12.2.1)."""
    assert rules(_one(None), _one({"in": "header", "name": name, "required": True})) == set()


def test_explode_matters_for_lists() -> None:
    """Lists and objects are written another way with another explode."""
    many = {"schema": {"type": "array", "items": {"type": "string"}}}
    assert rules(_one(many), _one({**many, "explode": False})) == {"parameter-explode-changed"}
    unknown: Node = {"schema": {}}
    assert rules(_one(unknown), _one({**unknown, "explode": False})) == {
        "parameter-explode-changed"
    }


def test_schema_is_compared_as_a_request() -> None:
    """Narrowing what a parameter may be breaks its writers."""
    narrowed = _one({"schema": {"type": "integer", "maximum": 10}})
    (finding,) = between(_one({}), narrowed)
    assert finding.rule.startswith("request-")
    assert finding.subject == "query parameter limit of POST /pets"


def test_default_matters_where_the_parameter_may_be_left_out() -> None:
    """A default of what has to be sent is never used."""
    old, new = {"schema": {"default": 1}}, {"schema": {"default": 2}}
    assert rules(_one(old), _one(new)) == {"parameter-default-changed"}
    forced = {"required": True}
    assert "parameter-default-changed" not in rules(
        _one({**old, **forced}), _one({**new, **forced})
    )


def test_content_instead_of_schema() -> None:
    """A parameter that is JSON text now is written another way."""
    json = {"content": {"application/json": {"schema": {"type": "integer"}}}}
    old, new = _one({}), {"parameters": [{"name": "limit", "in": "query", **json}]}
    (finding,) = between(old, new)
    assert finding.rule == "parameter-serialization-changed"
    assert finding.facts == {"old": "style form", "new": "application/json"}


def test_content_is_compared() -> None:
    """Of parameters with content, the media type and its schema are compared."""

    def held(media: str, kind: str) -> Node:
        content = {media: {"schema": {"type": kind}}}
        return {"parameters": [{"name": "q", "in": "query", "content": content}]}

    assert rules(held("application/json", "integer"), held("text/plain", "integer")) == {
        "parameter-content-type-changed"
    }
    assert rules(held("application/json", "string"), held("application/json", "integer")) != set()
    assert rules(held("application/json", "string"), held("Application/JSON", "string")) == set()


def test_parameters_of_the_path_item() -> None:
    """What the path item lists holds for its operations, unless they list it themselves."""
    limit = {"name": "limit", "in": "query", "schema": {"type": "integer"}}
    there = {"paths": {"/p": {"parameters": [limit], "get": {}, "put": {}}}}
    here = {"paths": {"/p": {"get": {"parameters": [limit]}, "put": {"parameters": [limit]}}}}
    assert documents(there, here) == []
    both = {"paths": {"/p": {"parameters": [{**limit, "required": True}], "get": {}, "put": {}}}}
    ((finding, sites),) = documents(there, both)
    assert (finding.rule, finding.subject) == (
        "parameter-became-required",
        "query parameter limit of /p",
    )
    assert [site.operation for site in sites] == ["GET /p", "PUT /p"]
    own = {"paths": {"/p": {**both["paths"]["/p"], "get": {"parameters": [limit]}}}}
    ((_, sites),) = documents(there, own)
    assert [site.operation for site in sites] == ["PUT /p"]


def test_shared_parameter_is_reported_once() -> None:
    """A change of a component is one finding with all operations that use it."""

    def held(**more: Any) -> Node:
        use = {"parameters": [{"$ref": "#/components/parameters/Limit"}]}
        limit = {"name": "limit", "in": "query", "schema": {"type": "integer"}, **more}
        return {
            "paths": {"/a": {"get": use}, "/b": {"get": use}},
            "components": {"parameters": {"Limit": limit}},
        }

    ((finding, sites),) = documents(held(), held(required=True))
    assert (finding.subject, finding.pointer) == (
        "parameter Limit",
        "/components/parameters/Limit",
    )
    assert [site.operation for site in sites] == ["GET /a", "GET /b"]


def test_shared_parameter_that_is_new() -> None:
    """An optional component that many operations list now is told once, a required one each."""
    limit = {"name": "limit", "in": "query", "schema": {"type": "integer"}}

    def added(**more: Any) -> list[str]:
        use = {"parameters": [{"$ref": "#/components/parameters/Limit"}]}
        new = {
            "paths": {"/a": {"get": use}, "/b": {"get": use}},
            "components": {"parameters": {"Limit": {**limit, **more}}},
        }
        held = documents({"paths": {"/a": {"get": {}}, "/b": {"get": {}}}}, new)
        return [f"{finding.rule}: {finding.subject} ({len(sites)})" for finding, sites in held]

    assert added() == ["optional-parameter-added: query parameter limit (2)"]
    assert added(required=True) == [
        "required-parameter-added: query parameter limit of GET /a (1)",
        "required-parameter-added: query parameter limit of GET /b (1)",
    ]


def test_template_parameter_that_one_document_forgot() -> None:
    """A parameter that the path has anyway is described, not new; and forgotten, not gone."""
    one = {"parameters": [{"name": "id", "in": "path", "required": True}]}
    assert found({}, one, template="/p/{id}") == {
        ("path-parameter-declared", "path parameter id of POST /p/{}")
    }
    assert rules(one, {}, template="/p/{id}") == {"path-parameter-forgotten"}


def test_sunset_of_a_deprecated_parameter() -> None:
    """An announced end must not come nearer, nor be forgotten, while it is deprecated."""
    old = _one({"deprecated": True, "x-sunset": "2027-01-01"})
    assert rules(old, _one({"deprecated": True})) == {"parameter-sunset-removed"}
    nearer = _one({"deprecated": True, "x-sunset": "2026-12-31"})
    assert rules(old, nearer) == {"parameter-sunset-nearer"}
    assert rules(nearer, old) == set()
    assert rules(old, _one({"deprecated": True, "x-sunset": "?"})) == {"parameter-sunset-nearer"}
    assert rules(old, _one({})) == {"parameter-no-longer-deprecated"}


def test_parameters_of_webhooks_are_read() -> None:
    """What the API sends in a webhook is read by us: there its loss and its absence count."""
    held = {"webhook": True, "template": "new"}
    assert rules(_one({}), _one(None), **held) == {"response-header-removed"}
    assert rules(_one(None), _one({"required": True}), **held) == {"response-header-added"}
    assert rules(_one({"required": True}), _one({}), **held) == {"response-header-became-optional"}


def test_odd_parameters_are_left_out() -> None:
    """What is no parameter is none; nothing breaks over it."""
    odd = {"parameters": [None, 3, {}, {"in": 1, "name": "x"}, {"$ref": "#/nowhere"}]}
    assert rules(odd, {"parameters": {}}) == set()


@given(st.permutations(["a", "b", "c", "d"]), st.permutations(["a", "b", "c", "d"]))
def test_order_does_not_matter(one: list[str], other: list[str]) -> None:
    """Parameters in another order are the same parameters."""

    def held(names: list[str]) -> Node:
        return {"parameters": [{"name": name, "in": "query", "schema": {}} for name in names]}

    assert rules(held(one), held(other)) == set()
