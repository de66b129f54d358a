"""What the JSON Schemas of OpenAPI and openapi-spec-validator refuse in a document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from specproof.document.openapi import version
from specproof.effective.queries import Location
from specproof.model import JsonObject
from specproof.text import one_line

__all__ = ["Violation", "violations"]


@dataclass(frozen=True, slots=True)
class Violation:
    """One place where a document is not valid OpenAPI."""

    location: Location
    message: str


def violations(document: JsonObject) -> list[Violation]:
    """Return what is wrong with ``document`` as an OpenAPI 3.0 or 3.1 document.

    Raises:
        InputError: it is of another version.
    """
    from openapi_spec_validator import (  # noqa: PLC0415 - takes half a second; a run needs none
        OpenAPIV30SpecValidator,
        OpenAPIV31SpecValidator,
    )

    kind = version(document, name="the document")
    factory = OpenAPIV30SpecValidator if kind == "3.0" else OpenAPIV31SpecValidator
    validator = factory(cast("dict[str, Any]", document))
    found: dict[Violation, None] = {}
    try:
        # The second stage walks a document whose shape the first has found to be right.
        errors = list(validator.schema_validator.iter_errors(document)) or list(
            validator.iter_errors()
        )
    except (AttributeError, LookupError, TypeError, ValueError):
        # The shape of what a reference leads to is not looked at by the first stage, and the
        # library does not expect another kind of object there.
        return [Violation((), "a reference leads to an object of another kind")]
    for error in errors:
        # The lines after the first repeat the instance and the schema, which may be long.
        message = one_line(error.message.partition("\n")[0])
        found[Violation(tuple(error.absolute_path), message)] = None
    return list(found)
