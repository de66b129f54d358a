"""Lint rule ``error-envelope-without-required``."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.effective.lint.bodies import error_schemas
from specproof.effective.lint.model import Hit, Rule
from specproof.effective.lint.subject import Subject, query
from specproof.model import Severity

__all__ = ["RULE"]


def _find(subject: Subject) -> Iterator[Hit]:
    for location, schema in error_schemas(subject):
        properties = schema.get("properties")
        if isinstance(properties, dict) and properties and not schema.get("required"):
            yield Hit(
                location,
                f"the error body promises none of its fields: {', '.join(map(str, properties))}",
                {"target": query(location), "update": {"required": [next(iter(properties))]}}
                if "required" not in schema
                else None,
            )


RULE = Rule(
    id="error-envelope-without-required",
    severity=Severity.WARNING,
    clause=(
        'JSON Schema Validation 2020-12, 6.5.3: "Omitting this keyword has the same behavior '
        'as an empty array"'
    ),
    explanation=(
        "The body of an error has fields and none is required, so `{}` is a correct error and "
        "a caller has nothing to branch on."
    ),
    find=_find,
)
