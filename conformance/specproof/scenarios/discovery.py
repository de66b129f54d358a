"""Draws the cases of a corpus: distinct requests of one operation, the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx

from specproof.requirements.contract import Contract, OperationContract
from specproof.scenarios.composed import bound_names, composed
from specproof.scenarios.corpus import (
    Kind,
    StoredCase,
    corpus_file,
    header_of,
    render_cases,
    request_digest,
)
from specproof.scenarios.generated import CaseSource, Drawn
from specproof.targets.credentials import ENVIRONMENT_EXTENSION

__all__ = ["DrawnCorpus", "discover", "draw_corpus"]

_EVERY = 8
"""One valid case in so many goes to a resource that is arranged for it."""

_OWN = frozenset({"host", "content-length", "accept", "user-agent", "connection"})


@dataclass(frozen=True, slots=True)
class DrawnCorpus:
    """The corpus of one operation, not yet written.

    Attributes:
        valid: number of distinct valid requests; ``invalid`` likewise.
    """

    operation: str
    path: Path
    data: bytes
    valid: int
    invalid: int


def draw_corpus(
    folder: Path, contract: Contract, *, cases: int, seed: int, again: bool = False
) -> Iterator[DrawnCorpus]:
    """Draw the corpus of every operation of ``contract``.

    Args:
        folder: where the files of this API are kept.
        again: draw each one with the seed and number that its file was drawn with.

    Raises:
        InputError: Schemathesis can not read the contract, or a file is no corpus.
    """
    source = CaseSource(contract.document, name=contract.name)
    for operation in contract.operations.values():
        path = corpus_file(folder, operation.id)
        if again and path.is_file():
            seed, cases = header_of(path)
        found = discover(source, operation, cases=cases, seed=seed)
        sha256 = request_digest(contract, operation)
        yield DrawnCorpus(
            operation=operation.id,
            path=path,
            data=render_cases(operation.id, sha256, seed, cases, found),
            valid=sum(item.kind == "valid" for item in found),
            invalid=sum(item.kind == "invalid" for item in found),
        )


def discover(
    source: CaseSource, operation: OperationContract, *, cases: int, seed: int
) -> tuple[StoredCase, ...]:
    """Return the baseline and at most ``cases`` distinct requests of each kind."""
    drawn = source.first_valid(operation)
    first = None if drawn is None else _stored(operation, drawn, "baseline", ())
    found = [] if first is None else [first]
    for kind in ("valid", "invalid"):
        found.extend(_distinct(source, operation, kind, cases, seed))
    return tuple(found)


def _distinct(
    source: CaseSource, operation: OperationContract, kind: Kind, cases: int, seed: int
) -> list[StoredCase]:
    found: dict[Any, StoredCase] = {}
    bound = bound_names(operation)
    names = tuple(name for name in _in_path(operation) if name not in bound)
    drawn_cases = composed(source, operation, valid=kind == "valid", cases=cases, seed=seed)
    for number, drawn in enumerate(drawn_cases):
        if len(found) >= cases:
            break
        resource: tuple[str, ...] = ()
        if kind == "valid" and names and number % _EVERY == 0:
            # Now the whole path is that of a resource, now only its beginning.
            resource = names[: len(names) - number // _EVERY % len(names)]
        stored = _stored(operation, drawn, kind, resource)
        if stored is not None:
            found.setdefault(_key(stored), stored)
    return list(found.values())


def _stored(
    operation: OperationContract, drawn: Drawn, kind: Kind, resource: tuple[str, ...]
) -> StoredCase | None:
    """Return a drawn case for the corpus, or None where it can not be written as HTTP."""
    fields = dict(drawn.headers)
    try:
        made = httpx.Request(
            operation.operation.method,
            "http://case.invalid/",
            params=drawn.query or None,
            headers=fields,
            **drawn.content,
        )
        body = made.read()
        query = made.url.params.multi_items()
        path = {name: unquote(value, errors="strict") for name, value in drawn.path.items()}
        "".join((*path.values(), *(text for pair in query for text in pair))).encode()
    except (httpx.InvalidURL, UnicodeError, ValueError, TypeError):
        return None
    return StoredCase(
        kind=kind,
        path=dict(sorted({**path, **_bound(operation)}.items())),
        resource=resource,
        query=tuple(query),
        headers=tuple(item for item in made.headers.multi_items() if item[0] not in _OWN),
        body=body,
    )


def _key(case: StoredCase) -> Any:
    path = {**case.path, **dict.fromkeys(case.resource, "")}
    return (tuple(sorted(path.items())), case.resource, case.query, case.headers, case.body)


def _bound(operation: OperationContract) -> dict[str, str]:
    """Return the path parameters that are part of the credentials, as ``$VARIABLE``."""
    return {
        str(item.get("name")): f"${item[ENVIRONMENT_EXTENSION]}"
        for item in operation.parameters
        if str(item.get("name")) in bound_names(operation) and item.get("in") == "path"
    }


def _in_path(operation: OperationContract) -> tuple[str, ...]:
    """Return the names of the path parameters in the order of the path."""
    names = [str(item.get("name")) for item in operation.parameters if item.get("in") == "path"]
    return tuple(sorted(names, key=operation.operation.path.find))
