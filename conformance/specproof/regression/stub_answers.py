"""The answers that our stub of a document gives, as if they had been recorded."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.model import Request, Response
from specproof.regression.pairing import unnamed
from specproof.regression.places import Document
from specproof.targets.har import Provenance, Recorded
from specproof.targets.stub import StubEmulator

__all__ = ["PROVENANCE", "stub_answers"]

PROVENANCE = "stub"
"""Kind of provenance of what no server ever answered."""


def stub_answers(document: Document) -> tuple[Recorded, ...]:
    """Return what ``specproof serve`` answers for each documented status of each operation.

    The requests are no more than method and path: a stub says nothing of what callers send.

    Raises:
        InputError: the document is beyond what the stub understands.
        LimitError: no value of one of its schemas can be made.
    """
    return tuple(_answers(StubEmulator(document.root, name=document.name)))


def _answers(stub: StubEmulator) -> Iterator[Recorded]:
    origin = Provenance(kind=PROVENANCE, source="specproof serve", date="")
    statuses = sorted({condition.status for condition in stub.CONDITIONS})
    for operation in stub.contract.operations.values():
        method, path = operation.operation.method, operation.operation.path
        for status in statuses:
            row = operation.documented(status)
            if row is None or row.key == "default":
                continue
            reply = stub.answer(operation, status)
            yield Recorded(
                f"stub of {method} {unnamed(path)} {status}",
                operation.id,
                Request(method, path, (), b""),
                Response(status, reply.headers, reply.body, reply.body),
                origin,
            )
