"""Lint rule ``response-header-not-required``."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.effective.lint.model import Hit, Rule
from specproof.effective.lint.subject import Kind, Subject, query
from specproof.model import Severity

__all__ = ["RULE"]


def _find(subject: Subject) -> Iterator[Hit]:
    for location, header in subject.of(Kind.HEADER):
        if header.get("required") is not True:
            yield Hit(
                location,
                f"the response header {location[-1]} may be absent",
                {"target": query(location), "update": {"required": True}},
            )


RULE = Rule(
    id="response-header-not-required",
    severity=Severity.WARNING,
    clause=(
        'OpenAPI 3.1.1, Header Object follows Parameter Object, required: "its default value '
        'is false"'
    ),
    explanation=(
        "A documented response header is optional, so a response without it keeps the contract."
    ),
    find=_find,
)
