"""Lint rule ``string-without-format``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from specproof.effective.lint.model import Hit, Rule
from specproof.effective.lint.subject import Kind, Subject, query
from specproof.model import JsonObject, Severity

__all__ = ["RULE"]

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_DATE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME_NAME = re.compile(r"(?:[a-z]At|_at|[a-z]DateTime|_datetime|[Tt]imestamp)$")


def _find(subject: Subject) -> Iterator[Hit]:
    owners = {(*location, "schema"): owner for location, owner in subject.of(Kind.PARAMETER)}
    for location, schema in subject.of(Kind.SCHEMA):
        if schema.get("type") != "string" or any(
            keyword in schema for keyword in ("format", "enum", "const", "pattern")
        ):
            continue
        # The schema of a parameter is named and described by the parameter.
        owner = owners.get(location, {})
        name = str(owner.get("name", location[-1]))
        found = _format(name, {**owner, **schema})
        if found:
            yield Hit(
                location,
                f"{name!r} looks like a {found} and has no format",
                {"target": query(location), "update": {"format": found}},
            )


def _format(name: str, described: JsonObject) -> str | None:
    listed = described.get("examples")
    first = listed[0] if isinstance(listed, list) and listed else None
    example = described.get("example", first)
    if isinstance(example, str):
        shapes = (("uuid", _UUID), ("date-time", _DATE_TIME), ("date", _DATE))
        shaped = next((known for known, shape in shapes if shape.fullmatch(example)), None)
        if shaped:
            return shaped
    if "UUID" in f"{example} {described.get('description')}":
        return "uuid"
    return "date-time" if example is None and _TIME_NAME.search(name) else None


RULE = Rule(
    id="string-without-format",
    severity=Severity.INFO,
    clause="JSON Schema Validation 2020-12, 7.3: date-time (RFC 3339), uuid (RFC 4122)",
    explanation=(
        "By its name and example a string is a timestamp or a UUID, but no format says so, so "
        "any text keeps the contract."
    ),
    find=_find,
)
