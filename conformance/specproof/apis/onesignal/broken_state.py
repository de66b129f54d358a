"""Stores of the OneSignal emulator that are broken, each in exactly one way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from specproof.apis.onesignal.model import App, Store, User

__all__ = ["STORES", "BrokenStore"]

_LATER = 3
"""Reads after which something that is late happens."""

_MUCH_LATER = 250
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
    def remove_alias(self, app: App, user: User, label: str) -> bool:  # noqa: ARG002 - it forgets to
        return label in user.aliases


class _DeletesFirstOnly(Store):
    deleted: bool = False

    def remove_alias(self, app: App, user: User, label: str) -> bool:
        if self.deleted:
            return label in user.aliases
        self.deleted = super().remove_alias(app, user, label)
        return self.deleted


class _Delayed(Store):
    """Remembers deletions; ``turn`` is called before every look at a user."""

    after = _LATER

    def __init__(self, apps: Mapping[str, str], seed: int) -> None:
        super().__init__(apps, seed)
        self.pending: list[tuple[int, App, User, str, str]] = []
        self.reads = 0

    def find(self, app: App, label: str, alias_id: str) -> User | None:
        self.reads += 1
        due = [item for item in self.pending if item[0] <= self.reads]
        self.pending = [item for item in self.pending if item[0] > self.reads]
        for _, owner, user, name, text in due:
            if user.onesignal_id in owner.users:
                self.turn(owner, user, name, text)
        return super().find(app, label, alias_id)

    def turn(self, app: App, user: User, label: str, alias_id: str) -> None:
        """Do what is late."""

    def later(self, app: App, user: User, label: str) -> None:
        """Note a deletion that something is still to follow."""
        entry = (self.reads + self.after, app, user, label, user.aliases[label])
        self.pending.append(entry)


class _DeletesLate(_Delayed):
    def remove_alias(self, app: App, user: User, label: str) -> bool:
        if label not in user.aliases:
            return False
        self.later(app, user, label)
        return True

    def turn(self, app: App, user: User, label: str, alias_id: str) -> None:
        if user.aliases.get(label) == alias_id:
            Store.remove_alias(self, app, user, label)


class _ComesBack(_Delayed):
    def remove_alias(self, app: App, user: User, label: str) -> bool:
        if label in user.aliases:
            self.later(app, user, label)
        return super().remove_alias(app, user, label)

    def turn(self, app: App, user: User, label: str, alias_id: str) -> None:
        self.add_aliases(app, user, {label: alias_id})


class _ComesBackMuchLater(_ComesBack):
    after = _MUCH_LATER


class _StaleLookup(_Delayed):
    """The user is found by the alias for a while."""

    def remove_alias(self, app: App, user: User, label: str) -> bool:
        alias_id = user.aliases.get(label)
        if alias_id is None:
            return False
        self.later(app, user, label)
        super().remove_alias(app, user, label)
        app.index[label, alias_id] = user.onesignal_id
        return True

    def turn(self, app: App, user: User, label: str, alias_id: str) -> None:
        if user.aliases.get(label) != alias_id:
            app.index.pop((label, alias_id), None)


class _LookupForever(Store):
    """The user is found by the alias for ever."""

    def remove_alias(self, app: App, user: User, label: str) -> bool:
        alias_id = user.aliases.get(label)
        done = super().remove_alias(app, user, label)
        if alias_id is not None:
            app.index[label, alias_id] = user.onesignal_id
        return done


class _StaleIdentity(Store):
    """The list of aliases is read from a copy that lags behind."""

    def __init__(self, apps: Mapping[str, str], seed: int) -> None:
        super().__init__(apps, seed)
        self.ghosts: dict[str, dict[str, str]] = {}
        self.looks = 0

    def remove_alias(self, app: App, user: User, label: str) -> bool:
        if label in user.aliases:
            self.looks = _LATER
            self.ghosts.setdefault(user.onesignal_id, {})[label] = user.aliases[label]
        return super().remove_alias(app, user, label)

    def identity(self, app: App, user: User) -> dict[str, str]:
        self.looks -= 1
        ghosts = self.ghosts.get(user.onesignal_id, {}) if 0 < self.looks + 1 < _LATER else {}
        return {**super().identity(app, user), **ghosts}


class _KeepsBlank(Store):
    """The alias stays, with an empty id."""

    def remove_alias(self, app: App, user: User, label: str) -> bool:
        if not user.aliases.get(label):
            return False
        done = super().remove_alias(app, user, label)
        user.aliases[label] = ""
        return done


class _DeletesAll(Store):
    def remove_alias(self, app: App, user: User, label: str) -> bool:
        if label not in user.aliases:
            return False
        for each in list(user.aliases):
            super().remove_alias(app, user, each)
        return True


class _DeletesNext(Store):
    def remove_alias(self, app: App, user: User, label: str) -> bool:
        labels = list(user.aliases)
        done = super().remove_alias(app, user, label)
        if done and len(labels) > 1:
            super().remove_alias(app, user, labels[(labels.index(label) + 1) % len(labels)])
        return done


class _DeletesOther(Store):
    """Takes the first alias, whichever was named."""

    def remove_alias(self, app: App, user: User, label: str) -> bool:
        if label not in user.aliases:
            return False
        return super().remove_alias(app, user, next(iter(user.aliases)))


class _DeletesByPrefix(Store):
    def remove_alias(self, app: App, user: User, label: str) -> bool:
        done = super().remove_alias(app, user, label)
        if done:
            for each in list(user.aliases):
                if each[:9] == label[:9]:
                    super().remove_alias(app, user, each)
        return done


class _ChangesOther(Store):
    def remove_alias(self, app: App, user: User, label: str) -> bool:
        done = super().remove_alias(app, user, label)
        for each in list(user.aliases)[:1] if done else ():
            self.add_aliases(app, user, {each: user.aliases[each].upper()})
        return done


class _LabelCaseIgnored(Store):
    def remove_alias(self, app: App, user: User, label: str) -> bool:
        found = next((each for each in user.aliases if each.lower() == label.lower()), label)
        return super().remove_alias(app, user, found)


class _LabelTrimmed(Store):
    def remove_alias(self, app: App, user: User, label: str) -> bool:
        return super().remove_alias(app, user, label.strip())


class _LookupCaseIgnored(Store):
    def find(self, app: App, label: str, alias_id: str) -> User | None:
        found = super().find(app, label, alias_id)
        if found is None:
            for (name, text), owner in app.index.items():
                if name == label and text.lower() == alias_id.lower():
                    return app.users[owner]
        return found


class _LookupByPrefix(Store):
    def find(self, app: App, label: str, alias_id: str) -> User | None:
        found = super().find(app, label, alias_id)
        if found is None and alias_id:
            for (name, text), owner in app.index.items():
                if name == label and text.startswith(alias_id):
                    return app.users[owner]
        return found


class _LookupIgnoresLabel(Store):
    """An alias id is found under any label."""

    def find(self, app: App, label: str, alias_id: str) -> User | None:
        found = super().find(app, label, alias_id)
        if found is None:
            for (_, text), owner in app.index.items():
                if text == alias_id:
                    return app.users[owner]
        return found


class _LastDeletesUser(Store):
    def remove_alias(self, app: App, user: User, label: str) -> bool:
        done = super().remove_alias(app, user, label)
        if done and not user.aliases:
            app.users.pop(user.onesignal_id, None)
        return done

    def delete(self, app: App, user: User) -> None:
        for label in list(user.aliases):
            self.remove_alias(app, user, label)
        app.users.pop(user.onesignal_id, None)


class _NewPrimary(Store):
    def remove_alias(self, app: App, user: User, label: str) -> bool:
        done = super().remove_alias(app, user, label)
        if done:
            del app.users[user.onesignal_id]
            user.onesignal_id = self.new_id()
            app.users[user.onesignal_id] = user
            for each, text in user.aliases.items():
                app.index[each, text] = user.onesignal_id
        return done


class _DropsSubscriptions(Store):
    def remove_alias(self, app: App, user: User, label: str) -> bool:
        done = super().remove_alias(app, user, label)
        if done:
            user.subscriptions.clear()
        return done


class _DisablesSubscriptions(Store):
    def remove_alias(self, app: App, user: User, label: str) -> bool:
        done = super().remove_alias(app, user, label)
        for subscription in user.subscriptions if done else ():
            subscription["enabled"] = False
        return done


class _DropsSubscriptionsAtEnd(Store):
    def remove_alias(self, app: App, user: User, label: str) -> bool:
        done = super().remove_alias(app, user, label)
        if done and not user.aliases:
            user.subscriptions.clear()
        return done


class _DropsProperties(Store):
    def remove_alias(self, app: App, user: User, label: str) -> bool:
        done = super().remove_alias(app, user, label)
        if done:
            user.properties.clear()
        return done


class _ChangesProperties(Store):
    def remove_alias(self, app: App, user: User, label: str) -> bool:
        done = super().remove_alias(app, user, label)
        if done:
            user.properties["language"] = "xx"
        return done


_LOST = "Data of users is lost behind a green status."
_KEPT = "Callers believe that the alias is gone; whoever is reached by it is still reached."
_OTHERS = "A request for one user changes another, who did nothing."
_LATE = "Callers who look at once act on what should be gone."
_WRONG = "A typing mistake removes an alias that was not named."

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
        ("keeps-blank", "state", "a deleted alias stays with an empty id", _KEPT, _KeepsBlank),
        ("deletes-late", "timing", "a deletion takes effect a while later", _LATE, _DeletesLate),
        ("comes-back", "timing", "a deleted alias comes back a while later", _KEPT, _ComesBack),
        (
            "comes-back-much-later",
            "timing",
            "a deleted alias comes back long after everybody has looked",
            _KEPT,
            _ComesBackMuchLater,
        ),
        (
            "stale-lookup",
            "timing",
            "the user is found by a deleted alias for a while",
            _LATE,
            _StaleLookup,
        ),
        (
            "stale-identity",
            "timing",
            "the list of aliases shows a deleted one for a while",
            _LATE,
            _StaleIdentity,
        ),
        (
            "found-for-ever",
            "state",
            "the user is found by a deleted alias for ever",
            _KEPT,
            _LookupForever,
        ),
        ("deletes-all", "state", "a deletion takes every alias of the user", _LOST, _DeletesAll),
        ("deletes-next", "state", "a deletion takes the next alias, too", _LOST, _DeletesNext),
        ("deletes-other", "state", "a deletion takes another alias", _LOST, _DeletesOther),
        (
            "deletes-by-prefix",
            "state",
            "a deletion takes every label that begins alike",
            _LOST,
            _DeletesByPrefix,
        ),
        ("changes-other", "state", "a deletion changes another alias", _LOST, _ChangesOther),
        ("label-case-ignored", "state", "labels match in other letters", _WRONG, _LabelCaseIgnored),
        ("label-trimmed", "state", "labels match with blanks around them", _WRONG, _LabelTrimmed),
        (
            "lookup-case-ignored",
            "isolation",
            "alias ids match in other letters",
            _OTHERS,
            _LookupCaseIgnored,
        ),
        (
            "lookup-by-prefix",
            "isolation",
            "the beginning of an alias id finds the user",
            _OTHERS,
            _LookupByPrefix,
        ),
        (
            "lookup-ignores-label",
            "isolation",
            "an alias id finds the user under any label",
            _OTHERS,
            _LookupIgnoresLabel,
        ),
        (
            "last-deletes-user",
            "state",
            "the user goes with its last alias",
            _LOST,
            _LastDeletesUser,
        ),
        (
            "new-primary",
            "state",
            "a deletion changes the onesignal_id",
            _LOST,
            _NewPrimary,
        ),
        (
            "drops-subscriptions",
            "state",
            "a deletion takes the subscriptions",
            _LOST,
            _DropsSubscriptions,
        ),
        (
            "disables-subscriptions",
            "state",
            "a deletion switches the subscriptions off",
            _LOST,
            _DisablesSubscriptions,
        ),
        (
            "drops-subscriptions-at-end",
            "state",
            "the last deletion takes the subscriptions",
            _LOST,
            _DropsSubscriptionsAtEnd,
        ),
        ("drops-properties", "state", "a deletion takes the properties", _LOST, _DropsProperties),
        (
            "changes-properties",
            "state",
            "a deletion changes the properties",
            _LOST,
            _ChangesProperties,
        ),
    )
)
"""Stores that are broken in what they do to the user who is named."""
