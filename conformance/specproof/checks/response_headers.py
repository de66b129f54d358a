"""Documented response headers are there and keep their schema."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.checks.base import Check, View
from specproof.document.schemas import Validator
from specproof.model import Json, Observation
from specproof.requirements.contract import DocumentedHeader, OperationContract
from specproof.requirements.derive import header_what

__all__ = ["CHECK"]

RULE = "response-headers"


def look(view: View) -> Iterator[Observation]:
    """Observe presence and value of each documented header, published and corrected apart."""
    documented = view.documented
    if documented is None or not view.headers_known:
        return
    before = view.published_response
    known = {} if before is None else {item.name.lower(): item for item in before.headers}
    for header in documented.headers:
        what = header_what(header.name)
        original = known.get(header.name.lower())
        if original is not None and view.published is not None and before is not None:
            yield from _observe(view, view.published, before.key, original, what)
            if (original.required, original.schema) == (header.required, header.schema):
                continue
            what = f"{what}-overlay"
        yield from _observe(view, view.operation, documented.key, header, what)


def _observe(
    view: View, operation: OperationContract, key: str, header: DocumentedHeader, what: str
) -> Iterator[Observation]:
    documented = view.documented
    requirement = view.requirement(key if documented is None else documented.key, what)
    values = view.answered.all_headers(header.name)
    if not values:
        if header.required:
            yield view.observe(RULE, requirement, f"the required header {header.name} is missing")
        return
    validator = operation.header_validator(key, header)
    for value in values:
        problem = _problem(header, validator, value.strip(" \t"))
        yield view.observe(RULE, requirement, problem)


def _problem(header: DocumentedHeader, validator: Validator, text: str) -> str | None:
    for candidate in _readings(header.schema, text):
        if validator.valid(candidate):
            return None
    violations = validator.violations(_readings(header.schema, text)[0])
    reason = violations[0].problem if violations else "is not valid"
    return f"the header {header.name} {reason}"


def _readings(schema: Json, text: str) -> tuple[Json, ...]:
    """Return the JSON values that a header's text may stand for (OpenAPI 3.1, style simple)."""
    kinds = schema.get("type") if isinstance(schema, dict) else None
    wanted = [kinds] if isinstance(kinds, str) else kinds if isinstance(kinds, list) else []
    readings: list[Json] = []
    # ASCII digits alone: int() also takes signs, blanks, underscores and other scripts' digits.
    if {"integer", "number"} & set(map(str, wanted)) and text.isascii():
        digits = text.removeprefix("-")
        if digits.isdigit() and len(digits) <= 18:  # noqa: PLR2004 - fits 64 bits
            readings.append(int(text))
        elif "number" in wanted and digits.replace(".", "", 1).isdigit():
            readings.append(float(text))
    if "boolean" in wanted and text in {"true", "false"}:
        readings.append(text == "true")
    if "array" in wanted:
        readings.append([part.strip() for part in text.split(",")])
    readings.append(text)
    return tuple(readings)


CHECK = Check(
    id=RULE,
    title="documented response headers are present where required and keep their schema",
    explanation=(
        "Callers act on these headers: without a readable `Retry-After` a client backs off too"
        " little and is throttled again, or too much and looks dead."
    ),
    clause="OpenAPI 3.1, Header Object: required, schema, style simple; RFC 9110 10.2.3",
    look=look,
    response_only=True,
    body_unread=True,
)
