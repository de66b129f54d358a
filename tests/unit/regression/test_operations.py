from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from operation_pairs import between, documents, found, operations, rules

from specproof.regression.change import Site
from specproof.regression.pairing import operations_of, pair_operations, unnamed
from specproof.regression.places import Document

Node = dict[str, Any]


def _rules(old: Node, new: Node, **more: Any) -> set[tuple[str, str]]:
    return {
        (finding.rule, finding.subject)
        for finding, _ in documents({"paths": old}, {"paths": new}, **more)
    }


def _op(**more: Any) -> Node:
    return {"responses": {"200": {"description": "fine"}}, **more}


def test_operation_removed_and_added() -> None:
    """An operation that only one document has is removed or added, by method and path."""
    old = {"/pets": {"get": _op(), "delete": _op()}}
    new = {"/pets": {"get": _op(), "put": _op()}}
    assert _rules(old, new) == {
        ("operation-removed", "DELETE /pets"),
        ("operation-added", "PUT /pets"),
    }


def test_removed_operation_is_where_it_was() -> None:
    """The pointer of what is gone leads into the old document; its site is the operation."""
    ((finding, sites),) = documents({"paths": {"/a/{b}": {"get": _op()}}}, {"paths": {}})
    assert finding.gone
    assert finding.pointer == "/paths/~1a~1{b}/get"
    assert sites == (Site("GET /a/{}"),)


@pytest.mark.parametrize(
    ("told", "rule"),
    [
        ({}, "operation-removed"),
        ({"x-sunset": "2026-01-01"}, "operation-removed"),
        ({"deprecated": True}, "operation-removed-while-deprecated"),
        ({"deprecated": True, "x-sunset": "2026-06-01"}, "operation-removed-after-sunset"),
        ({"deprecated": True, "sunset": "2026-05-31T10:00:00Z"}, "operation-removed-after-sunset"),
        ({"deprecated": True, "x-sunset": "2026-06-02"}, "operation-removed-before-sunset"),
        ({"deprecated": True, "x-sunset": "soon"}, "operation-removed-before-sunset"),
    ],
)
def test_removal_is_judged_by_what_was_announced(told: Node, rule: str) -> None:
    """Whether an end was announced, and has come by the injected date, decides the rule."""
    old = {"/pets": {"get": _op(**told)}, "/x": {"get": _op()}}
    held = _rules(old, {"/x": {"get": _op()}}, today=date(2026, 6, 1))
    assert held == {(rule, "GET /pets")}


def test_moved_operation_names_where_it_is() -> None:
    """A removed operation whose id is elsewhere now is moved, and the new address is a fact."""
    old = {"paths": {"/a": {"get": _op(operationId="list")}}}
    new = {"paths": {"/b/{c}": {"get": _op(operationId="list")}}}
    held = {finding.rule: finding for finding, _ in documents(old, new)}
    assert held["operation-moved"].facts == {"new": "GET /b/{}"}
    assert held.keys() == {"operation-moved", "operation-added"}


def test_renamed_path_parameters_are_no_change() -> None:
    """Names in a path template never go over the wire."""
    parameter = {"in": "path", "required": True, "schema": {"type": "string"}}
    old = {"/p/{a}/q/{b}": {"get": _op(parameters=[{**parameter, "name": "a"}])}}
    new = {"/p/{x}/q/{y}": {"get": _op(parameters=[{**parameter, "name": "x"}])}}
    assert _rules(old, new) == set()


def test_trailing_slash_is_a_change_of_its_own() -> None:
    """A path that only gained a slash is the same operation at another address."""
    assert _rules({"/pets": {"get": _op()}}, {"/pets/": {"get": _op()}}) == {
        ("path-trailing-slash-changed", "GET /pets/")
    }


def test_exact_path_wins_over_the_same_meaning() -> None:
    """Of templates that mean the same, those written alike belong together."""
    old = {"/p/{a}": {"get": _op(operationId="one")}, "/p/{b}": {"get": _op(operationId="two")}}
    new = {"/p/{b}": {"get": _op(operationId="two")}, "/p/{a}": {"get": _op(operationId="one")}}
    assert _rules(old, new) == set()
    assert _rules(old, {"/p/{b}": new["/p/{b}"]}) == {("operation-removed", "GET /p/{a}")}


def test_equal_templates_are_told_apart_by_operation_id() -> None:
    """Where several templates mean the same and are renamed, the operationId decides."""
    old = {"/p/{a}": {"get": _op(operationId="one")}, "/p/{b}": {"get": _op(operationId="two")}}
    new = {"/p/{c}": {"get": _op(operationId="two")}, "/p/{d}": {"get": _op(operationId="one")}}
    assert _rules(old, new) == set()


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        (None, "a", "operation-id-added"),
        ("a", None, "operation-id-removed"),
        ("a", "b", "operation-id-changed"),
    ],
)
def test_operation_id(old: str | None, new: str | None, rule: str) -> None:
    """A change of the operationId is found, whatever else stays."""
    before = _op(operationId=old) if old else _op()
    after = _op(operationId=new) if new else _op()
    (finding,) = between(before, after)
    assert finding.rule == rule
    assert finding.facts == {"old": old or "", "new": new or ""}


def test_path_item_behind_a_reference() -> None:
    """A path item that is a reference is the same as one written out, parameters included."""
    item = {
        "parameters": [{"name": "n", "in": "query", "schema": {"type": "integer"}}],
        "get": _op(),
    }
    shared = {"components": {"pathItems": {"P": item}}}
    old = {"paths": {"/pets": item}}
    new = {"paths": {"/pets": {"$ref": "#/components/pathItems/P"}}, **shared}
    assert documents(old, new) == []
    stricter = {"pathItems": {"P": {**item, "parameters": []}}}
    held = documents(old, {**new, "components": stricter})
    assert [(finding.rule, finding.subject) for finding, _ in held] == [
        ("parameter-removed", "query parameter n of /pets")
    ]


def test_operation_beside_a_reference() -> None:
    """What stands beside the reference of a path item holds too."""
    shared = {"components": {"pathItems": {"P": {"get": _op()}}}}
    held = documents(
        {"paths": {"/a": {"get": _op(), "put": _op()}}},
        {"paths": {"/a": {"$ref": "#/components/pathItems/P", "put": _op()}}, **shared},
    )
    assert held == []


def test_methods_since_3_2() -> None:
    """QUERY, and methods that the document names itself, are operations like others."""
    more = {"query": _op(), "additionalOperations": {"COPY": _op(), "x": None}}
    assert _rules({"/a": more}, {"/a": {}}) == {
        ("operation-removed", "COPY /a"),
        ("operation-removed", "QUERY /a"),
    }


def test_webhooks_are_matched_alike() -> None:
    """Webhooks come and go like operations, under keys of their own."""
    hook = {"post": _op(), "put": _op()}
    held = documents({"webhooks": {"pet": {"post": _op()}}}, {"webhooks": {"dog": hook}})
    assert {(finding.rule, finding.subject) for finding, _ in held} == {
        ("webhook-removed", "POST webhook pet"),
        ("webhook-added", "POST webhook dog"),
        ("webhook-added", "PUT webhook dog"),
    }


def _hook(body: Node) -> Node:
    return _op(requestBody={"required": True, "content": {"application/json": {"schema": body}}})


def _called(name: str, expression: str, body: Node) -> Node:
    return _op(callbacks={name: {expression: {"post": _hook(body)}}})


def test_callbacks_come_and_go() -> None:
    """A callback that is gone breaks its receivers; a new one does not."""
    body = {"type": "object"}
    old, new = _called("onA", "{$url}", body), _called("onB", "{$url}", body)
    assert found(old, new) == {
        ("callback-removed", "callback onA of POST /pets"),
        ("callback-added", "callback onB of POST /pets"),
    }
    other = _op(callbacks={"onA": {"{$url}": {"put": _hook(body)}}})
    assert found(old, other) == {
        ("callback-removed", "POST {} of callback onA of POST /pets"),
        ("callback-added", "PUT {} of callback onA of POST /pets"),
    }


def test_inside_callbacks_directions_are_swapped() -> None:
    """What a callback may bring is read by us: a value more breaks, at the outer operation."""
    old = _called("onA", "{$url}", {"enum": ["x"]})
    new = _called("onA", "{$url}", {"enum": ["x", "y"]})
    ((finding, sites),) = operations(old, new)
    assert finding.rule == "response-enum-value-added"
    assert sites == (Site("POST /pets", "callback onA, request body"),)


def test_callbacks_that_lead_in_a_circle_end() -> None:
    """A callback that calls back into its own operation is compared, and comes to an end."""

    def circle(kind: str) -> Node:
        operation = _hook({"type": kind})
        operation["callbacks"] = {"again": {"{$url}": {"$ref": "#/paths/~1pets"}}}
        return {"paths": {"/pets": {"post": operation}}}

    held = {finding.rule for finding, _ in documents(circle("integer"), circle("number"))}
    assert held == {"request-type-widened", "response-type-widened"}


def test_odd_documents_have_no_operations() -> None:
    """Whatever stands where a path item or an operation is due, nothing is found in it."""
    odd: Node = {"/a": None, "/b": [], "/c": {"get": None}, "x-d": {"get": {}}, "/e": {"get": []}}
    assert _rules(odd, {}) == set()
    assert rules(_op(callbacks=[]), _op(callbacks={"c": None})) == set()


def test_unnamed() -> None:
    """The parameters of a template lose their names."""
    assert unnamed("/a/{b}/{c}.{d}") == "/a/{}/{}.{}"


def test_pairs_know_their_ids() -> None:
    """A pair has the ids of both sides once each, and shows what the path item says."""
    paths: Node = {"/a": {"servers": [{"url": "/v1"}], "get": {"operationId": "x"}}}
    one, other = (
        Document({"paths": paths}, "old"),
        Document({"paths": {"/a": {"get": {"operationId": "y", "servers": []}}}}, "new"),
    )
    pairing = pair_operations(
        operations_of(one, one.place.child("paths")),
        operations_of(other, other.place.child("paths")),
    )
    (pair,) = pairing.pairs
    assert pair.ids == ("x", "y")
    assert pair.old.inherited("servers").pointer == "/paths/~1a/servers"
    assert pair.new.inherited("servers").pointer == "/paths/~1a/get/servers"
    assert pair.new.inherited("summary").node == {}
