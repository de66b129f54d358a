"""Lint rule ``undocumented-error-statuses``."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.document.openapi import documented_responses
from specproof.effective.lint.model import Hit, Rule
from specproof.effective.lint.security import secured
from specproof.effective.lint.subject import Subject, query
from specproof.model import JsonObject, Severity

__all__ = ["RULE"]


def _find(subject: Subject) -> Iterator[Hit]:
    for operation in subject.operations:
        responses = documented_responses(subject.document, operation)
        errors = {status: item for status, item in responses.items() if status[:1] in {"4", "5"}}
        enveloped = next((status for status, item in errors.items() if item.get("content")), None)
        if enveloped is None or "default" in responses:
            continue
        wanted = ["429", "5XX"]
        if secured(subject, operation):
            wanted.insert(0, "401")
        if "{" in operation.path:
            wanted.insert(-2, "404")
        missing = [status for status in wanted if not _covered(status, errors)]
        if missing:
            location = (*subject.location(operation), "responses")
            source = errors[enveloped]
            added: JsonObject = {
                status: {"description": f"Error {status}.", "content": source["content"]}
                for status in missing
            }
            yield Hit(
                location,
                f"{operation.id} documents {enveloped} but not {', '.join(missing)}",
                {"target": query(location), "update": added},
            )


def _covered(status: str, errors: dict[str, JsonObject]) -> bool:
    family = f"{status[0]}XX"
    if status == family:
        return any(known[:1] == status[0] for known in errors)
    return status in errors or family in errors


RULE = Rule(
    id="undocumented-error-statuses",
    severity=Severity.INFO,
    clause=(
        'OpenAPI 3.1.1, Responses Object: "documentation is expected to cover a '
        'successful operation response and any known errors"'
    ),
    explanation=(
        "Some errors of an operation are documented with a body, others that nearly every API "
        "gives are not, so a client meets them unprepared."
    ),
    find=_find,
)
