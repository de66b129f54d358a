"""Lint rule ``schema-accepts-anything``."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.effective.lint.bodies import json_media_type
from specproof.effective.lint.model import Hit, Rule
from specproof.effective.lint.subject import Kind, Subject
from specproof.effective.vacuity import vacuity
from specproof.model import Severity

__all__ = ["RULE"]


def _find(subject: Subject) -> Iterator[Hit]:
    for location, media in subject.of(Kind.MEDIA_TYPE):
        if not json_media_type(str(location[-1])):
            continue
        reason = vacuity(subject.document, media.get("schema"))
        if reason is not None:
            yield Hit((*location, "schema") if "schema" in media else location, reason)


RULE = Rule(
    id="schema-accepts-anything",
    severity=Severity.WARNING,
    clause="JSON Schema Core 2020-12, 4.3.2: `true` and `{}` accept every value",
    explanation=(
        "The schema of a body accepts anything, so no body could break the contract and a "
        "pass says nothing."
    ),
    find=_find,
)
