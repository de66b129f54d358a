"""The strict parse of JSON (RFC 8259) and YAML 1.2 with the core schema."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import cast

from specproof.document.limits import Limits
from specproof.document.scalars import quoted_name
from specproof.errors import InputError, LimitError
from specproof.json_types import Json, JsonObject

__all__ = ["parse", "parse_value", "read"]

_DEFAULT = Limits()
_UTF16_OR_32 = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")

# A string that is not closed runs to the end, so that no quote is looked at twice.
_JSON_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[\[\]{},]', re.DOTALL)

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def read(path: Path, *, limits: Limits = _DEFAULT) -> JsonObject:
    """Return the object that the JSON or YAML file at ``path`` holds.

    Raises:
        InputError: the file is missing, malformed or no object at the top.
        LimitError: the file is larger, deeper or fuller than ``limits`` allow.
    """
    name = str(path)
    try:
        with path.open("rb") as stream:
            data = stream.read(limits.max_bytes + 1)
    except OSError as error:
        raise InputError(f"can not be read: {error.strerror}", file=name) from error
    return parse(data, name=name, limits=limits)


def parse(data: bytes, *, name: str, limits: Limits = _DEFAULT) -> JsonObject:
    """Return the object that ``data`` holds; ``name`` is what errors call it.

    Raises:
        InputError: malformed, or no object at the top.
        LimitError: larger, deeper or fuller than ``limits`` allow.
    """
    value = parse_value(data, name=name, limits=limits)
    if not isinstance(value, dict):
        raise InputError(
            "holds no object at the top level", file=name, line=1, remedy="expected key: value"
        )
    return value


def parse_value(data: bytes, *, name: str, limits: Limits = _DEFAULT) -> Json:
    """Return the JSON value that ``data`` holds, objects and arrays as ``dict`` and ``list``.

    A name that ends in ``.json`` is JSON; other input is JSON when it begins with a brace or
    bracket and parses as JSON, and YAML 1.2 otherwise.

    Raises:
        InputError: malformed.
        LimitError: larger, deeper or fuller than ``limits`` allow.
    """
    if len(data) > limits.max_bytes:
        raise LimitError(f"is larger than {limits.max_bytes} bytes", file=name)
    text = _decode(data, name)
    if not text.strip():
        raise InputError("is empty", file=name, line=1)
    named = name.lower().endswith(".json")
    if named or text.lstrip().startswith(("{", "[")):
        try:
            return _parse_json(text, name, limits)
        except InputError:
            # Too deep is said before anything else that is wrong, and before YAML is tried.
            _check_json_depth(text, name, limits)
            if named or _is_json(text):
                raise
    # Only here: a comparison of two JSON files is over before libyaml would be loaded.
    from specproof.document.yaml_events import parse_yaml  # noqa: PLC0415 - see above

    return parse_yaml(text, name=name, limits=limits)


def _decode(data: bytes, name: str) -> str:
    if data.startswith(_UTF16_OR_32) or b"\x00" in data[:4]:
        raise InputError(
            "is encoded as UTF-16 or UTF-32", file=name, line=1, remedy="save it as UTF-8"
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            "holds bytes that are not UTF-8", file=name, line=line, remedy="save it as UTF-8"
        ) from error


class _RefusedError(Exception):
    """Carries the reason out of a hook of the JSON decoder, which knows no line."""


def _is_json(text: str) -> bool:
    try:
        json.JSONDecoder(parse_int=str).decode(text)
    except json.JSONDecodeError:
        return False
    except RecursionError:
        return True
    return True


def _parse_json(text: str, name: str, limits: Limits) -> Json:
    value = _decoded(text, name, limits)
    _check_json_values(value, text, name, limits)
    return value


def _decoded(text: str, name: str, limits: Limits) -> Json:
    def integer(digits: str) -> int:
        if len(digits) > limits.max_digits:
            raise _TooLongError
        return int(digits)

    try:
        value = json.JSONDecoder(
            object_pairs_hook=_object,
            parse_int=integer,
            parse_float=_number,
            parse_constant=_constant,
        ).decode(text)
    except json.JSONDecodeError as error:
        raise InputError(f"is not JSON: {error.msg}", file=name, line=error.lineno) from error
    except RecursionError as error:
        raise LimitError("is nested too deep to be read", file=name) from error
    except _DuplicateKeyError as error:
        raise InputError(
            f"has the key {quoted_name(str(error))} twice in one object",
            file=name,
            line=_line_of_duplicate(text),
            remedy="keep one of the two",
        ) from error
    except _TooLongError as error:
        raise LimitError(
            f"holds an integer of more than {limits.max_digits} digits", file=name
        ) from error
    except _RefusedError as error:
        raise InputError(str(error), file=name) from error
    return cast(Json, value)


class _DuplicateKeyError(_RefusedError):
    """An object holds one key twice; the text of the error is the key."""


class _TooLongError(_RefusedError):
    """An integer has more digits than are read."""


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _DuplicateKeyError(key)
            seen.add(key)
    return made


def _number(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise _RefusedError(f"holds a number that no reader can keep: {quoted_name(digits)}")
    return number


def _constant(word: str) -> float:
    raise _RefusedError(f"holds {word}, which JSON does not know")


def _check_json_depth(text: str, name: str, limits: Limits) -> None:
    depth = 0
    for token in _JSON_TOKEN.finditer(text):
        first = text[token.start()]
        if first in "[{":
            depth += 1
            if depth > limits.max_depth:
                line = text.count("\n", 0, token.start()) + 1
                raise LimitError(
                    f"is nested more than {limits.max_depth} levels deep", file=name, line=line
                )
        elif first in "]}":
            depth -= 1


def _line_of_duplicate(text: str) -> int | None:
    stack: list[set[str] | None] = []
    at_key = False
    for token in _JSON_TOKEN.finditer(text):
        first = text[token.start()]
        if first in "{[":
            stack.append(set() if first == "{" else None)
            at_key = first == "{"
        elif first in "}]":
            stack.pop()
            at_key = False
        elif first == ",":
            at_key = stack[-1] is not None
        elif at_key and (keys := stack[-1]) is not None:
            key = json.loads(token.group())
            if key in keys:
                return text.count("\n", 0, token.start()) + 1
            keys.add(key)
            at_key = False
    return None


def _check_json_values(value: Json, text: str, name: str, limits: Limits) -> None:
    """Check depth, number of values and surrogates: by counting characters where that suffices.

    Every object and array costs a bracket, every further value a comma, every key a colon, and
    half a surrogate pair an escape, since UTF-8 has none.
    """
    opened = text.count("{") + text.count("[")
    if opened > limits.max_depth and _is_deeper(value, limits.max_depth):
        _check_json_depth(text, name, limits)
    values = text.count(",") + text.count(":") + opened + 1
    if values > limits.max_nodes or _SURROGATE.search(text):
        _check_each_value(value, name, limits)


def _is_deeper(value: object, limit: int) -> bool:
    level = [value]
    for _ in range(limit):
        level = [
            item
            for outer in level
            for item in (outer.values() if type(outer) is dict else cast(list[object], outer))
            if type(item) is dict or type(item) is list
        ]
        if not level:
            return False
    return True


def _check_each_value(value: object, name: str, limits: Limits) -> None:
    nodes = 0
    waiting: list[object] = [value]
    while waiting:
        item = waiting.pop()
        nodes += 1
        if nodes > limits.max_nodes:
            raise LimitError(f"holds more than {limits.max_nodes} values", file=name)
        if isinstance(item, dict):
            waiting.extend(item)
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, str) and not item.isascii():
            try:
                item.encode()
            except UnicodeEncodeError as error:
                raise InputError(
                    f"holds half of a surrogate pair in {quoted_name(item)}", file=name
                ) from error
