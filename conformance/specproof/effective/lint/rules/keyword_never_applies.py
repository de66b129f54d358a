"""Lint rule ``keyword-never-applies``."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.effective.lint.model import Hit, Rule
from specproof.effective.lint.subject import Kind, Subject, query
from specproof.model import Severity

__all__ = ["RULE"]

_TYPES: dict[str, frozenset[str]] = {
    **dict.fromkeys(("minLength", "maxLength", "pattern"), frozenset({"string"})),
    **dict.fromkeys(
        ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
        frozenset({"integer", "number"}),
    ),
    **dict.fromkeys(("items", "minItems", "maxItems", "uniqueItems"), frozenset({"array"})),
    **dict.fromkeys(
        ("properties", "required", "minProperties", "maxProperties", "additionalProperties"),
        frozenset({"object"}),
    ),
}


def _find(subject: Subject) -> Iterator[Hit]:
    for location, schema in subject.of(Kind.SCHEMA):
        given = schema.get("type")
        types = {str(one) for one in (given if isinstance(given, list) else [given]) if one}
        for keyword in schema:
            if types and keyword in _TYPES and not types & _TYPES[keyword]:
                place = (*location, keyword)
                yield Hit(
                    place,
                    f"{keyword} never applies to {' or '.join(sorted(types))}",
                    {"target": query(place), "remove": True},
                )


RULE = Rule(
    id="keyword-never-applies",
    severity=Severity.WARNING,
    clause=(
        'JSON Schema Core 2020-12, 7.6.1: "most assertions only constrain values within a '
        'certain primitive type"'
    ),
    explanation=(
        "A keyword that limits one type stands in a schema of another type, so it never "
        "refuses anything."
    ),
    find=_find,
)
