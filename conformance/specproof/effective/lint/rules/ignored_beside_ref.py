"""Lint rule ``ignored-beside-ref``."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.effective.lint.model import Hit, Rule
from specproof.effective.lint.subject import Kind, Subject, query
from specproof.model import Severity

__all__ = ["RULE"]


def _find(subject: Subject) -> Iterator[Hit]:
    if subject.version != "3.0":
        return
    for node in subject.nodes:
        if node.kind is Kind.PATH_ITEM or not isinstance(node.value, dict):
            continue  # A Path Item Object has a $ref of its own that is no Reference Object.
        if "$ref" in node.value:
            for key in node.value:
                if key != "$ref":
                    place = (*node.location, key)
                    yield Hit(
                        place,
                        f"{key!r} stands beside a $ref and is ignored",
                        {"target": query(place), "remove": True},
                    )


RULE = Rule(
    id="ignored-beside-ref",
    severity=Severity.INFO,
    clause=(
        'OpenAPI 3.0.3, Reference Object: "This object cannot be extended with additional '
        'properties and any properties added SHALL be ignored"'
    ),
    explanation=(
        "What stands beside a $ref is ignored in OpenAPI 3.0, so it promises nothing, "
        "whatever it looks like. In 3.1 a Schema Object may have both."
    ),
    find=_find,
)
