"""Which of several media types a client speaks, and what the generator takes it for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["BYTES", "FORM", "JSON", "MULTIPART", "TEXT", "chosen", "essence", "kind", "status"]

JSON = "application/json"
BYTES = "application/octet-stream"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
TEXT = "text/plain"
_PREFERENCE = (JSON, TEXT, BYTES)


def essence(media_type: str) -> str:
    """Return ``media_type`` without parameters, in lower case (RFC 9110 8.3.1)."""
    return media_type.partition(";")[0].strip().lower()


def kind(media_type: str, schema: Any = None) -> str:
    """Return which of the constants of this module ``media_type`` is read and written as.

    JSON is RFC 8259 and RFC 6839 3.1. A range such as ``*/*`` is what its schema suggests:
    bytes or text where that is a string, else JSON.
    """
    plain = essence(media_type)
    if plain == JSON or plain.endswith("+json") or plain in {"text/json", "application/x-json"}:
        return JSON
    if plain in {FORM, MULTIPART}:
        return plain
    if "*" in plain:
        if isinstance(schema, Mapping) and schema.get("type") == "string":
            return BYTES if schema.get("format") == "binary" else TEXT
        return JSON if plain in {"*/*", "application/*"} else BYTES
    return TEXT if plain.startswith("text/") else BYTES


def chosen(content: Any) -> tuple[str, Any, str] | None:
    """Return media type, Media Type Object and kind of what a client reads of a response.

    JSON is taken before text, text before anything else; None where there is no content.
    """
    found: dict[str, tuple[str, Any, str]] = {}
    for media_type, node in content.items() if isinstance(content, dict) else ():
        if isinstance(node, dict) and "/" in media_type:
            read_as = kind(media_type, node.get("schema"))
            read_as = BYTES if read_as in {FORM, MULTIPART} else read_as
            found.setdefault(read_as, (media_type, node, read_as))
    return next((found[name] for name in _PREFERENCE if name in found), None)


def status(key: str) -> str | None:
    """Return a key of Responses Objects as the generator reads it, None where it is none."""
    if key == "default":
        return key
    upper = key.upper()
    is_code = len(upper) == 3 and upper.isascii() and upper[0].isdecimal()  # noqa: PLR2004 - RFC 9110 15
    return upper if is_code and (upper[1:] == "XX" or upper.isdecimal()) else None
