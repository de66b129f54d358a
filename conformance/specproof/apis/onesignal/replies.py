"""The responses of OneSignal, byte for byte; state and routing are elsewhere.

Codes ``auth-1``, ``request-1``, ``user-2`` and ``user-3`` and their texts were seen in public;
all others are open, and nothing may rest on them.
"""

from __future__ import annotations

from collections.abc import Mapping

from specproof.apis.contract import SettingValue
from specproof.apis.onesignal.model import PRIMARY, User
from specproof.apis.wire import Reply, json_reply, text_reply
from specproof.model import Json

__all__ = ["Replies", "error"]

_NO_KEY = "This operation requires 'Authorization' in the HTTP header"
_DENIED = (
    '{"errors": ["Access denied.  Please include an \'Authorization: ...\' header '
    'with a valid API key (...)."]}'
)
_HTML = (
    "<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n<body>\r\n"
    "<center><h1>503 Service Temporarily Unavailable</h1></center>\r\n</body>\r\n</html>\r\n"
)


def error(
    status: int,
    code: str,
    title: str,
    meta: Mapping[str, Json] | None = None,
    *headers: tuple[str, str],
) -> Reply:
    """Return the structured envelope: one item of ``code``, ``title`` and perhaps ``meta``."""
    item: dict[str, Json] = {"code": code, "title": title}
    if meta is not None:
        item["meta"] = meta
    return json_reply(status, {"errors": [item]}, *headers)


class Replies:
    """Builds each response; a variant overrides one method.

    Args:
        settings: a value for every setting of the API.
    """

    def __init__(self, settings: Mapping[str, SettingValue]) -> None:
        self.settings = settings

    def identity(self, identity: Mapping[str, str], status: int = 200) -> Reply:
        """Aliases of a user."""
        return json_reply(status, {"identity": identity})

    def alias_deleted(self, identity: Mapping[str, str]) -> Reply:
        """An alias is gone; ``identity`` is what remains."""
        if self.settings["delete_lists_remaining"]:
            return self.identity(identity)
        return self.identity({PRIMARY: identity[PRIMARY]})

    def user(self, user: User, identity: Mapping[str, str], status: int = 200) -> Reply:
        """A whole user."""
        return json_reply(
            status,
            {
                "properties": user.properties,
                "identity": identity,
                "subscriptions": user.subscriptions,
            },
        )

    def user_deleted(self, onesignal_id: str) -> Reply:
        """A user is gone."""
        if self.settings["delete_user_answer"] == "200-empty":
            return Reply(200)
        return self.identity({PRIMARY: onesignal_id}, 202)

    def no_key(self) -> Reply:
        """No usable Authorization field."""
        return self.unauthorised("auth-1", _NO_KEY)

    def refused_key(self, *, foreign: bool) -> Reply:
        """A key that is not this app's; ``foreign`` if it is another app's."""
        answer = self.settings["foreign_key_answer" if foreign else "wrong_key_answer"]
        if answer == "403-text":
            return text_reply(403, "text/plain; charset=utf-8", _DENIED)
        if answer == "404":
            return error(404, "app-1", "App not found")
        title = "The API key is not valid for this app"
        if answer == "401":
            return self.unauthorised("auth-2", title)
        return error(403, "auth-2", title)

    def unauthorised(self, code: str, title: str) -> Reply:
        """A 401, with a challenge unless the settings say otherwise."""
        challenge = (("www-authenticate", "Key"),) if self.settings["www_authenticate"] else ()
        return error(401, code, title, None, *challenge)

    def invalid_uuid(self, name: str, value: str) -> Reply:
        """A UUID that is none."""
        return error(400, "request-1", "Invalid UUID", {name: value})

    def bad_request(self, title: str, status: int = 400) -> Reply:
        """A request that breaks a rule with no code of its own."""
        return error(status, "request-2", title)

    def unknown_user(self, label: str, alias_id: str) -> Reply:
        """Nobody has this alias."""
        status, code = self.settings["unknown_user_status"], self.settings["unknown_user_code"]
        return error(int(status), str(code), "User not found", {label: alias_id})

    def unknown_alias(self, user: User, label: str) -> Reply:
        """The user has no alias of this label."""
        status = int(self.settings["unknown_alias_status"])
        if self.settings["unknown_alias_body"] == "no-code":
            title = f"No aliases found for oneSignalID `{user.onesignal_id}`"
            return json_reply(status, {"errors": [{"title": title}]})
        code = str(self.settings["unknown_alias_code"])
        return error(status, code, "The user has no alias of this label", {"label": label})

    def protected_alias(self) -> Reply:
        """``onesignal_id`` can not be deleted or set."""
        status = int(self.settings["protected_alias_status"])
        code = str(self.settings["protected_alias_code"])
        return error(status, code, "The onesignal_id alias can not be changed or deleted")

    def claimed(self, aliases: Mapping[str, str]) -> Reply:
        """Aliases that another user has, on create alias."""
        title = "One or more Aliases claimed by another User"
        return error(409, "user-2", title, dict(aliases))

    def conflict(self, aliases: Mapping[str, str]) -> Reply:
        """Aliases of more than one user, on create user."""
        title = "One or more Aliases claimed by another User"
        return error(409, "user-2", title, {"conflicting_aliases": dict(aliases)})

    def empty_user(self) -> Reply:
        """A user with neither alias nor subscription."""
        title = "Creating a User requires at least one Alias or Subscription"
        return error(400, "user-3", title)

    def throttled(self, seconds: int) -> Reply:
        """Too many requests; ``seconds`` until the next may pass."""
        header = ("retry-after", str(seconds))
        if self.settings["throttled_body"] == "strings":
            limit = "Subscription/User Update Per Device"
            return json_reply(429, {"errors": ["API rate limit exceeded"], "limit": limit}, header)
        return error(429, "Rate Limit Exceeded", "API rate limit exceeded", None, header)

    def unavailable(self, kind: str) -> Reply:
        """Out of service, as the condition ``kind`` says."""
        if kind == "unavailable-html":
            return text_reply(503, "text/html", _HTML)
        header = (("retry-after", "1"),) if self.settings["unavailable_retry_after"] else ()
        if kind == "unavailable-empty":
            return Reply(503, header)
        return json_reply(503, {"errors": ["Service temporarily unavailable"]}, *header)

    def unknown_path(self) -> Reply:
        """No operation has this path."""
        return error(404, "request-3", "No such path")

    def wrong_method(self) -> Reply:
        """The path has no such method."""
        return error(405, "request-4", "Method not allowed")
