"""The state behind the Sequence emulator: accounts, customers, aliases; no HTTP in here."""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

__all__ = ["CUSTOMERS", "Account", "Alias", "Customer", "Store"]

CUSTOMERS = 5
"""Customers of each account at the beginning."""

_BEGINNING = datetime(2024, 8, 1, tzinfo=UTC)


@dataclass(slots=True)
class Customer:
    """A customer; aliases point to it."""

    id: str
    created: datetime


@dataclass(slots=True)
class Alias:
    """An alias of a customer; deleted ones stay, marked."""

    id: str
    customer_id: str
    value: str
    label: str | None
    created: datetime
    deleted: datetime | None = None


@dataclass(slots=True)
class Account:
    """A tenant: its credentials, its customers and its aliases, by id in order of creation.

    Attributes:
        latest: value -> the alias that had it last; only that one can be a living one.
    """

    id: str
    client_id: str
    client_secret: str
    customers: dict[str, Customer] = field(default_factory=dict)
    aliases: dict[str, Alias] = field(default_factory=dict)
    latest: dict[str, Alias] = field(default_factory=dict)


class Store:
    """All accounts; every change of state is one method, so that a variant can override it.

    Time stands still but for one second with each write: the same requests leave the same
    timestamps and ids.

    Args:
        credentials: client id and client secret of each account.
        seed: ids follow from it.
    """

    def __init__(self, credentials: Sequence[tuple[str, str]], seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - ids of an emulator, no secrets
        self._writes = 0
        self.accounts: dict[str, Account] = {}
        for client_id, client_secret in credentials:
            account = Account(self.new_id(), client_id, client_secret)
            self.accounts[client_id] = account
            for _ in range(CUSTOMERS):
                customer = Customer(self.new_id(), self.now())
                account.customers[customer.id] = customer

    def now(self) -> datetime:
        """Return the time of the latest write."""
        return _BEGINNING + timedelta(seconds=self._writes)

    def new_id(self) -> str:
        """Return a fresh UUID, version 7 (RFC 9562 5.7), later than every one before it."""
        self._writes += 1
        milliseconds = int(self.now().timestamp() * 1000)
        bits = milliseconds << 80 | self._random.getrandbits(80)
        bits = bits & ~(0xF << 76) | 0x7 << 76
        bits = bits & ~(0x3 << 62) | 0x2 << 62
        return str(uuid.UUID(int=bits))

    def find(self, account: Account, alias_id: str) -> Alias | None:
        """Return an alias, deleted or not, or None."""
        return account.aliases.get(alias_id)

    def aliases(self, account: Account, *, deleted: bool) -> list[Alias]:
        """Return the aliases in order of creation, with the deleted ones if ``deleted``."""
        return [alias for alias in account.aliases.values() if deleted or alias.deleted is None]

    def owner(self, account: Account, value: str) -> Customer | None:
        """Return the customer whose living alias, or own id, is ``value``."""
        alias = account.latest.get(value)
        if alias is not None and alias.deleted is None:
            return account.customers[alias.customer_id]
        return account.customers.get(value)

    def taken(self, account: Account, value: str, *, for_ever: bool) -> bool:
        """Return whether no new alias can have ``value``; deleted ones count if ``for_ever``."""
        alias = account.latest.get(value)
        held = alias is not None and (for_ever or alias.deleted is None)
        return held or value in account.customers

    def create(self, account: Account, customer_id: str, value: str, label: str | None) -> Alias:
        """Add an alias."""
        alias_id = self.new_id()
        alias = Alias(alias_id, customer_id, value, label, self.now())
        account.aliases[alias_id] = account.latest[value] = alias
        return alias

    def relabel(self, alias: Alias, label: str | None) -> None:
        """Change the label of an alias."""
        self._writes += 1
        alias.label = label

    def delete(self, account: Account, alias: Alias) -> None:  # noqa: ARG002 - for overriding
        """Mark an alias as deleted, at once."""
        self._writes += 1
        alias.deleted = self.now()
