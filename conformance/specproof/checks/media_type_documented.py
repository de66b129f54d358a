"""The media type of a body is one that the contract lists for its response."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.checks.base import Check, View, match_media
from specproof.model import Observation

__all__ = ["CHECK"]

RULE = "media-type-documented"


def look(view: View) -> Iterator[Observation]:
    """Observe Content-Type against the documented media ranges."""
    documented = view.documented
    if documented is None or view.answered.broken is not None:
        return
    published = view.published_response
    base = documented if published is None else published
    requirement = view.requirement(documented.key, "media-type")
    if not base.content:
        # Nothing is promised, so anything keeps it; the requirement is vacuous.
        yield view.observe(RULE, requirement, None)
        return
    if view.body_excepted:
        return
    if not view.answered.body:
        problem: str | None = "the body is empty where the contract documents one"
    elif not view.media:
        problem = "there is no Content-Type"
    elif match_media(tuple(base.content), view.media) is None:
        wanted = " or ".join(base.content)
        problem = f"Content-Type is {view.media_shown} where {wanted} is promised"
    else:
        problem = None
    yield view.observe(RULE, requirement, problem)


CHECK = Check(
    id=RULE,
    title="the media type of a body is documented for its response",
    explanation=(
        "Clients choose their parser by the documented media type; another one makes them fail"
        " to decode the body or to drop it, error details included."
    ),
    clause="OpenAPI 3.1, Response Object: content; RFC 9110 8.3",
    look=look,
    response_only=True,
    body_unread=True,
)
