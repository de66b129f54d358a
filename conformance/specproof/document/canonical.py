"""The one byte form of a JSON value, for hashing and for tools that read JSON."""

from __future__ import annotations

import hashlib
import json

from specproof.json_types import Json

__all__ = ["canonical_json", "digest"]


def canonical_json(value: Json) -> bytes:
    """Return ``value`` as compact UTF-8 JSON with sorted keys and one final line feed.

    Equal values give equal bytes, whatever order their keys came in.
    """
    text = json.dumps(
        value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    )
    return f"{text}\n".encode()


def digest(data: bytes) -> str:
    """Return the SHA-256 of ``data``, in lower-case hexadecimal."""
    return hashlib.sha256(data).hexdigest()
