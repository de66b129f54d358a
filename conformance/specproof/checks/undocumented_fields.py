"""Bodies hold no fields that the contract does not describe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from specproof.checks.base import Check, View
from specproof.model import Blame, Json, Observation, Severity
from specproof.requirements.contract import OperationContract

__all__ = ["CHECK"]

RULE = "undocumented-fields"
_DEEPEST = 12
_COMBINING = frozenset(
    {
        "allOf",
        "anyOf",
        "oneOf",
        "if",
        "not",
        "$dynamicRef",
        "additionalProperties",
        "patternProperties",
        "unevaluatedProperties",
    }
)


def look(view: View) -> Iterator[Observation]:
    """Observe the names in a body against those of the schema; only ever for information."""
    documented = view.documented
    parses, body = view.parsed
    if documented is None or not parses or view.media_range is None:
        return
    schema = documented.content.get(view.media_range)
    places = sorted(set(_unknown(view.operation, schema, body, "", 0)))
    if places:
        # The names themselves come from the server and may hold anything.
        yield view.observe(
            RULE,
            view.requirement(documented.key, "schema"),
            f"fields that the contract does not describe at {', '.join(places[:5])}",
            severity=Severity.INFO,
            blame=Blame.PUBLISHED_SPEC,
        )


def _unknown(
    operation: OperationContract, schema: Json, value: Json, place: str, depth: int
) -> Iterator[str]:
    node = operation.compiler.resolve(schema)
    if depth > _DEEPEST or not isinstance(node, Mapping) or _COMBINING & set(node):
        return
    if isinstance(value, Mapping):
        properties = node.get("properties")
        if not isinstance(properties, Mapping):
            return
        if set(value) - set(properties):
            yield place or "the top"
        for name, item in value.items():
            if name in properties:
                yield from _unknown(
                    operation, properties[name], item, f"{place}/{name}".lstrip("/"), depth + 1
                )
    elif isinstance(value, list) and "items" in node:
        for item in value[:100]:
            yield from _unknown(operation, node["items"], item, f"{place}[]", depth + 1)


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
)
