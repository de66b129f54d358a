"""Documents, changes and interfaces for tests of whom a change hurts."""

from __future__ import annotations

import copy
from typing import Any

from specproof.generation.interface import Entry, Interface, Parameter
from specproof.regression.change import Change, Direction, Level, Site
from specproof.regression.client_impact import ClientMap
from specproof.regression.client_names import ClientNames
from specproof.regression.places import Document

__all__ = ["SHOP", "altered", "changed", "clients", "interface", "shop"]

SHOP: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Shop", "version": "1"},
    "paths": {
        "/pets": {
            "get": {
                "operationId": "listPets",
                "tags": ["pets"],
                "parameters": [
                    {"name": "limit", "in": "query", "schema": {"type": "integer"}},
                    {"name": "tag", "in": "query", "required": True, "schema": {"type": "string"}},
                ],
                "responses": {
                    "200": {
                        "description": "OK",
                        "headers": {"X-Total": {"schema": {"type": "integer"}}},
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "array",
                                    "items": {"$ref": "#/components/schemas/Pet"},
                                }
                            }
                        },
                    }
                },
            }
        },
        "/pets/{id}": {
            "parameters": [
                {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
            ],
            "put": {
                "operationId": "replace-pet",
                "tags": ["pets"],
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["id", "name"],
                                "properties": {
                                    "id": {"type": "integer", "readOnly": True},
                                    "name": {"type": "string"},
                                    "collar": {
                                        "type": "object",
                                        "properties": {"size": {"type": "integer"}},
                                    },
                                },
                            }
                        }
                    },
                },
                "responses": {"204": {"description": "done"}},
            },
            "delete": {"responses": {"204": {"description": "gone"}}},
        },
    },
    "components": {
        "schemas": {
            "Pet": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string"},
                    "tags": {
                        "type": "array",
                        "items": {"type": "object", "properties": {"label": {"type": "string"}}},
                    },
                },
            },
            "Kind": {"type": "string"},
        }
    },
}
"""A description with a bit of everything that has a name in a client."""


def altered(*steps: tuple[str, Any]) -> dict[str, Any]:
    """Return ``SHOP`` with other values: a dotted path each, None for nothing there."""
    document = copy.deepcopy(SHOP)
    for path, value in steps:
        *parents, last = path.split("|")
        node: Any = document
        for part in parents:
            node = node[int(part)] if isinstance(node, list) else node[part]
        key: Any = int(last) if isinstance(node, list) else last
        if value is None:
            del node[key]
        else:
            node[key] = value
    return document


def shop(*steps: tuple[str, Any]) -> Document:
    """Return ``altered`` as one side of a comparison."""
    return Document(altered(*steps), "shop.json")


def clients(real: Interface | None = None) -> ClientMap:
    """Return the map of the client of ``SHOP``."""
    return ClientMap(ClientNames(shop()), ClientNames(shop()), real)


def changed(
    pointer: str = "",
    operations: tuple[str, ...] = ("GET /pets",),
    *,
    rule: str = "response-type-widened",
    level: Level = Level.ERROR,
    part: str = "response 200",
    **fields: Any,
) -> Change:
    """Return a change at ``pointer`` that ``operations`` feel."""
    given = {
        "direction": Direction.RESPONSE,
        "subject": "something",
        "gone": False,
        "message": "It changed.",
        "fix": "Be ready.",
        "fingerprint": "00000000000000aa",
        "sites": tuple(Site(operation, part) for operation in operations),
    }
    return Change(rule=rule, level=level, pointer=pointer, **{**given, **fields})


def interface(*, returns: str = "list[Pet]", gone: tuple[str, ...] = ()) -> Interface:
    """Return the interface of the client of ``SHOP``, less what is ``gone``."""
    limit = Parameter("limit", "keyword-only", "int | Unset", "UNSET")
    client = Parameter("client", "keyword-only", "AuthenticatedClient", None)
    entries = {
        "AuthenticatedClient": Entry("name"),
        "api.pets.list_pets": Entry("module", calls="Calls GET /pets."),
        "api.pets.list_pets.sync": Entry(
            "function", annotation=returns, parameters=(limit, client)
        ),
        "api.pets.replace_pet": Entry("module", calls="Calls PUT /pets/{id}."),
        "models.Pet": Entry("class"),
        "models.Pet.name": Entry("field", "str"),
        "models.Pet.tags": Entry("field", "list[PetTagsItem] | Unset", default="..."),
        "models.PetTagsItem": Entry("class"),
        "models.PetTagsItem.label": Entry("field", "str | Unset", default="..."),
    }
    return {path: entry for path, entry in entries.items() if path not in gone}
