"""What Sequence promises of deleting a customer alias, as a state machine over its aliases."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import quote

from hypothesis import strategies
from hypothesis.stateful import initialize, precondition, rule

from specproof.apis.bodies import body_of
from specproof.apis.machine import PromiseMachine
from specproof.apis.sequence.arrange import SequenceWorld
from specproof.model import Exchange, Json

__all__ = ["MACHINES", "CustomerAliasMachine"]

_DELETE = "deleteCustomerAliasesById"
_ALIASES = "/customer-aliases"
_SUCCESS = range(200, 300)
_KEPT = ("id", "sequenceAccountId", "customerId", "value", "createdAt", "label")
_UNKNOWN_VERSION = "1999-12-31"
_BAD_REQUEST = 400


class CustomerAliasMachine(PromiseMachine):
    """Aliases of two customers; after every deletion all that are left are fetched again."""

    NAME: ClassVar[str] = "aliases-of-customers"
    PROMISES: ClassVar[tuple[str, ...]] = (
        "returns-the-alias",
        "delete-removes-only-the-named",
        "unknown-version-refused",
    )

    @initialize()
    def arrange(self) -> None:
        """Create two aliases of each of two customers."""
        self.world = SequenceWorld(self)
        made = (self.world.create_alias(customer) for customer in (0, 0, 1, 1))
        self.left = {str(alias["id"]): alias for alias in made if alias is not None}

    @precondition(lambda self: bool(self.left))
    @rule(pick=strategies.integers(0, 9))
    def delete_alias(self, pick: int) -> None:
        """Delete one alias; it comes back in the answer, and every other one is as it was."""
        identifier = sorted(self.left)[pick % len(self.left)]
        alias = self.left[identifier]
        exchange = self._delete(identifier, due=True)
        if exchange.response is None or exchange.response.status not in _SUCCESS:
            return
        del self.left[identifier]
        answer = body_of(exchange)
        self.expect(
            "returns-the-alias",
            all(answer.get(name) == alias.get(name) for name in _KEPT),
            "the answer is not the alias that was deleted",
            exchange,
        )
        for other in self.left.values():
            found, listed = self._found(str(other["value"]))
            self.expect(
                "delete-removes-only-the-named",
                dict(found) == dict(other),
                "an alias that was not named is gone or changed",
                listed,
            )

    @precondition(lambda self: bool(self.left))
    @rule(pick=strategies.integers(0, 9))
    def ask_for_unknown_version(self, pick: int) -> None:
        """Ask with a version that does not exist: refused, and nothing is deleted."""
        identifier = sorted(self.left)[pick % len(self.left)]
        exchange = self._delete(identifier, version=_UNKNOWN_VERSION)
        status = 0 if exchange.response is None else exchange.response.status
        error = body_of(exchange).get("error")
        kind = error.get("type") if isinstance(error, dict) else None
        self.expect(
            "unknown-version-refused",
            status == _BAD_REQUEST and kind == "UnrecognisedApiVersion",
            f"an unknown version was answered {status}, not 400 with UnrecognisedApiVersion",
            exchange,
        )
        found, listed = self._found(str(self.left[identifier]["value"]))
        self.expect(
            "unknown-version-refused",
            found.get("id") == identifier,
            "the request was refused and the alias is gone",
            listed,
        )

    def idle(self) -> bool:
        """Return whether no alias is left."""
        return not self.left

    def teardown(self) -> None:
        """Remove the aliases."""
        if hasattr(self, "world"):
            self.world.cleanup()

    def _delete(
        self, identifier: str, version: str | None = None, *, due: bool = False
    ) -> Exchange:
        headers = {} if version is None else {"Sequence-Version": version}
        path = f"{_ALIASES}/{quote(identifier, safe='')}"
        facts = {"answer": json.dumps(self.world.answer(_DELETE, {"id": identifier}))}
        if due:
            facts |= {"due": "success", "because": "the alias exists"}
        return self.send(
            _DELETE, "DELETE", path, headers=headers, expects="200" if due else None, facts=facts
        )

    def _found(self, value: str) -> tuple[Mapping[str, Json], Exchange]:
        exchange = self.send(
            "+list-aliases", "GET", _ALIASES, query={"value": value}, facts={"template": _ALIASES}
        )
        items = body_of(exchange).get("items")
        found = items[0] if isinstance(items, list) and len(items) == 1 else {}
        return (found if isinstance(found, dict) else {}), exchange


MACHINES = (CustomerAliasMachine,)
