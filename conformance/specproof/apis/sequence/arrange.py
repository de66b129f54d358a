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
_DELETED = frozenset({200, 202, 204})
_TEMPLATE = "/customer-aliases"
_IDENTIFYING = ("id", "sequenceAccountId", "customerId", "value", "createdAt")


class SequenceWorld:
    """Arranges aliases of customers that exist beforehand; values are fresh and namespaced."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._aliases: dict[str, Mapping[str, Json]] = {}

    def create_alias(self, customer: int = 0, value: str = "") -> Mapping[str, Json] | None:
        """Create an alias of the n-th customer; return it, or None if there is none or refused.

        Args:
            value: of an alias of another account, which this one gets as well; fresh if empty.
        """
        customers = self._session.resource("customerId")
        if not customers:
            return None
        body: dict[str, Json] = {
            "customerId": customers[customer % len(customers)],
            "value": value or self._session.unique("alias"),
            "label": self._session.tell("specproof"),
        }
        exchange = self._session.send(
            "+create-alias", "POST", _TEMPLATE, json=body, facts={"template": _TEMPLATE}
        )
        if exchange.response is None or exchange.response.status not in _CREATED:
            return None
        alias = body_of(exchange)
        identifier = alias.get("id")
        # An alias with another value than ours is somebody else's, and none of ours to remove.
        if not isinstance(identifier, str) or alias.get("value") != body["value"]:
            return None
        if not self._session.adopt(exchange, identifier):
            return None
        self._aliases[identifier] = alias
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
        for identifier, alias in self._aliases.items():
            if self._delete(identifier) or self._left(str(alias["value"])) == []:
                self._session.removed(identifier)
        self._aliases.clear()

    def remove(self, values: Sequence[tuple[str, str]], ids: Sequence[str]) -> bool:
        """Delete an alias by its id, or by the id that its value is listed under."""
        deleted = [self._delete(item) for item in ids]
        if deleted and all(deleted):
            return True
        for name, value in values:
            if name == "value":
                for identifier in self._left(value) or ():
                    self._session.claim(identifier)
                    self._delete(identifier)
                if self._left(value) != []:
                    return False
        return True

    def _delete(self, identifier: str) -> bool:
        exchange = self._session.send(
            "+delete-alias",
            "DELETE",
            f"{_TEMPLATE}/{quote(identifier, safe='')}",
            facts={"template": f"{_TEMPLATE}/{{id}}"},
        )
        return exchange.response is not None and exchange.response.status in _DELETED

    def _left(self, value: str) -> list[str] | None:
        """Return the ids of aliases with a value that are not deleted; None if unanswered."""
        exchange = self._session.send(
            "+list-aliases",
            "GET",
            _TEMPLATE,
            query={"value": value},
            facts={"template": _TEMPLATE},
        )
        items = body_of(exchange).get("items")
        if not isinstance(items, list):
            return None
        return [
            str(item["id"])
            for item in items
            if isinstance(item, dict)
            and item.get("value") == value
            and not any(item.get(name) for name in ("deletedAt", "archivedAt"))
        ]


WORLD = SequenceWorld
