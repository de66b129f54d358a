"""Ways in which OneSignal could break its promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from specproof.apis.base import RoutedEmulator
from specproof.apis.faults import Fault, Profile, Variant
from specproof.apis.onesignal.broken_neighbours import NEIGHBOURS
from specproof.apis.onesignal.broken_state import STORES
from specproof.apis.onesignal.emulator import OneSignalEmulator
from specproof.apis.onesignal.model import PRIMARY, App, Store, User
from specproof.apis.onesignal.replies import error
from specproof.apis.routing import Match, Route
from specproof.apis.wire import Call, RefusalError, Reply

__all__ = ["FAULTS", "PROFILE"]

PROFILE = Profile(
    tested="delete-alias",
    occasions={
        "success": frozenset({200}),
        "refusal": frozenset({400, 404}),
        "missing": frozenset({404}),
        "unauthenticated": frozenset({401}),
        "throttled": frozenset({429}),
        "unavailable": frozenset({503}),
    },
    identifier="identity/onesignal_id",
)
"""What common faults have to know of OneSignal."""


class _Emulator(OneSignalEmulator):
    """Remembers by which label the user of the current request was looked up."""

    looked_up: str = ""

    def look_up(self, app: App, label: str, alias_id: str) -> User:
        self.looked_up = label
        return super().look_up(app, label, alias_id)


class _ProtectedDeletable(_Emulator):
    def delete_alias(self, app: App, user: User, label: str) -> Reply:
        if label == PRIMARY:
            return self.replies.alias_deleted(self.store.identity(app, user))
        return super().delete_alias(app, user, label)


class _ProtectedDeletesUser(_Emulator):
    def delete_alias(self, app: App, user: User, label: str) -> Reply:
        if label == PRIMARY:
            identity = self.store.identity(app, user)
            self.store.delete(app, user)
            return self.replies.alias_deleted(identity)
        return super().delete_alias(app, user, label)


class _ProtectedRefusedAndDone(_Emulator):
    def delete_alias(self, app: App, user: User, label: str) -> Reply:
        if label == PRIMARY:
            self.store.delete(app, user)
        return super().delete_alias(app, user, label)


class _LookupLabelRefused(_Emulator):
    def delete_alias(self, app: App, user: User, label: str) -> Reply:
        if label == self.looked_up and label != PRIMARY:
            return error(400, "user-7", "The label that the user is found by can not be deleted")
        return super().delete_alias(app, user, label)


class _UnknownLabelAccepted(_Emulator):
    def delete_alias(self, app: App, user: User, label: str) -> Reply:
        if label != PRIMARY and label not in user.aliases:
            return self.replies.alias_deleted(self.store.identity(app, user))
        return super().delete_alias(app, user, label)


class _SecondDeleteAccepted(_Emulator):
    def forget(self) -> None:
        super().forget()
        self.removed: set[tuple[str, str]] = set()

    def delete_alias(self, app: App, user: User, label: str) -> Reply:
        if (user.onesignal_id, label) in self.removed:
            return self.replies.alias_deleted(self.store.identity(app, user))
        self.removed.add((user.onesignal_id, label))
        return super().delete_alias(app, user, label)


class _UnknownUserAccepted(_Emulator):
    def serve(self, route: Route, match: Match, call: Call) -> Reply:
        try:
            return super().serve(route, match, call)
        except RefusalError as refusal:
            if route.name == "delete-alias" and refusal.reply.status == 404:  # noqa: PLR2004 - unknown
                return self.replies.identity({PRIMARY: self.store.new_id()})
            raise


class _UnknownUserCreated(_Emulator):
    def look_up(self, app: App, label: str, alias_id: str) -> User:
        try:
            return super().look_up(app, label, alias_id)
        except RefusalError as refusal:
            if refusal.reply.status != 404:  # noqa: PLR2004 - unknown
                raise
            user = self.store.create(app)
            self.store.add_aliases(app, user, {label: alias_id})
            return user


class _UnknownUserUnavailable(_Emulator):
    def look_up(self, app: App, label: str, alias_id: str) -> User:
        try:
            return super().look_up(app, label, alias_id)
        except RefusalError as refusal:
            if refusal.reply.status != 404:  # noqa: PLR2004 - unknown
                raise
            raise RefusalError(self.replies.unavailable("unavailable")) from None


class _IdIsAPattern(_Emulator):
    """An id with a percent sign finds what fits, as LIKE in SQL does."""

    def look_up(self, app: App, label: str, alias_id: str) -> User:
        if alias_id.endswith("%"):
            for user in app.users.values():
                if user.aliases.get(label, "").startswith(alias_id[:-1]):
                    return user
        return super().look_up(app, label, alias_id)


class _EmptyFieldAccepted(OneSignalEmulator):
    def authenticate(self, app_id: str, call: Call) -> App:
        app = self.store.apps.get(app_id.lower())
        if app is not None and _tested(call) and call.header("authorization") == "":
            return app
        return super().authenticate(app_id, call)


class _EchoesDeleted(_Emulator):
    def delete_alias(self, app: App, user: User, label: str) -> Reply:
        before = self.store.identity(app, user)
        reply = super().delete_alias(app, user, label)
        return self.replies.identity(before) if reply.status == 200 else reply  # noqa: PLR2004 - done


class _AnswersForNeighbour(_Emulator):
    def delete_alias(self, app: App, user: User, label: str) -> Reply:
        reply = super().delete_alias(app, user, label)
        others = [other for other in app.users.values() if other is not user]
        if reply.status == 200 and others:  # noqa: PLR2004 - done
            return self.replies.alias_deleted(self.store.identity(app, others[-1]))
        return reply


class _ListsNeighbour(_Emulator):
    def delete_alias(self, app: App, user: User, label: str) -> Reply:
        reply = super().delete_alias(app, user, label)
        others = [other for other in app.users.values() if other is not user]
        if reply.status == 200 and others:  # noqa: PLR2004 - done
            return self.replies.identity({**others[-1].aliases, PRIMARY: user.onesignal_id})
        return reply


class _RefusesEveryThird(_Emulator):
    def forget(self) -> None:
        super().forget()
        self.deletions = 0

    def delete_alias(self, app: App, user: User, label: str) -> Reply:
        if label in user.aliases:
            self.deletions += 1
            if self.deletions % 3 == 0:
                return self.replies.unknown_alias(user, label)
        return super().delete_alias(app, user, label)


class _ForeignUsersFound(_Emulator):
    """Users of any app are found through every app."""

    def look_up(self, app: App, label: str, alias_id: str) -> User:
        others = (one for one in self.store.apps.values() if one is not app)
        for other in (app, *others):
            if self.store.find(other, label, alias_id) is not None:
                return super().look_up(other, label, alias_id)
        return super().look_up(app, label, alias_id)

    def delete_alias(self, app: App, user: User, label: str) -> Reply:  # noqa: ARG002 - the wrong one
        owner = next(one for one in self.store.apps.values() if user.onesignal_id in one.users)
        return super().delete_alias(owner, user, label)


Accepts = Callable[[str, str, App], bool]
"""Whether to let a request in, by the words of Authorization and the app."""


def _is(emulator: type[RoutedEmulator]) -> Variant:
    return lambda _: emulator


def _keeping(store: type[Store]) -> Variant:
    return lambda found: type("FaultyEmulator", (found,), {"STORE": store})


def _lenient(accepts: Accepts, *, done_anyway: bool = False) -> Variant:
    """Return the variant that lets in more requests than it should.

    Args:
        accepts: gets scheme and credentials of the request, either may be empty.
        done_anyway: the request is refused all the same, once its work is done.
    """

    class Lenient(OneSignalEmulator):
        def authenticate(self, app_id: str, call: Call) -> App:
            app = self.store.apps.get(app_id.lower())
            scheme, _, key = (call.header("authorization") or "").partition(" ")
            if app is not None and _tested(call) and accepts(scheme, key, app):
                return app
            return super().authenticate(app_id, call)

        def serve(self, route: Route, match: Match, call: Call) -> Reply:
            reply = super().serve(route, match, call)
            if done_anyway and _tested(call):
                # Raises the refusal that the sound emulator would have begun with.
                super().authenticate(match.parameters["app_id"], call)
            return reply

    return _is(Lenient)


def _tested(call: Call) -> bool:
    return call.method == "DELETE" and "/identity/" in call.path


def _sound(scheme: str, key: str, app: App) -> bool:
    return scheme.lower() == "key" and key == app.key


def _state(name: str, title: str, explanation: str, variant: Variant) -> Fault:
    return Fault(f"onesignal-{name}", "onesignal", "state", title, explanation, variant=variant)


def _isolation(name: str, title: str, explanation: str, variant: Variant) -> Fault:
    made = _state(name, title, explanation, variant)
    return replace(made, family="isolation")


def _access(name: str, title: str, variant: Variant) -> Fault:
    made = _state(name, title, "Anybody can remove aliases of users that are not theirs.", variant)
    return replace(made, family="authentication")


_LOST = "Data of users is lost behind a green status."
_KEPT = "Callers believe that the alias is gone; whoever is reached by it is still reached."

_STATE: tuple[Fault, ...] = (
    *(
        Fault(
            f"onesignal-{row.id}",
            "onesignal",
            row.family,
            row.title,
            row.explanation,
            variant=_keeping(row.store),
        )
        for row in (*STORES, *NEIGHBOURS)
    ),
    _state(
        "protected-deletable",
        "deleting onesignal_id is answered 200",
        _KEPT,
        _is(_ProtectedDeletable),
    ),
    _state(
        "protected-deletes-user",
        "deleting onesignal_id deletes the user",
        _LOST,
        _is(_ProtectedDeletesUser),
    ),
    _state(
        "protected-refused-and-done",
        "deleting onesignal_id is refused and deletes the user",
        _LOST,
        _is(_ProtectedRefusedAndDone),
    ),
    _state(
        "lookup-label-refused",
        "the label that the user was found by can not be deleted",
        "The last alias of a user can not be removed through itself.",
        _is(_LookupLabelRefused),
    ),
    _state(
        "unknown-label-accepted",
        "deleting a label that the user does not have is a success",
        _KEPT,
        _is(_UnknownLabelAccepted),
    ),
    _state(
        "second-delete-accepted",
        "a second deletion of the same alias is a success",
        "Callers count deletions twice.",
        _is(_SecondDeleteAccepted),
    ),
    _state(
        "unknown-user-accepted",
        "deleting an alias of an unknown user is a success",
        _KEPT,
        _is(_UnknownUserAccepted),
    ),
    _state(
        "unknown-user-created",
        "asking for an unknown user creates it",
        "Typing mistakes fill the account with users.",
        _is(_UnknownUserCreated),
    ),
    _state(
        "unknown-user-unavailable",
        "asking for an unknown user is answered 503 each time",
        "Callers try again for ever what can never succeed.",
        _is(_UnknownUserUnavailable),
    ),
    _state(
        "id-is-a-pattern",
        "an alias id with a percent sign finds whom it fits",
        "Whoever sends a percent sign deletes aliases of users that nobody named.",
        _is(_IdIsAPattern),
    ),
    _state(
        "refuses-every-third",
        "every third alias that exists is not found",
        _KEPT,
        _is(_RefusesEveryThird),
    ),
    _state(
        "echoes-deleted",
        "the answer still lists the alias that was deleted",
        "Callers store the alias anew.",
        _is(_EchoesDeleted),
    ),
    _isolation(
        "answers-for-neighbour",
        "the answer is about another user",
        "Callers act on another user's data.",
        _is(_AnswersForNeighbour),
    ),
    _isolation(
        "lists-neighbour",
        "the answer lists the aliases of another user",
        "Data of one user is shown to another.",
        _is(_ListsNeighbour),
    ),
    _isolation(
        "foreign-users-found",
        "users of another app are found with our key",
        "Customers of the vendor reach each other's users.",
        _is(_ForeignUsersFound),
    ),
    _access(
        "missing-key-accepted",
        "a request without credentials is accepted",
        _lenient(lambda scheme, _key, _app: not scheme),
    ),
    _access(
        "any-text-accepted",
        "any text in Authorization is accepted",
        _lenient(lambda scheme, _key, _app: bool(scheme)),
    ),
    _access(
        "any-key-accepted",
        "any key is accepted",
        _lenient(lambda scheme, key, _app: scheme.lower() == "key" and bool(key)),
    ),
    _access(
        "foreign-key-accepted",
        "the key of another app is accepted",
        _lenient(lambda _scheme, key, app: key != app.key and key.startswith("emulated-")),
    ),
    _access(
        "key-prefix-accepted",
        "the beginning of a key is accepted",
        _lenient(
            lambda scheme, key, app: scheme == "Key" and key != "" and app.key.startswith(key)
        ),
    ),
    _access(
        "empty-key-accepted",
        "an empty key is accepted",
        _lenient(lambda scheme, key, _app: scheme.lower() == "key" and not key.strip()),
    ),
    _access(
        "empty-field-accepted",
        "an empty Authorization field is accepted",
        _is(_EmptyFieldAccepted),
    ),
    _access(
        "key-case-ignored",
        "a key is accepted in other letters",
        _lenient(lambda _scheme, key, app: key.lower() == app.key.lower()),
    ),
    _access(
        "any-scheme-accepted",
        "a key is accepted under any scheme",
        _lenient(lambda _scheme, key, app: key == app.key),
    ),
    _access(
        "refused-and-done",
        "a request with a wrong key is refused once its work is done",
        _lenient(lambda _scheme, _key, _app: True, done_anyway=True),
    ),
)

FAULTS: tuple[Fault, ...] = _STATE
"""Faults of OneSignal alone."""
