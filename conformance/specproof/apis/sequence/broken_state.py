"""Stores of the Sequence emulator that are broken, each in exactly one way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from specproof.apis.sequence.model import Account, Alias, Customer, Store

__all__ = ["STORES", "BrokenStore"]

_LATER = 2
"""Writes or reads after which something that is late happens."""

_MUCH_LATER = 120
"""The same, so late that whoever looks at once, or a little later, has gone."""


@dataclass(frozen=True, slots=True)
class BrokenStore:
    """A row: what is broken, what that does to a caller, and the store that does it."""

    id: str
    family: str
    title: str
    explanation: str
    store: type[Store]


class _DeletesNothing(Store):
    def delete(self, account: Account, alias: Alias) -> None:
        """Forget to."""


class _DeletesFirstOnly(Store):
    deleted: bool = False

    def delete(self, account: Account, alias: Alias) -> None:
        if not self.deleted:
            super().delete(account, alias)
        self.deleted = True


class _Turning(Store):
    """Remembers deletions, and does something about each after a few reads."""

    after = _LATER

    def __init__(self, credentials: Sequence[tuple[str, str]], seed: int) -> None:
        super().__init__(credentials, seed)
        self.pending: list[tuple[int, Account, Alias]] = []
        self.reads = 0

    def aliases(self, account: Account, *, deleted: bool) -> list[Alias]:
        self.reads += 1
        due = [item for item in self.pending if item[0] <= self.reads]
        self.pending = [item for item in self.pending if item[0] > self.reads]
        for _, owner, alias in due:
            self.turn(owner, alias)
        return super().aliases(account, deleted=deleted)

    def later(self, account: Account, alias: Alias) -> None:
        """Note a deletion that something is still to follow."""
        self.pending.append((self.reads + self.after, account, alias))

    def turn(self, account: Account, alias: Alias) -> None:
        """Do what is late."""


class _DeletesLate(_Turning):
    def delete(self, account: Account, alias: Alias) -> None:
        self.later(account, alias)

    def turn(self, account: Account, alias: Alias) -> None:
        Store.delete(self, account, alias)


class _ComesBack(_Turning):
    def delete(self, account: Account, alias: Alias) -> None:
        super().delete(account, alias)
        self.later(account, alias)

    def turn(self, account: Account, alias: Alias) -> None:  # noqa: ARG002 - as every turn
        alias.deleted = None


class _ComesBackMuchLater(_ComesBack):
    after = _MUCH_LATER


class _StillOwned(Store):
    """The customer is still found by the deleted value."""

    def owner(self, account: Account, value: str) -> Customer | None:
        alias = account.latest.get(value)
        return (
            super().owner(account, value) if alias is None else account.customers[alias.customer_id]
        )


class _DeletesOfCustomer(Store):
    def delete(self, account: Account, alias: Alias) -> None:
        for each in self.aliases(account, deleted=False):
            if each.customer_id == alias.customer_id:
                super().delete(account, each)


class _DeletesAll(Store):
    def delete(self, account: Account, alias: Alias) -> None:
        super().delete(account, alias)
        for each in self.aliases(account, deleted=False):
            super().delete(account, each)


class _DeletesPrevious(Store):
    def delete(self, account: Account, alias: Alias) -> None:
        super().delete(account, alias)
        before = [one for one in self.aliases(account, deleted=False) if one.id < alias.id]
        if before:
            super().delete(account, before[-1])


class _DeletesNextInstead(Store):
    def delete(self, account: Account, alias: Alias) -> None:
        after = [one for one in self.aliases(account, deleted=False) if one.id > alias.id]
        super().delete(account, after[0] if after else alias)


class _DeletesOfOthers(Store):
    """Takes one alias of another customer, too."""

    def delete(self, account: Account, alias: Alias) -> None:
        super().delete(account, alias)
        for each in self.aliases(account, deleted=False):
            if each.customer_id != alias.customer_id:
                super().delete(account, each)
                return


class _DeletesInEveryAccount(Store):
    """Aliases of other accounts with the same value go, too."""

    def delete(self, account: Account, alias: Alias) -> None:
        super().delete(account, alias)
        for other in self.accounts.values():
            twin = None if other is account else other.latest.get(alias.value)
            if twin is not None and twin.deleted is None:
                super().delete(other, twin)


class _ClearsLabels(Store):
    def delete(self, account: Account, alias: Alias) -> None:
        super().delete(account, alias)
        for each in self.aliases(account, deleted=False):
            if each.customer_id == alias.customer_id:
                each.label = None


class _RelabelsOthers(Store):
    def delete(self, account: Account, alias: Alias) -> None:
        super().delete(account, alias)
        for each in self.aliases(account, deleted=False):
            if each.customer_id != alias.customer_id:
                each.label = "changed"


class _MovesOthers(Store):
    """The next alias moves to the customer of the deleted one."""

    def delete(self, account: Account, alias: Alias) -> None:
        super().delete(account, alias)
        for each in self.aliases(account, deleted=False):
            if each.customer_id != alias.customer_id:
                each.customer_id = alias.customer_id
                return


class _ChangesCreation(Store):
    def delete(self, account: Account, alias: Alias) -> None:
        super().delete(account, alias)
        alias.created = self.now()


class _BlanksValue(Store):
    def delete(self, account: Account, alias: Alias) -> None:
        super().delete(account, alias)
        alias.value = ""


class _DropsCustomer(Store):
    """The customer goes with its last alias."""

    def delete(self, account: Account, alias: Alias) -> None:
        super().delete(account, alias)
        living = {one.customer_id for one in self.aliases(account, deleted=False)}
        if alias.customer_id not in living:
            account.customers.pop(alias.customer_id, None)


_LOST = "Data of customers is lost behind a green status."
_KEPT = "Callers believe that the alias is gone; the customer is still found by it."
_OTHERS = "A request for one customer changes another, who did nothing."

STORES: tuple[BrokenStore, ...] = tuple(
    BrokenStore(*row)
    for row in (
        ("deletes-nothing", "state", "a deletion does nothing", _KEPT, _DeletesNothing),
        (
            "deletes-first-only",
            "state",
            "only the first deletion does anything",
            _KEPT,
            _DeletesFirstOnly,
        ),
        ("deletes-late", "timing", "a deletion takes effect a while later", _KEPT, _DeletesLate),
        ("comes-back", "timing", "a deleted alias comes back a while later", _KEPT, _ComesBack),
        (
            "comes-back-much-later",
            "timing",
            "a deleted alias comes back long after everybody has looked",
            _KEPT,
            _ComesBackMuchLater,
        ),
        (
            "still-owned",
            "state",
            "the customer is still found by the deleted alias",
            _KEPT,
            _StillOwned,
        ),
        (
            "deletes-of-customer",
            "state",
            "a deletion takes every alias of the customer",
            _LOST,
            _DeletesOfCustomer,
        ),
        ("deletes-all", "isolation", "a deletion takes every alias", _LOST, _DeletesAll),
        ("deletes-previous", "state", "a deletion takes the alias before", _LOST, _DeletesPrevious),
        (
            "deletes-next-instead",
            "state",
            "a deletion takes the next alias instead",
            _LOST,
            _DeletesNextInstead,
        ),
        (
            "deletes-of-others",
            "isolation",
            "a deletion takes an alias of another customer",
            _OTHERS,
            _DeletesOfOthers,
        ),
        (
            "deletes-in-every-account",
            "isolation",
            "another account loses the alias of the same value",
            "Customers of the vendor destroy each other's data.",
            _DeletesInEveryAccount,
        ),
        (
            "clears-labels",
            "state",
            "a deletion clears the labels of the customer's other aliases",
            _LOST,
            _ClearsLabels,
        ),
        (
            "relabels-others",
            "isolation",
            "a deletion changes the labels of other customers",
            _OTHERS,
            _RelabelsOthers,
        ),
        (
            "moves-others",
            "isolation",
            "an alias of another customer moves to this one",
            _OTHERS,
            _MovesOthers,
        ),
        (
            "changes-creation",
            "content",
            "the answer has another createdAt than the alias had",
            "Records do not match any longer.",
            _ChangesCreation,
        ),
        (
            "blanks-value",
            "content",
            "the answer has a blank value",
            "Callers do not learn what was deleted.",
            _BlanksValue,
        ),
        (
            "drops-customer",
            "isolation",
            "the customer goes with its last alias",
            _LOST,
            _DropsCustomer,
        ),
    )
)
"""Every broken store of Sequence."""
