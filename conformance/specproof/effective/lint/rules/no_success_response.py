"""Lint rule ``no-success-response``."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.document.openapi import documented_responses
from specproof.effective.lint.model import Hit, Rule
from specproof.effective.lint.subject import Subject
from specproof.model import Severity

__all__ = ["RULE"]


def _find(subject: Subject) -> Iterator[Hit]:
    for operation in subject.operations:
        statuses = documented_responses(subject.document, operation)
        if not any(status[0] in "123" or status == "default" for status in statuses if status):
            yield Hit(subject.location(operation), f"{operation.id} documents no success")


RULE = Rule(
    id="no-success-response",
    severity=Severity.WARNING,
    clause=(
        'OpenAPI 3.1.1, Responses Object: "if only one response code is provided it SHOULD be '
        'the response for a successful operation call"'
    ),
    explanation=(
        "No response of a successful call is documented, so what a call is for can not be checked."
    ),
    find=_find,
)
