"""Stores of the OneSignal emulator that do something to users who are not named."""

from __future__ import annotations

from specproof.apis.onesignal.broken_state import BrokenStore
from specproof.apis.onesignal.model import App, Store, User

__all__ = ["NEIGHBOURS"]


class _DeletesNeighbours(Store):
    """The label goes from every user."""

    def remove_alias(self, app: App, user: User, label: str) -> bool:
        done = super().remove_alias(app, user, label)
        for other in app.users.values() if done else ():
            super().remove_alias(app, other, label)
        return done


class _TakesFromNeighbour(Store):
    """Another user who has the label loses it in place of the one that was named."""

    def remove_alias(self, app: App, user: User, label: str) -> bool:
        others = [one for one in app.users.values() if one is not user and label in one.aliases]
        if label not in user.aliases:
            return False
        return super().remove_alias(app, others[-1] if others else user, label)


class _GivesToNeighbour(Store):
    """The alias moves to another user."""

    def remove_alias(self, app: App, user: User, label: str) -> bool:
        alias_id = user.aliases.get(label)
        done = super().remove_alias(app, user, label)
        others = [one for one in app.users.values() if one is not user]
        if alias_id is not None and others:
            self.add_aliases(app, others[-1], {label: alias_id})
        return done


class _NeighbourNotFound(Store):
    """Other users are no longer found by the label, although they still show it."""

    def remove_alias(self, app: App, user: User, label: str) -> bool:
        done = super().remove_alias(app, user, label)
        if done:
            for place in [place for place in app.index if place[0] == label]:
                holder = app.users.get(app.index[place])
                if holder is not None:
                    app.index[place] = ""
        return done


class _NeighbourProperties(Store):
    def remove_alias(self, app: App, user: User, label: str) -> bool:
        done = super().remove_alias(app, user, label)
        for other in app.users.values() if done else ():
            if other is not user:
                other.properties.clear()
        return done


class _DeletesInEveryApp(Store):
    """A user of another app who has the same alias loses it, too."""

    def remove_alias(self, app: App, user: User, label: str) -> bool:
        alias_id = user.aliases.get(label, "")
        done = super().remove_alias(app, user, label)
        for other in self.apps.values() if done else ():
            twin = None if other is app else self.find(other, label, alias_id)
            if twin is not None:
                super().remove_alias(other, twin, label)
        return done


_OTHERS = "A request for one user changes another, who did nothing."

NEIGHBOURS: tuple[BrokenStore, ...] = tuple(
    BrokenStore(*row)
    for row in (
        (
            "deletes-neighbours",
            "isolation",
            "a deletion takes the label from every user",
            _OTHERS,
            _DeletesNeighbours,
        ),
        (
            "takes-from-neighbour",
            "isolation",
            "another user loses the alias",
            _OTHERS,
            _TakesFromNeighbour,
        ),
        (
            "gives-to-neighbour",
            "isolation",
            "another user gets the alias",
            _OTHERS,
            _GivesToNeighbour,
        ),
        (
            "neighbour-not-found",
            "isolation",
            "other users are no longer found by the label",
            _OTHERS,
            _NeighbourNotFound,
        ),
        (
            "neighbour-properties",
            "isolation",
            "a deletion takes the properties of other users",
            _OTHERS,
            _NeighbourProperties,
        ),
        (
            "deletes-in-every-app",
            "isolation",
            "a user of another app loses the same alias",
            "Customers of the vendor destroy each other's data.",
            _DeletesInEveryApp,
        ),
    )
)
"""Stores that are broken in what they do to other users."""
