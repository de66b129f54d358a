"""Whether a schema accepts everything, so that no response could ever break it."""

from __future__ import annotations

from specproof.document.references import resolve
from specproof.model import Json, JsonObject

__all__ = ["vacuity"]

_ANNOTATIONS = frozenset(
    {
        "$anchor",
        "$comment",
        "$defs",
        "$id",
        "$schema",
        "default",
        "definitions",
        "deprecated",
        "description",
        "discriminator",
        "example",
        "examples",
        "externalDocs",
        "nullable",
        "readOnly",
        "title",
        "writeOnly",
        "xml",
    }
)
"""Keywords that describe and never refuse (JSON Schema 2020-12 validation, section 9; OAS 3.0.3
Schema Object; ``nullable`` only ever widens)."""


def vacuity(document: JsonObject, schema: Json) -> str | None:
    """Return why ``schema`` accepts any JSON value at all, or None if something can break it.

    ``{type: object}`` is not vacuous: a list breaks it. A missing schema (None), ``true``, ``{}``
    and a schema of nothing but annotations are.

    Args:
        document: the OpenAPI document, for references.
        schema: the Schema Object, or None where there is none.
    """
    return _vacuity(document, schema, frozenset())


def _vacuity(document: JsonObject, schema: Json, above: frozenset[str]) -> str | None:
    if schema is None:
        return "no schema is given, so any body passes"
    if schema is True or schema == {}:
        return f"the schema is `{'{}' if schema == {} else 'true'}`, which accepts anything"
    if not isinstance(schema, dict):
        return None
    reference = schema.get("$ref")
    if isinstance(reference, str):
        return _behind(document, schema, reference, above)
    for key, value in schema.items():
        described = key in _ANNOTATIONS or key.startswith("x-")
        if not described and not _accepts_all(document, key, value, above):
            return None
    return "the schema has no keyword that could refuse a value"


def _behind(
    document: JsonObject, schema: JsonObject, reference: str, above: frozenset[str]
) -> str | None:
    if reference in above:
        return None
    target = resolve(document, {"$ref": reference})
    reason = _vacuity(document, target, above | {reference})
    # OAS 3.0.3, Reference Object: "any properties added SHALL be ignored"; 3.1 reads them.
    beside = {key: value for key, value in schema.items() if key != "$ref"}
    read = bool(beside) and not str(document.get("openapi", "")).startswith("3.0")
    if reason is None or (read and _vacuity(document, beside, above) is None):
        return None
    return f"{reference}: {reason}"


def _accepts_all(document: JsonObject, key: str, value: Json, above: frozenset[str]) -> bool:
    """Return whether keyword ``key`` with ``value`` refuses nothing."""
    if key in {"minItems", "minLength", "minProperties"}:
        return value == 0
    if key == "required":
        return value == []
    parts: list[Json]
    if key in {"allOf", "anyOf"} and isinstance(value, list):
        parts = value
    elif key in {"properties", "patternProperties"} and isinstance(value, dict):
        parts = list(value.values())
    elif key in {"additionalProperties", "items", "unevaluatedProperties", "unevaluatedItems"}:
        parts = [value]
    else:
        return False
    verdicts = [_vacuity(document, part, above) is not None for part in parts]
    return any(verdicts) if key == "anyOf" else all(verdicts)
