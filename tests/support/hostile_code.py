"""Documents whose texts are Python, templates or Markdown that wants to be run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hostile_case import OWN, HostileCase, operation, schema_spec, spec

__all__ = ["CASES"]

# Each breaks out of another kind of place: docstrings, literals, lines, f-strings, templates.
_DOCSTRING = f'a """\n{OWN}\n"""\n{OWN}\n# \\'
_LITERAL = f'a" + str({OWN}) + "'
_SINGLE = f"a' + str({OWN}) + '"
_BACKSLASH = f'a\\" + str({OWN}) + "\\'
_LINE = f"a\n{OWN}\r{OWN}\x0c{OWN}\u2028{OWN}\x85{OWN}\n"
_BRACES = f"a{{{OWN}}} {{{{ cycler.__init__.__globals__.os.mkdir('OWNED') }}}} {{% include 'x' %}}"
_CALL = f"a); {OWN}; (b"
_ALL = f"{_DOCSTRING}{_LITERAL}{_SINGLE}{_LINE}{_BRACES}{_CALL}{_BACKSLASH}"
_TEXTS = {
    "docstring": _DOCSTRING,
    "literal": _LITERAL,
    "single": _SINGLE,
    "backslash": _BACKSLASH,
    "line": _LINE,
    "template": _BRACES,
    "call": _CALL,
}


def _parameter(place: str, name: str = "p", **fields: Any) -> dict[str, Any]:
    return {"name": name, "in": place, "schema": {"type": "string"}, **fields}


def _with_operation(**fields: Any) -> dict[str, Any]:
    return spec({"/things": {"get": operation(**fields)}})


def _with_property(name: Any = "p", **schema: Any) -> dict[str, Any]:
    return schema_spec({"type": "object", "properties": {name: schema or {"type": "string"}}})


def _with_info(**fields: Any) -> dict[str, Any]:
    return spec(info={"title": "Hostile", "version": "1", **fields})


def _with_scheme(name: str = "key", **scheme: Any) -> dict[str, Any]:
    return spec(
        components={"securitySchemes": {name: scheme}},
        security=[{name: []}],
    )


def _answering(**response: Any) -> dict[str, Any]:
    return _with_operation(responses={"200": {"description": "Done.", **response}})


# Where the text stands -> the document with the text there.
_PLACES: dict[str, Callable[[str], dict[str, Any]]] = {
    "info-title": lambda text: _with_info(title=text),
    "info-description": lambda text: _with_info(description=text),
    "info-version": lambda text: _with_info(version=text),
    "info-contact": lambda text: _with_info(contact={"name": text}, license={"name": text}),
    "server-description": lambda text: spec(
        servers=[{"url": "https://api.example.com", "description": text}]
    ),
    "server-variable": lambda text: spec(
        servers=[{"url": "https://{v}.example.com", "variables": {"v": {"default": text}}}]
    ),
    "server-url": lambda text: spec(servers=[{"url": text}]),
    "tag-name": lambda text: _with_operation(tags=[text]),
    "tag-description": lambda text: spec(tags=[{"name": "a", "description": text}]),
    "operation-summary": lambda text: _with_operation(summary=text),
    "operation-description": lambda text: _with_operation(description=text),
    "operation-id": lambda text: _with_operation(operationId=text),
    "external-docs": lambda text: _with_operation(
        externalDocs={"url": "https://example.com", "description": text}
    ),
    "parameter-description": lambda text: _with_operation(
        parameters=[_parameter("query", description=text)]
    ),
    "parameter-default": lambda text: _with_operation(
        parameters=[_parameter("query", schema={"type": "string", "default": text})]
    ),
    "parameter-example": lambda text: _with_operation(
        parameters=[_parameter("query", example=text)]
    ),
    "query-name": lambda text: _with_operation(parameters=[_parameter("query", text)]),
    "cookie-name": lambda text: _with_operation(parameters=[_parameter("cookie", text)]),
    "header-name": lambda text: _with_operation(parameters=[_parameter("header", text)]),
    "enum-of-parameter": lambda text: _with_operation(
        parameters=[_parameter("query", schema={"type": "string", "enum": ["a", text]})]
    ),
    "response-description": lambda text: _with_operation(responses={"204": {"description": text}}),
    "response-header": lambda text: _answering(headers={text: {"schema": {"type": "string"}}}),
    "response-media-type": lambda text: _answering(
        content={f"application/json; a={text}": {"schema": {"type": "string"}}}
    ),
    "request-description": lambda text: _with_operation(
        requestBody={
            "description": text,
            "content": {"application/json": {"schema": {"type": "string"}}},
        }
    ),
    "schema-name": lambda text: (
        schema_spec(
            {"type": "object", "properties": {"p": {"type": "string"}}},
        )
        | {"components": {"schemas": {"Thing": {"type": "string"}, text: {"type": "object"}}}}
    ),
    "schema-title": lambda text: schema_spec({"type": "object", "title": text}),
    "schema-description": lambda text: schema_spec({"type": "object", "description": text}),
    "schema-example": lambda text: schema_spec({"type": "object", "example": {text: text}}),
    "schema-default": lambda text: _with_property(type="object", default={text: text}),
    "property-name": _with_property,
    "property-description": lambda text: _with_property(type="string", description=text),
    "property-default": lambda text: _with_property(type="string", default=text),
    "property-example": lambda text: _with_property(type="string", example=text),
    "property-format": lambda text: _with_property(type="string", format=text),
    "property-pattern": lambda text: _with_property(type="string", pattern=text),
    "property-const": lambda text: _with_property(const=text),
    "enum-value": lambda text: _with_property(type="string", enum=["a", text]),
    "enum-names": lambda text: _with_property(
        **{"type": "integer", "enum": [1, 2], "x-enum-varnames": [text, "B"]}
    ),
    "enum-default": lambda text: _with_property(type="string", enum=["a", text], default=text),
    "union-default": lambda text: _with_property(
        anyOf=[{"type": "integer"}, {"type": "string"}], default=text
    ),
    "required-name": lambda text: schema_spec({"type": "object", "required": [text]}),
    "extension": lambda text: _with_operation(**{f"x-{text}": {text: text}}),
    "multipart-property": lambda text: _with_operation(
        requestBody={
            "content": {
                "multipart/form-data": {
                    "schema": {"type": "object", "properties": {text: {"type": "string"}}}
                }
            }
        }
    ),
    "scheme-name": lambda text: _with_scheme(text, type="http", scheme="bearer"),
    "scheme-description": lambda text: _with_scheme(type="http", scheme="bearer", description=text),
    "bearer-format": lambda text: _with_scheme(type="http", scheme="bearer", bearerFormat=text),
}
# Of these names files are named after, so the text is short.
_NAMES = frozenset({"operation-id", "schema-name", "schema-title", "tag-name"})
_SHORT = f'a"""\n{OWN}\n"""+{OWN}+\'\\'


def _cases() -> list[HostileCase]:
    found = [
        HostileCase(
            f"code-in-{place}",
            f"breaks out of {place} in every way",
            build(_SHORT if place in _NAMES else _ALL),
        )
        for place, build in _PLACES.items()
    ]
    for kind, text in _TEXTS.items():
        schema = {
            "type": "object",
            "description": text,
            "properties": {
                text: {"type": "string", "default": text},
                "e": {"type": "string", "enum": ["a", text]},
            },
        }
        found.append(
            HostileCase(f"{kind}-everywhere", f"breaks out by {kind}", schema_spec(schema))
        )
    return found


CASES = _cases()
