"""Descriptions of models that are hard on a generator, and the packages generated from them."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from generation_cases import source

from specproof.generation import build_client

__all__ = ["HARD", "PATHS", "describe_models", "generated"]


def describe_models(schemas: dict[str, Any], paths: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return a description of ``schemas``, each the body of an answer so that none is unused."""
    responses = {
        str(400 + number): {
            "description": name,
            "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}},
        }
        for number, name in enumerate(schemas)
    }
    called = {"get": {"operationId": "call", "responses": responses}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Models", "version": "1"},
        "paths": {"/call": called, **(paths or {})},
        "components": {"schemas": schemas},
    }


@contextmanager
def generated(document: dict[str, Any], folder: Path, name: str) -> Iterator[ModuleType]:
    """Generate the client of ``document`` into ``folder`` and yield its package, imported."""
    folder.mkdir()
    build_client(source(document, name), folder)
    package = f"{name}_client"
    sys.path.insert(0, str(folder))
    try:
        yield importlib.import_module(package)
    finally:
        sys.path.remove(str(folder))
        for loaded in [module for module in sys.modules if module.partition(".")[0] == package]:
            del sys.modules[loaded]


_TEXT = {"type": "string"}
_PLAIN = {
    "text": _TEXT,
    "whole": {"type": "integer"},
    "number": {"type": "number"},
    "flag": {"type": "boolean"},
    "nothing": {"type": "null"},
    "day": {"type": "string", "format": "date"},
    "moment": {"type": "string", "format": "date-time"},
    "uid": {"type": "string", "format": "uuid"},
    "fixed": {"const": "on"},
    "color": {"$ref": "#/components/schemas/Color"},
    "size": {"$ref": "#/components/schemas/Size"},
    "tint": {"type": ["string", "null"], "enum": ["dark", "light", None]},
    "list": {"type": "array", "items": {"type": "integer"}},
    "maybe": {"type": ["string", "null"]},
    "anything": {},
}
_NAMES = [
    *("d", "cls", "self", "to_dict", "toDict", "from_dict", "additional_properties"),
    *("additional_keys", "_fields", "_make", "_shape", "__init__", "__class__", "class", "None"),
    *("import", "type", "id", "ID", "Id", "", " ", "$ref", "+1", "-1", "1", "a-b", "a_b", "aB"),
    *("naïve", "日本", "ﬁ", "fi", "😀", "UNSET", "unset", "Any", "any", "datetime", "values"),
    *("str", "dict", "T", "prop_name", "src_dict", "x.y", "x/y", "x~y", 'q"uo\\te', "new\nline"),
    *("{brace}", "mro", "field", "define", "Self", "self_", "model", "make", "name", "value"),
]

HARD: dict[str, Any] = {
    "Color": {"type": "string", "enum": ["red", "light blue", "", "1", 'qu"ote']},
    "Size": {"type": "integer", "enum": [-1, 0, 1, 100]},
    "Plain": {"type": "object", "properties": _PLAIN},
    "Needed": {"type": "object", "required": sorted(_PLAIN), "properties": _PLAIN},
    "Named": {"type": "object", "properties": dict.fromkeys(_NAMES, _TEXT)},
    "Closed": {"type": "object", "additionalProperties": False, "properties": {"a": _TEXT}},
    "Numbers": {"type": "object", "additionalProperties": {"type": "integer"}},
    "Lists": {
        "type": "object",
        "properties": {"a": _TEXT},
        "additionalProperties": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
    },
    "Days": {"type": "object", "additionalProperties": {"type": "string", "format": "date"}},
    "Nullables": {"type": "object", "additionalProperties": {"type": ["integer", "null"]}},
    "Free": {"type": "object", "additionalProperties": True},
    "Tree": {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": _TEXT,
            "parent": {"$ref": "#/components/schemas/Tree"},
            "children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
            "other": {"anyOf": [{"$ref": "#/components/schemas/Plain"}, {"type": "null"}]},
        },
    },
    "ClassVariant": {"type": "object", "properties": {"a": _TEXT}},
    "Variants": {
        "type": "object",
        "required": ["a"],
        "properties": {
            "a": {"$ref": "#/components/schemas/ClassVariant"},
            "b": {"$ref": "#/components/schemas/ClassVariant"},
        },
    },
    "Cat": {
        "type": "object",
        "required": ["pet"],
        "properties": {"pet": _TEXT, "name": _TEXT, "lives": {"type": "integer"}},
    },
    "Dog": {
        "type": "object",
        "required": ["pet"],
        "properties": {"pet": _TEXT, "name": _TEXT, "owner": {"$ref": "#/components/schemas/Tree"}},
    },
    "Circle": {
        "type": "object",
        "required": ["kind", "r"],
        "properties": {"kind": {"const": "circle"}, "r": {"type": "number"}},
    },
    "Square": {
        "type": "object",
        "required": ["kind", "r"],
        "properties": {"kind": {"const": "square"}, "r": {"type": "number"}, "a": {}, "b": {}},
    },
    "Unions": {
        "type": "object",
        "properties": {
            "pet": {
                "oneOf": [
                    {"$ref": "#/components/schemas/Cat"},
                    {"$ref": "#/components/schemas/Dog"},
                ],
                "discriminator": {
                    "propertyName": "pet",
                    "mapping": {"canis": "#/components/schemas/Dog", "felis": "Cat"},
                },
            },
            "shape": {
                "anyOf": [
                    {"$ref": "#/components/schemas/Square"},
                    {"$ref": "#/components/schemas/Circle"},
                ]
            },
            "best": {
                "anyOf": [
                    {"$ref": "#/components/schemas/Plain"},
                    {"$ref": "#/components/schemas/Tree"},
                    {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
                    {"type": "string", "format": "date"},
                    {"type": "string"},
                    {"type": "boolean"},
                    {"type": "integer"},
                    {"type": "null"},
                ]
            },
        },
    },
    "Defaults": {
        "type": "object",
        "required": ["always"],
        "properties": {
            "always": {"type": "string", "default": 'a"b'},
            "text": {"type": "string", "default": "x"},
            "whole": {"type": "integer", "default": 3},
            "flag": {"type": "boolean", "default": False},
            "day": {"type": "string", "format": "date", "default": "2024-01-02"},
            "size": {"type": "integer", "enum": [1, 2], "default": 2},
            "late": _TEXT,
        },
    },
}
"""Schemas by name: every kind of value, names that collide, unions, recursion, defaults."""


def _parameter(name: str, where: str, schema: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"name": name, "in": where, "schema": schema, **fields}


def _content(kind: str, schema: dict[str, Any], *, required: bool = True) -> dict[str, Any]:
    return {"required": required, "content": {kind: {"schema": schema}}}


_DONE = {"200": {"description": "Done."}}
_COLOR = {"$ref": "#/components/schemas/Color"}
_DAY = {"type": "string", "format": "date"}
_MOMENT = {"type": "string", "format": "date-time"}
_LIST = {"type": "array", "items": _COLOR}
_PAIR = {"type": "object", "properties": {"low": {"type": "integer"}, "high": {"type": "number"}}}
_UPLOAD = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {"type": "string", "format": "binary"},
        "pair": {"$ref": "#/components/schemas/Tree"},
        "days": {"type": "array", "items": _DAY},
    },
}

_OTHERS = {
    "application/json": {
        "schema": {
            "type": "object",
            "properties": {"any": {}},
            "additionalProperties": {"type": "integer"},
        }
    }
}

PATHS: dict[str, Any] = {
    "/styles/{day}/{moment}/{flag}/{color}/{many}/{label}/{matrix}": {
        "get": {
            "operationId": "styles",
            "parameters": [
                _parameter("day", "path", _DAY, required=True),
                _parameter("moment", "path", _MOMENT, required=True),
                _parameter("flag", "path", {"type": "boolean"}, required=True),
                _parameter("color", "path", _COLOR, required=True),
                _parameter("many", "path", _LIST, required=True),
                _parameter("label", "path", _LIST, required=True, style="label", explode=True),
                _parameter("matrix", "path", {"type": "string"}, required=True, style="matrix"),
                _parameter("q-day", "query", _DAY),
                _parameter("q-moment", "query", _MOMENT),
                _parameter("q-flag", "query", {"type": "boolean"}),
                _parameter("q-colors", "query", _LIST),
                _parameter("q-joined", "query", _LIST, explode=False),
                _parameter("q-piped", "query", _LIST, style="pipeDelimited", explode=False),
                _parameter("q-pair", "query", _PAIR),
                _parameter("q-deep", "query", _PAIR, style="deepObject"),
                _parameter("q-number", "query", {"type": "number", "default": 0.5}),
                _parameter("q-null", "query", {"type": ["string", "null"]}),
                _parameter("X-Flag", "header", {"type": "boolean"}),
                _parameter("X-Color", "header", _COLOR),
                _parameter("X-Size", "header", {"$ref": "#/components/schemas/Size"}),
                _parameter("c-flag", "cookie", {"type": "boolean"}),
                _parameter("c-color", "cookie", _COLOR),
            ],
            "responses": _DONE,
        }
    },
    "/names": {
        "get": {
            "operationId": "names",
            "parameters": [
                _parameter(name, "query", {"type": "string"})
                for name in (
                    *("partial", "segment", "headers", "params", "cookies", "response", "build"),
                    *("client", "url", "body", "kwargs", "self", "cast", "datetime", "quote"),
                )
            ],
            "responses": _DONE,
        }
    },
    "/json": {
        "post": {
            "operationId": "sendJson",
            "requestBody": _content("application/json", {"type": ["string", "null"]}),
            "responses": _DONE,
        },
        "put": {
            "operationId": "maybeSendJson",
            "requestBody": _content(
                "application/merge-patch+json",
                {"$ref": "#/components/schemas/Tree"},
                required=False,
            ),
            "responses": _DONE,
        },
    },
    "/form": {
        "post": {
            "operationId": "sendForm",
            "requestBody": _content(
                "application/x-www-form-urlencoded", {"$ref": "#/components/schemas/Defaults"}
            ),
            "responses": _DONE,
        }
    },
    "/parts": {
        "post": {
            "operationId": "sendParts",
            "requestBody": _content("multipart/form-data", _UPLOAD),
            "responses": _DONE,
        }
    },
    "/blob": {
        "put": {
            "operationId": "putBlob",
            "requestBody": {
                "required": True,
                "content": {
                    "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
                    "application/json": {"schema": {"$ref": "#/components/schemas/Tree"}},
                },
            },
            "responses": {
                "200": {"description": "Some.", "content": _OTHERS},
                "204": {"description": "None, whatever this says.", "content": _OTHERS},
                "default": {"description": "Wrong.", "content": {"text/plain": {}}},
            },
        },
        "head": {
            "operationId": "headBlob",
            "responses": {"200": {"description": "As of GET.", "content": _OTHERS}},
        },
    },
    "/text": {
        "get": {
            "operationId": "getText",
            "responses": {
                "200": {
                    "description": "A number.",
                    "content": {"text/plain": {"schema": {"type": "integer"}}},
                },
                "202": {
                    "description": "Days.",
                    "content": {"application/json": {"schema": {"type": "array", "items": _DAY}}},
                },
            },
        }
    },
}
"""Operations whose parameters and bodies are of every kind, place and style."""
