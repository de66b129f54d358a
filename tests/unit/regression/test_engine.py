"""Two documents from end to end."""

from __future__ import annotations

import copy
import datetime as dt
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specproof.regression.acceptance import Acceptance, Overrides
from specproof.regression.change import Diff, Level, Perspective, Policy
from specproof.regression.engine import diff
from specproof.regression.places import Document

Node = dict[str, Any]
TODAY = dt.date(2026, 1, 1)

PET: Node = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "maxLength": 9},
        "kind": {"type": "string", "enum": ["cat", "dog"]},
        "mate": {"$ref": "#/components/schemas/Pet"},
    },
}
API: Node = {
    "openapi": "3.1.0",
    "info": {"title": "Pets", "version": "1"},
    "servers": [{"url": "https://example.com/{v}", "variables": {"v": {"default": "v1"}}}],
    "security": [{"key": []}],
    "paths": {
        "/pets/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {}}],
            "get": {
                "operationId": "read",
                "tags": ["a", "b"],
                "parameters": [{"name": "full", "in": "query", "schema": {"type": "boolean"}}],
                "responses": {
                    "200": {
                        "description": "fine",
                        "headers": {"X-Rate": {"schema": {"type": "integer"}}},
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}
                        },
                    },
                    "default": {"description": "no"},
                },
            },
            "put": {
                "operationId": "write",
                "x-stability-level": "draft",
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}
                    },
                },
                "responses": {"204": {"description": "fine"}},
                "callbacks": {"on": {"{$request.body#/url}": {"post": {"responses": {}}}}},
            },
        }
    },
    "webhooks": {
        "born": {
            "post": {
                "operationId": "born",
                "requestBody": {
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}
                    }
                },
                "responses": {"200": {"description": "fine"}},
            }
        }
    },
    "components": {
        "schemas": {"Pet": PET},
        "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}},
    },
}


def _compare(old: Node, new: Node, **options: Any) -> Diff:
    return diff(Document(old, "old"), Document(new, "new"), today=TODAY, **options)


def _edited(*path: str, value: Any) -> Node:
    made = copy.deepcopy(API)
    node = made
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    return made


def test_a_document_does_not_differ_from_itself() -> None:
    """Nothing is found, and operations under paths are counted."""
    assert _compare(API, copy.deepcopy(API)) == Diff((), 2, 2)
    assert not _compare(API, API).breaking


def test_a_change_of_a_component_is_found_once_with_all_that_feel_it() -> None:
    """What is read gets wider: the answer and the webhook feel it; what is written does not."""
    path = ("components", "schemas", "Pet", "properties", "kind", "enum")
    found = _compare(API, _edited(*path, value=["cat", "dog", "bird"]))
    wide = [item for item in found.changes if item.direction == "response"]
    assert len(wide) == 1
    assert wide[0].operations == ("GET /pets/{}", "POST webhook born")
    assert wide[0].operation_ids == ("born", "read")
    assert [item.operations for item in found.changes if item.direction == "request"] == [
        ("PUT /pets/{}",)
    ]


def test_what_only_a_draft_feels_is_no_error() -> None:
    """An operation that promises nothing breaks no promise, while it says so."""
    path = ("components", "schemas", "Pet", "properties", "name", "maxLength")
    new = _edited(*path, value=5)
    [narrow] = [item for item in _compare(API, new).changes if item.direction == "request"]
    assert (narrow.level, narrow.operations) == (Level.WARNING, ("PUT /pets/{}",))
    new["paths"]["/pets/{id}"]["put"]["x-stability-level"] = "stable"
    narrow = next(item for item in _compare(API, new).changes if item.direction == "request")
    assert narrow.level is Level.ERROR
    del new["paths"]["/pets/{id}"]["put"]
    removed = next(item for item in _compare(API, new).changes if item.gone)
    assert (removed.operations, removed.level) == (("PUT /pets/{}",), Level.WARNING)


def test_a_parameter_of_the_path_concerns_each_operation() -> None:
    """What stands once for a path is compared though the operations are the same."""
    more = {"name": "lang", "in": "query", "required": True, "schema": {"type": "string"}}
    old = API["paths"]["/pets/{id}"]["parameters"]
    found = _compare(API, _edited("paths", "/pets/{id}", "parameters", value=[*old, more]))
    assert {key for item in found.changes for key in item.operations} == {
        "GET /pets/{}",
        "PUT /pets/{}",
    }
    assert found.breaking


def test_acceptances_and_levels_are_heeded() -> None:
    """An accepted change stays in the list and breaks nothing; a lowered one neither."""
    new = _edited("servers", value=[{"url": "https://example.org"}])
    [change] = _compare(API, new).changes
    assert change.rule == "server-changed"
    accepted = Overrides("c.toml", (Acceptance(change.fingerprint, "we follow", TODAY),))
    found = _compare(API, new, overrides=accepted)
    assert (found.changes[0].accepted, found.breaking) == ("we follow (until 2026-01-01)", False)
    lowered = Overrides("c.toml", (), {"server-changed": Level.INFO})
    assert not _compare(API, new, overrides=lowered).breaking


def test_fingerprints_survive_unrelated_edits() -> None:
    """The same change between two other revisions has the same fingerprint."""
    path = ("components", "schemas", "Pet", "properties", "name", "maxLength")
    first = _compare(API, _edited(*path, value=5)).changes
    old, new = copy.deepcopy(API), _edited(*path, value=5)
    for document in (old, new):
        document["paths"] = {"/first": {"get": {"responses": {}}}, **document["paths"]}
        document["components"]["schemas"] = {"Other": {}, **document["components"]["schemas"]}
    second = _compare(old, new).changes
    assert [item.fingerprint for item in first] == [item.fingerprint for item in second]


@pytest.mark.parametrize("policy", list(Policy))
@pytest.mark.parametrize("perspective", list(Perspective))
def test_noise_is_silent(policy: Policy, perspective: Perspective) -> None:
    """Order, names of components and path parameters, defaults written out: nothing is found."""
    new = copy.deepcopy(API)
    item = new["paths"].pop("/pets/{id}")
    item["parameters"][0].update(name="petId", style="simple", deprecated=False)
    new["paths"]["/pets/{petId}"] = dict(reversed(item.items()))
    item["get"].update(tags=["b", "a"], deprecated=False, summary="Reads", security=[{"key": []}])
    answer = item["get"]["responses"]["200"]
    answer["headers"] = {"x-rate": {"required": False, "schema": {"type": "integer"}}}
    answer["content"] = {
        "Application/JSON": {"schema": {"allOf": [{"$ref": "#/components/schemas/Animal"}]}}
    }
    pet = new["components"]["schemas"].pop("Pet")
    pet["properties"]["mate"] = {"$ref": "#/components/schemas/Animal"}
    pet["properties"]["kind"] = {"enum": ["dog", "cat"], "type": ["string"], "title": "Kind"}
    new["components"]["schemas"]["Animal"] = pet
    for holder in (item["put"], new["webhooks"]["born"]["post"]):
        holder["requestBody"]["content"]["application/json"]["schema"] = dict(pet)
    new["info"] = {"title": "Animals", "version": "2"}
    assert _compare(API, new, perspective=perspective, policy=policy).changes == ()
    assert _compare(new, API, perspective=perspective, policy=policy).changes == ()


_JUNK: tuple[Any, ...] = (
    None,
    True,
    0,
    -1.5,
    "",
    "x",
    [],
    {},
    [None, 5, {}],
    {"$ref": "#/nowhere"},
    {"$ref": "#/components/schemas/Pet"},
    {"$ref": 5},
    {"type": "unknown"},
    {"type": ["string", None]},
    {"": []},
)


def _spots(node: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    keys = node if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    for key in keys:
        found += [(node, key), *_spots(node[key])]
    return found


@settings(max_examples=60)
@given(st.randoms(use_true_random=False), st.integers(1, 6))
def test_whatever_stands_in_a_document_there_is_an_answer(
    chance: random.Random, edits: int
) -> None:
    """Parts that are of the wrong kind never raise, and such a document equals itself."""
    broken = copy.deepcopy(API)
    for _ in range(edits):
        node, key = chance.choice(_spots(broken))
        node[key] = copy.deepcopy(chance.choice(_JUNK))
        if not _spots(broken):
            break
    assert _compare(broken, copy.deepcopy(broken)).changes == ()
    for found in (_compare(API, broken), _compare(broken, API)):
        assert all(change.message and len(change.fingerprint) == 16 for change in found.changes)
