"""What Sequence accepts in a request: credentials, version, body."""

from __future__ import annotations

import base64
import binascii
import functools
import re
from collections.abc import Mapping

from specproof.apis.wire import BadBodyError, Call
from specproof.model import Json

__all__ = [
    "IDEMPOTENCY_HOURS",
    "LATEST_VERSION",
    "MAX_IDEMPOTENCY_KEY",
    "VERSIONS",
    "basic_credentials",
    "body_object",
    "text_field",
]

VERSIONS = ("2024-07-30",)
"""Versions of the API that exist (page)."""

LATEST_VERSION = VERSIONS[-1]
"""The version that a request without one gets."""

MAX_IDEMPOTENCY_KEY = 255
"""Characters of an Idempotency-Key at most."""

IDEMPOTENCY_HOURS = 24
"""Hours for which the response to an Idempotency-Key is kept."""

_BASIC = re.compile(r"basic +([A-Za-z0-9+/]+=*)", re.IGNORECASE)


def basic_credentials(call: Call) -> tuple[str, str] | None:
    """Return user-id and password of ``Authorization: Basic`` (RFC 7617), or None."""
    return _basic((call.header("authorization") or "").strip())


@functools.lru_cache(maxsize=64)
def _basic(text: str) -> tuple[str, str] | None:
    found = _BASIC.fullmatch(text)
    if found is None:
        return None
    try:
        text = base64.b64decode(found[1], validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return None
    user, colon, password = text.partition(":")
    return (user, password) if colon else None


def body_object(call: Call) -> Mapping[str, Json]:
    """Return the body without fields that are null.

    Raises:
        BadBodyError: not declared as JSON, no JSON, or no object.
    """
    if not call.declares_json():
        raise BadBodyError("the Content-Type is not application/json")
    return call.json_object()


def text_field(body: Mapping[str, Json], name: str) -> str:
    """Return a required field.

    Raises:
        BadBodyError: absent, no string, or empty.
    """
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise BadBodyError(f"{name} must be a string that is not empty")
    return value
