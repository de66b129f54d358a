"""Lint rule ``no-security-on-operation``."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.effective.lint.model import Hit, Rule
from specproof.effective.lint.security import secured
from specproof.effective.lint.subject import Subject
from specproof.model import Severity

__all__ = ["RULE"]


def _find(subject: Subject) -> Iterator[Hit]:
    for operation in subject.operations:
        if not secured(subject, operation):
            yield Hit(subject.location(operation), f"{operation.id} asks for no credentials")


RULE = Rule(
    id="no-security-on-operation",
    severity=Severity.INFO,
    clause=(
        'OpenAPI 3.1.1, Operation Object, security: "To make security optional, an empty '
        'security requirement ({}) can be included in the array"'
    ),
    explanation=(
        "The operation asks for no credentials. If the API asks for them all the same, no "
        "client sends them and no requirement says that they are enforced."
    ),
    find=_find,
)
