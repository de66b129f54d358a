"""Pairs of schemas that lead back to themselves, and questions asked on the way."""

from __future__ import annotations

from typing import Any

import pytest

from specproof.regression.graph import SchemaGraph
from specproof.regression.modes import Mode
from specproof.regression.places import Document

Node = dict[str, Any]


def _rules(old: Node, new: Node, name: str, other: str) -> set[str]:
    """Return what is found between the component ``name`` and what is ``other`` now."""
    documents = [
        Document({"openapi": "3.1.0", "components": {"schemas": held}}, "test")
        for held in (old, new)
    ]
    places = [
        document.resolve(document.place.child("it")._replace(node={"$ref": reference}))
        for document, reference in zip(
            documents,
            (f"#/components/schemas/{name}", f"#/components/schemas/{other}"),
            strict=True,
        )
    ]
    graph = SchemaGraph(*documents)
    key = graph.compare(places[0], places[1], Mode.RESPONSE)
    return {finding.rule for finding in graph.findings(key)}


def _owner(suffix: str, inner: Node) -> Node:
    """Return components that refer to each other, one of them in a union."""
    owner = {"$ref": f"#/components/schemas/Owner{suffix}"}
    pet = {"$ref": f"#/components/schemas/Pet{suffix}"}
    return {
        f"Owner{suffix}": {
            "type": "object",
            "properties": {
                "heirs": {"type": "array", "items": owner},
                "note": inner,
                "likes": {"oneOf": [pet, owner]},
            },
        },
        f"Pet{suffix}": {"type": "object", "required": ["b"], "properties": {"b": pet}},
    }


@pytest.mark.parametrize("suffix", ["", "Model"])
def test_a_union_may_hold_what_is_being_compared(suffix: str) -> None:
    """Its branches are asked about before the pairs around them are done."""
    old = _owner("", {"type": "string"})
    new = _owner(suffix, {"type": "integer"})
    assert _rules(old, new, "Owner", f"Owner{suffix}") == {"response-type-changed"}
    same = _owner(suffix, {"type": ["string"]})
    assert _rules(old, same, "Owner", f"Owner{suffix}") == set()


def test_branches_inside_a_component_have_no_names() -> None:
    """They belong together by what they say, wherever they stand in the union."""
    card = {"type": "object", "properties": {"number": {"type": "string"}}, "required": ["number"]}
    cash = {"type": "object", "properties": {"amount": {"type": "number"}}, "required": ["amount"]}
    old = {"Pay": {"type": "object", "properties": {"by": {"oneOf": [card, cash]}}}}
    new = {"Pay": {"type": "object", "properties": {"by": {"oneOf": [cash, card]}}}}
    assert _rules(old, new, "Pay", "Pay") == set()


def test_unions_of_one_keyword_belong_together() -> None:
    """A union that comes before another is not taken for it."""
    card = {"type": "object", "required": ["number"]}
    cash = {"type": "object", "required": ["amount"]}
    shop, post = {"required": ["shop"]}, {"required": ["post"]}
    old = {"Pay": {"type": "object", "oneOf": [card, cash]}}
    new = {"Pay": {"type": "object", "anyOf": [shop, post], "oneOf": [card, cash]}}
    assert _rules(old, new, "Pay", "Pay") == {"response-union-added"}
    assert _rules(new, old, "Pay", "Pay") == {"response-union-removed"}
