"""What a lint rule is and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from specproof.effective.lint.subject import Subject
from specproof.effective.queries import Location
from specproof.model import JsonObject, Severity

__all__ = ["Hit", "LintFinding", "Rule"]


@dataclass(frozen=True, slots=True)
class Hit:
    """One place that a rule objects to.

    Attributes:
        mend: an overlay action without reason and evidence that removes the objection, or None.
    """

    location: Location
    message: str
    mend: JsonObject | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One lint rule.

    Attributes:
        id: permanent, kebab-case, the name of its module with hyphens.
        clause: the part of a specification that it rests on.
        explanation: what is wrong and what follows from it, two sentences or so.
        find: looks at one document; yields hits in the order of the document.
    """

    id: str
    severity: Severity
    clause: str
    explanation: str
    find: Callable[[Subject], Iterator[Hit]]


@dataclass(frozen=True, slots=True)
class LintFinding:
    """One hit with what its rule says of all of them.

    Attributes:
        pointer: JSON Pointer into the document that was looked at.
    """

    rule: str
    severity: Severity
    pointer: str
    message: str
    clause: str
    mend: JsonObject | None
