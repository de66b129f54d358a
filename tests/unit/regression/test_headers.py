from __future__ import annotations

from typing import Any

import pytest
from operation_pairs import between, documents, found, operations, rules

from specproof.regression.headers import is_limit_header
from specproof.regression.lifecycle import announced_sunset, sunset_date
from specproof.regression.places import Place

Node = dict[str, Any]


def _op(headers: Node, status: str = "200") -> Node:
    return {"responses": {status: {"description": "", "headers": headers}}}


def _one(header: Node | None, name: str = "X-Id") -> Node:
    return _op({} if header is None else {name: {"schema": {"type": "string"}, **header}})


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ({}, None, "response-header-removed"),
        ({"required": True}, None, "required-response-header-removed"),
        (None, {}, "response-header-added"),
        (None, {"required": True}, "response-header-added"),
        ({"required": True}, {}, "response-header-became-optional"),
        ({}, {"required": True}, "response-header-became-required"),
        ({}, {"deprecated": True}, "response-header-deprecated"),
        ({"deprecated": True}, {}, "response-header-no-longer-deprecated"),
        ({}, {"explode": True}, "response-header-explode-changed-of-single-value"),
        ({}, {"style": "form"}, "response-header-style-changed"),
    ],
)
def test_one_edit_is_one_change(old: Node | None, new: Node | None, rule: str) -> None:
    """Each edit of a header is found as what it is, and as nothing else."""
    assert found(_one(old), _one(new)) <= {(rule, "header x-id of response 200 of POST /pets")}
    assert rules(_one(old), _one(new)) == {rule}


@pytest.mark.parametrize(
    "name",
    ["Retry-After", "X-RateLimit-Remaining", "ratelimit-policy", "x-rate-limit-reset", "RateLimit"],
)
def test_rate_limit_headers_weigh_more(name: str) -> None:
    """Callers pace themselves by the rate-limit family and by Retry-After."""
    assert is_limit_header(name)
    assert rules(_one({}, name), _one(None)) == {"rate-limit-header-removed"}


def test_other_headers_are_no_limits() -> None:
    """Names that merely resemble the family are not of it."""
    assert not is_limit_header("X-Generated-At")
    assert not is_limit_header("Limit")


def test_names_have_no_case_and_need_no_capital() -> None:
    """Header names are the same in any case (RFC 9110, 5.1), and ``x-`` is no extension there."""
    assert rules(_one({}, "X-Id"), _one({}, "x-id")) == set()
    assert rules(_one({}, "x-id"), _one(None)) == {"response-header-removed"}


def test_content_type_is_no_header_of_its_own() -> None:
    """A header called Content-Type is to be ignored (OpenAPI 3.1.1, 4.8.17)."""
    assert rules(_one({}, "content-type"), _one(None)) == set()


def test_defaults_written_out_are_no_change() -> None:
    """What holds anyway may be written down or not."""
    written = {"required": False, "deprecated": False, "style": "simple", "explode": False}
    assert rules(_one({}), _one({**written, "description": "!", "example": "a"})) == set()


def test_schema_is_compared_as_a_response() -> None:
    """Widening what a header may hold breaks its readers; the site knows of failures."""
    old = _op({"X-Id": {"schema": {"enum": ["a"]}}}, "429")
    new = _op({"X-Id": {"schema": {"enum": ["a", "b"]}}}, "429")
    ((finding, sites),) = operations(old, new)
    assert finding.rule == "response-enum-value-added"
    assert finding.subject == "header x-id of response 429 of POST /pets"
    assert [site.failure for site in sites] == [True]


def test_lists_are_written_another_way() -> None:
    """Explode matters where a header holds more than one value."""
    many = {"schema": {"type": "object"}}
    assert rules(_one(many), _one({**many, "explode": True})) == {"response-header-explode-changed"}


def test_content_of_a_header() -> None:
    """A header that is JSON text now is read another way."""
    json = {"content": {"application/json": {"schema": {"type": "string"}}}}
    (finding,) = between(_one({}), _op({"X-Id": json}))
    assert finding.rule == "response-header-serialization-changed"
    assert rules(_op({"X-Id": {}}), _op({"X-Id": json})) == set()
    other = _op({"X-Id": {"content": {"text/plain": {}}}})
    assert rules(_op({"X-Id": json}), other) == {"response-header-content-type-changed"}


def test_shared_header_is_reported_once() -> None:
    """A change of a Header component is one finding with all its operations."""

    def held(**more: Any) -> Node:
        use = _op({"X-Id": {"$ref": "#/components/headers/Id"}})
        return {
            "paths": {"/a": {"get": use}, "/b": {"get": use}},
            "components": {"headers": {"Id": {"schema": {"type": "string"}, **more}}},
        }

    ((finding, sites),) = documents(held(required=True), held())
    assert finding.subject == "header Id"
    assert [site.operation for site in sites] == ["GET /a", "GET /b"]
    without = {"paths": {"/a": {"get": _op({})}, "/b": {"get": _op({})}}}
    ((added, sites),) = documents(without, held())
    assert (added.rule, added.subject, len(sites)) == ("response-header-added", "header x-id", 2)


def test_sunset_of_a_header() -> None:
    """The announced end of a deprecated header must not come nearer."""
    old = _one({"deprecated": True, "x-sunset": "2027-01-01"})
    new = _one({"deprecated": True, "sunset": "2026-01-01"})
    assert rules(old, new) == {"response-header-sunset-nearer"}


def test_odd_headers_are_compared_as_nothing() -> None:
    """What is no header says nothing; nothing breaks over it."""
    assert rules(_op({"X-A": None, "X-B": []}), _op({"x-a": {}, "x-b": {"$ref": "#/no"}})) == set()
    assert rules({"responses": {"200": {"headers": []}}}, _op({})) == set()


def test_sunset_is_read_as_a_date() -> None:
    """An announced end is a date, with or without a time; anything else is none."""

    def place(node: Node) -> Place:
        return Place(node, "", "")

    assert sunset_date(place({})) is None
    assert sunset_date(place({"sunset": 5})) is None
    assert announced_sunset(place({"sunset": 5})) == "5"
    read = sunset_date(place({"x-sunset": " 2026-01-02T03:04:05Z"}))
    assert read is not None
    assert read.isoformat() == "2026-01-02"
