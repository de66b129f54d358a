"""A stateful model of OneSignal's users and aliases."""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping
from typing import ClassVar

from specproof.apis.base import RoutedEmulator
from specproof.apis.contract import Condition, Setting
from specproof.apis.limits import RateLimiter
from specproof.apis.onesignal import rules
from specproof.apis.onesignal.model import PRIMARY, App, Store, User
from specproof.apis.onesignal.replies import Replies
from specproof.apis.onesignal.settings import CONDITIONS, SETTINGS
from specproof.apis.routing import Match, Route
from specproof.apis.wire import BadBodyError, Call, RefusalError, Reply, is_uuid
from specproof.model import Json

__all__ = ["EMULATOR", "OneSignalEmulator"]

_USERS = "/apps/{app_id}/users"
_USER = f"{_USERS}/by/{{alias_label}}/{{alias_id}}"
_IDENTITY = f"{_USER}/identity"


class OneSignalEmulator(RoutedEmulator):
    """Users of two apps, their aliases and subscriptions; see ``SETTINGS`` for what is open.

    ``STORE`` and ``REPLIES`` name the classes of the state and of the responses.
    """

    API: ClassVar[str] = "onesignal"
    SETTINGS: ClassVar[tuple[Setting, ...]] = SETTINGS
    CONDITIONS: tuple[Condition, ...] = CONDITIONS
    ROUTES: ClassVar[tuple[Route, ...]] = (
        Route("create-user", "POST", _USERS),
        Route("view-user", "GET", _USER),
        Route("delete-user", "DELETE", _USER),
        Route("fetch-aliases", "GET", _IDENTITY),
        Route("create-alias", "PATCH", _IDENTITY),
        Route("delete-alias", "DELETE", f"{_IDENTITY}/{{alias_label_to_delete}}"),
    )
    STORE: ClassVar[type[Store]] = Store
    REPLIES: ClassVar[type[Replies]] = Replies

    store: Store
    replies: Replies
    limiter: RateLimiter

    def credentials(self) -> Mapping[str, str]:
        """Return the app id and REST API key of the first app; no secrets."""
        return self._tenant(0)

    def other_credentials(self) -> Mapping[str, str]:
        """Return the app id and REST API key of the second app; no secrets."""
        return self._tenant(1)

    def forget(self) -> None:
        """Put back both apps, without a user."""
        tenants = (self.credentials(), self.other_credentials())
        keys = {tenant["ONESIGNAL_APP_ID"]: tenant["ONESIGNAL_API_KEY"] for tenant in tenants}
        self.store = self.STORE(keys, self.seed)
        self.replies = self.REPLIES(self.settings)
        self.limiter = RateLimiter(self.clock)

    def serve(  # noqa: PLR0911 - one return for each operation
        self, route: Route, match: Match, call: Call
    ) -> Reply:
        """Authenticate, look the user up, limit, and do what the operation says."""
        if match.undecodable:
            return self.replies.bad_request("The path is not valid percent-encoded UTF-8")
        app = self.authenticate(match.parameters["app_id"], call)
        if route.name == "create-user":
            self._limit(app, None, route)
            return self.create_user(app, call)
        user = self.look_up(app, match.parameters["alias_label"], match.parameters["alias_id"])
        self._limit(app, user, route)
        match route.name:
            case "view-user":
                return self.view_user(app, user)
            case "delete-user":
                return self.delete_user(app, user)
            case "fetch-aliases":
                return self.fetch_aliases(app, user)
            case "create-alias":
                return self.create_alias(app, user, call)
            case _:
                return self.delete_alias(app, user, match.parameters["alias_label_to_delete"])

    def authenticate(self, app_id: str, call: Call) -> App:
        """Return the app that a call may act on.

        Raises:
            RefusalError: no key, no such app, or not its key.
        """
        key = rules.authorization_key(call, accept_bearer=bool(self.settings["accept_bearer"]))
        if key is None:
            raise RefusalError(self.replies.no_key())
        if not is_uuid(app_id):
            raise RefusalError(self.replies.invalid_uuid("app_id", app_id))
        app = self.store.apps.get(app_id.lower())
        if app is None or app.key != key:
            foreign = any(other.key == key for other in self.store.apps.values())
            raise RefusalError(self.replies.refused_key(foreign=foreign))
        return app

    def look_up(self, app: App, label: str, alias_id: str) -> User:
        """Return the user who has an alias.

        Raises:
            RefusalError: nobody has it, or it can not exist.
        """
        if label == PRIMARY and not is_uuid(alias_id):
            raise RefusalError(self.replies.invalid_uuid(PRIMARY, alias_id))
        user = self.store.find(app, label, alias_id)
        if user is None:
            raise RefusalError(self.replies.unknown_user(label, alias_id))
        return user

    def create_user(self, app: App, call: Call) -> Reply:
        """Create a user, or add to the one who has one of the aliases already."""
        body = self._body(call)
        try:
            aliases = rules.aliases_of(body)
            properties = rules.properties_of(body)
            subscriptions = rules.subscriptions_of(body)
        except BadBodyError as error:
            return self.replies.bad_request(f"Invalid user: {error}")
        if not aliases and not subscriptions:
            return self.replies.empty_user()
        owners = self.store.owners(app, aliases)
        if len(owners) > 1:
            return self.replies.conflict(self.store.claimed(app, owners[0], aliases))
        self._admit(aliases, owners[0] if owners else None)
        user = owners[0] if owners else self.store.create(app)
        self.store.add_aliases(app, user, aliases)
        self.store.describe(user, properties, subscriptions)
        status = int(self.settings["existing_user_status"]) if owners else 201
        return self.replies.user(user, self.store.identity(app, user), status)

    def view_user(self, app: App, user: User) -> Reply:
        """Show a user with everything."""
        return self.replies.user(user, self.store.identity(app, user))

    def fetch_aliases(self, app: App, user: User) -> Reply:
        """Show the aliases of a user."""
        return self.replies.identity(self.store.identity(app, user))

    def create_alias(self, app: App, user: User, call: Call) -> Reply:
        """Give a user aliases: all of them, or none where anybody else has one."""
        body = self._body(call)
        try:
            aliases = rules.aliases_of(body)
        except BadBodyError as error:
            return self.replies.bad_request(f"Invalid identity: {error}")
        if not aliases:
            return self.replies.bad_request("Invalid identity: it names no alias")
        self._admit(aliases, user)
        claimed = self.store.claimed(app, user, aliases)
        if not self.settings["patch_replaces"]:
            held = user.aliases
            claimed |= {
                label: text for label, text in aliases.items() if held.get(label, text) != text
            }
        if claimed:
            return self.replies.claimed(claimed)
        self.store.add_aliases(app, user, aliases)
        return self.replies.identity(self.store.identity(app, user))

    def delete_alias(self, app: App, user: User, label: str) -> Reply:
        """Take one alias from a user, and nothing else."""
        if label == PRIMARY:
            return self.replies.protected_alias()
        if not self.store.remove_alias(app, user, label):
            return self.replies.unknown_alias(user, label)
        return self.replies.alias_deleted(self.store.identity(app, user))

    def delete_user(self, app: App, user: User) -> Reply:
        """Remove a user with everything."""
        self.store.delete(app, user)
        return self.replies.user_deleted(user.onesignal_id)

    def misbehave(self, condition: str, call: Call) -> Reply:  # noqa: ARG002 - all calls alike
        """Answer 429 or 503."""
        if condition == "throttled":
            return self.replies.throttled(int(self.settings["throttled_retry_after"]))
        return self.replies.unavailable(condition)

    def unknown_path(self, call: Call) -> Reply:  # noqa: ARG002 - all calls alike
        """Answer 404."""
        return self.replies.unknown_path()

    def wrong_method(self, call: Call) -> Reply:  # noqa: ARG002 - all calls alike
        """Answer 405."""
        return self.replies.wrong_method()

    def _tenant(self, number: int) -> Mapping[str, str]:
        source = random.Random(f"onesignal tenant {number} {self.seed}")  # noqa: S311 - emulated
        app_id = uuid.UUID(int=source.getrandbits(128), version=4)
        return {
            "ONESIGNAL_APP_ID": str(app_id),
            "ONESIGNAL_API_KEY": f"emulated-key-{source.getrandbits(128):032x}",
        }

    def _body(self, call: Call) -> Mapping[str, Json]:
        if not call.declares_json():
            status = int(self.settings["wrong_media_type_status"])
            title = "The Content-Type is not application/json"
            raise RefusalError(self.replies.bad_request(title, status))
        try:
            return call.json_object()
        except BadBodyError as error:
            raise RefusalError(self.replies.bad_request(f"Invalid body: {error}")) from None

    def _admit(self, aliases: Mapping[str, str], user: User | None) -> None:
        if PRIMARY in aliases:
            raise RefusalError(self.replies.protected_alias())
        custom = {*aliases, *(user.aliases if user else ())} - {"external_id"}
        if len(custom) > int(self.settings["max_aliases"]):
            raise RefusalError(self.replies.bad_request("Too many aliases"))

    def _limit(self, app: App, user: User | None, route: Route) -> None:
        if not self.settings["realistic_limits"]:
            return
        limits = [(f"app {app.id}", "limit_per_app")]
        if route.method == "GET":
            limits = [(f"views {app.id}", "limit_views")] if route.name == "view-user" else []
        elif user is not None:
            limits.append((f"user {user.onesignal_id}", "limit_per_user"))
        for key, setting in limits:
            wait = self.limiter.wait(key, int(self.settings[setting]), 1.0)
            if wait is not None:
                raise RefusalError(self.replies.throttled(wait))


EMULATOR = OneSignalEmulator
"""What ``specproof.targets.emulators`` loads."""
