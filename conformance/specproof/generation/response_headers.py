"""Which response headers a description documents, and as what type a client gives them."""

from __future__ import annotations

import keyword
import re
from typing import Any

from specproof.document.openapi import operations
from specproof.document.references import resolve
from specproof.model import JsonObject

__all__ = ["response_headers"]

_TOKEN = re.compile(r"[!#$%&'*+.^_|~0-9A-Za-z-]{1,200}")  # RFC 9110 5.6.2, without the backtick
_IGNORED = frozenset({"content-type"})  # OpenAPI 3.1.1, Response Object: SHALL be ignored
_READERS = {
    "boolean": ("boolean", "bool"),
    "integer": ("integer", "int"),
    "number": ("number", "float"),
}
_FORMATS = {
    "date": ("date", "datetime.date"),
    "date-time": ("date_time", "datetime.datetime"),
    "uuid": ("uuid", "UUID"),
}


def response_headers(document: JsonObject) -> dict[str, list[dict[str, str]]]:
    """Return the documented response headers by ``METHOD /path/{template}``.

    Returns:
        For each header ``name`` (as documented), ``attribute`` (Python name), ``reader`` (of
        the client's module ``headers``) and ``type`` (Python type beside None), by attribute.
    """
    return {
        f"{operation.method.upper()} {operation.path}": found
        for operation in operations(document)
        if (found := _of_operation(document, operation.node))
    }


def _of_operation(document: JsonObject, node: JsonObject) -> list[dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    responses = resolve(document, node.get("responses"))
    for entry in responses.values() if isinstance(responses, dict) else ():
        response = resolve(document, entry)
        headers = response.get("headers") if isinstance(response, dict) else None
        for name, stated in headers.items() if isinstance(headers, dict) else ():
            lowered = name.lower()
            if not _TOKEN.fullmatch(name) or lowered in _IGNORED:
                continue
            header = resolve(document, stated)
            schema = resolve(document, header.get("schema")) if isinstance(header, dict) else None
            read = _reader(lowered, schema)
            previous = found.get(lowered)
            if previous is not None and (previous["reader"], previous["type"]) != read:
                # Two responses that disagree on the type have the text in common.
                read = ("text", "str")
            found[lowered] = {
                "name": name if previous is None else previous["name"],
                "reader": read[0],
                "type": read[1],
            }
    taken: dict[str, dict[str, str]] = {}
    for lowered, header in sorted(found.items()):
        attribute = _attribute(lowered)
        while attribute in taken:
            attribute += "_"
        taken[attribute] = {"attribute": attribute, **header}
    return list(taken.values())


def _reader(lowered: str, schema: Any) -> tuple[str, str]:
    if lowered == "retry-after":
        # RFC 9110 10.2.3: seconds or a date, whatever the schema says; seconds for the caller.
        return "seconds", "float"
    if not isinstance(schema, dict):
        return "text", "str"
    kinds = schema.get("type")
    kind = (
        next((item for item in kinds if item != "null"), None) if isinstance(kinds, list) else kinds
    )
    if kind == "string":
        return _FORMATS.get(str(schema.get("format")), ("text", "str"))
    return _READERS.get(str(kind), ("text", "str"))


def _attribute(lowered: str) -> str:
    name = re.sub(r"[^a-z0-9]+", "_", lowered).strip("_") or "header"
    if name[0].isdigit():
        name = f"header_{name}"
    return f"{name}_" if keyword.iskeyword(name) or name in {"read", "self", "cls"} else name
