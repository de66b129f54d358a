"""Bodies hold no fields that the contract does not describe."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.checks.base import Check, Echo, View
from specproof.document.schemas import Outline
from specproof.model import Blame, Json, Observation, Severity

__all__ = ["CHECK"]

RULE = "undocumented-fields"
_DEEPEST = 12


def look(view: View) -> Iterator[Observation]:
    """Observe the names in a body against those of the schema; only ever for information."""
    documented = view.documented
    parses, body = view.parsed
    if documented is None or not parses or view.media_range is None:
        return
    schema = documented.content.get(view.media_range)
    places = sorted(set(_unknown(view.operation.compiler.outline(schema), body, "", 0)))
    if places:
        # The names themselves come from the server and may hold anything.
        yield view.observe(
            RULE,
            view.requirement(documented.key, "schema"),
            f"fields that the contract does not describe at {', '.join(places[:5])}",
            severity=Severity.INFO,
            blame=Blame.PUBLISHED_SPEC,
        )


def _unknown(outline: Outline, value: Json, place: str, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        names = outline.names
        if names is None:
            return
        if not value.keys() <= names:
            yield place or "the top"
        for name, item in value.items():
            if isinstance(item, dict | list) and name in names:
                below = f"{place}/{name}".lstrip("/")
                yield from _unknown(outline.member(name), item, below, depth + 1)
    elif isinstance(value, list) and (items := outline.items) is not None:
        for item in value[:100]:
            yield from _unknown(items, item, f"{place}[]", depth + 1)


CHECK = Check(
    id=RULE,
    title="bodies hold no undocumented fields",
    explanation=(
        "Servers may add fields at any time, so this breaks nothing. It is often the first sign"
        " of the next version of the contract."
    ),
    clause="JSON Schema 2020-12 10.3.2.3: unknown properties are allowed by default",
    look=look,
    response_only=True,
    echo=Echo(),
)
