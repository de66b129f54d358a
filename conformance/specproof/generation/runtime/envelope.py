"""What an error body says, in one form whatever form it came in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from attrs import field, frozen

__all__ = ["ErrorItem", "error_items"]

_MOST = 100  # items; no error needs more
_LONGEST = 2000  # characters of a title
_CODES = (
    *("code", "error_code", "errorCode", "errorcode", "faultcode", "type", "__type", "Code"),
    *("reason", "status"),
)
_TITLES = (
    *("title", "message", "Message", "detail", "error_description", "error_message"),
    *("errorMessage", "faultstring", "description", "msg", "error"),
)
_PARTS = (*_CODES, *_TITLES)
_PLURAL = frozenset({"errors", "problems"})
_HOLDERS = ("errors", "error", "fault", "problems", "detail")


@frozen
class ErrorItem:
    """One thing that went wrong.

    Attributes:
        code: what names the cause, as text; empty where the body names none.
        title: what a person reads; empty where the body says nothing.
        meta: everything else that the body says of it.
    """

    code: str = ""
    title: str = ""
    meta: Mapping[str, Any] = field(factory=dict)


def error_items(data: Any, scrub: Callable[[str], str] = str) -> tuple[ErrorItem, ...]:
    """Return what ``data``, the body of an error, says went wrong.

    Reads a list of objects, a list of strings, one string, a map from fields to messages
    (``{"errors": {"name": ["is taken"]}}``), ``{"error": {"type", "message"}}``, problem
    details (RFC 9457), OAuth errors (RFC 6749 5.2), plain text and nothing at all.

    Args:
        data: decoded JSON, or the text of a body that is none; None where it is empty.
        scrub: takes credentials out of a text.
    """
    items: list[ErrorItem] = []
    for code, title, meta in _read(data, 0):
        if len(items) == _MOST:
            break
        items.append(ErrorItem(scrub(code), scrub(title[:_LONGEST]), _scrubbed(meta, scrub, 0)))
    return tuple(items)


_Item = tuple[str, str, dict[str, Any]]
_DEEPEST = 8


def _read(data: Any, depth: int) -> Iterator[_Item]:
    if depth > _DEEPEST or data is None:
        return
    if isinstance(data, str):
        if data.strip():
            yield "", data.strip(), {}
    elif isinstance(data, list):
        for item in data:
            yield from _read(item, depth + 1)
    elif isinstance(data, dict):
        yield from _of_object(data, depth)
    elif isinstance(data, bool | int | float):
        yield "", _number(data), {}


def _of_object(data: dict[str, Any], depth: int) -> Iterator[_Item]:
    for holder in _HOLDERS:
        held = data.get(holder)
        if holder in _PLURAL and isinstance(held, str) and held.strip():
            yield "", held.strip(), {name: value for name, value in data.items() if name != holder}
            return
        if isinstance(held, list | dict) and held:
            found = (
                _by_field(held, depth)
                if _is_field_map(held, (str, list, dict))
                else _read(held, depth + 1)
            )
            inner = list(islice(found, _MOST))
            tells = any(code or title for code, title, _ in inner)
            if inner and (tells or holder != "detail"):
                # What is said of all of them stands for those that say nothing themselves.
                said = _taken({**data, holder: None}, _TITLES)
                yield from ((code, title or said, meta) for code, title, meta in inner)
                return
    if not data:
        return
    rest = dict(data)
    error = rest.get("error")
    if isinstance(error, str) and isinstance(rest.get("error_description"), str):
        # RFC 6749 5.2: `error` is the code, `error_description` what a person reads.
        yield rest.pop("error"), rest.pop("error_description"), rest
        return
    title = _taken(rest, _TITLES)
    code = _taken(rest, _CODES)
    if code or title:
        yield code, title, rest
    elif _is_field_map(rest, (str, list)):
        yield from _by_field(rest, depth)
    else:
        yield "", "", rest


def _taken(rest: dict[str, Any], names: tuple[str, ...]) -> str:
    for name in names:
        value = rest.get(name)
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            text = _number(value).strip()
            if text:
                del rest[name]
                return text
    return ""


def _number(value: str | float) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    try:
        return str(value)
    except ValueError:  # more digits than Python prints
        return ""


def _is_field_map(held: Any, kinds: tuple[type, ...]) -> bool:
    """``{"name": ["is taken"], "age": "is no number"}``: none is a part of one error.

    A field may be called like a part, ``{"title": ["is too short"]}``, but holds a list then.
    """
    return (
        isinstance(held, dict)
        and bool(held)
        and all(value and isinstance(value, kinds) for value in held.values())
        and all(
            isinstance(held[name], list) and name not in _HOLDERS for name in _PARTS if name in held
        )
    )


def _by_field(held: Any, depth: int) -> Iterator[_Item]:
    for name, value in held.items():
        for code, title, meta in _read(value, depth + 1):
            yield code, title, {"field": name, **meta}


def _scrubbed(value: Any, scrub: Callable[[str], str], depth: int) -> Any:
    if isinstance(value, str):
        return scrub(value)
    if depth > _DEEPEST:
        return None
    if isinstance(value, dict):
        return {scrub(key): _scrubbed(held, scrub, depth + 1) for key, held in value.items()}
    if isinstance(value, list):
        return [_scrubbed(held, scrub, depth + 1) for held in value]
    return value
