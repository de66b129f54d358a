"""A stateful model of Sequence's customer aliases."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from specproof.apis.base import RoutedEmulator
from specproof.apis.contract import Condition, Setting
from specproof.apis.limits import RateLimiter
from specproof.apis.routing import Match, Route
from specproof.apis.sequence import rules
from specproof.apis.sequence.model import Account, Alias, Store
from specproof.apis.sequence.paging import BadPageError, cut
from specproof.apis.sequence.replies import Replies
from specproof.apis.sequence.settings import CONDITIONS, SETTINGS
from specproof.apis.wire import BadBodyError, Call, RefusalError, Reply, is_uuid
from specproof.model import Json

__all__ = ["EMULATOR", "SequenceEmulator"]

_ALIASES = "/customer-aliases"
_ALIAS = f"{_ALIASES}/{{id}}"


@dataclass(frozen=True, slots=True)
class _Kept:
    """The first response to an Idempotency-Key."""

    expires: float
    body: bytes
    reply: Reply


class SequenceEmulator(RoutedEmulator):
    """Aliases of the customers of two accounts; see ``SETTINGS`` for what is open.

    The base URL of the servers ends in ``/api``; this application is what lies below it.
    ``STORE`` and ``REPLIES`` name the classes of the state and of the responses.
    """

    API: ClassVar[str] = "sequence"
    SETTINGS: ClassVar[tuple[Setting, ...]] = SETTINGS
    CONDITIONS: tuple[Condition, ...] = CONDITIONS
    ROUTES: ClassVar[tuple[Route, ...]] = (
        Route("create", "POST", _ALIASES),
        Route("list", "GET", _ALIASES),
        Route("update", "PUT", _ALIAS),
        Route("delete", "DELETE", _ALIAS),
        Route("customer-by-alias", "GET", "/customers/by-alias/{alias}"),
        Route("aliases-of-customer", "GET", "/customers/{id}/aliases"),
    )
    STORE: ClassVar[type[Store]] = Store
    REPLIES: ClassVar[type[Replies]] = Replies

    store: Store
    replies: Replies
    limiter: RateLimiter

    def credentials(self) -> Mapping[str, str]:
        """Return client id and secret of the first account; no secrets."""
        return self._tenant(0)

    def other_credentials(self) -> Mapping[str, str]:
        """Return client id and secret of the second account; no secrets."""
        return self._tenant(1)

    def resources(self) -> Mapping[str, Sequence[str]]:
        """Return the ids of the customers of the first account."""
        return self._customers(self.credentials())

    def other_resources(self) -> Mapping[str, Sequence[str]]:
        """Return the ids of the customers of the second account."""
        return self._customers(self.other_credentials())

    def forget(self) -> None:
        """Put back both accounts, with their customers and no alias."""
        tenants = (self.credentials(), self.other_credentials())
        pairs = [(one["SEQUENCE_CLIENT_ID"], one["SEQUENCE_CLIENT_SECRET"]) for one in tenants]
        self.store = self.STORE(pairs, self.seed)
        self.replies = self.REPLIES(self.settings)
        self.limiter = RateLimiter(self.clock)
        self._kept: dict[tuple[str, str], _Kept] = {}

    def finish(self, call: Call, reply: Reply) -> Reply:  # noqa: ARG002 - every response has it
        """Add the version header."""
        return reply.adding(("sequence-version", rules.LATEST_VERSION))

    def serve(  # noqa: PLR0911 - one return for each operation
        self, route: Route, match: Match, call: Call
    ) -> Reply:
        """Authenticate, check the version, limit, and do what the operation says."""
        account = self.authenticate(call)
        if any(name == "sequence-version" for name, _ in call.headers) and (
            call.header("sequence-version") not in rules.VERSIONS
        ):
            return self.replies.unknown_version()
        if self.settings["realistic_limits"]:
            limit = int(self.settings["limit_per_minute"])
            wait = self.limiter.wait(account.client_id, limit, 60.0)
            if wait is not None:
                return self.replies.throttled(wait)
        if match.undecodable:
            return self.replies.bad_request("The path is not valid percent-encoded UTF-8.")
        match route.name:
            case "create":
                return self.create_once(account, call)
            case "list":
                return self.list_aliases(account, call)
            case "update":
                return self.update(account, match.parameters["id"], call)
            case "delete":
                return self.delete(account, match.parameters["id"])
            case "customer-by-alias":
                return self.customer(account, match.parameters["alias"])
            case _:
                return self.aliases_of(account, match.parameters["id"])

    def authenticate(self, call: Call) -> Account:
        """Return the account that a call may act on.

        Raises:
            RefusalError: no credentials, or wrong ones.
        """
        client_id, secret = rules.basic_credentials(call) or ("", "")
        account = self.store.accounts.get(client_id)
        if account is None or account.client_secret != secret:
            raise RefusalError(self.replies.unauthorised())
        return account

    def create_once(self, account: Account, call: Call) -> Reply:
        """Create an alias, or answer again what the same Idempotency-Key was answered first."""
        key = call.header("idempotency-key")
        if not key:
            return self.create(account, call)
        if len(key) > rules.MAX_IDEMPOTENCY_KEY:
            longest = rules.MAX_IDEMPOTENCY_KEY
            return self.replies.bad_request(f"Idempotency-Key is longer than {longest}.")
        place = (account.client_id, key)
        kept = self._kept.get(place)
        if kept is not None and self.clock() < kept.expires:
            mismatch = self.settings["idempotency_mismatch"]
            if call.body == kept.body or mismatch == "replay":
                return kept.reply
            message = "Idempotency-Key was used with another body."
            return self.replies.refusal(int(str(mismatch)), "IdempotencyMismatch", message)
        reply = self.create(account, call)
        expires = self.clock() + rules.IDEMPOTENCY_HOURS * 3600
        self._kept[place] = _Kept(expires, call.body, reply)
        return reply

    def create(self, account: Account, call: Call) -> Reply:
        """Create an alias."""
        body = self._body(call)
        customer_id, value = self._text(body, "customerId"), self._text(body, "value")
        label = self._text(body, "label") if "label" in body else None
        if customer_id not in account.customers:
            return self.replies.bad_request("customerId names no customer.")
        for_ever = not self.settings["deleted_value_reusable"]
        if self.store.taken(account, value, for_ever=for_ever):
            status = int(self.settings["duplicate_status"])
            return self.replies.refusal(status, "DuplicateAlias", "The value is taken.")
        alias = self.store.create(account, customer_id, value, label)
        return self.replies.alias(account, alias, 201)

    def list_aliases(self, account: Account, call: Call) -> Reply:
        """List aliases, a page at a time."""
        known = [(name, text) for name, text in call.query if name in _LIST_PARAMETERS]
        query = dict(known)
        if len(query) < len(known):
            return self.replies.bad_request("A query parameter is given twice.")
        deleted = not self.settings["lists_hide_deleted"]
        aliases = [
            alias
            for alias in self.store.aliases(account, deleted=deleted)
            if query.get("value", alias.value) == alias.value
        ]
        try:
            page = cut(aliases, query, int(self.settings["default_page_size"]))
        except BadPageError as error:
            return self.replies.bad_request(str(error))
        return self.replies.page(
            account, page.aliases, after=page.after, before=page.before, total=len(aliases)
        )

    def update(self, account: Account, alias_id: str, call: Call) -> Reply:
        """Change the label of an alias; without one it loses the label."""
        alias = self._living(account, alias_id, int(self.settings["unknown_status"]))
        body = self._body(call)
        label = self._text(body, "label") if "label" in body else None
        self.store.relabel(alias, label)
        return self.replies.alias(account, alias)

    def delete(self, account: Account, alias_id: str) -> Reply:
        """Delete an alias; the answer shows it, marked."""
        second = int(self.settings["second_delete_status"])
        alias = self._living(account, alias_id, second)
        if alias.deleted is None:
            self.store.delete(account, alias)
        return self.replies.alias(account, alias)

    def aliases_of(self, account: Account, customer_id: str) -> Reply:
        """List all aliases of a customer."""
        if customer_id not in account.customers:
            return self.replies.refusal(404, "NotFound", "Customer not found.")
        deleted = not self.settings["lists_hide_deleted"]
        aliases = self.store.aliases(account, deleted=deleted)
        return self.replies.items(
            account, [alias for alias in aliases if alias.customer_id == customer_id]
        )

    def customer(self, account: Account, value: str) -> Reply:
        """Show the customer who has an alias."""
        customer = self.store.owner(account, value)
        if customer is None:
            return self.replies.refusal(404, "NotFound", "Customer not found.")
        return self.replies.customer(account, customer)

    def misbehave(self, condition: str, call: Call) -> Reply:  # noqa: ARG002 - all calls alike
        """Answer 429 or 500."""
        return (
            self.replies.throttled(1) if condition == "throttled" else self.replies.server_error()
        )

    def unknown_path(self, call: Call) -> Reply:  # noqa: ARG002 - all calls alike
        """Answer 404."""
        return self.replies.refusal(404, "NotFound", "No such path.")

    def wrong_method(self, call: Call) -> Reply:  # noqa: ARG002 - all calls alike
        """Answer 405."""
        return self.replies.refusal(405, "MethodNotAllowed", "Method not allowed.")

    def _tenant(self, number: int) -> Mapping[str, str]:
        source = random.Random(f"sequence tenant {number} {self.seed}")  # noqa: S311 - emulated
        return {
            "SEQUENCE_CLIENT_ID": f"emulated-client-{source.getrandbits(64):016x}",
            "SEQUENCE_CLIENT_SECRET": f"emulated-secret-{source.getrandbits(128):032x}",
        }

    def _customers(self, tenant: Mapping[str, str]) -> Mapping[str, Sequence[str]]:
        return {"customerId": list(self.store.accounts[tenant["SEQUENCE_CLIENT_ID"]].customers)}

    def _living(self, account: Account, alias_id: str, if_deleted: int) -> Alias:
        if not is_uuid(alias_id):
            status = int(self.settings["malformed_id_status"])
            raise RefusalError(self.replies.refusal(status, "InvalidId", "The id is not a UUID."))
        alias = self.store.find(account, alias_id.lower())
        if alias is None:
            raise RefusalError(self.replies.unknown_alias())
        if alias.deleted is not None and if_deleted != 200:  # noqa: PLR2004 - a second success
            message = "The alias is deleted."
            raise RefusalError(self.replies.refusal(if_deleted, "NotFound", message))
        return alias

    def _body(self, call: Call) -> Mapping[str, Json]:
        try:
            return rules.body_object(call)
        except BadBodyError as error:
            raise RefusalError(self.replies.bad_request(f"Invalid request: {error}.")) from None

    def _text(self, body: Mapping[str, Json], name: str) -> str:
        try:
            return rules.text_field(body, name)
        except BadBodyError as error:
            raise RefusalError(self.replies.bad_request(f"Invalid request: {error}.")) from None


_LIST_PARAMETERS = ("value", "limit", "after", "before")

EMULATOR = SequenceEmulator
"""What ``specproof.targets.emulators`` loads."""
