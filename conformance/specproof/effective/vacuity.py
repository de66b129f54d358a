"""Whether a schema accepts everything, so that no response could ever break it."""

from __future__ import annotations

from specproof.document.references import resolve
from specproof.errors import LimitError
from specproof.model import Json, JsonObject

__all__ = ["vacuity"]

_LONGEST_REASON = 2000
_MOST_STEPS = 5_000

_ANNOTATIONS = frozenset(
    {
        "$anchor",
        "$comment",
        "$defs",
        "$id",
        "$schema",
        "default",
        "definitions",
        "deprecated",
        "description",
        "discriminator",
        "example",
        "examples",
        "externalDocs",
        "nullable",
        "readOnly",
        "title",
        "writeOnly",
        "xml",
    }
)
"""Keywords that describe and never refuse (JSON Schema 2020-12 validation, section 9; OAS 3.0.3
Schema Object; ``nullable`` only ever widens)."""


def vacuity(document: JsonObject, schema: Json) -> str | None:
    """Return why ``schema`` accepts any JSON value at all, or None if something can break it.

    ``{type: object}`` is not vacuous: a list breaks it. A missing schema (None), ``true``, ``{}``
    and a schema of nothing but annotations are.

    Args:
        document: the OpenAPI document, for references.
        schema: the Schema Object, or None where there is none.

    Raises:
        LimitError: schemas hold each other deeper or more often than any reader can follow.
    """
    try:
        return _Reading(document).vacuity(schema, frozenset())
    except RecursionError:
        raise _endless("a schema") from None


def _endless(what: str) -> LimitError:
    return LimitError(
        f"the schemas that {what} is made of hold each other so often that no reader ends",
        remedy="correct the description with an overlay action",
    )


class _Reading:
    """One look at a schema; what it has found out about a reference it does not look at again."""

    def __init__(self, document: JsonObject) -> None:
        self._document = document
        self._old = str(document.get("openapi", "")).startswith("3.0")
        # Reasons by reference. What was cut short where references lead in a circle is only
        # known to accept anything, never known to refuse.
        self._known: dict[str, str | None] = {}
        self._cut: set[str] = set()
        self._steps = 0

    def vacuity(self, schema: Json, above: frozenset[str]) -> str | None:
        if schema is None:
            return "no schema is given, so any body passes"
        if schema is True or schema == {}:
            return f"the schema is `{'{}' if schema == {} else 'true'}`, which accepts anything"
        if not isinstance(schema, dict):
            return None
        reference = schema.get("$ref")
        if isinstance(reference, str):
            return self._behind(schema, reference, above)
        for key, value in schema.items():
            described = key in _ANNOTATIONS or key.startswith("x-")
            if not described and not self._accepts_all(key, value, above):
                return None
        return "the schema has no keyword that could refuse a value"

    def _behind(self, schema: JsonObject, reference: str, above: frozenset[str]) -> str | None:
        reason = self._target(reference, above)
        # OAS 3.0.3, Reference Object: "any properties added SHALL be ignored"; 3.1 reads them.
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        read = bool(beside) and not self._old
        if reason is None or (read and self.vacuity(beside, above) is None):
            return None
        return f"{reference}: {reason}"[:_LONGEST_REASON]

    def _target(self, reference: str, above: frozenset[str]) -> str | None:
        if reference in above:
            self._cut.add(reference)
            return None
        if reference in self._known:
            return self._known[reference]
        self._steps += 1
        if self._steps > _MOST_STEPS:
            raise _endless(reference)
        target = resolve(self._document, {"$ref": reference})
        reason = self.vacuity(target, above | {reference})
        self._cut.discard(reference)
        if reason is not None or not self._cut & above:
            self._known[reference] = reason
        return reason

    def _accepts_all(self, key: str, value: Json, above: frozenset[str]) -> bool:
        """Return whether keyword ``key`` with ``value`` refuses nothing."""
        if key in {"minItems", "minLength", "minProperties"}:
            return value == 0
        if key == "required":
            return value == []
        parts: list[Json]
        if key in {"allOf", "anyOf"} and isinstance(value, list):
            parts = value
        elif key in {"properties", "patternProperties"} and isinstance(value, dict):
            parts = list(value.values())
        elif key in {"additionalProperties", "items", "unevaluatedProperties", "unevaluatedItems"}:
            parts = [value]
        else:
            return False
        verdicts = (self.vacuity(part, above) is not None for part in parts)
        return any(verdicts) if key == "anyOf" else all(verdicts)
