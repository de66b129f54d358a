"""What the JSON Schemas of OpenAPI and openapi-spec-validator refuse in a document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from specproof.document.openapi import version
from specproof.document.references import resolve
from specproof.effective.queries import Location
from specproof.errors import InputError
from specproof.model import Json, JsonObject
from specproof.text import one_line

__all__ = ["Violation", "violations"]

_LONGEST_PATTERN = 1000
_MOST_UNFOLDED = 100_000
_DATA = frozenset({"const", "default", "enum", "example", "examples"})
_NAMES = frozenset({"$defs", "dependentSchemas", "patternProperties", "properties", "schemas"})


@dataclass(frozen=True, slots=True)
class Violation:
    """One place where a document is not valid OpenAPI."""

    location: Location
    message: str


def violations(document: JsonObject) -> list[Violation]:
    """Return what is wrong with ``document`` as an OpenAPI 3.0 or 3.1 document.

    Defaults are not matched against patterns: the library does that with Python's expressions,
    which know another dialect than OpenAPI's and may take for ever.

    Raises:
        InputError: it is of another version.
    """
    from openapi_spec_validator import (  # noqa: PLC0415 - takes half a second; a run needs none
        OpenAPIV30SpecValidator,
        OpenAPIV31SpecValidator,
    )

    kind = version(document, name="the document")
    factory = OpenAPIV30SpecValidator if kind == "3.0" else OpenAPIV31SpecValidator

    shown, plain = (
        cast("dict[str, Any]", _with_patterns(document, longest))
        for longest in (_LONGEST_PATTERN, -1)
    )
    found: dict[Violation, None] = {}
    try:
        # The second stage walks a document whose shape the first has found to be right.
        errors = list(factory(shown).schema_validator.iter_errors(shown))
        if not errors and (doubling := _unfolds_too_far(document)) is not None:
            return [doubling]
        errors = errors or list(factory(plain).iter_errors())
    except (AttributeError, LookupError, TypeError, ValueError):
        # The shape of what a reference leads to is not looked at by the first stage, and the
        # library does not expect another kind of object there.
        return [Violation((), "a reference leads to an object of another kind")]
    for error in errors:
        # The lines after the first repeat the instance and the schema, which may be long.
        message = one_line(error.message.partition("\n")[0])
        found[Violation(tuple(error.absolute_path), message)] = None
    return list(found)


def _with_patterns(node: Json, longest: int, *, names: bool = False) -> Json:
    """Return a copy of ``node`` without the patterns of more than ``longest`` characters."""
    if isinstance(node, list):
        return [_with_patterns(item, longest) for item in node]
    if not isinstance(node, dict):
        return node
    kept: JsonObject = {}
    for key, value in node.items():
        if names:
            kept[key] = _with_patterns(value, longest)
        elif key in _DATA:
            kept[key] = value
        elif not _is_pattern(key, value, longest):
            kept[key] = _with_patterns(value, longest, names=key in _NAMES)
    return kept


def _is_pattern(key: str, value: Json, longest: int) -> bool:
    if key == "pattern":
        return isinstance(value, str) and len(value) > longest
    return key == "patternProperties" and longest < 0


def _unfolds_too_far(document: JsonObject) -> Violation | None:
    """Return the schema whose compositions hold each other so often that no reader ends."""
    weights: dict[int, int] = {}
    components = document.get("components")
    schemas = components.get("schemas") if isinstance(components, dict) else None
    for name, schema in schemas.items() if isinstance(schemas, dict) else ():
        if _weight(document, schema, weights) > _MOST_UNFOLDED:
            return Violation(
                ("components", "schemas", name),
                f"unfolds to more than {_MOST_UNFOLDED} schemas when its compositions are followed",
            )
    return None


def _weight(document: JsonObject, schema: Json, weights: dict[int, int]) -> int:
    try:
        schema = resolve(document, schema)
    except InputError:
        return 0
    if not isinstance(schema, dict) or (place := id(schema)) in weights:
        return weights.get(id(schema), 0)
    weights[place] = 0  # what leads back to where it came from adds nothing
    parts: list[Json] = [schema[word] for word in ("items", "not") if word in schema]
    for word in ("allOf", "anyOf", "oneOf"):
        members = schema.get(word)
        parts += members if isinstance(members, list) else []
    weights[place] = 1 + sum(_weight(document, part, weights) for part in parts)
    return weights[place]
