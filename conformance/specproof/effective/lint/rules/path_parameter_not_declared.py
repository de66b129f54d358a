"""Lint rule ``path-parameter-not-declared``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from specproof.document.openapi import parameters
from specproof.effective.lint.model import Hit, Rule
from specproof.effective.lint.subject import Subject, query
from specproof.model import JsonObject, Severity

__all__ = ["RULE"]


def _find(subject: Subject) -> Iterator[Hit]:
    for operation in subject.operations:
        declared = {
            str(parameter.get("name"))
            for parameter in parameters(subject.document, operation)
            if parameter.get("in") == "path"
        }
        for name in re.findall(r"\{([^{}]+)\}", operation.path):
            if name not in declared:
                location = subject.location(operation)
                added: JsonObject = {
                    "name": name,
                    "in": "path",
                    "required": True,
                    "schema": {"type": "string"},
                }
                yield Hit(
                    location,
                    f"{operation.id} declares no parameter for {{{name}}}",
                    {"target": query(location), "update": {"parameters": [added]}},
                )


RULE = Rule(
    id="path-parameter-not-declared",
    severity=Severity.ERROR,
    clause=(
        'OpenAPI 3.1.1, Paths Object, path templating: "Each template expression in the path '
        'MUST correspond to a path parameter"'
    ),
    explanation="A part of the path in braces has no parameter, so nobody knows what it takes.",
    find=_find,
)
