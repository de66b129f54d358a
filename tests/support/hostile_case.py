"""What a hostile document is, and small builders for them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

__all__ = [
    "FIFO",
    "FILE",
    "HOST",
    "OWN",
    "URL",
    "HostileCase",
    "cases",
    "operation",
    "schema_case",
    "schema_spec",
    "spec",
]

URL, HOST, FILE, FIFO = "@URL@", "@HOST@", "@FILE@", "@FIFO@"
"""Stand for the listener's address, the canary file and the FIFO of the test that runs."""

OWN = "__import__('os').mkdir('OWNED')"
"""Python that leaves a trace, for the audit hook and on disk."""


@dataclass(frozen=True, slots=True)
class HostileCase:
    """One document.

    Attributes:
        id: unique, kebab-case.
        attacks: what it tries, one clause.
        document: bytes, or a value that is written as JSON.
        refused: a part of the sentence that refuses it; None where a client is generated.
        suffix: of the file name.
        package: how the file is named, for attacks through its name.
        calls: operations (``METHOD /path``) that the client must have or name as left out;
            None: as many as the document has in plain sight.
    """

    id: str
    attacks: str
    document: Any
    refused: str | None = None
    suffix: str = ".yaml"
    calls: tuple[str, ...] | None = None

    def data(self, places: dict[str, str]) -> bytes:
        """Return the bytes, with ``URL`` and the others replaced as ``places`` says."""
        data = self.document
        if not isinstance(data, bytes):
            data = json.dumps(data).encode()
        for mark, value in places.items():
            data = data.replace(mark.encode(), value.encode())
        return bytes(data)


def operation(**fields: Any) -> dict[str, Any]:
    """Return an Operation Object that answers 204."""
    return {"operationId": "doIt", "responses": {"204": {"description": "Done."}}, **fields}


def spec(paths: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """Return a small OpenAPI 3.1 description with one operation, or with ``paths``."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Hostile", "version": "1"},
        "paths": {"/things": {"get": operation()}} if paths is None else paths,
        **fields,
    }


def schema_spec(schema: Any, version: str = "3.1.0", **schemas: Any) -> dict[str, Any]:
    """Return a description that sends and answers the component ``Thing``, which is ``schema``."""
    body = {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}
    return spec(
        {
            "/things": {
                "post": operation(
                    requestBody={"content": body},
                    responses={"200": {"description": "Done.", "content": body}},
                )
            }
        },
        openapi=version,
        components={"schemas": {"Thing": schema, **schemas}},
    )


def schema_case(
    name: str, attacks: str, schema: Any, refused: str | None = None, **schemas: Any
) -> HostileCase:
    """Return a case of ``schema_spec``."""
    return HostileCase(name, attacks, schema_spec(schema, **schemas), refused)


def cases(*groups: Iterable[HostileCase]) -> tuple[HostileCase, ...]:
    """Return the cases of ``groups``; no two may have one id."""
    found = [case for group in groups for case in group]
    assert len({case.id for case in found}) == len(found)
    return tuple(found)
