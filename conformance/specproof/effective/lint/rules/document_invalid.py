"""Lint rule ``document-invalid``."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.effective.lint.model import Hit, Rule
from specproof.effective.lint.subject import Subject
from specproof.effective.validity import violations
from specproof.model import Severity

__all__ = ["RULE"]


def _find(subject: Subject) -> Iterator[Hit]:
    for violation in violations(subject.document):
        yield Hit(violation.location, violation.message)


RULE = Rule(
    id="document-invalid",
    severity=Severity.ERROR,
    clause=(
        "The JSON Schema of OpenAPI 3.0 or 3.1, and the rules that openapi-spec-validator adds"
    ),
    explanation=(
        "The document is not valid OpenAPI. Tools may refuse it, or read it in ways of their own."
    ),
    find=_find,
)
