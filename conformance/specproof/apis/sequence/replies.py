"""The responses of Sequence; state and routing are elsewhere.

The body of an unknown version is known to the byte; the types and messages of all other
errors are open, and nothing may rest on them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from specproof.apis.contract import SettingValue
from specproof.apis.sequence.model import Account, Alias, Customer
from specproof.apis.wire import Reply, json_reply
from specproof.model import Json, JsonObject

__all__ = ["Replies"]

_UNKNOWN_VERSION = (
    "No matching API version found. Please make sure the specified API version is valid."
)


class Replies:
    """Builds each response; a variant overrides one method.

    Args:
        settings: a value for every setting of the API.
    """

    def __init__(self, settings: Mapping[str, SettingValue]) -> None:
        self.settings = settings

    def alias_object(self, account: Account, alias: Alias) -> JsonObject:
        """One alias as JSON; what it lacks is left out."""
        shown: JsonObject = {
            "id": alias.id,
            "sequenceAccountId": account.id,
            "customerId": alias.customer_id,
            "value": alias.value,
            "createdAt": self.timestamp(alias.created),
        }
        if alias.label is not None:
            shown["label"] = alias.label
        if alias.deleted is not None:
            marks = self.settings["deletion_marks"]
            for name in ("deletedAt", "archivedAt"):
                if marks in (name, "both"):
                    shown[name] = self.timestamp(alias.deleted)
        return shown

    def timestamp(self, moment: datetime) -> str:
        """Return ``moment`` as RFC 3339, in UTC."""
        precision = "microseconds" if self.settings["timestamps"] == "microseconds" else "seconds"
        return moment.replace(tzinfo=None).isoformat(timespec=precision) + "Z"

    def alias(self, account: Account, alias: Alias, status: int = 200) -> Reply:
        """One alias."""
        return json_reply(status, self.alias_object(account, alias))

    def page(
        self,
        account: Account,
        aliases: Sequence[Alias],
        *,
        after: str | None,
        before: str | None,
        total: int,
    ) -> Reply:
        """One page of a list; ``after`` and ``before`` are the cursors to go on with."""
        pagination: JsonObject = {"after": after, "before": before, "totalResultSize": total}
        if self.settings["absent_cursor"] == "omitted":
            pagination = {key: value for key, value in pagination.items() if value is not None}
        items = [self.alias_object(account, alias) for alias in aliases]
        return json_reply(200, {"items": items, "pagination": pagination})

    def items(self, account: Account, aliases: Sequence[Alias]) -> Reply:
        """A list without pages."""
        return json_reply(200, {"items": [self.alias_object(account, alias) for alias in aliases]})

    def customer(self, account: Account, customer: Customer) -> Reply:
        """One customer."""
        shown: Json = {
            "id": customer.id,
            "sequenceAccountId": account.id,
            "createdAt": self.timestamp(customer.created),
        }
        return json_reply(200, shown)

    def bad_request(self, message: str, kind: str = "BadRequest") -> Reply:
        """A request that breaks a rule."""
        return _envelope(400, kind, message)

    def unknown_version(self) -> Reply:
        """A version that does not exist."""
        return self.bad_request(_UNKNOWN_VERSION, "UnrecognisedApiVersion")

    def unauthorised(self) -> Reply:
        """No usable Authorization field, or wrong credentials."""
        challenge = ("www-authenticate", 'Basic realm="Sequence"')
        if self.settings["unauthorised_body"] == "empty":
            return Reply(401, (challenge,))
        return _envelope(401, "Unauthorized", "Invalid API credentials.").adding(challenge)

    def refusal(self, status: int, kind: str, message: str) -> Reply:
        """Any other error; empty where the settings say so, but never a 400."""
        if self.settings["error_body"] == "empty" and status != 400:  # noqa: PLR2004 - known body
            return Reply(status)
        return _envelope(status, kind, message)

    def unknown_alias(self) -> Reply:
        """No alias has the id."""
        return self.refusal(int(self.settings["unknown_status"]), "NotFound", "Alias not found.")

    def throttled(self, seconds: int) -> Reply:
        """Too many requests; ``seconds`` until the next may pass."""
        reply = self.refusal(429, "TooManyRequests", "Rate limit exceeded.")
        if self.settings["throttled_retry_after"]:
            return reply.adding(("retry-after", str(seconds)))
        return reply

    def server_error(self) -> Reply:
        """Something broke."""
        return self.refusal(500, "InternalServerError", "Something went wrong.")


def _envelope(status: int, kind: str, message: str) -> Reply:
    return json_reply(status, {"error": {"type": kind, "message": message}})
