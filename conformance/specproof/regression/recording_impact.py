"""Which recorded exchanges the new document refuses, and which new answers have none."""

from __future__ import annotations

import contextlib
import functools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast
from urllib.parse import parse_qsl, unquote, urlsplit

from specproof.document.schemas import Validator
from specproof.errors import InputError, LimitError
from specproof.json_types import Json, JsonObject
from specproof.regression.pairing import unnamed
from specproof.regression.places import Document, mapping
from specproof.regression.stub_answers import PROVENANCE, stub_answers
from specproof.requirements.contract import Contract, OperationContract
from specproof.requirements.statuses import match_status
from specproof.targets.har import Recorded

__all__ = ["Missing", "RecordingImpact", "Violated", "recording_impact"]

_EXPRESSION = re.compile(r"\{[^{}]*\}")
_SWAPPED: Mapping[str, str] = {"readOnly": "writeOnly", "writeOnly": "readOnly"}
_PLAIN = frozenset({"boolean", "integer", "null", "number", "string"})
_IGNORED = frozenset({"accept", "authorization", "content-type"})  # OpenAPI 3.1.1, 4.8.12.2


@dataclass(frozen=True, slots=True)
class Violated:
    """One recording that kept the old document and breaks the new one.

    Attributes:
        recording: its id.
        provenance: what kind of recording it is.
        operation: key, ``GET /pets/{}``.
        status: of the recorded answer.
        problems: clauses, none with a value of the exchange in it.
    """

    recording: str
    provenance: str
    operation: str
    status: int
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """One answer that the new document describes first, and that no recording shows."""

    operation: str
    status: str


@dataclass(frozen=True, slots=True)
class RecordingImpact:
    """What became of the recordings.

    Attributes:
        read: how many there are, answers of the stub included.
        violated: those that the new document refuses, by id.
        missing: new answers without a recording, by operation and status.
        unjudged: why the recordings could not be judged, or empty.
        stubs: how many of those that were read are answers of the stub.
    """

    read: int
    violated: tuple[Violated, ...] = ()
    missing: tuple[Missing, ...] = ()
    unjudged: str = ""
    stubs: int = 0


def recording_impact(
    old: Document,
    new: Document,
    recordings: Sequence[Recorded] | None,
    *,
    with_stub: bool = False,
) -> RecordingImpact:
    """Return what two documents say of recordings.

    Args:
        old: what the recordings were made under.
        new: what takes its place.
        recordings: exchanges of any operations of the API; without any, no answer lacks one.
        with_stub: whether answers of the stub of ``old`` are held against ``new`` as well.
    """
    own = () if recordings is None else recordings
    listed = [*own]
    try:
        if with_stub:
            listed += stub_answers(old)
        before, after = _Side(old), _Side(new)
        violated = [
            Violated(
                item.id,
                item.provenance.kind,
                _key(item, before, after),
                item.response.status,
                tuple(sorted(problems)),
            )
            for item in sorted(listed, key=lambda item: item.id)
            if (problems := after.problems(item) - before.problems(item))
        ]
        missing = [] if recordings is None else sorted(_missing(before, after, own), key=_place)
    except (InputError, LimitError) as error:
        # A comparison always has an answer; that of the recordings needs schemas that hold.
        return RecordingImpact(len(listed), unjudged=str(error))
    stubs = len(listed) - len(own)
    return RecordingImpact(len(listed), tuple(violated), tuple(missing), stubs=stubs)


def _place(item: Missing) -> tuple[str, str]:
    return item.operation, item.status


def _key(item: Recorded, before: _Side, after: _Side) -> str:
    found = before.operation(item) or after.operation(item)
    return item.operation if found is None else found[0]


def _missing(before: _Side, after: _Side, recordings: Sequence[Recorded]) -> Iterator[Missing]:
    seen: dict[str, set[int]] = {}
    for item in recordings:
        found = after.operation(item)
        if found is not None:
            seen.setdefault(found[0], set()).add(item.response.status)
    for key, operation in after.operations.items():
        had = before.operations.get(key)
        known = () if had is None else tuple(had.responses)
        for status in operation.responses.keys() - set(known):
            rows = tuple(operation.responses)
            if not any(match_status(rows, code) == status for code in seen.get(key, ())):
                yield Missing(key, status)


class _Side:
    """One document, as recordings are held against it."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._contract = Contract(document.root, name=document.name)
        self.operations: Mapping[str, OperationContract] = {
            f"{item.operation.method} {unnamed(item.operation.path)}": item
            for item in self._contract.operations.values()
        }
        self._routes = [
            (key, item, _route(item.operation.path)) for key, item in self.operations.items()
        ]

    @functools.cached_property
    def _sending(self) -> Contract:
        """The contract for what callers send: there, ``readOnly`` is what need not be there."""
        return Contract(cast("JsonObject", _swapped(self._document.root)), name=self._document.name)

    def operation(self, item: Recorded) -> tuple[str, OperationContract, dict[str, str]] | None:
        """Return the operation that a recording calls, and the values in its path."""
        path = urlsplit(item.request.url).path
        found: list[tuple[int, str, OperationContract, dict[str, str]]] = []
        for key, operation, route in self._routes:
            matched = route.search(path)
            if matched is not None and operation.operation.method == item.request.method:
                names = [name[1:-1] for name in _EXPRESSION.findall(operation.operation.path)]
                values = dict(zip(names, map(unquote, matched.groups()), strict=True))
                # What has the most literal text is meant: /pets/mine, not /pets/{id}.
                literal = len(_EXPRESSION.sub("", operation.operation.path))
                found.append((-literal, key, operation, values))
        if not found:
            return None
        _, key, operation, values = min(found, key=lambda each: each[:2])
        return key, operation, values

    def problems(self, item: Recorded) -> set[str]:
        """Return in which ways a recording breaks the document."""
        found = self.operation(item)
        if found is None:
            return {"the document has no such operation"}
        _, operation, values = found
        if item.provenance.kind == PROVENANCE:
            return {*_response(item, operation)}
        sending = next(
            each
            for each in self._sending.operations.values()
            if each.operation.pointer == operation.operation.pointer
        )
        return {*self._request(item, sending, values), *_response(item, operation)}

    def _request(
        self, item: Recorded, operation: OperationContract, values: Mapping[str, str]
    ) -> Iterator[str]:
        query: dict[str, list[str]] = {}
        for name, value in parse_qsl(urlsplit(item.request.url).query, keep_blank_values=True):
            query.setdefault(name, []).append(value)
        for parameter in operation.parameters:
            place, name = str(parameter.get("in")), str(parameter.get("name"))
            if place == "query":
                given = query.get(name, [])
            elif place == "path":
                given = [values[name]] if name in values else []
            elif place == "header" and name.lower() not in _IGNORED:
                sent = item.request.header(name)
                given = [] if sent is None else [sent]
            else:
                continue
            words = f"the {place} parameter {name}"
            if not given and parameter.get("required") is True and place != "path":
                yield f"{words} is missing"
            schema = parameter.get("schema")
            if given and schema is not None:
                yield from self._value(given, schema, operation, words)
        yield from self._body(item, operation)

    def _value(
        self, given: list[str], schema: Json, operation: OperationContract, words: str
    ) -> Iterator[str]:
        kinds = mapping(self._sending.resolve(schema)).get("type")
        listed = kinds if isinstance(kinds, list) else [kinds]
        if len(given) > 1 or not _PLAIN.issuperset(map(str, listed)):
            return
        validator = operation.compiler.compile(schema, formats=False)
        candidates: list[Json] = [given[0]]
        with contextlib.suppress(ValueError, RecursionError):
            candidates.append(json.loads(given[0]))
        if not any(validator.valid(value) for value in candidates):
            meant = candidates[0 if "string" in listed else -1]
            for violation in validator.violations(meant, limit=1):
                yield f"{words} {violation.problem}"

    def _body(self, item: Recorded, operation: OperationContract) -> Iterator[str]:
        stated = mapping(self._sending.resolve(operation.operation.node.get("requestBody")))
        content = mapping(stated.get("content"))
        if not item.request.body:
            if stated.get("required") is True:
                yield "the request has no body"
            return
        if not content:
            yield "the request has a body"
            return
        media = _match(content, item.request.header("content-type") or "")
        if media is None:
            yield "the request's media type is not described"
            return
        schema = mapping(self._sending.resolve(content[media])).get("schema")
        if schema is not None:
            validator = operation.compiler.compile(schema, formats=False)
            yield from _body_problems(item.request.body, media, validator, "the request")


def _response(item: Recorded, operation: OperationContract) -> Iterator[str]:
    row = operation.documented(item.response.status)
    if row is None:
        yield f"the status {item.response.status} is not described"
        return
    for header in row.headers:
        if header.required and item.response.header(header.name) is None:
            yield f"the header {header.name} is missing"
    if not item.response.body or not row.content:
        return
    media = _match(row.content, item.response.header("content-type") or "")
    if media is None:
        yield "the answer's media type is not described"
        return
    validator = operation.body_validator(row.key, media, formats=False)
    if validator is not None:
        yield from _body_problems(item.response.body, media, validator, "the answer")


def _body_problems(body: bytes, media: str, validator: Validator, words: str) -> Iterator[str]:
    if "json" not in media.lower() and "*" not in media:
        return
    try:
        value: Json = json.loads(body)
    except (ValueError, RecursionError):
        return
    for violation in validator.violations(value):
        where = f" at {violation.path}" if violation.path else ""
        yield f"{words}{where} {violation.problem}"


def _match(content: Mapping[str, Json], stated: str) -> str | None:
    """Return the media range that describes a media type; any where none is stated."""
    plain = stated.partition(";")[0].strip().lower()
    if not plain:
        return next(iter(content), None)
    held = {name.partition(";")[0].strip().lower(): name for name in reversed(list(content))}
    for wanted in (plain, f"{plain.partition('/')[0]}/*", "*/*"):
        if wanted in held:
            return held[wanted]
    return None


def _route(template: str) -> re.Pattern[str]:
    parts = _EXPRESSION.split(template.rstrip("/"))
    return re.compile("([^/]+)".join(map(re.escape, parts)) + "/?$")


def _swapped(node: Json) -> Json:
    """Return a document with ``readOnly`` and ``writeOnly`` in each other's place."""
    if isinstance(node, list):
        return [_swapped(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {_SWAPPED.get(key, key): _swapped(value) for key, value in node.items()}
