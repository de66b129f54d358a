"""Bodies keep the schema that the vendor published."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.checks.base import Check, Echo, View, match_media, texts_unread
from specproof.model import Observation

__all__ = ["CHECK"]

RULE = "published-schema"


def look(view: View) -> Iterator[Observation]:
    """Observe the body against the published schema, formats apart."""
    if view.published is None or view.documented is None or view.body_excepted:
        return
    documented = view.published_response
    if documented is None or view.answered.broken is not None:
        return
    requirement = view.requirement(view.documented.key, "schema")
    if not documented.content:
        yield view.observe(RULE, requirement, None)
        return
    media = match_media(tuple(documented.content), view.media)
    parses, value = view.parsed
    if media is None or not parses:
        return
    validator = view.published.body_validator(documented.key, media, formats=False)
    if validator is None or validator.valid(value):
        yield view.observe(RULE, requirement, None)
        return
    for violation in validator.violations(value):
        yield view.observe(RULE, requirement, str(violation))


CHECK = Check(
    id=RULE,
    title="bodies keep the published schema",
    explanation=(
        "The vendor's own published contract is broken: a typed client built from it raises or"
        " hands on data of another type than its annotations say. Show the vendor the exchange."
    ),
    clause="OpenAPI 3.1, Media Type Object: schema; JSON Schema 2020-12",
    look=look,
    response_only=True,
    echo=Echo(unread=texts_unread),
)
