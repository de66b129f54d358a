"""Lint rule ``missing-operation-id``."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.effective.lint.model import Hit, Rule
from specproof.effective.lint.subject import Subject, query
from specproof.model import JsonObject, Severity

__all__ = ["RULE"]


def _find(subject: Subject) -> Iterator[Hit]:
    for operation in subject.operations:
        if not operation.node.get("operationId"):
            location = subject.location(operation)
            name = f"{operation.method} {operation.path}"
            yield Hit(
                location,
                f"{name} has no operationId",
                {"target": query(location), "update": {"operationId": operation.id}}
                if "operationId" not in operation.node
                and "$ref" not in _item(subject, operation.path)
                else None,
            )


def _item(subject: Subject, path: str) -> JsonObject:
    paths = subject.document["paths"]
    item = paths[path] if isinstance(paths, dict) else None
    return item if isinstance(item, dict) else {}


RULE = Rule(
    id="missing-operation-id",
    severity=Severity.INFO,
    clause=(
        'OpenAPI 3.1.1, Operation Object, operationId: "Tools and libraries MAY use the '
        'operationId to uniquely identify an operation"'
    ),
    explanation=(
        "An operation without operationId gets a name that each tool makes up, and that "
        "changes with its path."
    ),
    find=_find,
)
