"""Lint rule ``response-content-empty``."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.effective.lint.model import Hit, Rule
from specproof.effective.lint.subject import Kind, Subject, query
from specproof.effective.queries import Location
from specproof.model import Severity

__all__ = ["RULE"]


def _find(subject: Subject) -> Iterator[Hit]:
    for location, response in subject.of(Kind.RESPONSE):
        if response.get("content") == {}:
            place = (*location, "content")
            source = _described(subject, location)
            yield Hit(
                place,
                f"the content of response {location[-1]} is empty, so any body passes",
                {"target": query(place), "copy": query(source)} if source else None,
            )


def _described(subject: Subject, location: Location) -> Location | None:
    """Return the content of another error of the same operation, the likely envelope."""
    if str(location[-1])[:1] not in {"4", "5"}:
        return None
    for other, response in subject.of(Kind.RESPONSE):
        if (
            other[:-1] == location[:-1]
            and str(other[-1])[:1] in {"4", "5"}
            and response.get("content")
        ):
            return (*other, "content")
    return None


RULE = Rule(
    id="response-content-empty",
    severity=Severity.WARNING,
    clause=(
        'OpenAPI 3.1.1, Response Object, content: "A map containing descriptions of potential '
        'response payloads"'
    ),
    explanation=(
        "The content of a response is an empty map: it does not say that there is no body and "
        "describes none either, so any body passes and a pass says nothing."
    ),
    find=_find,
)
