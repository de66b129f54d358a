"""Bodies keep the schema as our overlay corrects it."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.checks.base import Check, View
from specproof.model import Observation

__all__ = ["CHECK"]

RULE = "effective-schema"


def look(view: View) -> Iterator[Observation]:
    """Observe the body against the effective schema where it differs from the published one."""
    documented = view.documented
    if documented is None or view.answered.broken is not None:
        return
    published = None if view.published is None else view.published.documented(view.answered.status)
    what = "schema" if published is None else "schema-overlay"
    requirement = view.requirement(documented.key, what)
    if view.body_excepted or not documented.content:
        yield view.observe(RULE, requirement, None)
        return
    parses, value = view.parsed
    if view.media_range is None or not parses:
        return
    validator = view.operation.body_validator(documented.key, view.media_range, formats=False)
    if validator is None or validator.valid(value):
        yield view.observe(RULE, requirement, None)
        return
    for violation in validator.violations(value):
        yield view.observe(RULE, requirement, str(violation))


CHECK = Check(
    id=RULE,
    title="bodies keep the schema as our overlay corrects it",
    explanation=(
        "The answer may keep what the vendor published and still break what we tightened, each"
        " with evidence, in the overlay. Either the vendor changed its behaviour or our"
        " correction is wrong: read the reason of the overlay action first."
    ),
    clause="OpenAPI Overlay 1.1; the reason and evidence of the overlay action",
    look=look,
)
