from __future__ import annotations

from typing import Any

from generation_cases import describe, operation

from specproof.generation.normalisation.draft import Ignored, LeftOut
from specproof.generation.transforms import transformed

ROOT = {"url": "https://api.example.com"}
OWN = {"url": "https://upload.example.com/{region}"}


def _noted(document: dict[str, Any]) -> list[LeftOut]:
    return transformed(document)[1].left_out


def test_servers_of_a_path_or_an_operation_are_named_with_the_operations_they_are_for() -> None:
    """Each operation that would go elsewhere, what is ignored, and the action that says so."""
    paths: dict[str, Any] = {
        "/a/{id}": {
            "servers": [OWN],
            "get": operation(operationId="a"),
            "put": operation(operationId="b", servers=[ROOT]),
        },
        "/b/{id}": {"get": operation(operationId="c", servers=[ROOT, OWN])},
    }
    path, own = _noted(describe(paths, servers=[ROOT]))
    assert isinstance(path, Ignored)
    assert path.line() == (
        "GET /a/{id}: the server https://upload.example.com/{region} is ignored: calls go to the"
        " base URL that the client is given, and nowhere else; overlay: target"
        " $['paths']['/a/{id}']['servers'], with remove: true"
    )
    assert own.place == "/paths/~1b~1{id}/get/servers"
    assert own.what.startswith("GET /b/{id}: the server https://api.example.com, https://upload.")


def test_servers_that_say_nothing_new_are_not_named() -> None:
    """Those of the document again, empty lists, and what is no list of servers."""
    for servers in ([ROOT], [], None, "x", [5, {"url": 5}]):
        paths = {"/a/{id}": {"servers": servers, "get": operation(servers=servers)}}
        assert _noted(describe(paths, servers=[ROOT])) == []


def _family(**pet: Any) -> dict[str, Any]:
    return {
        "Pet": {"type": "object", "properties": {"kind": {"type": "string"}}, **pet},
        **{name: {"allOf": [{"$ref": "#/components/schemas/Pet"}]} for name in ("Cat", "Dog")},
    }


def _answering(name: str, schemas: dict[str, Any]) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{name}"}
    content = {"application/json": {"schema": schema}}
    responses = {"200": {"description": "", "content": content}}
    return describe(
        {"/a/{id}": {"get": operation(responses=responses)}}, components={"schemas": schemas}
    )


def test_a_discriminator_of_a_base_class_is_named() -> None:
    """Where a value is of the base class, one that names an heir is still read as the base."""
    telling = {"discriminator": {"propertyName": "kind"}}
    (noted,) = _noted(_answering("Pet", _family(**telling)))
    assert isinstance(noted, Ignored)
    assert noted.place == "/components/schemas/Pet/discriminator"
    assert noted.line() == (
        "the discriminator kind of the schema Pet is ignored: a value of it is read as Pet, and"
        " not as Cat, Dog; overlay: target $['paths']['/a/{id}']['get']['responses']['200']"
        "['content']['application/json']['schema'], with oneOf of Cat, Dog and the discriminator"
        " as update, and its $ref removed"
    )


def test_a_discriminator_that_changes_nothing_is_not_named() -> None:
    """No heirs, no value of the base class, or alternatives beside it, which are followed."""
    telling = {"discriminator": {"propertyName": "kind"}}
    assert _noted(_answering("Pet", {"Pet": _family(**telling)["Pet"]})) == []
    assert _noted(_answering("Cat", _family(**telling))) == []
    assert _noted(_answering("Pet", _family())) == []
    members = [{"$ref": f"#/components/schemas/{name}"} for name in ("Cat", "Dog")]
    union = {"oneOf": members, **telling}
    assert _noted(_answering("Any", {"Any": union, **_family()})) == []
