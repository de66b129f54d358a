"""Our own extensions of OpenAPI, which count only where we wrote them."""

from __future__ import annotations

from typing import cast

from specproof.json_types import Json, JsonObject

__all__ = ["OWN_PREFIX", "without_own_extensions"]

OWN_PREFIX = "x-specproof-"
"""Prefix of our extensions (OpenAPI 3.1, Specification Extensions)."""


def without_own_extensions(document: JsonObject) -> JsonObject:
    """Return a stranger's ``document`` without any extension of ours.

    In an overlay they are our words. In a vendor's own spec they would let the vendor choose,
    among other things, which environment variable is sent to its server as a credential.
    """
    return cast(JsonObject, _stripped(document))


def _stripped(node: Json) -> Json:
    if isinstance(node, dict):
        return {
            key: _stripped(value) for key, value in node.items() if not key.startswith(OWN_PREFIX)
        }
    if isinstance(node, list):
        return [_stripped(item) for item in node]
    return node
