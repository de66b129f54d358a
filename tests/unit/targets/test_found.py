"""Resources that are found through the contract alone, on a server that a test makes up."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest
from contracts import session_on

from specproof.model import Exchange, Json
from specproof.requirements.contract import Contract
from specproof.targets.found import FoundResources, known_value
from specproof.targets.world import ApiWorld

LONG = "0b9d1c5e-77aa-4c1f-9d7e-8f3a5d2b6c10"
DONE: Json = {"200": {"description": "done"}}

Answer = Callable[[httpx.Request], httpx.Response]


def _operation(name: str, *parameters: str, **more: Json) -> dict[str, Json]:
    listed: list[Json] = [
        {"in": "path", "name": item, "required": True, "schema": {"type": "string"}}
        for item in parameters
    ]
    return {"operationId": name, "parameters": listed, "responses": DONE, **more}


def _body(schema: Json, media: str = "application/json") -> Json:
    return {"content": {media: {"schema": schema}}}


def _contract(paths: Mapping[str, Json], schemas: Json = None) -> Contract:
    document: dict[str, Json] = {
        "openapi": "3.1.0",
        "info": {"title": "Shop", "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas or {}},
    }
    return Contract(document, name="shop")


def _found(
    paths: Mapping[str, Json], answer: Answer | None = None, **more: Any
) -> tuple[FoundResources, Contract, list[Exchange]]:
    contract = _contract(paths)
    session, kept = session_on(answer or (lambda _: httpx.Response(404)), contract, **more)
    return FoundResources(session), contract, kept


def _shop(create: Json = None) -> dict[str, Json]:
    post = _operation("make", **({} if create is None else {"requestBody": create}))
    return {
        "/things": {"post": post},
        "/things/{thingId}": {
            "get": _operation("look", "thingId"),
            "delete": _operation("drop", "thingId"),
        },
    }


def _listing() -> dict[str, Json]:
    return {
        "/things": {"get": _operation("list")},
        "/things/{thingId}": {
            "get": _operation("look", "thingId"),
            "delete": _operation("drop", "thingId"),
        },
    }


def _values(found: FoundResources, contract: Contract, name: str) -> dict[str, str] | None:
    return found.values(contract.operations[name])


def test_given_ids_are_used_up_one_by_one() -> None:
    """What changes a resource takes the next id; what only looks may see one again."""
    found, contract, kept = _found(_shop(), resources={"thingId": ("a", "b")})
    assert _values(found, contract, "look") == {"thingId": "a"}
    assert _values(found, contract, "drop") == {"thingId": "a"}
    assert [found.ours] == [True]
    assert _values(found, contract, "drop") == {"thingId": "b"}
    assert _values(found, contract, "look") == {"thingId": "b"}
    assert kept == []
    assert _values(found, contract, "drop") is None
    assert found.reason == "no value of the path parameter thingId may be used up any more"
    assert [found.ours, *(item.operation for item in kept)] == [False, "+create"]


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(201, json={"thingId": LONG, "id": "other-identifier-that-is-long"}),
        httpx.Response(201, json={"thing_id": LONG}),
        httpx.Response(201, json={"id": LONG}),
        httpx.Response(201, json={"data": {"id": LONG}, "n": 1}),
        httpx.Response(201, headers={"Location": f"https://shop.invalid/things/{LONG}/?a=b"}),
        httpx.Response(201, json=[1], headers={"Location": f"/things/{LONG}"}),
    ],
)
def test_what_is_created_is_ours_and_goes_again(answer: httpx.Response) -> None:
    """Its id is taken from the body or from Location, whatever the body looks like."""

    def shop(request: httpx.Request) -> httpx.Response:
        return answer if request.method == "POST" else httpx.Response(204)

    found, contract, kept = _found(_shop(), shop)
    assert _values(found, contract, "drop") == {"thingId": LONG}
    assert found.ours
    found.cleanup()
    found.cleanup()
    assert [(item.request.method, item.request.url) for item in kept] == [
        ("POST", "http://shop.invalid/api/things"),
        ("DELETE", f"http://shop.invalid/api/things/{LONG}"),
    ]


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(400),
        httpx.Response(201),
        httpx.Response(201, json={"id": True}),
        httpx.Response(201, json={"id": None, "more": [LONG]}),
        httpx.Response(201, json={"id": "1"}),
    ],
)
def test_a_create_that_tells_no_id_of_ours_makes_nothing(answer: httpx.Response) -> None:
    """A short id that anybody may have is not taken for ours either."""
    found, contract, kept = _found(_shop(), lambda _: answer)
    assert _values(found, contract, "drop") is None
    found.cleanup()
    assert [item.operation for item in kept] == ["+create"]


def _keyed(schema: Json, body: Json = None) -> dict[str, Json]:
    """Return paths of things that a PUT makes under an id of the caller's choice."""
    parameter: Json = {"in": "path", "name": "thingId", "required": True, "schema": schema}
    put: dict[str, Json] = {} if body is None else {"requestBody": _body(body)}
    return {
        "/things/{thingId}": {
            "put": {"operationId": "keep", "parameters": [parameter], "responses": DONE, **put},
            "delete": {"operationId": "drop", "parameters": [parameter], "responses": DONE},
        }
    }


@pytest.mark.parametrize("shape", [{"type": "string"}, {"type": "string", "format": "uuid"}, {}])
def test_a_put_makes_a_resource_under_an_id_of_ours(shape: Json) -> None:
    """The id is one that nobody else can have, is in the body where it belongs, and goes again."""
    schema: Json = {
        "type": "object",
        "required": ["thing_id", "name"],
        "properties": {"thing_id": {"type": "string"}, "name": {"type": "string"}},
    }
    found, contract, kept = _found(_keyed(shape, schema), lambda _: httpx.Response(201))
    values = _values(found, contract, "drop")
    assert values is not None
    chosen = values["thingId"]
    assert found.ours
    assert chosen in found.session.target.owned
    assert len(chosen) >= 16
    body = json.loads(kept[0].request.body)
    assert body["thing_id"] == chosen != body["name"]
    found.cleanup()
    assert [(item.request.method, item.request.url) for item in kept] == [
        ("PUT", f"http://shop.invalid/api/things/{chosen}"),
        ("DELETE", f"http://shop.invalid/api/things/{chosen}"),
    ]


@pytest.mark.parametrize(
    "shape",
    [
        {"type": "integer"},
        {"type": "string", "enum": ["a"]},
        {"type": "string", "pattern": "^[a-z]+$"},
        {"type": "string", "format": "date"},
        {"type": "string", "maxLength": 8},
    ],
)
def test_no_id_is_made_up_that_could_be_anothers(shape: Json) -> None:
    """Counters, words and dates are not ours to choose; nothing is sent."""
    found, contract, kept = _found(_keyed(shape), lambda _: httpx.Response(201))
    _values(found, contract, "drop")
    assert not found.ours
    assert kept == []


def test_a_put_that_only_changes_makes_nothing() -> None:
    """Where what does not exist can not be put, there is nothing to remove either."""
    found, contract, kept = _found(_keyed({"type": "string"}), lambda _: httpx.Response(404))
    assert _values(found, contract, "drop") is None
    found.cleanup()
    assert [item.request.method for item in kept] == ["PUT"]


def test_a_server_that_is_not_there_makes_nothing() -> None:
    """Neither create nor list crashes without an answer."""

    def down(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("down", request=request)

    paths = _shop()
    paths["/things"] = {"get": _operation("list"), "post": _operation("make")}
    found, contract, kept = _found(paths, down)
    assert _values(found, contract, "look") is None
    assert [item.operation for item in kept] == ["+create", "+list"]


@pytest.mark.parametrize(("status", "known"), [(204, True), (404, True), (410, True), (500, False)])
def test_a_removal_counts_when_nothing_is_left(
    status: int, known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refusal leaves the note that something of ours is still there."""

    def shop(request: httpx.Request) -> httpx.Response:
        made = request.method == "POST"
        return httpx.Response(201, json={"id": LONG}) if made else httpx.Response(status)

    found, contract, _ = _found(_shop(), shop)
    gone: list[str] = []
    monkeypatch.setattr(found.session, "removed", gone.append)
    assert _values(found, contract, "look") == {"thingId": LONG}
    found.cleanup()
    assert gone == ([LONG] if known else [])


def test_what_can_not_be_deleted_is_left() -> None:
    """Where the contract has no DELETE, none is sent."""
    paths = _shop()
    paths["/things/{thingId}"] = {"get": _operation("look", "thingId")}
    found, contract, kept = _found(paths, lambda _: httpx.Response(201, json={"id": LONG}))
    assert _values(found, contract, "look") == {"thingId": LONG}
    found.cleanup()
    assert [item.request.method for item in kept] == ["POST"]


def test_what_holds_others_is_made_first_and_removed_last() -> None:
    """A part is created inside a thing of ours, and its parents alone can be told."""
    part = "5a1d1c5e-77aa-4c1f-9d7e-8f3a5d2b6c99"
    paths = _shop()
    paths["/things/{thingId}/parts"] = {"post": _operation("part", "thingId")}
    paths["/things/{thingId}/parts/{partId}"] = {
        "delete": _operation("unmake", "thingId", "partId")
    }

    def shop(request: httpx.Request) -> httpx.Response:
        if request.method == "DELETE":
            return httpx.Response(204)
        made = part if request.url.path.endswith("/parts") else LONG
        return httpx.Response(201, json={"id": made})

    found, contract, kept = _found(paths, shop)
    assert _values(found, contract, "unmake") == {"thingId": LONG, "partId": part}
    found.cleanup()
    assert [item.request.url.removeprefix("http://shop.invalid/api") for item in kept] == [
        "/things",
        f"/things/{LONG}/parts",
        f"/things/{LONG}/parts/{part}",
        f"/things/{LONG}",
    ]
    assert found.parents(contract.operations["unmake"]) == {"thingId": LONG}
    assert found.parents(contract.operations["drop"]) is None
    world = ApiWorld(found.session)
    fresh, inside = world.unknown(contract.operations["unmake"])
    assert inside["thingId"] == LONG
    assert inside["partId"] == fresh["partId"]


def test_no_parents_where_nothing_is_found() -> None:
    """What can not be arranged has no parents to be unknown in."""
    paths: dict[str, Json] = {"/a/{aId}/b/{bId}": {"get": _operation("look", "aId", "bId")}}
    found, contract, kept = _found(paths)
    assert found.parents(contract.operations["look"]) is None
    assert kept == []


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ([{"thingId": "t"}], "t"),
        ([{"name": "n"}, {"id": 7}], "7"),
        ({"data": [{"id": "d"}], "more": False}, "d"),
        (["plain"], "plain"),
        ([True, None, [], ""], None),
        ({"data": []}, None),
        ("text", None),
    ],
)
def test_what_a_list_shows_is_looked_at_only(listed: Json, expected: str | None) -> None:
    """A method that changes something never gets an id of somebody else's."""
    found, contract, kept = _found(_listing(), lambda _: httpx.Response(200, json=listed))
    values = _values(found, contract, "look")
    assert values == (None if expected is None else {"thingId": expected})
    assert not found.ours
    assert [item.operation for item in kept] == ["+list"]
    assert _values(found, contract, "drop") is None
    assert len(kept) == 1


@pytest.mark.parametrize("answer", [httpx.Response(403), httpx.Response(200, content=b"{")])
def test_a_list_that_is_refused_or_broken_shows_nothing(answer: httpx.Response) -> None:
    """The scenario gets a reason and no crash."""
    found, contract, _ = _found(_listing(), lambda _: answer)
    assert _values(found, contract, "look") is None
    assert found.reason


def _linked(link: Mapping[str, Json], **responses: Json) -> dict[str, Json]:
    answers = responses or {"200": {"description": "it", "links": {"next": dict(link)}}}
    return {
        "/now/{day}": {
            "get": {
                **_operation("now"),
                "parameters": [{"in": "path", "name": "day", "required": True, "example": "mon"}],
                "responses": answers,
            }
        },
        "/parts/{partId}": {"get": _operation("look", "partId")},
    }


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("$response.body#/part/id", "p"),
        ("$response.body#/all/1", "two"),
        ("$response.body#/all/9", None),
        ("$response.body#/part/id/deeper", None),
        ("$response.body#/part", None),
        ("$response.body#/yes", None),
        ("$response.body#/a~1b", "5"),
        ("$response.header.X-Part", "h"),
        ("$response.header.X-None", None),
        ("$request.path.day", "mon"),
        ("$request.path.other", None),
        ("$url", None),
        ("constant", "constant"),
        ("", None),
    ],
)
def test_links_are_followed(expression: str, expected: str | None) -> None:
    """OpenAPI 3.1, Runtime Expressions: what another answer says the parameter is."""
    body = {"part": {"id": "p"}, "all": ["one", "two"], "yes": True, "a/b": 5}
    answer = httpx.Response(200, json=body, headers={"X-Part": "h"})
    paths = _linked({"operationId": "look", "parameters": {"partId": expression}})
    found, contract, kept = _found(paths, lambda _: answer)
    values = _values(found, contract, "look")
    assert values == (None if expected is None else {"partId": expected})
    assert not found.ours
    assert [(item.operation, item.request.url[-8:]) for item in kept] == [("+follow", "/now/mon")]


@pytest.mark.parametrize(
    "link",
    [
        {"operationRef": "#/paths/~1parts~1{partId}/get", "parameters": {"path.partId": "x"}},
        {"operationId": "look", "parameters": {"other": 1, "partId": "x"}},
    ],
)
def test_a_link_may_name_its_operation_either_way(link: Mapping[str, Json]) -> None:
    """By id or by reference; the parameter with its place or without."""
    found, contract, _ = _found(_linked(link), lambda _: httpx.Response(200))
    assert _values(found, contract, "look") == {"partId": "x"}


@pytest.mark.parametrize(
    "link",
    [
        {"operationId": "now", "parameters": {"partId": "x"}},
        {"operationId": "look", "parameters": {"query.partId": "x"}},
        {"operationId": "look", "parameters": {"partId": 7}},
        {"operationId": "look"},
        {"operationRef": "#/paths/~1now/get", "parameters": {"partId": "x"}},
    ],
)
def test_a_link_elsewhere_is_not_followed(link: Mapping[str, Json]) -> None:
    """Nothing is sent for what would not tell the parameter."""
    found, contract, kept = _found(_linked(link), lambda _: httpx.Response(200))
    assert _values(found, contract, "look") is None
    assert kept == []


def test_a_link_of_an_error_is_not_followed() -> None:
    """Only a success shows what exists."""
    link: Json = {"next": {"operationId": "look", "parameters": {"partId": "x"}}}
    paths = _linked({}, **{"404": {"description": "none", "links": link}})
    found, contract, kept = _found(paths, lambda _: httpx.Response(200))
    assert _values(found, contract, "look") is None
    assert kept == []


def test_a_link_behind_a_failure_tells_nothing() -> None:
    """The other operation answered no success, or its own resource is not known."""
    link: dict[str, Json] = {"operationId": "look", "parameters": {"partId": "x"}}
    found, contract, kept = _found(_linked(link))
    assert _values(found, contract, "look") is None
    assert [item.operation for item in kept] == ["+follow"]
    paths = _linked(link)
    answers: Json = {"200": {"description": "it", "links": {"next": link}}}
    paths["/now/{day}"] = {"get": _operation("now", "day", responses=answers)}
    found, contract, kept = _found(paths, lambda _: httpx.Response(200))
    assert _values(found, contract, "look") is None
    assert kept == []


def test_links_in_a_circle_come_to_an_end() -> None:
    """Two operations that name each other's resource; the search is given up."""
    paths: dict[str, Json] = {}
    for name, other in (("a", "b"), ("b", "a")):
        link: Json = {"operationId": other, "parameters": {f"{other}Id": "$response.body#/id"}}
        answers: Json = {"200": {"description": "it", "links": {"next": link}}}
        paths[f"/{name}/{{{name}Id}}"] = {"get": _operation(name, f"{name}Id", responses=answers)}
    found, contract, kept = _found(paths, lambda _: httpx.Response(200, json={"id": "x"}))
    assert _values(found, contract, "a") is None
    assert kept == []


def test_a_link_of_the_create_says_what_the_id_is() -> None:
    """It goes before any guess at the names of members."""
    link: Json = {"operationId": "drop", "parameters": {"thingId": "$response.body#/key"}}
    answers: Json = {"201": {"description": "made", "links": {"l": link}}}
    paths = _shop()
    paths["/things"] = {"post": _operation("make", responses=answers)}
    body = {"id": "another-identifier-that-is-long", "key": LONG}
    found, contract, _ = _found(paths, lambda _: httpx.Response(201, json=body))
    assert _values(found, contract, "drop") == {"thingId": LONG}


def _sent(create: Json, schemas: Json = None) -> Any:
    contract = _contract(_shop(create), schemas)
    session, kept = session_on(lambda _: httpx.Response(400), contract)
    FoundResources(session).values(contract.operations["drop"])
    assert len(kept) == 1
    body = kept[0].request.body
    return json.loads(body) if body else None


def test_a_create_holds_what_is_required_and_a_value_of_ours() -> None:
    """Free texts are ours, fixed ones as the schema wants them, the rest is left out."""
    text: Json = {"type": "string"}
    schema: Json = {
        "type": "object",
        "required": ["name", "kind", "count"],
        "properties": {
            "name": {"type": "string", "maxLength": 12},
            "kind": {"enum": ["k"]},
            "count": {"type": "integer"},
            "note": text,
        },
    }
    body = _sent(_body(schema))
    assert set(body) == {"name", "kind", "count"}
    assert len(body["name"]) == 12
    assert body["kind"] == "k"


def test_a_create_without_a_required_text_gets_one_anyway() -> None:
    """Something in it has to tell that it is ours."""
    optional: Json = {"type": "object", "properties": {"note": {"type": "string"}}}
    body = _sent(_body(optional))
    assert list(body or {}) in ([], ["note"])
    if body:
        assert body["note"].startswith("specproof-made-")


def test_parts_of_a_schema_count_together() -> None:
    """``allOf`` and references are folded into one object."""
    base: Json = {
        "type": "object",
        "required": ["name"],
        "properties": {"name": {"type": "string"}},
    }
    whole: Json = {"allOf": [{"$ref": "#/components/schemas/Base"}]}
    body = _sent(_body(whole), {"Base": base})
    assert body["name"].startswith("specproof-made-")


@pytest.mark.parametrize(
    "create",
    [None, _body({"type": "object"}, "text/plain"), {"content": {}}, {"content": {"a/json": {}}}],
)
def test_a_create_without_a_json_body_has_none(create: Json) -> None:
    """Nothing is made up where the contract describes no JSON."""
    assert _sent(create) is None


def test_a_create_may_take_no_object() -> None:
    """An instance that can hold no name of ours goes as it is."""
    assert _sent(_body({"type": "array", "minItems": 1, "items": {"const": 3}})) == [3]


@pytest.mark.parametrize(
    ("parameter", "expected"),
    [
        ({"examples": {"a": {"value": "v"}, "b": 3}}, "v"),
        ({"examples": {"a": 3}}, None),
        ({"schema": {"examples": [True, None, "s"]}}, "s"),
        ({"schema": {"examples": 7, "enum": [None, 4]}}, "4"),
        ({"schema": {"enum": "no list"}}, None),
        ({"schema": True}, None),
        ({"examples": [1.5, 3]}, "3"),
    ],
)
def test_a_contract_shows_values_in_many_places(
    parameter: Mapping[str, Json], expected: str | None
) -> None:
    """Examples of a parameter are named, those of a schema are a list; booleans are none."""
    assert known_value(parameter) == expected


@pytest.mark.parametrize(
    ("path", "name", "said"),
    [
        ("/things/{thingId}", "thingId", {"thingId": "v", "id": "v"}),
        ("/things/{slug}", "slug", {"slug": "v"}),
        ("/things/{thingId}/more", "thingId", {}),
    ],
)
def test_an_answer_names_the_last_resource_of_the_path(
    path: str, name: str, said: dict[str, str]
) -> None:
    """Where the path ends in a parameter; an ``id`` is meant by what is called one."""
    contract = _contract({path: {"get": _operation("look", name)}})
    session, _ = session_on(lambda _: httpx.Response(404), contract)
    told = ApiWorld(session).answer(contract.operations["look"], {name: "v"})
    assert json.loads(told) == said


def test_what_is_ours_is_arranged_only_where_the_path_decides() -> None:
    """A body or a required query may be refused, so no success is promised."""
    body = _body({"type": "object"})
    paths = _shop()
    paths["/things/{thingId}"] = {
        "delete": _operation("drop", "thingId"),
        "put": _operation("change", "thingId", requestBody=body),
    }
    found, contract, _ = _found(paths, lambda _: httpx.Response(201, json={"id": LONG}))
    world = ApiWorld(found.session)
    assert world.parameters(contract.operations["drop"]) == {"thingId": LONG}
    assert [world.arranged] == [True]
    assert world.parameters(contract.operations["change"]) == {"thingId": LONG}
    assert [world.arranged] == [False]
    assert world.foreign(contract.operations["drop"]) is None
