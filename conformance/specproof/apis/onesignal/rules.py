"""What OneSignal accepts in a request: media type, identity, properties, subscriptions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from specproof.apis.wire import BadBodyError, Call
from specproof.model import Json, JsonObject

__all__ = [
    "MAX_ALIAS_ID",
    "REFUSED_EXTERNAL_IDS",
    "aliases_of",
    "authorization_key",
    "bad_alias",
    "properties_of",
    "subscriptions_of",
]

MAX_ALIAS_ID = 128
"""Characters of an alias id at most (create-alias page)."""

REFUSED_EXTERNAL_IDS = frozenset({"NA", "0", "NULL", "1", "-1"})
"""External ids that the vendor refuses (comment of the vendor, Flutter SDK issue 775)."""

_CREDENTIALS = re.compile(r"(key|bearer) +([!-~]+)", re.IGNORECASE)


def authorization_key(call: Call, *, accept_bearer: bool) -> str | None:
    """Return the key in ``Authorization: Key <key>``, or None if there is no such field."""
    found = _CREDENTIALS.fullmatch((call.header("authorization") or "").strip())
    if found is None or (found[1].lower() == "bearer" and not accept_bearer):
        return None
    return found[2]


def aliases_of(body: Mapping[str, Json]) -> dict[str, str]:
    """Return ``identity`` of a body; absent is empty.

    Raises:
        BadBodyError: not an object of strings, or an alias that nobody can have.
    """
    identity = body.get("identity", {})
    if not isinstance(identity, Mapping):
        raise BadBodyError("identity is not an object")
    aliases: dict[str, str] = {}
    for label, alias_id in identity.items():
        if not isinstance(alias_id, str):
            raise BadBodyError("the id of an alias is not a string")
        problem = bad_alias(label, alias_id)
        if problem is not None:
            raise BadBodyError(problem)
        aliases[label] = alias_id
    return aliases


def properties_of(body: Mapping[str, Json]) -> Mapping[str, Json]:
    """Return ``properties`` of a body; absent is empty.

    Raises:
        BadBodyError: no object.
    """
    properties = body.get("properties", {})
    if not isinstance(properties, Mapping):
        raise BadBodyError("properties is not an object")
    return properties


def subscriptions_of(body: Mapping[str, Json]) -> list[JsonObject]:
    """Return ``subscriptions`` of a body; absent is empty.

    Raises:
        BadBodyError: not a list of objects that each have a ``type``.
    """
    items = body.get("subscriptions", [])
    if not isinstance(items, Sequence) or isinstance(items, str):
        raise BadBodyError("subscriptions is not a list")
    subscriptions: list[JsonObject] = []
    for item in items:
        if not isinstance(item, Mapping) or not isinstance(item.get("type"), str):
            raise BadBodyError("a subscription is not an object with a type")
        subscriptions.append(dict(item))
    return subscriptions


def bad_alias(label: str, alias_id: str) -> str | None:
    """Return why a user can not have this alias, or None."""
    if not label or not alias_id:
        return "an alias has neither an empty label nor an empty id"
    if len(label) > MAX_ALIAS_ID or len(alias_id) > MAX_ALIAS_ID:
        return f"an alias is longer than {MAX_ALIAS_ID} characters"
    if label == "external_id" and alias_id in REFUSED_EXTERNAL_IDS:
        return "this external_id is not allowed"
    return None
