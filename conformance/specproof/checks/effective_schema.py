"""Bodies keep the schema as our overlay corrects it."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.checks.base import Check, Echo, View, match_media, texts_unread
from specproof.model import Json, Observation

__all__ = ["CHECK"]

RULE = "effective-schema"


def look(view: View) -> Iterator[Observation]:
    """Observe the body against the effective schema where it differs from the published one."""
    documented = view.documented
    if documented is None or view.answered.broken is not None:
        return
    published = view.published_response
    what = "schema" if published is None else "schema-overlay"
    requirement = view.requirement(documented.key, what)
    if view.body_excepted or not documented.content:
        yield view.observe(RULE, requirement, None)
        return
    parses, value = view.parsed
    if view.media_range is None or not parses:
        if published is not None and not published.content:
            # The published spec says nothing of a body, so no other check looks at it.
            wanted = " or ".join(documented.content)
            yield view.observe(RULE, requirement, f"the body is no {wanted}, which is promised")
        return
    validator = view.operation.body_validator(documented.key, view.media_range, formats=False)
    if validator is None or validator.valid(value):
        yield view.observe(RULE, requirement, None)
        return
    known = _published_problems(view, value)
    for problem in map(str, validator.violations(value)):
        # What the published schema says already is not our overlay's to say again.
        if problem not in known:
            yield view.observe(RULE, requirement, problem)


def _published_problems(view: View, value: Json) -> frozenset[str]:
    if view.published is None:
        return frozenset()
    documented = view.published.documented(view.answered.status)
    media = None if documented is None else match_media(tuple(documented.content), view.media)
    if documented is None or media is None:
        return frozenset()
    validator = view.published.body_validator(documented.key, media, formats=False)
    found = () if validator is None else validator.violations(value)
    return frozenset(map(str, found))


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
    response_only=True,
    echo=Echo(unread=texts_unread),
)
