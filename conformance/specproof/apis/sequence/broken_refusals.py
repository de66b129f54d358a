"""Ways in which Sequence could go wrong about what it has to refuse, or leave out."""

from __future__ import annotations

import base64
import binascii

from specproof.apis.base import RoutedEmulator
from specproof.apis.faults import Fault, Variant
from specproof.apis.sequence.emulator import SequenceEmulator
from specproof.apis.sequence.model import Account
from specproof.apis.wire import Call, RefusalError, Reply, is_uuid

__all__ = ["REFUSALS"]

_HALF = 18
"""Characters of a UUID that these servers look at."""


class _UnknownIdFails(SequenceEmulator):
    def delete(self, account: Account, alias_id: str) -> Reply:
        if is_uuid(alias_id) and self.store.find(account, alias_id.lower()) is None:
            return self.replies.server_error()
        return super().delete(account, alias_id)


class _HalfAnIdIsEnough(SequenceEmulator):
    def delete(self, account: Account, alias_id: str) -> Reply:
        start = alias_id.lower()[:_HALF]
        if is_uuid(alias_id) and self.store.find(account, alias_id.lower()) is None:
            for alias in self.store.aliases(account, deleted=False):
                if alias.id.startswith(start):
                    return super().delete(account, alias.id)
        return super().delete(account, alias_id)


class _EndOfAnIdIsEnough(SequenceEmulator):
    def delete(self, account: Account, alias_id: str) -> Reply:
        for alias in self.store.aliases(account, deleted=False):
            if alias_id.lower().startswith(alias.id):
                return super().delete(account, alias.id)
        return super().delete(account, alias_id)


class _ListsEveryAccount(SequenceEmulator):
    def list_aliases(self, account: Account, call: Call) -> Reply:
        # The accounts that were made first are on the first page.
        for other in self.store.accounts.values():
            if other is not account and not call.query and self.store.aliases(other, deleted=False):
                return super().list_aliases(other, call)
        return super().list_aliases(account, call)


def _token(call: Call) -> str:
    scheme, _, token = (call.header("authorization") or "").partition(" ")
    return token.strip() if scheme.lower() == "basic" else ""


class _UndecodableFails(SequenceEmulator):
    def authenticate(self, call: Call) -> Account:
        try:
            base64.b64decode(_token(call), validate=True)
        except (binascii.Error, ValueError):
            raise RefusalError(self.replies.server_error()) from None
        return super().authenticate(call)


class _NameAlone(SequenceEmulator):
    def authenticate(self, call: Call) -> Account:
        try:
            name = base64.b64decode(_token(call), validate=True).decode("utf-8")
        except (binascii.Error, ValueError):
            name = ""
        account = self.store.accounts.get(name)
        return super().authenticate(call) if account is None else account


class _EmptyField(SequenceEmulator):
    def authenticate(self, call: Call) -> Account:
        if call.header("authorization") == "":
            return next(iter(self.store.accounts.values()))
        return super().authenticate(call)


class _SchemeAlone(SequenceEmulator):
    def authenticate(self, call: Call) -> Account:
        if (call.header("authorization") or "").strip().lower() == "basic":
            return next(iter(self.store.accounts.values()))
        return super().authenticate(call)


def _is(emulator: type[RoutedEmulator]) -> Variant:
    return lambda _: emulator


_OPEN = "Anybody can remove aliases of customers that are not theirs."
_AGAIN = "Callers try again for ever what can never succeed."

REFUSALS: tuple[Fault, ...] = tuple(
    Fault(
        f"sequence-{name}",
        "sequence",
        family,
        title,
        explanation,
        variant=_is(emulator),
    )
    for name, family, title, explanation, emulator in (
        (
            "unknown-id-fails",
            "http",
            "an unknown id is answered with a server error",
            _AGAIN,
            _UnknownIdFails,
        ),
        (
            "half-an-id-is-enough",
            "state",
            "an id that begins like that of an alias deletes it",
            "A typing mistake deletes what nobody named.",
            _HalfAnIdIsEnough,
        ),
        (
            "longer-id-is-cut",
            "state",
            "an id with something behind it deletes the alias",
            "A typing mistake is taken for an id.",
            _EndOfAnIdIsEnough,
        ),
        (
            "lists-other-accounts",
            "isolation",
            "the list of aliases is that of another account",
            "Customers of the vendor see each other's data.",
            _ListsEveryAccount,
        ),
        (
            "undecodable-credentials-fail",
            "authentication",
            "credentials that are no base64 are answered with a server error",
            _AGAIN,
            _UndecodableFails,
        ),
        (
            "name-alone-accepted",
            "authentication",
            "a client id without a colon and a secret is accepted",
            _OPEN,
            _NameAlone,
        ),
        (
            "empty-field-accepted",
            "authentication",
            "an empty Authorization field is accepted",
            _OPEN,
            _EmptyField,
        ),
        (
            "scheme-alone-accepted",
            "authentication",
            "a scheme with nothing behind it is accepted",
            _OPEN,
            _SchemeAlone,
        ),
    )
)
"""Faults of refusals and of what lists leave out."""
