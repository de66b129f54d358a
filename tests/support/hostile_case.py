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
    "gathered",
    "operation",
    "schema_case",
    "schema_spec",
    "spec",
]

URL, HOST, FILE, FIFO = "@URL@", "@HOST@", "@FILE@", "@FIFO@"
"""Stand for the listener's address, the canary file and the FIFO of the test that runs."""

_SHARED = frozenset({"components", "info", "openapi", "paths"})
OWN = "__import__('os').mkdir('OWNED')"
"""Python that leaves a trace, for the audit hook and on disk."""


@dataclass(frozen=True, slots=True)
class HostileCase:
    """One document.

    Attributes:
        id: unique, kebab-case.
        attacks: what it tries, one clause.
        document: bytes, or a value that is written as JSON.
        refused: a part of the line that refuses it or names what is left out or ignored; None
            where all of it is generated.
        suffix: of the file name.
    """

    id: str
    attacks: str
    document: Any
    refused: str | None = None
    suffix: str = ".yaml"

    def data(self, places: dict[str, str]) -> bytes:
        """Return the bytes, with ``URL`` and the others replaced as ``places`` says."""
        data = self.document
        if not isinstance(data, bytes):
            data = json.dumps(data).encode()
        for mark, value in places.items():
            data = data.replace(mark.encode(), value.encode())
        return bytes(data)

    def value(self, places: dict[str, str]) -> dict[str, Any]:
        """Return what is in the file; nothing where its bytes are the attack."""
        if isinstance(self.document, bytes):
            return {}
        value: dict[str, Any] = json.loads(self.data(places))
        return value


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


def gathered(listed: Iterable[HostileCase], size: int = 8) -> list[HostileCase]:
    """Put cases that are generated whole into shared documents, so that fewer are formatted.

    Each keeps a path, an operation and schemas of its own; what is about the whole document, or
    shares a name with another case, stays alone.
    """
    alone: list[HostileCase] = []
    groups: list[tuple[dict[str, Any], list[HostileCase]]] = []
    for number, case in enumerate(listed):
        part = _renamed(case, number)
        if part is None:
            alone.append(case)
            continue
        schemas = part.get("components", {}).get("schemas", {})
        for whole, members in groups:
            taken = whole["components"]["schemas"]
            if len(members) < size and not taken.keys() & schemas.keys():
                whole["paths"] |= part["paths"]
                taken |= schemas
                members.append(case)
                break
        else:
            part["components"] = {"schemas": schemas}
            groups.append((part, [case]))
    return [
        *alone,
        *(
            HostileCase(
                f"{members[0].id}-and-{len(members) - 1}-more",
                "; ".join(f"{case.id}: {case.attacks}" for case in members),
                whole,
            )
            for whole, members in groups
        ),
    ]


def _renamed(case: HostileCase, number: int) -> dict[str, Any] | None:
    document = case.document
    if isinstance(document, bytes) or case.refused is not None or set(document) - _SHARED:
        return None
    if set(document.get("components", {})) - {"schemas"} or set(document["paths"]) != {"/things"}:
        return None
    if document["info"] != spec()["info"]:
        return None
    text = json.dumps(document)
    for old in ('"/things"', '"doIt"', '"Thing"', '/Thing"', '"Holder"', '/Holder"'):
        text = text.replace(old, f'{old[:-1]}{number}"')
    renamed: dict[str, Any] = json.loads(text)
    return renamed
