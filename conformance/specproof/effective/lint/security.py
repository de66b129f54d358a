"""Whether an operation asks for credentials."""

from __future__ import annotations

from specproof.document.openapi import Operation
from specproof.effective.lint.subject import Subject

__all__ = ["secured"]


def secured(subject: Subject, operation: Operation) -> bool:
    """Return whether every call of ``operation`` needs credentials.

    An empty requirement (``{}``) among others makes them optional (OpenAPI 3.1.1, Operation
    Object, ``security``).
    """
    requirements = operation.node.get("security", subject.document.get("security"))
    return isinstance(requirements, list) and bool(requirements) and all(requirements)
