"""Rule -> what an answer has to be, as claims of which a script can be made.

Rules that need more than one answer and its contract make no claim, nor does the one about
time, which is another on every machine; their findings have curl lines alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Final

from specproof.model import Exchange, Json, JsonObject, Observation
from specproof.requirements.contract import DocumentedResponse, OperationContract

__all__ = ["BOUND", "Claim", "claims_of"]

Claim = Mapping[str, Json]

BOUND: Final = frozenset(
    {
        "answers-for-resource",
        "effective-schema",
        "error-code-stable",
        "error-explained",
        "formats",
        "media-type-documented",
        "no-body-where-none",
        "published-schema",
        "response-headers",
        "retry-after-always-on-429",
        "version-echoed",
    }
)
"""Rules about one documented response: an answer with another status says nothing of them."""

_VERSION_HEADER: Final = "Sequence-Version"
_SCHEMA_BYTES: Final = 20_000
_SCHEMA_DEPTH: Final = 12
_REFUSED: Final = [[400, 499]]
_HTTP_DATE: Final = r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT"
_FORMS: Final = {
    "Retry-After": rf"\d+|{_HTTP_DATE}",
    "Date": _HTTP_DATE,
    "Expires": rf"0|-1|{_HTTP_DATE}",
    "Last-Modified": _HTTP_DATE,
    "ETag": r'(?:W/)?"[^"\s]*"',
    "Age": r"\d+",
}
_ONCE: Final = ["Age", "Content-Length", "Content-Type", "Date", "ETag", "Expires", "Location"]


def claims_of(
    observation: Observation, exchange: Exchange, operation: OperationContract
) -> tuple[Claim, ...]:
    """Return what the answer of ``exchange`` ought to be by the rule that it broke."""
    plain = _PLAIN.get(observation.rule)
    if plain is not None:
        return (plain,)
    made = _MADE.get(observation.rule)
    if made is None or exchange.response is None:
        return ()
    row = operation.documented(exchange.response.status)
    return tuple(made(exchange, operation, row))


_PLAIN: Final[Mapping[str, Claim]] = {
    "authentication-enforced": {"says": "status", "ranges": [[400, 599]]},
    "body-whole": {"says": "whole"},
    "error-code-stable": {"says": "coded"},
    "error-explained": {"says": "explained"},
    "json-strict": {"says": "strict"},
    "media-type-true": {"says": "labelled"},
    "no-body-where-none": {"says": "empty"},
    "parameter-refused": {"says": "status", "ranges": _REFUSED},
    "redirects-stay": {"says": "stays"},
    "retry-after-always-on-429": {
        "says": "header",
        "name": "Retry-After",
        "required": True,
        "schema": {},
    },
    "singleton-headers": {"says": "once", "names": [*_ONCE, "Last-Modified", "Retry-After"]},
    "success-not-error": {"says": "honest"},
    "well-known-headers": {"says": "formed", "forms": _FORMS},
}


def _documented(
    _exchange: Exchange, operation: OperationContract, _row: DocumentedResponse | None
) -> list[Claim]:
    return [{"says": "status", "ranges": [_range(key) for key in operation.responses]}]


def _due(
    exchange: Exchange, operation: OperationContract, _row: DocumentedResponse | None
) -> list[Claim]:
    expects = exchange.expects
    if exchange.facts.get("due") == "refusal" or expects not in operation.responses:
        return [{"says": "status", "ranges": [[300, 599]]}]
    return [{"says": "status", "ranges": [_range(str(expects))]}]


def _range(key: str) -> list[Json]:
    """Return the statuses that a key of a Responses Object covers (OpenAPI 3.1, 4.8.16)."""
    if key.isdigit():
        return [int(key), int(key)]
    if key[:1].isdigit():
        return [int(key[0]) * 100, int(key[0]) * 100 + 99]
    return [100, 599]


def _media(
    _exchange: Exchange, _operation: OperationContract, row: DocumentedResponse | None
) -> list[Claim]:
    ranges: list[Json] = [] if row is None else [item.lower() for item in row.content]
    return [{"says": "media", "ranges": ranges}] if ranges else []


def _body(
    exchange: Exchange, operation: OperationContract, row: DocumentedResponse | None
) -> list[Claim]:
    if row is None or exchange.response is None:
        return []
    for media, schema in row.content.items():
        said = (exchange.response.header("content-type") or "").partition(";")[0].strip().lower()
        if schema is not None and media.lower() in {said, "application/json"}:
            plain = _inlined(schema, operation, 0)
            if len(json.dumps(plain)) <= _SCHEMA_BYTES:
                return [{"says": "schema", "schema": plain}]
    return []


def _headers(
    _exchange: Exchange, operation: OperationContract, row: DocumentedResponse | None
) -> list[Claim]:
    return [
        {
            "says": "header",
            "name": item.name,
            "required": item.required,
            "schema": _inlined(item.schema, operation, 0),
        }
        for item in (() if row is None else row.headers)
    ]


def _resource(
    exchange: Exchange, _operation: OperationContract, _row: DocumentedResponse | None
) -> list[Claim]:
    return [{"says": "agrees", "expected": json.loads(exchange.facts.get("answer", "{}"))}]


def _version(
    exchange: Exchange, _operation: OperationContract, _row: DocumentedResponse | None
) -> list[Claim]:
    asked = exchange.request.header(_VERSION_HEADER)
    if asked is None:
        required: Claim = {
            "says": "header",
            "name": _VERSION_HEADER,
            "required": True,
            "schema": {},
        }
        return [required]
    return [{"says": "echoed", "name": _VERSION_HEADER, "value": asked}]


_Made = Callable[[Exchange, OperationContract, DocumentedResponse | None], list[Claim]]

_MADE: Final[Mapping[str, _Made]] = {
    "answers-for-resource": _resource,
    "effective-schema": _body,
    "formats": _body,
    "media-type-documented": _media,
    "outcome-as-due": _due,
    "published-schema": _body,
    "response-headers": _headers,
    "status-documented": _documented,
    "version-echoed": _version,
}


def _inlined(schema: Json, operation: OperationContract, depth: int) -> Json:
    """Return a schema with references replaced by what they refer to, as deep as is useful."""
    found = operation.compiler.resolve(schema)
    if depth > _SCHEMA_DEPTH:
        return {}
    if isinstance(found, list):
        return [_inlined(item, operation, depth + 1) for item in found]
    if not isinstance(found, Mapping):
        return found
    inlined: JsonObject = {}
    for key, value in found.items():
        if key in _DATA:
            inlined[key] = value
        elif key == "properties" and isinstance(value, Mapping):
            inlined[key] = {
                name: _inlined(item, operation, depth + 1) for name, item in value.items()
            }
        elif key in _SCHEMAS:
            inlined[key] = _inlined(value, operation, depth + 1)
    return inlined


_SCHEMAS: Final = frozenset({"additionalProperties", "allOf", "anyOf", "items", "oneOf"})
_DATA: Final = frozenset(
    {"const", "enum", "format", "maxItems", "maxLength", "maximum", "minItems", "minLength"}
    | {"minimum", "nullable", "pattern", "required", "type"}
)
