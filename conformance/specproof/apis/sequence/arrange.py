"""Makes Sequence customer aliases for scenarios, and removes them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from specproof.apis.bodies import body_of
from specproof.apis.contract import Session
from specproof.model import Json

__all__ = ["WORLD", "SequenceWorld"]

_CREATED = frozenset({200, 201})
_TEMPLATE = "/customer-aliases"
_IDENTIFYING = ("id", "sequenceAccountId", "customerId", "value", "createdAt")


class SequenceWorld:
    """Arranges aliases of customers that exist beforehand; values are fresh and namespaced."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._aliases: dict[str, Mapping[str, Json]] = {}

    def create_alias(self, customer: int = 0) -> Mapping[str, Json] | None:
        """Create an alias of the n-th customer; return it, or None if there is none or refused."""
        customers = self._session.resource("customerId")
        if not customers:
            return None
        body: dict[str, Json] = {
            "customerId": customers[customer % len(customers)],
            "value": self._session.unique("alias"),
            "label": self._session.tell("specproof"),
        }
        exchange = self._session.send(
            "+create-alias", "POST", _TEMPLATE, json=body, facts={"template": _TEMPLATE}
        )
        if exchange.response is None or exchange.response.status not in _CREATED:
            return None
        alias = body_of(exchange)
        identifier = alias.get("id")
        if not isinstance(identifier, str):
            return None
        self._aliases[self._session.claim(identifier)] = alias
        return alias

    def parameters(self, operation: str) -> Mapping[str, str] | None:
        """Create an alias and name it."""
        del operation
        alias = self.create_alias()
        return None if alias is None else {"id": str(alias["id"])}

    def answer(self, operation: str, values: Mapping[str, str]) -> Mapping[str, str | None]:
        """Return the fields by which an answer shows which alias it is about."""
        del operation
        alias = self._aliases.get(values.get("id", ""), {})
        return {name: str(alias[name]) for name in _IDENTIFYING if name in alias}

    def unknown(self, operation: str) -> Sequence[Mapping[str, str]]:
        """Name an alias that never was."""
        del operation
        never = uuid.uuid5(uuid.NAMESPACE_URL, self._session.unique("never"))
        return [{"id": self._session.claim(str(never))}]

    def cleanup(self) -> None:
        """Delete every alias that was created; most are gone already, which is fine."""
        for identifier in self._aliases:
            self._session.send(
                "+delete-alias",
                "DELETE",
                f"{_TEMPLATE}/{quote(identifier, safe='')}",
                facts={"template": f"{_TEMPLATE}/{{id}}"},
            )
        self._aliases.clear()


WORLD = SequenceWorld
