"""Lint rule ``ignored-header-parameter``."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.effective.lint.model import Hit, Rule
from specproof.effective.lint.subject import Kind, Subject, query
from specproof.model import Severity

__all__ = ["RULE"]

_IGNORED = frozenset({"accept", "authorization", "content-type"})


def _find(subject: Subject) -> Iterator[Hit]:
    for location, parameter in subject.of(Kind.PARAMETER):
        name = str(parameter.get("name"))
        if parameter.get("in") == "header" and name.lower() in _IGNORED:
            yield Hit(
                location,
                f"the header parameter {name!r} is ignored",
                {"target": query(location), "remove": True},
            )


RULE = Rule(
    id="ignored-header-parameter",
    severity=Severity.WARNING,
    clause=(
        'OpenAPI 3.1.1, Parameter Object, name: "If in is "header" and the name field is '
        '"Accept", "Content-Type" or "Authorization", the parameter definition SHALL be '
        'ignored"'
    ),
    explanation=(
        "A header parameter of this name is ignored: it promises nothing, and generators that "
        "do not ignore it ask callers for it in every call."
    ),
    find=_find,
)
