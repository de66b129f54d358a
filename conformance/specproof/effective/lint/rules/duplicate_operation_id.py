"""Lint rule ``duplicate-operation-id``."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.effective.lint.model import Hit, Rule
from specproof.effective.lint.subject import Subject
from specproof.model import Severity

__all__ = ["RULE"]


def _find(subject: Subject) -> Iterator[Hit]:
    seen: dict[str, str] = {}
    for operation in subject.operations:
        name = operation.node.get("operationId")
        if not isinstance(name, str):
            continue
        place = f"{operation.method} {operation.path}"
        first = seen.setdefault(name, place)
        if first != place:
            location = (*subject.location(operation), "operationId")
            yield Hit(location, f"the operationId {name!r} is the one of {first} already")


RULE = Rule(
    id="duplicate-operation-id",
    severity=Severity.ERROR,
    clause=(
        'OpenAPI 3.1.1, Operation Object, operationId: "The id MUST be unique among all '
        'operations described in the API"'
    ),
    explanation=(
        "Two operations have the same operationId. Generators emit one of them, or one over "
        "the other."
    ),
    find=_find,
)
