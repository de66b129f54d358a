"""What Sequence promises of deleting a customer alias, as a state machine over its aliases."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar
from urllib.parse import quote

from hypothesis import strategies
from hypothesis.stateful import initialize, precondition, rule

from specproof.apis.bodies import body_of
from specproof.apis.claims import Claim, answered, equals, missing
from specproof.apis.contract import Session
from specproof.apis.machine import PromiseMachine
from specproof.apis.sequence.arrange import SequenceWorld
from specproof.apis.tenant import OtherTenant
from specproof.model import Exchange, Json

__all__ = ["MACHINES", "CustomerAliasMachine"]

_DELETE = "deleteCustomerAliasesById"
_ALIASES = "/customer-aliases"
_SUCCESS = range(200, 300)
_KEPT = ("id", "sequenceAccountId", "customerId", "value", "createdAt")
_TOLD = ("id", "sequenceAccountId", "customerId", "value")
"""What claims compare: times differ from server to server."""

_MARKS = ("deletedAt", "archivedAt")
_UNKNOWN_VERSION = "1999-12-31"
_BAD_REQUEST = 400
_NOT_FOUND = 404
_LONE = 4
"""Number of the customer whose only alias is deleted; small accounts begin again at 0."""


class CustomerAliasMachine(PromiseMachine):
    """Aliases of two customers; after every deletion all that are left are fetched again."""

    NAME: ClassVar[str] = "aliases-of-customers"
    PROMISES: ClassVar[tuple[str, ...]] = (
        "returns-the-alias",
        "delete-removes-only-the-named",
        "deleted-alias-is-gone",
        "unknown-version-refused",
        "lists-only-own-account",
    )

    asked: bool = False

    @initialize()
    def arrange(self) -> None:
        """Create two aliases of each of two customers."""
        self.world = SequenceWorld(self)
        made = (self.world.create_alias(customer) for customer in (0, 0, 1, 1))
        self.left = {str(alias["id"]): alias for alias in made if alias is not None}
        self.gone: dict[str, Mapping[str, Json]] = {}
        self.elsewhere: SequenceWorld | None = None
        self.twins: list[Mapping[str, Json]] = []
        lone = self.world.create_alias(_LONE)
        if lone is not None:
            self._delete(str(lone["id"]), due=True)
            self._look_at_customer(str(lone["customerId"]))
        if self.left and self.other_resource("customerId"):
            # The same values in another account belong to somebody else.
            self.elsewhere = SequenceWorld(OtherTenant(self))
            values = sorted(str(alias["value"]) for alias in self.left.values())
            twins = (self.elsewhere.create_alias(value=value) for value in values)
            self.twins = [twin for twin in twins if twin is not None]

    @precondition(lambda self: bool(self.left))
    @rule(pick=strategies.integers(0, 9))
    def delete_alias(self, pick: int) -> None:
        """Delete one alias; it comes back in the answer, and every other one is as it was."""
        identifier = sorted(self.left)[pick % len(self.left)]
        alias = self.left[identifier]
        exchange = self._delete(identifier, due=True)
        if exchange.response is None or exchange.response.status not in _SUCCESS:
            return
        self.gone[identifier] = self.left.pop(identifier)
        answer = body_of(exchange)
        self.expect(
            "returns-the-alias",
            all(answer.get(name) == alias.get(name) for name in _KEPT)
            # The label is optional on the page; left out, it contradicts nothing.
            and answer.get("label", alias.get("label")) == alias.get("label"),
            "the answer is not the alias that was deleted",
            exchange,
            *(equals(name, value=alias.get(name)) for name in (*_TOLD, *({"label"} & set(answer)))),
        )
        self._look_at_gone(identifier)
        self._look_at_others()
        self._look_at_customer(str(alias["customerId"]))

    @precondition(lambda self: bool(self.gone))
    @rule(pick=strategies.integers(0, 9))
    def delete_again(self, pick: int) -> None:
        """Delete an alias that is deleted: how that is answered is open, what it does is not."""
        identifier = sorted(self.gone)[pick % len(self.gone)]
        self._delete(identifier)
        self._look_at_gone(identifier)
        self._look_at_others()

    @precondition(lambda self: bool(self.gone))
    @rule()
    def look_again(self) -> None:
        """Look for every alias that was deleted: none has come back."""
        for identifier in sorted(self.gone):
            self._look_at_gone(identifier)

    @rule()
    def delete_unknown(self) -> None:
        """Delete an alias that never was: refused, and no other is touched."""
        never = self.world.unknown(_DELETE)[0]["id"]
        self._delete(never, refused="the alias never existed")
        self._look_at_others()

    @precondition(lambda self: bool(self.left))
    @rule(pick=strategies.integers(0, 9))
    def ask_for_unknown_version(self, pick: int) -> None:
        """Ask with a version that does not exist: refused, and nothing is deleted."""
        identifier = sorted(self.left)[pick % len(self.left)]
        exchange = self._delete(identifier, version=_UNKNOWN_VERSION)
        self.asked = self.asked or self.settled(exchange)
        status = 0 if exchange.response is None else exchange.response.status
        error = body_of(exchange).get("error")
        kind = error.get("type") if isinstance(error, dict) else None
        self.expect(
            "unknown-version-refused",
            status == _BAD_REQUEST and kind == "UnrecognisedApiVersion",
            f"an unknown version was answered {status}, not 400 with UnrecognisedApiVersion",
            exchange,
            answered(_BAD_REQUEST, _BAD_REQUEST),
            equals("error", "type", value=self.tell("UnrecognisedApiVersion")),
        )
        found, listed = self._found(str(self.left[identifier]["value"]))
        self.expect(
            "unknown-version-refused",
            found.get("id") == identifier,
            "the request was refused and the alias is gone",
            listed,
            equals("items", ("id", identifier), "id", value=identifier),
        )

    @precondition(lambda self: bool(self.left))
    @rule()
    def list_all(self) -> None:
        """List aliases, whatever their value: each is of the account that asks."""
        listed = self.send("+list-aliases", "GET", _ALIASES, facts={"template": _ALIASES})
        self._look_at_accounts(listed)

    def tour(self) -> None:
        """Refusals first, then every alias until none is left, then all that is gone again."""
        if not self.left:
            return
        self.ask_for_unknown_version(0)
        self.delete_unknown()
        self.list_all()
        while self.left:
            before = len(self.left)
            self.delete_alias(0)
            if len(self.left) == before:
                return
            self.delete_again(len(self.gone) - 1)
            self.look_again()
        self.delete_unknown()
        self.look_again()

    def remove_early(self) -> None:
        """Delete one alias."""
        self.arrange()
        if self.left:
            identifier = min(self.left)
            exchange = self._delete(identifier, due=True)
            if exchange.response is not None and exchange.response.status in _SUCCESS:
                self.gone[identifier] = self.left.pop(identifier)

    def look_late(self) -> None:
        """Look for the one that is gone, and at those that are left."""
        if self.left or self.gone:
            self.look_again()
            self._look_at_others()
            self.list_all()

    def decided(self, promise: str) -> bool:
        """Return whether a deletion was done, or an unknown version asked for."""
        if promise == "unknown-version-refused":
            return self.asked
        return bool(self.gone) or promise != "delete-removes-only-the-named"

    def idle(self) -> bool:
        """Return whether no alias is left."""
        return not self.left and not self.gone

    def teardown(self) -> None:
        """Remove the aliases."""
        if hasattr(self, "world"):
            self.world.cleanup()
            if self.elsewhere is not None:
                self.elsewhere.cleanup()

    def _look_at_customer(self, customer: str) -> None:
        """List the aliases of a customer, which is still there, also without any."""
        listed = self.send(
            "+list-aliases-of-customer",
            "GET",
            f"/customers/{quote(customer, safe='')}/aliases",
            facts={"template": "/customers/{id}/aliases"},
        )
        self.expect(
            "delete-removes-only-the-named",
            listed.response is None or listed.response.status != _NOT_FOUND,
            "the customer is no longer there after an alias of it was deleted",
            listed,
            answered(200, 299),
        )

    def _look_at_others(self) -> None:
        """Fetch every alias that is left, of both accounts: each is as it was."""
        for other in self.left.values():
            found, listed = self._found(str(other["value"]))
            self.expect(
                "delete-removes-only-the-named",
                dict(found) == dict(other),
                "an alias that was not named is gone or changed",
                listed,
                *_listed(other),
            )
        for twin in self.twins:
            found, listed = self._found(str(twin["value"]), OtherTenant(self))
            self.expect(
                "delete-removes-only-the-named",
                dict(found) == dict(twin),
                "an alias of another account is gone or changed",
                listed,
                *_listed(twin),
            )

    def _look_at_gone(self, identifier: str) -> None:
        """Look for a deleted alias: lists leave it out or mark it, and nobody is found by it."""
        value = str(self.gone[identifier]["value"])
        found, listed = self._found(value)
        self.expect(
            "deleted-alias-is-gone",
            not found or any(found.get(name) for name in _MARKS),
            "a deleted alias is listed without a mark",
            listed,
            missing("items", ("id", identifier), marks=_MARKS),
        )
        owner = self.send(
            "+customer-by-alias",
            "GET",
            f"/customers/by-alias/{quote(value, safe='')}",
            facts={"template": "/customers/by-alias/{alias}"},
        )
        self.expect(
            "deleted-alias-is-gone",
            owner.response is None or owner.response.status not in _SUCCESS,
            "the customer is still found by a deleted alias",
            owner,
            answered(300, 599),
        )

    def _look_at_accounts(self, listed: Exchange) -> None:
        """Compare the account of everything that is listed with that of what we created."""
        items = body_of(listed).get("items")
        ours = _accounts((*self.left.values(), *self.gone.values()))
        accounts = _accounts(items if isinstance(items, list) else ())
        self.expect(
            "lists-only-own-account",
            not ours or accounts <= ours,
            "an alias of another account is listed",
            listed,
        )

    def _delete(
        self,
        identifier: str,
        version: str | None = None,
        *,
        due: bool = False,
        refused: str = "",
    ) -> Exchange:
        headers = {} if version is None else {"Sequence-Version": self.tell(version)}
        path = f"{_ALIASES}/{quote(identifier, safe='')}"
        facts = {"answer": json.dumps(self.world.answer(_DELETE, {"id": identifier}))}
        if due:
            facts |= {"due": "success", "because": "the alias exists"}
        if refused:
            facts |= {"due": "refusal", "because": refused, "cause": "unknown"}
        return self.send(
            _DELETE, "DELETE", path, headers=headers, expects="200" if due else None, facts=facts
        )

    def _found(
        self, value: str, sender: Session | None = None
    ) -> tuple[Mapping[str, Json], Exchange]:
        exchange = (sender or self).send(
            "+list-aliases", "GET", _ALIASES, query={"value": value}, facts={"template": _ALIASES}
        )
        items = body_of(exchange).get("items")
        found = items[0] if isinstance(items, list) and len(items) == 1 else {}
        return (found if isinstance(found, dict) else {}), exchange


def _accounts(aliases: Iterable[Json]) -> set[str]:
    """Return the accounts that aliases name; UUIDs are read in any case (RFC 9562 4)."""
    named = [item.get("sequenceAccountId") for item in aliases if isinstance(item, Mapping)]
    return {text.lower() for text in named if isinstance(text, str)}


def _listed(alias: Mapping[str, Json]) -> Iterator[Claim]:
    """Claim that an alias is listed as it was created."""
    for name in _TOLD:
        yield equals("items", ("id", str(alias["id"])), name, value=alias.get(name))


MACHINES = (CustomerAliasMachine,)
