"""Lint rule ``empty-security-beside-authorization-parameter``."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.document.openapi import Operation, parameters
from specproof.effective.lint.model import Hit, Rule
from specproof.effective.lint.security import secured
from specproof.effective.lint.subject import Subject
from specproof.model import JsonObject, Severity

__all__ = ["RULE"]


def _find(subject: Subject) -> Iterator[Hit]:
    mended = False
    for operation in subject.operations:
        if secured(subject, operation):
            continue
        for parameter in parameters(subject.document, operation):
            name = parameter.get("name")
            if parameter.get("in") == "header" and str(name).lower() == "authorization":
                # One action secures every operation; a second would be refused as needless.
                mend = None if mended else _mend(subject, operation, parameter)
                mended = mended or mend is not None
                message = f"{operation.id} asks for {name} in a parameter and for no security"
                yield Hit(subject.location(operation), message, mend)


def _mend(subject: Subject, operation: Operation, parameter: JsonObject) -> JsonObject | None:
    words = str(parameter.get("description", "")).lower()
    scheme = next((name for name in ("basic", "bearer") if name in words), None)
    if scheme is None or subject.document.get("security") or "security" in operation.node:
        return None
    return {
        "target": "$",
        "update": {
            "components": {
                "securitySchemes": {"authorization": {"type": "http", "scheme": scheme}}
            },
            "security": [{"authorization": []}],
        },
    }


RULE = Rule(
    id="empty-security-beside-authorization-parameter",
    severity=Severity.ERROR,
    clause=(
        'OpenAPI 3.1.1, Operation Object, security: "To remove a top-level security '
        'declaration, an empty array can be used"; Parameter Object, name: a header parameter '
        '"Authorization" SHALL be ignored'
    ),
    explanation=(
        "The document says that no credentials are needed and asks for them in a parameter "
        "that is ignored. Nothing then sends them, and no requirement to check them exists."
    ),
    find=_find,
)
