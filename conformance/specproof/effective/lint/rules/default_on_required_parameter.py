"""Lint rule ``default-on-required-parameter``."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.effective.lint.model import Hit, Rule
from specproof.effective.lint.subject import Kind, Subject, query
from specproof.model import Severity

__all__ = ["RULE"]


def _find(subject: Subject) -> Iterator[Hit]:
    for location, parameter in subject.of(Kind.PARAMETER):
        if parameter.get("required") is not True:
            continue
        schema = parameter.get("schema")
        if isinstance(schema, dict) and "default" in schema:
            place = (*location, "schema", "default")
            yield Hit(
                place,
                f"the required parameter {parameter.get('name')!r} has a default",
                {"target": query(place), "remove": True},
            )


RULE = Rule(
    id="default-on-required-parameter",
    severity=Severity.WARNING,
    clause="OpenAPI 3.1.1, Parameter Object, required; OpenAPI 3.0.3, Schema Object, default",
    explanation=(
        "A required parameter is always sent, so its default never applies. Generators that "
        "believe it emit code in which an argument with a default comes before one without."
    ),
    find=_find,
)
