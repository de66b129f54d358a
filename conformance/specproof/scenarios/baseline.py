"""A valid request of an operation, the same every time."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Protocol

from specproof.model import Request
from specproof.requirements.contract import OperationContract
from specproof.scenarios.generated import Drawn
from specproof.scenarios.namespaced import Namespacer
from specproof.scenarios.written import written
from specproof.targets.session import TargetSession

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
        return written(
            session,
            operation,
            dataclasses.replace(drawn, query=query, headers=fields),
            path,
            credentials=credentials,
        )

    def _valid(self, operation: OperationContract) -> Drawn | None:
        if operation.id not in self._drawn:
            self._drawn[operation.id] = self._source.first_valid(operation)
        return self._drawn[operation.id]
