"""Lint rule ``object-without-required``."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.effective.lint.bodies import success_schemas
from specproof.effective.lint.model import Hit, Rule
from specproof.effective.lint.subject import Subject, query
from specproof.model import Json, Severity

__all__ = ["RULE"]


def _find(subject: Subject) -> Iterator[Hit]:
    for location, schema in success_schemas(subject):
        properties = schema.get("properties")
        if isinstance(properties, dict) and properties and not schema.get("required"):
            names: list[Json] = list(properties)
            yield Hit(
                location,
                f"none of its fields is required: {', '.join(map(str, names))}",
                {"target": query(location), "update": {"required": names}}
                if "required" not in schema
                else None,
            )


RULE = Rule(
    id="object-without-required",
    severity=Severity.WARNING,
    clause=(
        'JSON Schema Validation 2020-12, 6.5.3: "Omitting this keyword has the same behavior '
        'as an empty array"'
    ),
    explanation=(
        "A response has fields and none is required, so `{}` keeps the contract. The action "
        "that is offered requires them all; keep those for which you have evidence."
    ),
    find=_find,
)
