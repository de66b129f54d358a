"""The contract of one API as checks want it: operations, responses, compiled validators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import cast

from specproof.document.openapi import (
    Operation,
    documented_responses,
    operations,
    parameters,
    version,
)
from specproof.document.references import resolve
from specproof.document.schemas import SchemaCompiler, Validator
from specproof.effective import EffectiveSpec
from specproof.model import Json, JsonObject
from specproof.requirements.statuses import match_status

__all__ = [
    "BODY_EXCEPTION",
    "Contract",
    "DocumentedHeader",
    "DocumentedResponse",
    "OperationContract",
]

BODY_EXCEPTION = "x-specproof-body-may-be"
"""Extension of a Response Object: bodies that may come, ``empty``, ``non-json`` or ``any``."""


@dataclass(frozen=True, slots=True)
class DocumentedHeader:
    """A response header that the spec describes (OpenAPI 3.1, Header Object)."""

    name: str
    required: bool
    schema: Json
    pointer: str


@dataclass(frozen=True, slots=True)
class DocumentedResponse:
    """One row of an operation's Responses Object.

    Attributes:
        key: ``200``, ``4XX`` or ``default``.
        content: media range -> schema, None where a media type has no schema; an empty
            mapping where the response says nothing of a body.
        body_may_be: exceptions that the overlay makes: ``empty``, ``non-json``, ``any``.
    """

    key: str
    pointer: str
    content: Mapping[str, Json]
    headers: tuple[DocumentedHeader, ...]
    body_may_be: frozenset[str]


@dataclass(frozen=True)
class OperationContract:
    """One operation of a document with everything that its answers promise."""

    operation: Operation
    responses: Mapping[str, DocumentedResponse]
    parameters: tuple[JsonObject, ...]
    security: tuple[Mapping[str, Json], ...]
    compiler: SchemaCompiler
    _validators: dict[tuple[str, str, bool], Validator | None] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Operation id of the effective spec."""
        return self.operation.id

    @cached_property
    def header_names(self) -> frozenset[str]:
        """Names of the response headers that are documented, in lower case."""
        return frozenset(
            header.name.lower() for row in self.responses.values() for header in row.headers
        )

    def documented(self, status: int) -> DocumentedResponse | None:
        """Return the documented response that governs ``status``, or None."""
        key = match_status(tuple(self.responses), status)
        return None if key is None else self.responses[key]

    def body_validator(self, key: str, media: str, *, formats: bool) -> Validator | None:
        """Return the compiled schema of one documented body, or None where it has none."""
        place = (key, media, formats)
        if place not in self._validators:
            schema = self.responses[key].content.get(media)
            self._validators[place] = (
                None if schema is None else self.compiler.compile(schema, formats=formats)
            )
        return self._validators[place]

    def asserts_formats(self, key: str, media: str) -> bool:
        """Return whether the schema of one documented body asserts any ``format``."""
        schema = self.responses[key].content.get(media)
        return schema is not None and self.compiler.mentions("format", schema)

    def reads_texts(self, key: str) -> bool:
        """Return whether a schema of one documented response may tell texts apart.

        Formats are not among it; see ``SchemaCompiler.reads_texts``.
        """
        return any(
            schema is not None and self.compiler.reads_texts(schema)
            for schema in self.responses[key].content.values()
        )

    def header_validator(self, key: str, header: DocumentedHeader) -> Validator:
        """Return the compiled schema of one documented header, formats asserted."""
        place = (key, f"header {header.name}", True)
        found = self._validators.get(place)
        if found is None:
            found = self.compiler.compile(header.schema, formats=True)
            self._validators[place] = found
        return found


class Contract:
    """Every operation of one document, published or effective.

    Args:
        document: the OpenAPI document.
        name: file name for messages.
    """

    def __init__(self, document: JsonObject, *, name: str) -> None:
        self.document = document
        self.name = name
        openapi = version(document, name=name)
        self._compiler = SchemaCompiler(document, name=name, openapi=openapi)

    @classmethod
    def pair(cls, spec: EffectiveSpec, name: str) -> tuple[Contract, Contract]:
        """Return the published and the effective contract of one API."""
        published = cls(spec.published, name=f"{name} published.yaml")
        return published, cls(spec.effective, name=f"{name} effective.yaml")

    @cached_property
    def operations(self) -> Mapping[str, OperationContract]:
        """Operation id -> its contract, in the order of the document."""
        return {item.id: self._operation(item) for item in operations(self.document)}

    @cached_property
    def by_route(self) -> Mapping[tuple[str, str], OperationContract]:
        """``(METHOD, path template)`` -> contract; ids may be renamed by an overlay."""
        return {
            (item.operation.method, item.operation.path): item for item in self.operations.values()
        }

    @cached_property
    def words(self) -> frozenset[str]:
        """Every name and every text in the document."""
        found: set[str] = set()
        pending: list[Json] = [self.document]
        while pending:
            node = pending.pop()
            if isinstance(node, str):
                found.add(node)
            elif isinstance(node, Mapping):
                found.update(node)
                pending.extend(node.values())
            elif isinstance(node, Sequence):
                pending.extend(node)
        return frozenset(found)

    def resolve(self, node: Json) -> Json:
        """Return what ``node`` refers to inside the document, or ``node`` itself."""
        return resolve(self.document, node)

    def default_security(self) -> tuple[Mapping[str, Json], ...]:
        """Return the security requirements of the first operation that has any."""
        found = (item.security for item in self.operations.values() if any(item.security))
        return next(found, ())

    def security_schemes(self) -> Mapping[str, JsonObject]:
        """Return ``components.securitySchemes`` with references resolved."""
        components = self.document.get("components")
        schemes = components.get("securitySchemes") if isinstance(components, Mapping) else None
        if not isinstance(schemes, Mapping):
            return {}
        return {name: self._object(node) for name, node in schemes.items()}

    def _operation(self, operation: Operation) -> OperationContract:
        responses = {
            key: self._response(key, node, f"{operation.pointer}/responses/{key}")
            for key, node in documented_responses(self.document, operation).items()
        }
        security = operation.node.get("security", self.document.get("security", ()))
        return OperationContract(
            operation=operation,
            responses=responses,
            parameters=tuple(parameters(self.document, operation)),
            security=tuple(
                item
                for item in (security if isinstance(security, list) else ())
                if isinstance(item, Mapping)
            ),
            compiler=self._compiler,
        )

    def _response(self, key: str, node: Mapping[str, Json], pointer: str) -> DocumentedResponse:
        content = node.get("content")
        headers = node.get("headers")
        allowed = node.get(BODY_EXCEPTION)
        return DocumentedResponse(
            key=key,
            pointer=pointer,
            content={
                media: self._object(item).get("schema")
                for media, item in (content.items() if isinstance(content, Mapping) else ())
            },
            headers=tuple(
                self._header(name, self._object(item), f"{pointer}/headers/{name}")
                for name, item in (headers.items() if isinstance(headers, Mapping) else ())
                # OpenAPI 3.1, Response Object: a header named Content-Type SHALL be ignored.
                if name.lower() != "content-type"
            ),
            body_may_be=frozenset(
                item
                for item in (allowed if isinstance(allowed, list) else ())
                if isinstance(item, str)
            ),
        )

    def _header(self, name: str, node: JsonObject, pointer: str) -> DocumentedHeader:
        schema = node.get("schema")
        return DocumentedHeader(
            name=name,
            required=node.get("required") is True,
            schema={} if schema is None else schema,
            pointer=pointer,
        )

    def _object(self, node: Json) -> JsonObject:
        found = resolve(self.document, node)
        return cast(JsonObject, found) if isinstance(found, Mapping) else {}
