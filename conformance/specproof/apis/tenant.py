"""The other tenant's eyes and hands: a session that sends with its credentials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager

from specproof.apis.contract import Session
from specproof.model import Exchange, Json

__all__ = ["OtherTenant"]


class OtherTenant:
    """Sends what a world asks for as the other tenant; everything else is the session's.

    Args:
        session: sends, with both tenants' credentials at hand.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def send(
        self,
        operation: str,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        json: Json = None,
        body: bytes | None = None,
        credentials: str = "other",
        expects: str | None = None,
        facts: Mapping[str, str] | None = None,
    ) -> Exchange:
        """Send one request; see ``apis.contract.Session.send``."""
        return self._session.send(
            operation,
            method,
            path,
            query=query,
            headers=headers,
            json=json,
            body=body,
            credentials=credentials,
            expects=expects,
            facts={"tenant": "other", **(facts or {})},
        )

    def credential(self, variable: str) -> str:
        """Return the other tenant's value of a credential variable."""
        return self._session.other_credential(variable)

    def other_credential(self, variable: str) -> str:
        """Return our own value: we are the other one's other."""
        return self._session.credential(variable)

    def resource(self, name: str) -> Sequence[str]:
        """Return ids of the other tenant's resources."""
        return self._session.other_resource(name)

    def other_resource(self, name: str) -> Sequence[str]:
        """Return ids of our own resources."""
        return self._session.resource(name)

    def unique(self, prefix: str) -> str:
        """Return a fresh value of the session."""
        return self._session.unique(prefix)

    def claim(self, value: str) -> str:
        """Return ``value``, noted as ours."""
        return self._session.claim(value)

    def adopt(self, exchange: Exchange, identifier: str) -> bool:
        """Note an id of the server's as ours, if it is."""
        return self._session.adopt(exchange, identifier)

    def removed(self, identifier: str) -> None:
        """Note that what bears the id is removed."""
        self._session.removed(identifier)

    def tell(self, value: str) -> str:
        """Return ``value``, allowed to be shown."""
        return self._session.tell(value)

    def condition(self, name: str) -> AbstractContextManager[None] | None:
        """Enter a condition of the session."""
        return self._session.condition(name)
