"""Documents to compare, written as the part of them that matters."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml  # type: ignore[import-untyped]  # PyYAML ships no types

from specproof.regression.change import Change
from specproof.regression.engine import diff
from specproof.regression.places import Document

__all__ = ["KINDS", "TODAY", "cases", "changes", "planted", "whole"]

Node = dict[str, Any]

TODAY: Final = date(2026, 1, 1)
"""The day by which the cases are judged."""

_CASES: Final = Path(__file__).parents[1] / "unit" / "regression" / "cases"
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DONE: Final[Node] = {"200": {"description": "done"}}
_SCHEMES: Final[Node] = {
    "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "token": {"type": "http", "scheme": "bearer"},
    "login": {"type": "openIdConnect", "openIdConnectUrl": "https://login.example.com/"},
}


def _operation(parts: Node) -> Node:
    return {"paths": {"/things": {"post": {"operationId": "make", "responses": _DONE, **parts}}}}


def _held(name: str, **rest: Any) -> Callable[[Any], Node]:
    """Return a kind that is one field of an operation; what is null is left out."""
    return lambda part: _operation({**rest, **({} if part is None else {name: part})})


def _response(parts: Node) -> Node:
    return _operation({"responses": {"200": {"description": "done", **parts}}})


def _json(schema: Any) -> Node:
    return {"application/json": {} if schema is None else {"schema": schema}}


def _field(parts: Node) -> Node:
    described = "schema" in parts or "content" in parts
    return parts if described else {"schema": {"type": "string"}, **parts}


def _parameter(parts: Node | None) -> Node:
    found = [] if parts is None else [{"name": "size", "in": "query", **_field(parts)}]
    return _operation({"parameters": found})


def _header(parts: Node | None) -> Node:
    return _response({"headers": {} if parts is None else {"X-Size": _field(parts)}})


def _scheme(part: Node) -> Node:
    return {
        **_operation({}),
        "security": [{"door": []}],
        "components": {"securitySchemes": {"door": part}},
    }


KINDS: Final[Mapping[str, Callable[[Any], Node]]] = {
    "callbacks": _held("callbacks"),
    "document": lambda part: {**_operation({}), **part},
    "form": lambda part: _operation({"requestBody": {"content": {"multipart/form-data": part}}}),
    "header": _header,
    "headers": lambda part: _response({"headers": part}),
    "links": lambda part: _response({"links": part}),
    "operation": _operation,
    "parameter": _parameter,
    "parameters": _held("parameters"),
    "paths": lambda part: {"paths": part},
    "request": lambda part: _operation({"requestBody": {"content": _json(part)}}),
    "request content": lambda part: _operation({"requestBody": {"content": part}}),
    "requestBody": _held("requestBody"),
    "response": lambda part: _response({"content": _json(part)}),
    "response content": lambda part: _response({"content": part}),
    "responses": _held("responses"),
    "scheme": _scheme,
    "security": lambda part: {
        **_operation({}),
        "security": part,
        "components": {"securitySchemes": _SCHEMES},
    },
    "servers": lambda part: {**_operation({}), "servers": part},
    "webhook": lambda part: {"webhooks": {"made": {"post": {"responses": _DONE, **part}}}},
    "webhooks": lambda part: {**_operation({}), "webhooks": part},
}
"""What a part of a document is, by the word for it.

``request`` and ``response`` are Schema Objects of JSON bodies, ``request content`` and ``response
content`` maps by media type, ``form`` a Media Type Object of a multipart body; ``parameter`` and
``header`` are one of them, text unless told otherwise; ``scheme`` is a Security Scheme Object that
the API asks for; ``security`` lists requirements of the schemes ``key``, ``token`` and ``login``;
the others are fields of OpenAPI objects. The operation around them is ``POST /things``.
"""


def whole(kind: str, part: Any) -> Node:
    """Return a whole document with ``part`` in it.

    Args:
        kind: a key of ``KINDS``.
        part: what that says; null for one that is not there, where there is one at all.
    """
    made = {"openapi": "3.1.0", "info": {"title": "Things", "version": "1"}}
    return {**made, **KINDS[kind](part)}


def changes(kind: str, old: Any, new: Any) -> tuple[Change, ...]:
    """Return what changed where ``new`` takes the place of ``old``."""
    before, after = (Document(whole(kind, part), "case") for part in (old, new))
    return diff(before, after, today=TODAY).changes


def planted(operation: Node, kind: str, part: Any) -> Node:
    """Return an Operation Object with ``part`` in it; body and answers become those of the part.

    Args:
        operation: is left as it is.
        kind: one whose parts stand in an operation.
        part: what that says.
    """
    given: Node = copy.deepcopy(KINDS[kind](part)["paths"]["/things"]["post"])
    listed = [*operation.get("parameters", ()), *given.get("parameters", ())]
    kept = {field: value for field, value in operation.items() if field != kind}
    return {**kept, **given, **({"parameters": listed} if listed else {})}


@cache
def cases() -> Mapping[str, Any]:
    """Return the cases by rule: see ``tests/unit/regression/test_cases.py``."""
    return {
        path.stem: yaml.load(path.read_bytes(), _LOADER)  # noqa: S506 - both are safe loaders
        for path in sorted(_CASES.glob("*.yaml"))
    }
