"""Lint rule ``path-parameter-not-in-template``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from specproof.document.openapi import parameters
from specproof.effective.lint.model import Hit, Rule
from specproof.effective.lint.subject import Subject
from specproof.model import Severity

__all__ = ["RULE"]


def _find(subject: Subject) -> Iterator[Hit]:
    for operation in subject.operations:
        expressions = set(re.findall(r"\{([^{}]+)\}", operation.path))
        for parameter in parameters(subject.document, operation):
            name = str(parameter.get("name"))
            if parameter.get("in") == "path" and name not in expressions:
                yield Hit(
                    subject.location(operation),
                    f"{operation.id} declares the path parameter {name!r}, its path does not",
                )


RULE = Rule(
    id="path-parameter-not-in-template",
    severity=Severity.ERROR,
    clause=(
        'OpenAPI 3.1.1, Parameter Object, name: "If in is "path", the name field MUST '
        'correspond to a template expression occurring within the path field"'
    ),
    explanation="A path parameter does not occur in the path, so it is never sent.",
    find=_find,
)
