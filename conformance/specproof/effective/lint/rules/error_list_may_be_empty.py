"""Lint rule ``error-list-may-be-empty``."""

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
        for name, item in properties.items() if isinstance(properties, dict) else ():
            if "error" not in name.lower() or not isinstance(item, dict):
                continue
            if item.get("type") == "array" and not item.get("minItems"):
                place = (*location, "properties", name)
                yield Hit(
                    place,
                    f"the list {name!r} may be empty",
                    {"target": query(place), "update": {"minItems": 1}},
                )


RULE = Rule(
    id="error-list-may-be-empty",
    severity=Severity.INFO,
    clause=(
        'JSON Schema Validation 2020-12, 6.4.2: "Omitting this keyword has the same behavior '
        'as a value of 0"'
    ),
    explanation=(
        "The list of errors in the body of an error may be empty, so an error that names no "
        "error is correct."
    ),
    find=_find,
)
