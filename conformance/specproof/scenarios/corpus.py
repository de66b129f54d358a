"""The corpus: generated requests that are kept in the project and sent again in every run.

One file per operation, ``<api>/<operation>.jsonl``: a header line, then one case a line,
taken apart. It holds no secrets: it is drawn from the spec alone, and parameters that are
part of our credentials stand as ``$VARIABLE``.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from specproof.document import canonical_json, digest
from specproof.errors import InputError, LimitError, StaleError
from specproof.model import Json, JsonObject
from specproof.requirements.contract import Contract, OperationContract
from specproof.scenarios.generated import Drawn
from specproof.text import one_line

__all__ = [
    "CORPUS_SCHEMA",
    "Corpus",
    "Kind",
    "StoredCase",
    "corpus_file",
    "header_of",
    "read_corpus",
    "render_cases",
    "request_digest",
]

CORPUS_SCHEMA = "specproof.corpus/1"
MAX_LINE_BYTES = 1024 * 1024
MAX_FILE_BYTES = 256 * 1024 * 1024

_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]")
_RESPONSES = frozenset({"responses", "description", "summary", "tags", "externalDocs"})

Model = TypeVar("Model", bound=BaseModel)
Kind = Literal["baseline", "valid", "invalid"]


@dataclass(frozen=True, slots=True)
class StoredCase:
    """One request of an operation, taken apart.

    Attributes:
        kind: ``baseline`` (the one valid request that scenarios use), ``valid``, ``invalid``.
        path: path parameters, decoded; those bound to credentials are ``$VARIABLE``.
        resource: names of path parameters whose values a resource gives that is arranged.
        body: as it goes out; its Content-Type is among ``headers``.
    """

    kind: Kind
    path: Mapping[str, str]
    resource: tuple[str, ...] = ()
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def drawn(self) -> Drawn:
        """Return the case in the form in which it would be drawn."""
        query: dict[str, Any] = {}
        for name, value in self.query:
            query.setdefault(name, []).append(value)
        content = {"content": self.body} if self.body else {}
        return Drawn(path=self.path, query=query, headers=dict(self.headers), content=content)


@dataclass(frozen=True)
class Corpus:
    """The stored cases of one API: operation id -> cases; empty where none are kept."""

    by_operation: Mapping[str, tuple[StoredCase, ...]] = field(default_factory=dict)

    def covers(self, operations: Iterable[str]) -> bool:
        """Return whether every one of ``operations`` has cases."""
        return all(name in self.by_operation for name in operations)

    def cases(self, operation: str, kind: Kind) -> tuple[StoredCase, ...]:
        """Return the cases of one kind."""
        return tuple(item for item in self.by_operation.get(operation, ()) if item.kind == kind)

    def first_valid(self, operation: OperationContract) -> Drawn | None:
        """Return the valid request of ``operation`` that scenarios start from."""
        stored = self.cases(operation.id, "baseline")
        return stored[0].drawn() if stored else None


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Header(_Strict):
    schema_: Literal["specproof.corpus/1"] = Field(alias="schema")
    operation: str
    request_sha256: str
    seed: int
    cases: int


class _Case(_Strict):
    kind: Kind
    path: dict[str, str] = {}
    resource: tuple[str, ...] = ()
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body: str | None = None
    base64: str | None = None


def corpus_file(folder: Path, operation: str) -> Path:
    """Return where the cases of ``operation`` are kept below the folder of its API."""
    safe = _UNSAFE.sub("-", operation)[:80]
    if safe != operation or operation.startswith("."):
        safe = f"{safe.lstrip('.')}-{digest(operation.encode())[:8]}"
    return folder / f"{safe}.jsonl"


def request_digest(contract: Contract, operation: OperationContract) -> str:
    """Return the SHA-256 of everything about ``operation`` that decides what is drawn.

    Answers and prose play no part, so that a correction to them leaves a corpus fresh.
    """
    node = {key: item for key, item in operation.operation.node.items() if key not in _RESPONSES}
    parts: JsonObject = {
        "method": operation.operation.method,
        "path": operation.operation.path,
        "parameters": list(operation.parameters),
        "operation": node,
        "schemas": _reachable(contract, [node, list(operation.parameters)]),
    }
    return digest(canonical_json(parts))


def render_cases(
    operation: str, sha256: str, seed: int, wanted: int, cases: Iterable[StoredCase]
) -> bytes:
    """Return the file of one operation; ASCII, so that no text of a case steers a terminal."""
    header = {
        "schema": CORPUS_SCHEMA,
        "operation": operation,
        "request_sha256": sha256,
        "seed": seed,
        "cases": wanted,
    }
    return b"".join(_line(item) for item in (header, *map(_plain, cases)))


def read_corpus(folder: Path, contract: Contract) -> Corpus:
    """Read the cases of every operation of ``contract`` that has any.

    Raises:
        InputError: a file is no corpus.
        StaleError: a file was drawn from another contract.
    """
    found: dict[str, tuple[StoredCase, ...]] = {}
    for operation in contract.operations.values():
        path = corpus_file(folder, operation.id)
        if path.is_file():
            header, cases = _read(path)
            if header.operation != operation.id:
                raise InputError(f"holds cases of {one_line(header.operation)}", file=str(path))
            if header.request_sha256 != request_digest(contract, operation):
                raise StaleError(
                    "was drawn from another contract",
                    file=str(path),
                    remedy=f"draw it anew: specproof discover {folder.name}",
                )
            found[operation.id] = cases
    return Corpus(found)


def header_of(path: Path) -> tuple[int, int]:
    """Return seed and number of cases that a corpus file was drawn with.

    Raises:
        InputError: it is no corpus.
    """
    with path.open("rb") as stream:
        header = _parsed(_Header, stream.readline(MAX_LINE_BYTES), path, 1)
    return header.seed, header.cases


def _reachable(contract: Contract, start: Json) -> JsonObject:
    """Return what ``start`` refers to, and what that refers to, by reference."""
    found: JsonObject = {}
    pending: list[Json] = [start]
    while pending:
        node = pending.pop()
        if isinstance(node, Mapping):
            reference = node.get("$ref")
            if isinstance(reference, str) and reference not in found:
                found[reference] = contract.resolve(node)
                pending.append(found[reference])
            pending.extend(node.values())
        elif isinstance(node, list):
            pending.extend(node)
    return found


def _read(path: Path) -> tuple[_Header, tuple[StoredCase, ...]]:
    if path.stat().st_size > MAX_FILE_BYTES:
        raise LimitError("is too large for a corpus", file=str(path))
    lines = path.read_bytes().splitlines()
    if not lines:
        raise InputError("is empty, not a corpus", file=str(path))
    header = _parsed(_Header, lines[0], path, 1)
    return header, tuple(
        _stored(_parsed(_Case, line, path, number), path, number)
        for number, line in enumerate(lines[1:], start=2)
    )


def _parsed(model: type[Model], line: bytes, path: Path, number: int) -> Model:
    if len(line) > MAX_LINE_BYTES:
        raise LimitError("is too long a line for a corpus", file=str(path), line=number)
    try:
        return model.model_validate(json.loads(line))
    except ValidationError as error:
        first = error.errors()[0]
        place = one_line(".".join(str(part) for part in first["loc"]), 80)
        raise InputError(
            f"not a line of a corpus: {place}: {first['msg'].lower()}",
            file=str(path),
            line=number,
            remedy=f"draw it anew: specproof discover {path.parent.name}",
        ) from None
    except (ValueError, RecursionError):
        raise InputError("not a line of JSON", file=str(path), line=number) from None


def _stored(case: _Case, path: Path, number: int) -> StoredCase:
    try:
        body = base64.b64decode(case.base64 or "", validate=True)
    except (binascii.Error, ValueError):
        raise InputError("holds a body that is no base64", file=str(path), line=number) from None
    if case.body is not None:
        body = case.body.encode("utf-8", "surrogatepass")
    return StoredCase(case.kind, case.path, case.resource, case.query, case.headers, body)


def _plain(case: StoredCase) -> dict[str, Any]:
    plain: dict[str, Any] = {"kind": case.kind, "path": dict(case.path)}
    for name in ("resource", "query", "headers"):
        value = getattr(case, name)
        if value:
            plain[name] = value
    if case.body:
        try:
            plain["body"] = case.body.decode("utf-8")
        except UnicodeDecodeError:
            plain["base64"] = base64.b64encode(case.body).decode("ascii")
    return plain


def _line(value: Mapping[str, Any]) -> bytes:
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("\x7f", "\\u007f").encode("ascii") + b"\n"
