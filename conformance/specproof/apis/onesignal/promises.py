"""What OneSignal's page says of removing an alias, as a state machine over one user."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar
from urllib.parse import quote

from hypothesis import strategies
from hypothesis.stateful import initialize, precondition, rule

from specproof.apis.bodies import body_of
from specproof.apis.claims import Claim, absent, answered, entries, equals, unchanged
from specproof.apis.contract import Session
from specproof.apis.machine import PromiseMachine
from specproof.apis.onesignal.arrange import OneSignalWorld, User, identity_path
from specproof.apis.tenant import OtherTenant
from specproof.model import Exchange, Json

__all__ = ["MACHINES", "AliasMachine"]

# One label begins like another, which must not make it go with it.
_LABELS = ("external_id", "specproof_crm", "specproof_crm_eu", "specproof_shop")
_PROTECTED = "onesignal_id"
_SUCCESS = range(200, 300)
_REFUSAL = range(400, 500)
_NEAR_LABELS: Mapping[str, Callable[[str], str]] = {
    "in other letters": str.swapcase,
    "with a blank behind": lambda label: f"{label} ",
    "without its last letter": lambda label: label[:-1],
    "with one more letter": lambda label: f"{label}s",
    "as a pattern": lambda label: f"{label[:-3]}%",
    "as a path": lambda label: f"./{label}",
}
_NEAR_IDS: Mapping[str, Callable[[str], str]] = {
    "in other letters": str.swapcase,
    "with a blank behind": lambda text: f"{text} ",
    "with a blank before": lambda text: f" {text}",
    "without its last letter": lambda text: text[:-1],
    "with one more letter": lambda text: f"{text}0",
}
_SHOWN_BY_LAST = frozenset({"onesignal-id-always-kept", "subscriptions-untouched"})
"""Promises of what stays when every other alias is gone."""
_TEMPLATE = "/apps/{app_id}/users/by/{alias_label}/{alias_id}"


class AliasMachine(PromiseMachine):
    """One user with three aliases and a subscription, and a neighbour with the same labels.

    The model is the set of aliases that the user still has; after every deletion the user,
    its identity and the neighbour's identity are fetched and compared with it.
    """

    NAME: ClassVar[str] = "aliases-of-a-user"
    PROMISES: ClassVar[tuple[str, ...]] = (
        "synchronous-delete",
        "onesignal-id-protected",
        "lookup-label-deletable",
        "onesignal-id-always-kept",
        "subscriptions-untouched",
        "user-record-untouched",
        "only-named-alias-removed",
    )

    user: User | None = None
    neighbour: User | None = None
    twin: User | None = None
    elsewhere: OneSignalWorld | None = None
    asked: bool = False

    @initialize()
    def arrange(self) -> None:
        """Create the user and the neighbour."""
        self.world = OneSignalWorld(self)
        self.user = self.world.create_user(*_LABELS, subscription=True)
        self.neighbour = self.world.create_user(*_LABELS, subscription=True)
        if self.other_credential("ONESIGNAL_APP_ID") and self.user is not None:
            # The same aliases in another app belong to somebody else.
            self.elsewhere = OneSignalWorld(OtherTenant(self))
            self.twin = self.elsewhere.create_user(like=self.user)
        self.left = {} if self.user is None else dict(self.user.aliases)
        self.gone: dict[str, str] = {}
        self.before = {} if self.user is None else self._view(self._id())
        self.beside = {} if self.neighbour is None else self._view(self.neighbour.onesignal_id)

    @precondition(lambda self: self.user is not None and self.left)
    @rule(pick=strategies.integers(0, 9), through=strategies.integers(0, 9))
    def delete_alias(self, pick: int, through: int) -> None:
        """Delete one alias, found through any that is left or through the OneSignal id."""
        label = sorted(self.left)[pick % len(self.left)]
        lookups = {**self.left, _PROTECTED: self._id()}
        lookup = sorted(lookups)[through % len(lookups)]
        exchange = self._delete(lookup, lookups[lookup], label, due="the alias exists")
        status = 0 if exchange.response is None else exchange.response.status
        done = status in _SUCCESS
        if lookup == label:
            self.expect(
                "lookup-label-deletable",
                done,
                f"deleting the alias that the user was looked up by was answered {status}",
                exchange,
                answered(200, 299),
            )
        if done:
            self.gone[label] = self.left.pop(label)
            self._look_after(label)

    @precondition(lambda self: self.user is not None)
    @rule(through=strategies.integers(0, 9))
    def delete_protected(self, through: int) -> None:
        """Ask for the removal of the OneSignal id, which must be refused and change nothing."""
        lookups = {**self.left, _PROTECTED: self._id()}
        lookup = sorted(lookups)[through % len(lookups)]
        exchange = self._delete(lookup, lookups[lookup], _PROTECTED)
        self.asked = self.asked or self.settled(exchange)
        status = 0 if exchange.response is None else exchange.response.status
        self.expect(
            "onesignal-id-protected",
            status in _REFUSAL,
            f"deleting onesignal_id was answered {status}",
            exchange,
            answered(400, 499),
        )
        identity, fetched = self._identity(_PROTECTED, self._id())
        self.expect(
            "onesignal-id-protected",
            identity.get(_PROTECTED) == self._id(),
            "after the refusal the user is no longer found by its onesignal_id",
            fetched,
            equals("identity", _PROTECTED, value=self._id()),
        )
        self._look_after(None)

    @precondition(lambda self: self.gone)
    @rule(pick=strategies.integers(0, 9))
    def delete_again(self, pick: int) -> None:
        """Delete an alias that is gone: there is nothing left that could be deleted."""
        label = sorted(self.gone)[pick % len(self.gone)]
        self._delete(_PROTECTED, self._id(), label, gone="the alias was deleted before")
        self._look_after(None)

    @precondition(lambda self: self.gone)
    @rule()
    def look_again(self) -> None:
        """Look for every alias that is gone: none has come back."""
        identity, fetched = self._identity(_PROTECTED, self._id())
        self.expect(
            "synchronous-delete",
            not self.gone.keys() & identity.keys(),
            "an alias that was deleted is there again",
            fetched,
            *(absent("identity", label) for label in sorted(self.gone)),
        )
        for label, alias_id in sorted(self.gone.items()):
            found, lookup = self._identity(label, alias_id)
            self.expect(
                "synchronous-delete",
                not found,
                "the user is found again by an alias that was deleted",
                lookup,
                absent("identity"),
            )

    @precondition(lambda self: self.left)
    @rule(pick=strategies.integers(0, 9))
    def delete_near_label(self, pick: int) -> None:
        """Name labels that are almost one of the user's, and none."""
        label = sorted(self.left)[pick % len(self.left)]
        for change, near in sorted(_NEAR_LABELS.items()):
            because = f"the user has no such label ({change})"
            self._delete(_PROTECTED, self._id(), self.tell(near(label)), gone=because)
        self._look_after(None)

    @precondition(lambda self: self.left)
    @rule(pick=strategies.integers(0, 9))
    def delete_through_near_id(self, pick: int) -> None:
        """Look the user up by alias ids that are almost its own, and nobody's."""
        label = sorted(self.left)[pick % len(self.left)]
        for change, near in sorted(_NEAR_IDS.items()):
            because = f"the alias id belongs to nobody ({change})"
            self._delete(label, self.claim(near(self.left[label])), label, gone=because)
        self._look_after(None)

    @precondition(lambda self: len(self.left) > 1)
    @rule(pick=strategies.integers(0, 9))
    def delete_through_other_label(self, pick: int) -> None:
        """Look the user up by an alias id under a label that it does not belong to."""
        labels = sorted(self.left)
        label = labels[pick % len(labels)]
        other = labels[(pick + 1) % len(labels)]
        self._delete(other, self.left[label], label, gone="nobody has this id under this label")
        self._look_after(None)

    def tour(self) -> None:
        """Refusals first, then every alias until none is left, then all that is gone again."""
        if self.user is None:
            return
        self.delete_protected(0)
        self.delete_through_other_label(0)
        self.delete_near_label(1)
        self.delete_through_near_id(1)
        while self.left:
            before = len(self.left)
            # Through the alias itself where it sorts first, else through the OneSignal id.
            self.delete_alias(0, 0)
            if len(self.left) == before:
                return
            self.delete_again(0)
            self.look_again()
        self.delete_protected(0)
        for pick in range(len(self.gone)):
            self.delete_again(pick)
        self.look_again()

    def remove_early(self) -> None:
        """Remove two aliases of a user, which keeps the others."""
        self.arrange()
        for label in sorted(self.left)[:2]:
            # Each through itself: the limit of updates is one a second for each user.
            exchange = self._delete(label, self.left[label], label, due="the alias exists")
            if exchange.response is not None and exchange.response.status in _SUCCESS:
                self.gone[label] = self.left.pop(label)

    def look_late(self) -> None:
        """Look for the two that are gone, at what is left, and at the others."""
        if self.gone:
            self.look_again()
            self._look_after(None)

    def decided(self, promise: str) -> bool:
        """Return whether a deletion was done, or the last one, or a forbidden one asked for."""
        if promise == "onesignal-id-protected":
            return self.asked
        if promise in _SHOWN_BY_LAST:
            return bool(self.gone) and not self.left
        return bool(self.gone) or promise == "lookup-label-deletable"

    def idle(self) -> bool:
        """Return whether the server refused to create the user."""
        return self.user is None

    def teardown(self) -> None:
        """Remove both users."""
        if hasattr(self, "world"):
            self.world.cleanup()
        if self.elsewhere is not None:
            self.elsewhere.cleanup()

    def _look_after(self, label: str | None) -> None:
        identity, fetched = self._identity(_PROTECTED, self._id())
        self.expect(
            "onesignal-id-always-kept",
            identity.get(_PROTECTED) == self._id(),
            "after deleting an alias the user is no longer found by its onesignal_id",
            fetched,
            equals("identity", _PROTECTED, value=self._id()),
        )
        if self.user is not None and label is not None:
            self.expect(
                "synchronous-delete",
                label not in identity,
                "the alias is still there right after its deletion was answered",
                fetched,
                absent("identity", label),
            )
            found, lookup = self._identity(label, self.user.aliases[label])
            self.expect(
                "synchronous-delete",
                not found,
                "the user is still found by the alias right after its deletion",
                lookup,
                absent("identity"),
            )
        apart = {_PROTECTED, label}
        others = {key: value for key, value in identity.items() if key not in apart}
        self.expect(
            "only-named-alias-removed",
            others == self.left,
            "another alias of the user is gone or changed",
            fetched,
            entries("identity", value=self.left, but=(_PROTECTED, label or _PROTECTED)),
        )
        if self.neighbour is not None:
            beside, seen = self._identity(_PROTECTED, self.neighbour.onesignal_id)
            beside.pop(_PROTECTED, None)
            self.expect(
                "only-named-alias-removed",
                beside == dict(self.neighbour.aliases),
                "an alias of another user is gone or changed",
                seen,
                entries("identity", value=self.neighbour.aliases, but=(_PROTECTED,)),
            )
            self._look_at_neighbour(self.neighbour)
        if self.twin is not None and self.elsewhere is not None:
            theirs, seen = self._identity(
                _PROTECTED, self.twin.onesignal_id, self.elsewhere.app_id, OtherTenant(self)
            )
            theirs.pop(_PROTECTED, None)
            self.expect(
                "only-named-alias-removed",
                theirs == dict(self.twin.aliases),
                "an alias of a user of another app is gone or changed",
                seen,
                entries("identity", value=self.twin.aliases, but=(_PROTECTED,)),
            )
        view = self._view(self._id())
        shown = view.get("identity")
        if isinstance(shown, dict):
            self.expect(
                "synchronous-delete",
                not self.gone.keys() & shown.keys(),
                "the user is still shown with an alias that was deleted",
                self.exchanges[-1],
                *(absent("identity", name) for name in sorted(self.gone)),
            )
        self.expect(
            "subscriptions-untouched",
            view.get("subscriptions") == self.before.get("subscriptions"),
            "the subscriptions of the user are not what they were",
            self.exchanges[-1],
            *self._unchanged("subscriptions", self._id()),
        )
        self.expect(
            "user-record-untouched",
            view.get("properties") == self.before.get("properties"),
            "the record of the user is not what it was",
            self.exchanges[-1],
            *self._unchanged("properties", self._id()),
        )

    def _look_at_neighbour(self, neighbour: User) -> None:
        """Compare what else another user has, and that it is found by its aliases."""
        for label, alias_id in sorted(neighbour.aliases.items()):
            found, seen = self._identity(label, alias_id)
            self.expect(
                "only-named-alias-removed",
                found.get(_PROTECTED) == neighbour.onesignal_id,
                "another user is no longer found by its alias",
                seen,
                equals("identity", _PROTECTED, value=neighbour.onesignal_id),
            )
        view = self._view(neighbour.onesignal_id)
        self.expect(
            "subscriptions-untouched",
            view.get("subscriptions") == self.beside.get("subscriptions"),
            "the subscriptions of another user are not what they were",
            self.exchanges[-1],
            *self._unchanged("subscriptions", neighbour.onesignal_id),
        )
        self.expect(
            "user-record-untouched",
            view.get("properties") == self.beside.get("properties"),
            "the record of another user is not what it was",
            self.exchanges[-1],
            *self._unchanged("properties", neighbour.onesignal_id),
        )

    def _id(self) -> str:
        return "" if self.user is None else self.user.onesignal_id

    def _delete(
        self, lookup: str, alias_id: str, label: str, *, due: str = "", gone: str = ""
    ) -> Exchange:
        """Ask for a deletion that has to succeed (``due``), be refused (``gone``), or either."""
        for value in (lookup, label):
            self.session.tell(value)
        path = identity_path(self.world.app_id, lookup, alias_id)
        named = {"alias_label": lookup, "alias_id": alias_id, "alias_label_to_delete": label}
        facts = {"answer": json.dumps(self.world.answer("delete-alias", named))}
        if due:
            facts |= {"due": "success", "because": due}
        if gone:
            facts |= {"due": "refusal", "because": gone, "cause": "nothing to delete"}
        expects = "200" if due else "404" if gone else None
        return self.send(
            "delete-alias",
            "DELETE",
            f"{path}/{quote(label, safe='')}",
            expects=expects,
            facts=facts,
        )

    def _identity(
        self, label: str, alias_id: str, app_id: str = "", sender: Session | None = None
    ) -> tuple[dict[str, Json], Exchange]:
        path = identity_path(app_id or self.world.app_id, self.session.tell(label), alias_id)
        exchange = (sender or self).send(
            "+fetch-aliases", "GET", path, facts={"template": f"{_TEMPLATE}/identity"}
        )
        identity = body_of(exchange).get("identity")
        return (dict(identity) if isinstance(identity, dict) else {}), exchange

    def _unchanged(self, member: str, onesignal_id: str) -> Iterator[Claim]:
        """Claim that a member of a user is what it was when the user was first looked at."""
        path = identity_path(self.world.app_id, _PROTECTED, onesignal_id).removesuffix("/identity")
        first = (item for item in self.exchanges if item.request.url.endswith(path))
        since = next(first, None)
        if since is not None:
            yield unchanged(member, since=since)

    def _view(self, onesignal_id: str) -> Mapping[str, Json]:
        path = identity_path(self.world.app_id, _PROTECTED, onesignal_id)
        return body_of(
            self.send(
                "+view-user", "GET", path.removesuffix("/identity"), facts={"template": _TEMPLATE}
            )
        )


MACHINES = (AliasMachine,)
