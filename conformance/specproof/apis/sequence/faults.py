"""Ways in which Sequence could break its promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from specproof.apis.base import RoutedEmulator
from specproof.apis.faults import Alter, Answer, Fault, Profile, Variant, put
from specproof.apis.sequence import rules
from specproof.apis.sequence.broken_refusals import REFUSALS
from specproof.apis.sequence.broken_state import STORES
from specproof.apis.sequence.emulator import SequenceEmulator
from specproof.apis.sequence.model import Account, Alias, Store
from specproof.apis.wire import Call, RefusalError, Reply, is_uuid

__all__ = ["FAULTS", "PROFILE"]

PROFILE = Profile(
    tested="delete",
    occasions={
        "success": frozenset({200}),
        "refusal": frozenset({400}),
        "unauthenticated": frozenset({401}),
        "throttled": frozenset({429}),
        "unavailable": frozenset({500}),
    },
    identifier="id",
    allowed=frozenset(
        {
            # Nothing says that a 429 has the header at all, nor that it is in seconds.
            "retry-after-absent",
            "retry-after-date",
            # A 401 is empty.
            "code-now-and-then",
        }
    ),
)
"""What common faults have to know of Sequence."""

_VERSION = "sequence-version"


class _UnknownIdAccepted(SequenceEmulator):
    def delete(self, account: Account, alias_id: str) -> Reply:
        if is_uuid(alias_id) and self.store.find(account, alias_id.lower()) is None:
            customer = next(iter(account.customers))
            gone = Alias(alias_id, customer, "unknown", None, self.store.now())
            return self.replies.alias(account, gone)
        return super().delete(account, alias_id)


class _UnknownIdAnyAlias(SequenceEmulator):
    """An unknown id deletes the latest alias."""

    def delete(self, account: Account, alias_id: str) -> Reply:
        if is_uuid(alias_id) and self.store.find(account, alias_id.lower()) is None:
            living = self.store.aliases(account, deleted=False)
            if living:
                return super().delete(account, living[-1].id)
        return super().delete(account, alias_id)


class _MalformedIdAccepted(SequenceEmulator):
    def delete(self, account: Account, alias_id: str) -> Reply:
        if not is_uuid(alias_id):
            customer = next(iter(account.customers))
            gone = Alias(self.store.new_id(), customer, "unknown", None, self.store.now())
            return self.replies.alias(account, gone)
        return super().delete(account, alias_id)


class _AnswersAnother(SequenceEmulator):
    def delete(self, account: Account, alias_id: str) -> Reply:
        reply = super().delete(account, alias_id)
        others = [one for one in self.store.aliases(account, deleted=False) if one.id != alias_id]
        if reply.status == 200 and others:  # noqa: PLR2004 - done
            return self.replies.alias(account, others[-1])
        return reply


class _AnswersForeign(SequenceEmulator):
    """The answer names the account of another tenant."""

    def delete(self, account: Account, alias_id: str) -> Reply:
        reply = super().delete(account, alias_id)
        others = [one for one in self.store.accounts.values() if one is not account]
        if reply.status == 200:  # noqa: PLR2004 - done
            return self.replies.alias(others[0], account.aliases[alias_id.lower()])
        return reply


class _ForeignFound(SequenceEmulator):
    """Aliases of any account are found with our credentials."""

    def delete(self, account: Account, alias_id: str) -> Reply:
        for other in self.store.accounts.values():
            if self.store.find(other, alias_id.lower()) is not None:
                return super().delete(other, alias_id)
        return super().delete(account, alias_id)


class _RefusesEveryThird(SequenceEmulator):
    def forget(self) -> None:
        super().forget()
        self.deletions = 0

    def delete(self, account: Account, alias_id: str) -> Reply:
        alias = self.store.find(account, alias_id.lower())
        if alias is not None and alias.deleted is None:
            self.deletions += 1
            if self.deletions % 3 == 0:
                raise RefusalError(self.replies.unknown_alias())
        return super().delete(account, alias_id)


class _UnknownVersionAccepted(SequenceEmulator):
    def handle(self, call: Call) -> Reply:
        kept = tuple(item for item in call.headers if item[0] != _VERSION)
        return super().handle(replace(call, headers=kept))


class _UnknownVersionDone(SequenceEmulator):
    """An unknown version is refused once the work is done."""

    def handle(self, call: Call) -> Reply:
        refused = super().handle(call)
        version = call.header(_VERSION)
        if version is not None and version not in rules.VERSIONS:
            kept = tuple(item for item in call.headers if item[0] != _VERSION)
            super().handle(replace(call, headers=kept))
        return refused


class _UnknownVersionOtherError(SequenceEmulator):
    def handle(self, call: Call) -> Reply:
        reply = super().handle(call)
        if b"UnrecognisedApiVersion" in reply.body:
            return replace(reply, body=reply.body.replace(b"UnrecognisedApiVersion", b"BadRequest"))
        return reply


Accepts = Callable[[str, str, Account], bool]
"""Whether to let a request in, by client id, secret and an account it could mean."""


def _is(emulator: type[RoutedEmulator]) -> Variant:
    return lambda _: emulator


def _keeping(store: type[Store]) -> Variant:
    return lambda found: type("FaultyEmulator", (found,), {"STORE": store})


def _lenient(accepts: Accepts, *, without: bool = False, done_anyway: bool = False) -> Variant:
    """Return the variant that lets in more requests than it should, as the first account.

    Args:
        accepts: gets client id and secret, empty where they can not be read, and the account.
        without: whether to let in requests that have no readable credentials.
        done_anyway: the request is refused all the same, once its work is done.
    """

    class Lenient(SequenceEmulator):
        def authenticate(self, call: Call) -> Account:
            account = next(iter(self.store.accounts.values()))
            pair = rules.basic_credentials(call)
            mine = pair == (account.client_id, account.client_secret)
            if call.method == "DELETE" and not mine:
                held = without if pair is None else accepts(*pair, account)
                if held:
                    return account
            return super().authenticate(call)

        def respond(self, call: Call) -> Reply:
            reply = super().respond(call)
            if done_anyway and call.method == "DELETE":
                try:
                    super().authenticate(call)
                except RefusalError as refusal:
                    return refusal.reply
            return reply

    return _is(Lenient)


class _SchemeIgnored(SequenceEmulator):
    def authenticate(self, call: Call) -> Account:
        _, _, token = (call.header("authorization") or "").partition(" ")
        headers = tuple(item for item in call.headers if item[0] != "authorization")
        headers = (*headers, ("authorization", f"Basic {token}"))
        return super().authenticate(replace(call, headers=headers))


class _OtherForOurs(SequenceEmulator):
    """Any tenant's credentials reach every alias."""

    def delete(self, account: Account, alias_id: str) -> Reply:
        first, *rest = self.store.accounts.values()
        if account in rest and self.store.find(account, alias_id.lower()) is None:
            return super().delete(first, alias_id)
        return super().delete(account, alias_id)


def _fault(  # noqa: PLR0917 - a row of a table, read in its order
    name: str,
    family: str,
    title: str,
    explanation: str,
    variant: Variant | None = None,
    alter: Alter | None = None,
    statuses: frozenset[int] | None = None,
) -> Fault:
    return Fault(
        f"sequence-{name}",
        "sequence",
        family,
        title,
        explanation,
        variant=variant,
        alter=alter,
        statuses=statuses,
    )


_LOST = "Data of customers is lost behind a green status."
_WRONG = "A typing mistake is taken for a success."
_OPEN = "Anybody can remove aliases of customers that are not theirs."
_SHAPE = "Typed clients raise, or hand on what they should not."
_DATES = "Clients that turn it into a date raise."
_SUCCESS = frozenset({200})

_STATE = (
    *(
        _fault(row.id, row.family, row.title, row.explanation, _keeping(row.store))
        for row in STORES
    ),
    _fault(
        "unknown-id-accepted",
        "state",
        "deleting an unknown id is a success",
        _WRONG,
        _is(_UnknownIdAccepted),
    ),
    _fault(
        "unknown-id-deletes-latest",
        "state",
        "an unknown id deletes the latest alias",
        _LOST,
        _is(_UnknownIdAnyAlias),
    ),
    _fault(
        "malformed-id-accepted",
        "state",
        "deleting an id that is no UUID is a success",
        _WRONG,
        _is(_MalformedIdAccepted),
    ),
    _fault(
        "refuses-every-third",
        "state",
        "every third alias that exists is not found",
        "Callers believe that the alias is gone.",
        _is(_RefusesEveryThird),
    ),
    _fault(
        "answers-another",
        "isolation",
        "the answer is another alias",
        "Callers act on another customer's data.",
        _is(_AnswersAnother),
    ),
    _fault(
        "answers-foreign-account",
        "isolation",
        "the answer names another account",
        "Ids of other tenants leak.",
        _is(_AnswersForeign),
    ),
    _fault(
        "foreign-aliases-found",
        "isolation",
        "aliases of other accounts can be deleted",
        "Customers of the vendor destroy each other's data.",
        _is(_ForeignFound),
    ),
    _fault(
        "other-tenant-accepted",
        "authentication",
        "another tenant's credentials delete our aliases",
        _OPEN,
        _is(_OtherForOurs),
    ),
)

_ACCESS = (
    _fault(
        "missing-credentials-accepted",
        "authentication",
        "a request without readable credentials is accepted",
        _OPEN,
        _lenient(lambda *_: False, without=True),
    ),
    _fault(
        "any-credentials-accepted",
        "authentication",
        "any credentials are accepted",
        _OPEN,
        _lenient(lambda *_: True),
    ),
    _fault(
        "any-secret-accepted",
        "authentication",
        "any secret is accepted",
        _OPEN,
        _lenient(lambda client, _secret, account: client == account.client_id),
    ),
    _fault(
        "any-client-accepted",
        "authentication",
        "the secret is accepted with any client id",
        _OPEN,
        _lenient(lambda _client, secret, account: secret == account.client_secret),
    ),
    _fault(
        "secret-prefix-accepted",
        "authentication",
        "the beginning of a secret is accepted",
        _OPEN,
        _lenient(
            lambda client, secret, account: (
                client == account.client_id
                and secret != ""
                and account.client_secret.startswith(secret)
            )
        ),
    ),
    _fault(
        "empty-secret-accepted",
        "authentication",
        "an empty secret is accepted",
        _OPEN,
        _lenient(lambda client, secret, account: not secret and client in {"", account.client_id}),
    ),
    _fault(
        "secret-case-ignored",
        "authentication",
        "a secret is accepted in other letters",
        _OPEN,
        _lenient(
            lambda client, secret, account: (
                client.lower() == account.client_id.lower()
                and secret.lower() == account.client_secret.lower()
            )
        ),
    ),
    _fault(
        "scheme-ignored",
        "authentication",
        "credentials are accepted under any scheme",
        _OPEN,
        _is(_SchemeIgnored),
    ),
    _fault(
        "refused-and-done",
        "authentication",
        "a request with wrong credentials is refused once its work is done",
        _LOST,
        _lenient(lambda *_: True, without=True, done_anyway=True),
    ),
)


def _only_once(answer: Answer) -> Answer:
    return answer.without(_VERSION) if answer.number % 4 == 3 else answer  # noqa: PLR2004 - every 4th


_VERSIONS = (
    _fault(
        "version-missing",
        "header",
        "no answer names the version",
        "Callers can not tell which version answered.",
        alter=lambda answer: answer.without(_VERSION),
    ),
    _fault(
        "version-missing-on-refusal",
        "header",
        "a refusal does not name the version",
        "Callers can not tell which version answered.",
        alter=lambda answer: answer.without(_VERSION),
        statuses=frozenset({400}),
    ),
    _fault(
        "version-missing-now-and-then",
        "header",
        "every fourth answer does not name the version",
        "Callers can not tell which version answered.",
        alter=_only_once,
    ),
    _fault(
        "version-twice",
        "header",
        "an answer names two versions",
        "Callers can not tell which version answered.",
        alter=lambda answer: answer.having(_VERSION, rules.LATEST_VERSION, "2023-01-01"),
    ),
    _fault(
        "version-wrong",
        "header",
        "an answer names another version than was asked for",
        "Callers read the answer by the wrong contract.",
        alter=lambda answer: answer.having(_VERSION, "2019-01-01"),
    ),
    _fault(
        "version-blank",
        "header",
        "an answer names a blank version",
        "Callers can not tell which version answered.",
        alter=lambda answer: answer.having(_VERSION, ""),
    ),
    _fault(
        "version-word",
        "header",
        "an answer names a version that is none",
        "Callers can not tell which version answered.",
        alter=lambda answer: answer.having(_VERSION, "latest"),
    ),
    _fault(
        "unknown-version-accepted",
        "protocol",
        "a version that does not exist is accepted",
        "Callers believe that the answer keeps a contract that nobody has.",
        _is(_UnknownVersionAccepted),
    ),
    _fault(
        "unknown-version-done",
        "state",
        "a version that does not exist is refused once the work is done",
        _LOST,
        _is(_UnknownVersionDone),
    ),
    _fault(
        "unknown-version-other-error",
        "envelope",
        "a version that does not exist is refused with another error type",
        "Callers can not tell what was wrong.",
        _is(_UnknownVersionOtherError),
    ),
)

_FIELDS = tuple(
    _fault(name, "schema", title, why, alter=alter, statuses=_SUCCESS)
    for name, title, why, alter in (
        ("created-not-a-date", "createdAt is no date", _DATES, put("createdAt", "yesterday")),
        ("created-a-number", "createdAt is a number", _DATES, put("createdAt", 1722470400)),
        (
            "created-without-zone",
            "createdAt has no time zone",
            _DATES,
            put("createdAt", "2024-08-01T00:00:00"),
        ),
        ("created-a-day", "createdAt is a day", _DATES, put("createdAt", "2024-08-01")),
        (
            "created-impossible",
            "createdAt is the 30th of February",
            _DATES,
            put("createdAt", "2024-02-30T00:00:00Z"),
        ),
        ("created-null", "createdAt is null", _DATES, put("createdAt", None)),
        ("deleted-not-a-date", "deletedAt is no date", _DATES, put("deletedAt", "now")),
        ("deleted-true", "deletedAt is true", _DATES, put("deletedAt", True)),
        ("customer-not-uuid", "customerId is no UUID", _SHAPE, put("customerId", "cust_1")),
        ("customer-null", "customerId is null", _SHAPE, put("customerId", None)),
        (
            "account-not-uuid",
            "sequenceAccountId is no UUID",
            _SHAPE,
            put("sequenceAccountId", "acct_1"),
        ),
        (
            "account-object",
            "sequenceAccountId is an object",
            _SHAPE,
            put("sequenceAccountId", {"id": "acct_1"}),
        ),
        ("value-null", "value is null", _SHAPE, put("value", None)),
        ("value-list", "value is a list", _SHAPE, put("value", ["a"])),
        ("value-of-another", "value is not that of the alias", _SHAPE, put("value", "another")),
        ("label-number", "label is a number", _SHAPE, put("label", 5)),
        ("label-null", "label is null where a string is declared", _SHAPE, put("label", None)),
        ("label-changed", "label is not that of the alias", _SHAPE, put("label", "another")),
    )
)

FAULTS: tuple[Fault, ...] = (*_STATE, *_ACCESS, *_VERSIONS, *_FIELDS, *REFUSALS)
"""Faults of Sequence alone."""
