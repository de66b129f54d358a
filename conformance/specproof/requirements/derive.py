"""Effective spec and prose promises -> every requirement, each with its permanent id."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from specproof.document import canonical_json
from specproof.effective.vacuity import vacuity
from specproof.model import Json, Requirement, Source
from specproof.requirements.contract import (
    Contract,
    DocumentedHeader,
    DocumentedResponse,
    OperationContract,
)
from specproof.requirements.pagination import recognise
from specproof.requirements.promises import Promise

__all__ = [
    "HTTP_REQUIREMENTS",
    "PAGINATION_REQUIREMENTS",
    "derive",
    "header_what",
    "parameter_what",
    "slug",
]

HTTP_REQUIREMENTS: dict[str, str] = {
    "status-documented": "answers with no status that the contract does not list",
    "body-whole": "sends bodies framed and coded as its headers say (RFC 9112 6.3, RFC 9110 8.4)",
    "media-type-true": "sends bodies that are what their Content-Type says (RFC 9110 8.3)",
    "json-strict": "sends JSON without duplicate names, NaN or broken UTF-8 (RFC 8259 4, 6, 8.1)",
    "singleton-headers": "sends each header that holds one value once (RFC 9110 5.3)",
    "well-known-headers": "sends headers of HTTP as RFC 9110 writes them (5.6.7, 8.8.3, 10.2.3)",
    "refused-when-due": "refuses what names nothing, or somebody else's (RFC 9110 15.5)",
    "response-time": "answers within the time budget of the run",
    "redirects-stay": "leads to no other host (RFC 9110 15.4)",
}
"""What -> statement of the requirements that HTTP itself puts on every operation."""


PAGINATION_REQUIREMENTS: dict[str, str] = {
    "complete": "hands out every item of its list on one page, and comes to an end",
    "stable": "hands out the pages of its list in the same order each time",
}
"""What -> statement of the requirements on every operation whose contract documents pages."""


def derive(
    api: str,
    published: Contract,
    effective: Contract,
    promises: tuple[Promise, ...] = (),
) -> tuple[Requirement, ...]:
    """Return the requirements of one API, in the order of its document, ids unique.

    Published and overlay requirements stay apart: what the overlay tightens is a requirement
    of its own beside the published one, so that a report can say which of the two broke.

    Args:
        api: name of the API.
        published: contract as the vendor published it.
        effective: contract after the overlay.
        promises: what the vendor promises in prose.
    """
    found: list[Requirement] = []
    for operation in effective.operations.values():
        route = (operation.operation.method, operation.operation.path)
        ours = _Operation(api, operation, published.by_route.get(route), published, effective)
        found.extend(ours.requirements())
    found.extend(_promised(api, promise) for promise in promises)
    return _with_unique_ids(found)


def _promised(api: str, promise: Promise) -> Requirement:
    return Requirement(
        id=f"{api}/{promise.operation}/prose/{promise.id}",
        api=api,
        operation=promise.operation,
        where="prose",
        what=promise.id,
        source=Source.PROSE,
        statement=promise.statement,
        pointer=promise.pointer,
    )


def _with_unique_ids(found: list[Requirement]) -> tuple[Requirement, ...]:
    """Tell apart what differs in more than letters and digits, such as ``a_b`` and ``a-b``."""
    seen: dict[str, int] = {}
    unique: list[Requirement] = []
    for item in found:
        seen[item.id] = seen.get(item.id, 0) + 1
        count = seen[item.id]
        unique.append(item if count == 1 else replace(item, id=f"{item.id}-{count}"))
    return tuple(unique)


def header_what(name: str) -> str:
    """Return the last part of the id of a requirement about a response header."""
    return f"header-{slug(name)}"


def parameter_what(place: str, name: str) -> str:
    """Return the last part of the id of a requirement about a request parameter."""
    return f"{place}-{slug(name)}"


class _Operation:
    """Derives the requirements of one operation."""

    def __init__(
        self,
        api: str,
        effective: OperationContract,
        published: OperationContract | None,
        published_contract: Contract,
        effective_contract: Contract,
    ) -> None:
        self._api = api
        self._effective = effective
        self._published = published
        self._published_contract = published_contract
        self._effective_contract = effective_contract

    def requirements(self) -> Iterator[Requirement]:
        """Yield responses first, then the request, security and HTTP itself."""
        for key, response in self._effective.responses.items():
            before = None if self._published is None else self._published.responses.get(key)
            yield from self._response(key, response, before)
        yield from self._parameters()
        yield from self._security()
        yield from self._pagination()
        for what, statement in HTTP_REQUIREMENTS.items():
            yield self._make("http", what, Source.HTTP, f"{self._effective.id} {statement}", "")

    def _response(
        self, key: str, response: DocumentedResponse, before: DocumentedResponse | None
    ) -> Iterator[Requirement]:
        source = Source.OVERLAY if before is None else Source.SCHEMA
        at = response.pointer
        label = f"{self._effective.id} {key}"
        yield self._make(key, "status", source, f"{label} is answered when it is due", at, key)
        original = before if before is not None else response
        documented = tuple(original.content)
        yield self._make(
            key,
            "media-type",
            source,
            f"{label} has the media type {' or '.join(documented) or '(none is documented)'}",
            at,
            key,
            None if documented else "the contract documents no media type for this response",
        )
        contract = self._effective_contract if before is None else self._published_contract
        yield self._make(
            key,
            "schema",
            source,
            f"{label} has a body that keeps its schema",
            at,
            key,
            _schema_vacuity(contract, original),
        )
        if before is not None and self._tightened(before, response):
            yield self._make(
                key,
                "schema-overlay",
                Source.OVERLAY,
                f"{label} has a body that keeps its schema as our overlay corrects it",
                at,
                key,
                _schema_vacuity(self._effective_contract, response),
            )
        yield from self._headers(key, response, before)
        yield from self._meaning(key, response)

    def _meaning(self, key: str, response: DocumentedResponse) -> Iterator[Requirement]:
        """Yield what a status means whatever its schema says (RFC 9110 15)."""
        label, at = f"{self._effective.id} {key}", response.pointer
        error = key.upper()[:1] in {"4", "5"}
        # ``default`` may turn out to be either.
        if error or key.lower() == "default":
            yield self._make(
                key, "explained", Source.HTTP, f"{label} says in its body what went wrong", at, key
            )
            yield self._make(
                key,
                "discreet",
                Source.HTTP,
                f"{label} tells nothing of the server's inside",
                at,
                key,
            )
        if not error and response.content and "{" in self._effective.operation.path:
            yield self._make(
                key, "resource", Source.HTTP, f"{label} is about the resource asked for", at, key
            )
        if response.content:
            yield self._make(
                key,
                "honest",
                Source.HTTP,
                f"{label} has a body that agrees with its status",
                at,
                key,
            )

    def _headers(
        self, key: str, response: DocumentedResponse, before: DocumentedResponse | None
    ) -> Iterator[Requirement]:
        published = {} if before is None else {item.name.lower(): item for item in before.headers}
        for header in response.headers:
            known = published.get(header.name.lower())
            what = header_what(header.name)
            source = Source.OVERLAY if known is None else Source.SCHEMA
            base = header if known is None else known
            yield self._make(
                key,
                what,
                source,
                _header_statement(self._effective.id, key, base),
                header.pointer,
                key,
            )
            if known is not None and (known.required, known.schema) != (
                header.required,
                header.schema,
            ):
                tightened = _header_statement(self._effective.id, key, header)
                yield self._make(
                    key,
                    f"{what}-overlay",
                    Source.OVERLAY,
                    f"{tightened}, as our overlay corrects it",
                    header.pointer,
                    key,
                )

    def _parameters(self) -> Iterator[Requirement]:
        before = (
            {}
            if self._published is None
            else {(p.get("in"), p.get("name")): p for p in self._published.parameters}
        )
        for parameter in self._effective.parameters:
            place, name = str(parameter.get("in")), str(parameter.get("name"))
            schema = parameter.get("schema")
            known = before.get((place, name))
            changed = known is None or known.get("schema") != schema
            reason = _parameter_vacuity(place, parameter)
            yield self._make(
                "request",
                parameter_what(place, name),
                Source.OVERLAY if changed else Source.SCHEMA,
                f"{self._effective.id} refuses a {place} parameter {name} that breaks its schema",
                f"{self._effective.operation.pointer}/parameters",
                vacuous=reason,
            )

    def _security(self) -> Iterator[Requirement]:
        needed = [item for item in self._effective.security if item]
        # An empty object beside others makes security optional (OpenAPI 3.1, Security
        # Requirement Object), so refusing nobody keeps the contract.
        optional = len(needed) != len(self._effective.security)
        same = self._published is not None and self._published.security == self._effective.security
        for name in sorted({scheme for item in needed for scheme in item}):
            yield self._make(
                "security",
                slug(name),
                Source.SCHEMA if same else Source.OVERLAY,
                f"{self._effective.id} refuses requests without valid credentials of {name}",
                f"{self._effective.operation.pointer}/security",
                vacuous="the contract makes these credentials optional" if optional else None,
            )

    def _pagination(self) -> Iterator[Requirement]:
        if recognise(self._effective) is None:
            return
        same = self._published is not None and recognise(self._published) is not None
        source = Source.SCHEMA if same else Source.OVERLAY
        for what, statement in PAGINATION_REQUIREMENTS.items():
            at = self._effective.operation.pointer
            yield self._make("pagination", what, source, f"{self._effective.id} {statement}", at)

    def _tightened(self, before: DocumentedResponse, after: DocumentedResponse) -> bool:
        def dereferenced(contract: Contract, response: DocumentedResponse) -> bytes:
            return canonical_json(
                {
                    "content": dict(response.content),
                    "reach": _reach(contract, list(response.content.values())),
                }
            )

        return (
            dereferenced(self._published_contract, before)
            != dereferenced(self._effective_contract, after)
            or before.body_may_be != after.body_may_be
        )

    def _make(  # noqa: PLR0917 - a row of a table, read in its order
        self,
        where: str,
        what: str,
        source: Source,
        statement: str,
        pointer: str,
        status: str | None = None,
        vacuous: str | None = None,
    ) -> Requirement:
        return Requirement(
            id=f"{self._api}/{self._effective.id}/{where}/{what}",
            api=self._api,
            operation=self._effective.id,
            where=where,
            what=what,
            source=source,
            statement=statement,
            pointer=pointer or self._effective.operation.pointer,
            status=status,
            vacuous=vacuous,
        )


def _header_statement(operation: str, key: str, header: DocumentedHeader) -> str:
    force = "carries" if header.required else "carries, if at all,"
    return f"{operation} {key} {force} a {header.name} header that keeps its schema"


def _schema_vacuity(contract: Contract, response: DocumentedResponse) -> str | None:
    if not response.content:
        return "the contract says nothing of a body"
    reasons = [vacuity(contract.document, schema) for schema in response.content.values()]
    return reasons[0] if all(reasons) else None


def _parameter_vacuity(place: str, parameter: dict[str, Json]) -> str | None:
    schema = parameter.get("schema")
    if not isinstance(schema, dict) or not schema:
        return "the parameter has no schema that a value could break"
    narrowing = set(schema) - {"type", "description", "default", "example", "examples", "title"}
    narrowing = {key for key in narrowing if not key.startswith("x-")}
    # In a path, query or header everything arrives as text (OpenAPI 3.1, Style Values),
    # so a plain string refuses nothing.
    if schema.get("type") == "string" and not narrowing:
        return f"any text is a valid value of this {place} parameter"
    return None


def _reach(contract: Contract, roots: list[Json]) -> dict[str, Json]:
    """Return every component that ``roots`` refer to, directly or not, by reference."""
    found: dict[str, Json] = {}
    pending: list[Json] = list(roots)
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            reference = node.get("$ref")
            if isinstance(reference, str) and reference not in found:
                found[reference] = contract.resolve(node)
                pending.append(found[reference])
            pending.extend(node.values())
        elif isinstance(node, list):
            pending.extend(node)
    return found


def slug(name: str) -> str:
    """Return ``name`` in lower-case kebab form, fit for a part of an id."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "unnamed"
