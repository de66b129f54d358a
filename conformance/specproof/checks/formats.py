"""Strings with a documented format are what the format says."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.checks.base import Check, Echo, View
from specproof.model import Observation
from specproof.requirements.contract import OperationContract

__all__ = ["CHECK"]

RULE = "formats"


def look(view: View) -> Iterator[Observation]:
    """Observe ``format``, published and corrected apart."""
    documented = view.documented
    parses, value = view.parsed
    if documented is None or not parses or view.media_range is None or view.body_excepted:
        return
    published = view.published
    known = view.published_response
    seen: set[str] = set()
    if published is not None and known is not None and view.media_range in known.content:
        for problem in _problems(published, known.key, view.media_range, value):
            seen.add(problem)
            yield view.observe(RULE, view.requirement(documented.key, "schema"), problem)
    what = "schema" if known is None else "schema-overlay"
    for problem in _problems(view.operation, documented.key, view.media_range, value):
        if problem not in seen:
            yield view.observe(RULE, view.requirement(documented.key, what), problem)


def _problems(operation: OperationContract, key: str, media: str, value: object) -> Iterator[str]:
    if not operation.asserts_formats(key, media):
        return
    validator = operation.body_validator(key, media, formats=True)
    if validator is None or validator.valid(value):  # type: ignore[arg-type]  # parsed JSON
        return
    for violation in validator.violations(value):  # type: ignore[arg-type]  # parsed JSON
        if violation.keyword == "format":
            yield str(violation)


def _unread(view: View) -> bool:
    """Return whether no schema that is looked at here speaks of a format."""
    rows = ((view.operation, view.documented), (view.published, view.published_response))
    return not any(
        operation.asserts_formats(row.key, media)
        for operation, row in rows
        if operation is not None and row is not None
        for media in row.content
    )


CHECK = Check(
    id=RULE,
    title="strings with a documented format are valid in it",
    explanation=(
        "Generated clients turn `date-time` and `uuid` into types of the language and raise when"
        " the text is something else; by default JSON Schema validators do not look at formats."
    ),
    clause="OpenAPI 3.1, Data Types; JSON Schema 2020-12 validation 7.3",
    look=look,
    response_only=True,
    echo=Echo(unread=_unread),
)
