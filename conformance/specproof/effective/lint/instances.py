"""Whether an instance keeps a Schema Object of an OpenAPI document."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import jsonschema_rs

from specproof.effective.ledger import clone
from specproof.effective.queries import Location, pointer
from specproof.model import Json, JsonObject
from specproof.text import one_line

__all__ = ["Instances"]

_DOCUMENT = "urn:specproof:document"


class Instances:
    """The schemas of one document, ready to judge instances; nothing is ever fetched.

    Schema Objects of OpenAPI 3.1 are JSON Schema 2020-12; those of 3.0 are close to draft 4
    with ``nullable`` (OAS 3.0.3, Schema Object).

    Args:
        version: ``3.0`` or ``3.1``.
    """

    def __init__(self, document: JsonObject, version: str) -> None:
        old = version == "3.0"
        readable = _without_nullable(clone(document)) if old else document
        self._factory = jsonschema_rs.Draft4Validator if old else jsonschema_rs.Draft202012Validator
        self._registry = jsonschema_rs.Registry(
            [(_DOCUMENT, readable)],
            draft=jsonschema_rs.Draft4 if old else jsonschema_rs.Draft202012,
        )

    def problem(self, schema: Location, instance: Json) -> str | None:
        """Return why ``instance`` breaks the schema at ``schema``, or None.

        None as well where the schema itself is broken, which is another rule's finding.
        """
        try:
            validator = self._factory(
                {"$ref": f"{_DOCUMENT}#{quote(pointer(schema))}"},
                registry=self._registry,
                validate_formats=True,
                offline=True,
            )
            error = next(iter(validator.iter_errors(instance)), None)
        except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError):
            return None
        if error is None:
            return None
        place = pointer(tuple(error.instance_path))
        return f"the example breaks its schema{f' at {place}' if place else ''}: " + one_line(
            error.message
        )


def _without_nullable(node: Any) -> Any:
    """Say ``nullable: true`` in the words of JSON Schema, all through ``node``, in place."""
    stack = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            stack.extend(item)
        elif isinstance(item, dict):
            if item.get("nullable") is True and isinstance(item.get("type"), str):
                item["type"] = [item["type"], "null"]
                if isinstance(item.get("enum"), list) and None not in item["enum"]:
                    item["enum"] = [*item["enum"], None]
            stack.extend(item.values())
    return node
