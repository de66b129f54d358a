from __future__ import annotations

from typing import Any

import pytest
from operation_pairs import between, documents, found, operations, rules

from specproof.regression.change import Site

Node = dict[str, Any]
JSON = "application/json"


def _op(**statuses: Node) -> Node:
    return {"responses": {status.removeprefix("s"): node for status, node in statuses.items()}}


def _body(schema: Node) -> Node:
    return {"description": "", "content": {JSON: {"schema": schema}}}


A, B = _body({"type": "string"}), _body({"type": "integer"})
PLAIN: Node = {"description": ""}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("201", "success"),
        ("2XX", "success"),
        ("101", "success"),
        ("304", "redirect"),
        ("404", "failure"),
        ("5XX", "failure"),
        ("default", "default"),
    ],
)
def test_statuses_come_and_go(status: str, kind: str) -> None:
    """What a status reports decides what its coming and going means."""
    few, many = _op(s200=PLAIN), _op(s200=PLAIN, **{f"s{status}": PLAIN})
    if status == "2XX":
        few, many = _op(s404=PLAIN), _op(s404=PLAIN, s2XX=PLAIN)
    assert rules(many, few) == {f"response-{kind}-status-removed"}
    assert rules(few, many) == {f"response-{kind}-status-added"}


def test_status_names_and_sites() -> None:
    """A status is called after its operation; whether it is a failure is known."""
    ((finding, sites),) = operations(_op(s200=PLAIN, s404=PLAIN), _op(s200=PLAIN))
    assert finding.subject == "response 404"
    assert (finding.gone, finding.pointer) == (True, "/paths/~1pets/post/responses/404")
    assert sites == (Site("POST /pets", "response 404", failure=True),)
    assert found(_op(default=PLAIN, s200=PLAIN), _op(s200=PLAIN)) == {
        ("response-default-status-removed", "default response of POST /pets")
    }


def test_statuses_have_no_case() -> None:
    """``2xx`` and ``Default`` are what was meant."""
    assert rules(_op(s2xx=A, Default=B), _op(s2XX=A, default=B)) == set()


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("404", "4XX", "response-failure-status-generalized"),
        ("404", "default", "response-failure-status-generalized"),
        ("5XX", "default", "response-failure-status-generalized"),
        ("4XX", "404", "response-status-specialized"),
        ("default", "404", "response-status-specialized"),
        ("302", "3XX", "response-redirect-status-generalized"),
    ],
)
def test_status_moves_into_a_range_or_out_of_it(old: str, new: str, rule: str) -> None:
    """What covers a status is compared with what it was, and is no loss."""
    before, same = _op(s200=PLAIN, **{f"s{old}": A}), _op(s200=PLAIN, **{f"s{new}": A})
    assert rules(before, same) == {rule}
    other = _op(s200=PLAIN, **{f"s{new}": B})
    assert len(rules(before, other)) > 1
    (moved,) = (item for item in between(before, other) if item.rule == rule)
    assert moved.facts == {"old": old}


def test_success_moves_into_its_range() -> None:
    """Other statuses of the range may mean success then."""
    assert rules(_op(s200=A), _op(s2XX=A)) == {"response-success-status-generalized"}
    assert rules(_op(s2XX=A), _op(s200=A)) == {"response-status-specialized"}
    assert rules(_op(s200=A), _op(default=A)) == {"response-success-status-generalized"}


def test_default_is_for_failures_where_success_is_described() -> None:
    """A success that is gone is not covered by a default beside another success."""
    assert rules(_op(s200=A, s201=A), _op(s200=A, default=A)) == {
        "response-success-status-removed",
        "response-default-status-added",
    }


def test_new_failure_is_compared_with_what_covered_it() -> None:
    """A failure of its own looks like the default until now, or breaks who reads that."""
    old = _op(s200=PLAIN, default=A)
    assert rules(old, _op(s200=PLAIN, default=A, s404=A)) == {"response-failure-status-added"}
    held = rules(old, _op(s200=PLAIN, default=A, s404=B))
    assert "response-failure-status-added" in held
    assert len(held) > 1
    bare = _op(s200=PLAIN, default=A, s404=PLAIN)
    assert rules(old, bare) == {"response-failure-status-added"}


def test_old_failure_under_an_old_default_is_just_gone() -> None:
    """Where the default was there before, a failure that is gone is no longer written down."""
    assert rules(_op(s200=PLAIN, s404=A, default=B), _op(s200=PLAIN, default=B)) == {
        "response-failure-status-removed"
    }


def test_body_of_an_answer() -> None:
    """A body that vanishes breaks its readers; one that appears does not."""
    assert found(_op(s200=A), _op(s200=PLAIN)) == {
        ("response-body-removed", "response 200 of POST /pets")
    }
    assert rules(_op(s200=PLAIN), _op(s200=A)) == {"response-body-added"}
    assert rules(_op(s200=PLAIN), _op(s200={"content": None})) == set()


def test_answers_that_have_no_body() -> None:
    """No status 204, and no answer to HEAD, has one, whatever the document says (RFC 9110)."""
    assert rules(_op(s204=A), _op(s204=B)) == set()
    assert rules(_op(s200=A), _op(s200=B), method="head") == set()
    assert rules(_op(s200=A), _op(s200=B)) != set()


def test_shared_answer_is_reported_once() -> None:
    """A change of a Response component is one finding with all its operations."""

    def held(**more: Any) -> Node:
        use = _op(s200={"$ref": "#/components/responses/Fine"})
        return {
            "paths": {"/a": {"get": use}, "/b": {"get": use}},
            "components": {"responses": {"Fine": {"description": "", **more}}},
        }

    ((finding, sites),) = documents(held(content=A["content"]), held())
    assert finding.subject == "response Fine"
    assert [site.operation for site in sites] == ["GET /a", "GET /b"]


def test_shared_failure_that_is_new_is_told_once() -> None:
    """A failure that many operations describe alike now is one finding; a success is not."""

    def held(*statuses: str) -> Node:
        many = {f"s{status}": {"$ref": "#/components/responses/It"} for status in statuses}
        use = _op(s200=PLAIN, **many)
        return {
            "paths": {"/a": {"get": use}, "/b": {"get": use}},
            "components": {"responses": {"It": PLAIN}},
        }

    told = documents(held(), held("429", "202"))
    assert [(finding.subject, len(sites)) for finding, sites in told] == [
        ("response 429", 2),
        ("response 202 of GET /a", 1),
        ("response 202 of GET /b", 1),
    ]


def _linked(link: Node | None) -> Node:
    return _op(s200={"description": "", "links": {} if link is None else {"next": link}})


def test_links() -> None:
    """Links come and go, and lead elsewhere."""
    link = {"operationId": "next", "parameters": {"a": "$request.body#/a", "b": 1}}
    assert found(_linked(link), _linked(None)) == {
        ("link-removed", "link next of response 200 of POST /pets")
    }
    assert rules(_linked(None), _linked(link)) == {"link-added"}
    assert rules(_linked(link), _linked({**link, "operationId": "other"})) == {"link-changed"}
    turned = {"description": "!", "parameters": {"b": 1, "a": "$request.body#/a"}}
    assert rules(_linked(link), _linked({"operationId": "next", **turned})) == set()


def test_link_by_reference_to_a_renamed_path() -> None:
    """The names in the path of an operationRef mean nothing."""
    old = {"operationRef": "#/paths/~1pets~1{a}/get"}
    assert rules(_linked(old), _linked({"operationRef": "#/paths/~1pets~1{b}/get"})) == set()
    assert rules(_linked(old), _linked({"operationRef": "#/paths/~1pets/get"})) == {"link-changed"}


def test_answers_to_webhooks_are_written() -> None:
    """We answer webhooks: a success less breaks us, a body that has to be more does too."""
    held = {"webhook": True, "template": "new"}
    two = _op(s200=PLAIN, s202=PLAIN, s404=PLAIN)
    one = _op(s200=PLAIN)
    assert rules(two, one, **held) == {"reply-status-removed", "reply-other-status-removed"}
    assert rules(one, two, **held) == {"reply-status-added", "reply-other-status-added"}
    closed = _op(s200=_body({"enum": ["a"]}))
    wide = _op(s200=_body({"enum": ["a", "b"]}))
    assert rules(wide, closed, **held) == {"request-enum-value-removed"}
    header = _op(s200={"headers": {"X-Id": {"required": True, "schema": {}}}})
    assert rules(one, header, **held) == {"required-parameter-added"}


def test_odd_answers_are_left_out() -> None:
    """What is no status, and what is no answer, is nothing; nothing breaks over it."""
    odd: Node = {
        "responses": {"okay": PLAIN, "": PLAIN, "x-a": PLAIN, "200": None, "201": {"links": []}}
    }
    assert rules(odd, {"responses": {"200": [], "201": {"links": {"a": None}}}}) == set()
    assert rules({"responses": None}, {"responses": []}) == set()
