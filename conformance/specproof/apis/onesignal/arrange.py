"""Makes OneSignal users with aliases for scenarios, and removes them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from specproof.apis.bodies import body_of
from specproof.apis.contract import Session
from specproof.model import Json

__all__ = ["WORLD", "OneSignalWorld", "User", "identity_path"]

_CREATED = frozenset({200, 201, 202})
_DELETED = frozenset({200, 202, 204})
_UNKNOWN = frozenset({404, 410})


@dataclass(frozen=True, slots=True)
class User:
    """A user of ours: its OneSignal id and the aliases it was created with."""

    onesignal_id: str
    aliases: Mapping[str, str]


class OneSignalWorld:
    """Arranges users under one app; every alias id is a fresh namespaced value."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._users: list[User] = []
        # By alias, and by OneSignal id under no label: most requests are about none of them.
        self._known: dict[tuple[str | None, str], User] = {}

    @property
    def app_id(self) -> str:
        """The app that the credentials belong to."""
        return self._session.credential("ONESIGNAL_APP_ID")

    def create_user(
        self, *labels: str, subscription: bool = False, like: User | None = None
    ) -> User | None:
        """Create a user with a fresh alias under each label, or return None if refused.

        Args:
            like: a user of another app, whose aliases the new one gets as well.
        """
        aliases = {label: self._session.unique(label.replace("_", "-")) for label in labels}
        if like is not None:
            aliases.update(like.aliases)
        body: dict[str, Json] = {
            "identity": dict(aliases),
            "properties": {"language": self._session.tell("en")},
        }
        if subscription:
            address = f"{self._session.unique('mail')}@example.invalid"
            body["subscriptions"] = [
                {"type": self._session.tell("Email"), "token": self._session.tell(address)}
            ]
        exchange = self._session.send(
            "+create-user",
            "POST",
            f"/apps/{quote(self.app_id, safe='')}/users",
            json=body,
            facts={"template": "/apps/{app_id}/users"},
        )
        if exchange.response is None or exchange.response.status not in _CREATED:
            return None
        identity = body_of(exchange).get("identity")
        onesignal_id = identity.get("onesignal_id") if isinstance(identity, dict) else None
        if not isinstance(onesignal_id, str) or not isinstance(identity, dict):
            return None
        # A user who shows other aliases than ours is somebody else, and none of ours to remove.
        if any(identity.get(label, text) != text for label, text in aliases.items()):
            return None
        if not self._session.adopt(exchange, onesignal_id):
            return None
        user = User(onesignal_id, aliases)
        self._users.append(user)
        for name in ((None, onesignal_id), *aliases.items()):
            self._known.setdefault(name, user)
        return user

    def parameters(self, operation: str) -> Mapping[str, str] | None:
        """Create a user with two aliases and name one of them for removal."""
        if operation != "delete-alias":
            return None
        user = self.create_user("external_id", "specproof_label")
        if user is None:
            return None
        return {
            "app_id": self.app_id,
            "alias_label": self._session.tell("external_id"),
            "alias_id": user.aliases["external_id"],
            "alias_label_to_delete": self._session.tell("specproof_label"),
        }

    def answer(self, operation: str, values: Mapping[str, str]) -> Mapping[str, str | None]:
        """Return the identity that an answer about one of our users has to show.

        Whether the remaining aliases are listed is open; the one that was removed never is.
        """
        del operation
        label, alias_id = values.get("alias_label", ""), values.get("alias_id", "")
        user = self._known.get((None, alias_id)) or self._known.get((label, alias_id))
        if user is None:
            return {}
        removed = values.get("alias_label_to_delete", "")
        shown = {f"identity/{name}": text for name, text in user.aliases.items()}
        gone = {f"identity/{removed}": None}
        return {"identity/onesignal_id": user.onesignal_id, **shown, **gone}

    def unknown(self, operation: str) -> Sequence[Mapping[str, str]]:
        """Name a user that never was, by alias and by OneSignal id, and an alias that never was."""
        del operation
        label = self._session.tell("external_id")
        never = self._session.unique("never")
        nobody = {"app_id": self.app_id, "alias_label_to_delete": label}
        found = [
            {**nobody, "alias_label": label, "alias_id": never},
            {
                **nobody,
                "alias_label": self._session.tell("onesignal_id"),
                "alias_id": self._session.claim(str(uuid.uuid5(uuid.NAMESPACE_URL, never))),
            },
        ]
        user = self.create_user("external_id")
        if user is not None:
            found.append(
                {
                    "app_id": self.app_id,
                    "alias_label": label,
                    "alias_id": user.aliases["external_id"],
                    "alias_label_to_delete": self._session.tell("specproof_never"),
                }
            )
        return found

    def cleanup(self) -> None:
        """Delete every user that was created."""
        for user in self._users:
            if self._delete("onesignal_id", user.onesignal_id) is not None:
                self._session.removed(user.onesignal_id)
        self._users.clear()
        self._known.clear()

    def remove(self, values: Sequence[tuple[str, str]], ids: Sequence[str]) -> bool:
        """Delete a user by its OneSignal id, else by the first alias that finds it.

        Several aliases of one create can only be of one user: they were fresh.
        """
        known = [("onesignal_id", item) for item in ids]
        known += [(label, value) for label, value in values if label not in {"", "token"}]
        answers = [self._delete(label, value) for label, value in known]
        return all(answer is not None for answer in answers)

    def _delete(self, label: str, alias_id: str) -> bool | None:
        """Delete a user; return whether there was one, None where the server did not say."""
        path = f"/apps/{quote(self.app_id, safe='')}/users/by/{quote(label, safe='')}"
        exchange = self._session.send(
            "+delete-user",
            "DELETE",
            f"{path}/{quote(alias_id, safe='')}",
            facts={"template": "/apps/{app_id}/users/by/{alias_label}/{alias_id}"},
        )
        status = 0 if exchange.response is None else exchange.response.status
        return True if status in _DELETED else False if status in _UNKNOWN else None


WORLD = OneSignalWorld


def identity_path(app_id: str, label: str, alias_id: str) -> str:
    """Return the path of a user's identity."""
    parts = (quote(part, safe="") for part in (app_id, label, alias_id))
    return "/apps/{}/users/by/{}/{}/identity".format(*parts)
