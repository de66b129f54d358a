"""A drawn case as a request of one operation, with credentials on it."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from specproof.model import Request
from specproof.requirements.contract import OperationContract
from specproof.scenarios.generated import Drawn
from specproof.targets.session import TargetSession, expand

__all__ = ["written"]


def written(
    session: TargetSession,
    operation: OperationContract,
    drawn: Drawn,
    path: Mapping[str, str],
    *,
    credentials: str = "own",
) -> Request | None:
    """Return ``drawn`` as a request, or None where it can not be written as HTTP.

    Args:
        path: path parameters, not encoded; they stand in for those of ``drawn``.
        credentials: see ``targets.credentials.MODES``.
    """
    secret_fields, secret_query = session.target.credentials.apply(operation.security, credentials)
    try:
        made = httpx.Request(
            operation.operation.method,
            f"{session.target.base_url}{expand(operation.operation.path, path)}",
            params={**drawn.query, **secret_query} or None,
            headers={"Accept": "application/json", "User-Agent": "specproof", **drawn.headers},
            **drawn.content,
        )
        body = made.read()
    except (httpx.InvalidURL, UnicodeError, ValueError, TypeError):
        # Not every drawn value has a place in HTTP at all; such a case says nothing.
        return None
    headers = [item for item in made.headers.multi_items() if item[0].lower() != "host"]
    headers.extend(secret_fields.items())
    return Request(made.method, str(made.url), tuple(headers), body)
