"""Arguments as parameters of a request: OpenAPI 3.1.1, 4.8.12.2, Style Values."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from io import BytesIO
from typing import Any
from urllib.parse import quote

from .errors import InvalidRequestError
from .segments import Mark, Styled
from .types import UNSET, File, RequestFiles
from .values import plain

__all__ = [
    "content_body",
    "cookie",
    "form_body",
    "header",
    "json_body",
    "multipart_body",
    "no_body",
    "path",
    "query",
]

# As RFC 6570 and OpenAPI 3.1.1, 4.8.12.6, send them; within a value each of them is encoded.
_DELIMITERS = {"form": ",", "spaceDelimited": "%20", "pipeDelimited": "%7C"}


def query(name: str, value: object, style: str = "form", *, explode: bool = True) -> Pairs:
    """Return ``value`` as names and values of a query; none where it is ``UNSET`` or None.

    Both are percent-encoded, so that a delimiter within a value is none.

    Raises:
        ValueError: it has no form in a query, e.g. a number that is not finite.
    """
    written = None if value is UNSET else plain(value)
    if written is None:
        return []
    if isinstance(written, dict) and style == "deepObject":
        return _deep(name, written)
    if isinstance(written, dict) and explode:
        return [pair for key, held in written.items() for pair in _encoded_pairs(key, held)]
    if not isinstance(written, dict | list) or explode or style == "deepObject":
        return _encoded_pairs(name, written)
    texts = _pairs(written) if isinstance(written, dict) else _texts(written)
    return [(_encoded(name), _DELIMITERS.get(style, ",").join(map(_encoded, texts)))]


def header(value: object, *, explode: bool = False) -> str | None:
    """Return ``value`` as a header field (style simple); None where there is none to send."""
    written = None if value is UNSET else plain(value)
    return None if written is None else _simple(written, ",", explode=explode)


def cookie(value: object, *, explode: bool = True) -> str | None:
    """Return ``value`` as a cookie (style form); None where there is none to send."""
    return header(value, explode=explode)


def path(name: str, value: object, style: str = "simple", *, explode: bool = False) -> object:
    """Return ``value`` in its style for ``segment``; what can not be sent as it is."""
    if value is None or value is UNSET:
        return value
    written = plain(value)
    items = _items(written, explode=explode)
    start: tuple[str, ...] = ()
    between = ","
    if style == "label":
        start, between = (Mark("."),), "." if explode else ","
    elif style == "matrix":
        start = (Mark(";"),)
        if not explode or not isinstance(written, list | dict):
            start = (Mark(";"), name) if written == "" else (Mark(";"), name, Mark("="))
        else:
            between = ";"
            if isinstance(written, list):
                items = [(name, Mark("="), *item) for item in items]
    pieces = list(start)
    for place, item in enumerate(items):
        pieces += [Mark(between), *item] if place else item
    return Styled(pieces)


def json_body(value: object) -> dict[str, Any]:
    """Return the arguments of ``httpx.Client.build_request`` for a body of JSON (RFC 8259).

    Raises:
        ValueError: it has no form in JSON, e.g. a number that is not finite.
    """
    if value is UNSET:
        return {}
    text = json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return {"content": text.encode("utf-8")}


def form_body(value: object) -> dict[str, Any]:
    """Return the arguments for a form: lists repeat their name, objects are written as JSON."""
    if value is UNSET:
        return {}
    written = plain(value)
    if not isinstance(written, dict):
        raise ValueError("a form is an object")  # noqa: TRY004 - see ``plain``
    pairs = [pair for key, held in written.items() for pair in _repeated(key, held)]
    data: dict[str, list[str]] = {}
    for key, text in pairs:
        data.setdefault(key, []).append(text)
    return {"data": data}


def content_body(value: Any) -> dict[str, Any]:
    """Return the arguments for a body of bytes: a file, bytes, or text as UTF-8."""
    if value is UNSET:
        return {}
    return {"content": value.payload if isinstance(value, File) else value}


def no_body(value: object, *, optional: bool = False) -> None:
    """Refuse a body that is of none of the types that the API documents.

    Raises:
        InvalidRequestError: there is one, or none although one is required.
    """
    if not (optional and value is UNSET):
        raise InvalidRequestError(
            f"body must be of a type that the API documents, not {type(value).__name__}"
        )


def multipart_body(value: Any) -> dict[str, Any]:
    """Return the arguments for parts (RFC 7578): a list is one part per item, an object JSON."""
    if value is UNSET:
        return {}
    fields: Mapping[str, Any] = value if isinstance(value, Mapping) else value._shape.values(value)  # noqa: SLF001 - a model's
    return {"files": _parts(fields)}


def _parts(fields: Mapping[str, Any]) -> RequestFiles:
    parts: RequestFiles = []
    for name, value in fields.items():
        for item in value if isinstance(value, list | tuple) else [value]:
            if isinstance(item, File):
                parts.append((name, _repeatable(item).to_tuple()))
            elif isinstance(written := plain(item), dict | list):
                parts.append((name, (None, _text(written).encode(), "application/json")))
            elif written is not None:
                parts.append((name, (None, _text(written).encode(), "text/plain")))
    return parts


def _repeatable(file: File) -> File:
    """Return ``file`` so that it can be sent twice."""
    payload = file.payload
    if hasattr(payload, "seekable") and payload.seekable():
        return file
    return File(BytesIO(payload.read()), file.file_name, file.mime_type)


Pairs = list[tuple[str, str]]


def _text(value: Any) -> str:
    """Return a plain value as JSON writes it, a string without its quotes."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("a number must be finite")
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else str(value)


def _texts(values: list[Any]) -> list[str]:
    return [_text(value) for value in values if value is not None]


def _pairs(values: dict[str, Any]) -> list[str]:
    held = [(name, value) for name, value in values.items() if value is not None]
    return [text for name, value in held for text in (name, _text(value))]


def _repeated(name: str, value: Any) -> Pairs:
    return [(name, text) for text in _texts(value if isinstance(value, list) else [value])]


def _items(value: Any, *, explode: bool) -> list[tuple[str, ...]]:
    """Return what a delimiter stands between, each in pieces."""
    if isinstance(value, dict):
        held = [(name, _text(item)) for name, item in value.items() if item is not None]
        if explode:
            return [(name, Mark("="), text) for name, text in held]
        return [(text,) for pair in held for text in pair]
    return [(text,) for text in (_texts(value) if isinstance(value, list) else [_text(value)])]


def _simple(value: Any, delimiter: str, *, explode: bool) -> str:
    if isinstance(value, list):
        return delimiter.join(_texts(value))
    if isinstance(value, dict):
        if explode:
            return delimiter.join(f"{name}={_text(held)}" for name, held in value.items())
        return delimiter.join(_pairs(value))
    return _text(value)


def _deep(name: str, value: dict[str, Any]) -> Pairs:
    pairs: Pairs = []
    for key, held in value.items():
        inner = f"{name}[{key}]"
        pairs += _deep(inner, held) if isinstance(held, dict) else _encoded_pairs(inner, held)
    return pairs


def _encoded(text: str) -> str:
    return quote(text, safe="")


def _encoded_pairs(name: str, value: Any) -> Pairs:
    return [(_encoded(key), _encoded(text)) for key, text in _repeated(name, value)]
