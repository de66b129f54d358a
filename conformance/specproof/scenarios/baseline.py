"""A valid request of an operation, the same every time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import httpx

from specproof.model import Request
from specproof.requirements.contract import OperationContract
from specproof.scenarios.generated import Drawn
from specproof.scenarios.namespaced import Namespacer
from specproof.targets.session import TargetSession, expand

__all__ = ["Baseline"]


class ValidSource(Protocol):
    """Where a valid request of an operation comes from: fresh strategies, or a corpus."""

    def first_valid(self, operation: OperationContract) -> Drawn | None:
        """Return one valid case, the same every time; None where there is none."""


class Baseline:
    """Makes valid requests: the first case that Schemathesis draws, examples first.

    Args:
        source: draws cases of the API, or has them stored.
    """

    def __init__(self, source: ValidSource) -> None:
        self._source = source
        self._drawn: dict[str, Drawn | None] = {}

    def request(
        self,
        session: TargetSession,
        operation: OperationContract,
        values: Mapping[str, str],
        *,
        credentials: str,
        replace: Mapping[tuple[str, str], str],
    ) -> Request | None:
        """Return a valid request on the resource that ``values`` name.

        Args:
            values: path parameters.
            credentials: see ``targets.credentials.MODES``.
            replace: ``(place, name)`` -> text that stands in for a parameter's value.
        """
        drawn = self._valid(operation)
        if drawn is not None and session.target.name == "live":
            # Examples of a spec name what people really have.
            drawn = Namespacer(session, operation).drawn(drawn)
        if drawn is None:
            return None
        path = {**values, **{name: text for (at, name), text in replace.items() if at == "path"}}
        query = {**drawn.query, **{n: text for (at, n), text in replace.items() if at == "query"}}
        fields = {**drawn.headers, **{n: t for (at, n), t in replace.items() if at == "header"}}
        secret_fields, secret_query = session.target.credentials.apply(
            operation.security, credentials
        )
        outgoing = httpx.Request(
            operation.operation.method,
            f"{session.target.base_url}{expand(operation.operation.path, path)}",
            params={**query, **secret_query} or None,
            headers={"Accept": "application/json", "User-Agent": "specproof", **fields},
            **drawn.content,
        )
        headers = [(name, value) for name, value in outgoing.headers.multi_items()]
        headers = [item for item in headers if item[0].lower() != "host"]
        headers.extend(secret_fields.items())
        return Request(outgoing.method, str(outgoing.url), tuple(headers), outgoing.read())

    def _valid(self, operation: OperationContract) -> Drawn | None:
        if operation.id not in self._drawn:
            self._drawn[operation.id] = self._source.first_valid(operation)
        return self._drawn[operation.id]
