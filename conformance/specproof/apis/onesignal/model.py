"""The state behind the OneSignal emulator: apps, users, aliases; no HTTP in here."""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from specproof.model import Json, JsonObject

__all__ = ["PRIMARY", "App", "Store", "User"]

PRIMARY = "onesignal_id"
"""Label of the alias that every user has and nobody can delete."""


@dataclass(slots=True)
class User:
    """A user; ``aliases`` are the secondary ones, in the order they were added."""

    onesignal_id: str
    aliases: dict[str, str] = field(default_factory=dict)
    properties: JsonObject = field(default_factory=dict)
    subscriptions: list[JsonObject] = field(default_factory=list)


@dataclass(slots=True)
class App:
    """A tenant: its key and its users, by ``onesignal_id`` and by (label, id) of an alias."""

    id: str
    key: str
    users: dict[str, User] = field(default_factory=dict)
    index: dict[tuple[str, str], str] = field(default_factory=dict)


class Store:
    """All apps; every change of state is one method, so that a variant can override it.

    Args:
        apps: app id -> REST API key.
        seed: ids follow from it.
    """

    def __init__(self, apps: Mapping[str, str], seed: int) -> None:
        self.apps = {app_id: App(app_id, key) for app_id, key in apps.items()}
        self._random = random.Random(seed)  # noqa: S311 - ids of an emulator, no secrets

    def new_id(self) -> str:
        """Return a fresh UUID, version 4 (RFC 9562)."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def find(self, app: App, label: str, alias_id: str) -> User | None:
        """Return the user of an alias, or None."""
        if label == PRIMARY:
            return app.users.get(alias_id.lower())
        return app.users.get(app.index.get((label, alias_id), ""))

    def identity(self, app: App, user: User) -> dict[str, str]:  # noqa: ARG002 - for overriding
        """Return every alias of a user, ``onesignal_id`` first."""
        return {PRIMARY: user.onesignal_id, **user.aliases}

    def owners(self, app: App, aliases: Mapping[str, str]) -> list[User]:
        """Return the different users who have one of ``aliases``."""
        found = (self.find(app, label, alias_id) for label, alias_id in aliases.items())
        return list({user.onesignal_id: user for user in found if user}.values())

    def claimed(self, app: App, user: User, aliases: Mapping[str, str]) -> dict[str, str]:
        """Return those of ``aliases`` that somebody other than ``user`` has."""
        return {
            label: alias_id
            for label, alias_id in aliases.items()
            if (owner := self.find(app, label, alias_id)) is not None and owner is not user
        }

    def create(self, app: App) -> User:
        """Add a user with nothing but an id."""
        user = User(self.new_id())
        app.users[user.onesignal_id] = user
        return user

    def describe(
        self, user: User, properties: Mapping[str, Json], subscriptions: Sequence[JsonObject]
    ) -> None:
        """Merge ``properties`` into a user and add ``subscriptions``, each with an id."""
        user.properties.update(properties)
        for subscription in subscriptions:
            fields = {key: value for key, value in subscription.items() if key != "id"}
            user.subscriptions.append({"id": self.new_id(), **fields})

    def add_aliases(self, app: App, user: User, aliases: Mapping[str, str]) -> None:
        """Give a user ``aliases``, none of which anybody else may have."""
        for label, alias_id in aliases.items():
            if label in user.aliases:
                del app.index[label, user.aliases[label]]
            user.aliases[label] = alias_id
            app.index[label, alias_id] = user.onesignal_id

    def remove_alias(self, app: App, user: User, label: str) -> bool:
        """Take one alias from a user at once; return whether there was one."""
        alias_id = user.aliases.pop(label, None)
        if alias_id is None:
            return False
        del app.index[label, alias_id]
        return True

    def delete(self, app: App, user: User) -> None:
        """Remove a user with all aliases and subscriptions."""
        for label in list(user.aliases):
            self.remove_alias(app, user, label)
        del app.users[user.onesignal_id]
