"""One instance of a schema, always the same one: for stubs, not for finding bugs.

Schemathesis and Hypothesis draw many instances and need a test around them; a stub needs one,
at once, and the same on every run.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import count
from typing import cast

from specproof.document.references import resolve
from specproof.model import Json, JsonObject

__all__ = ["MAX_DEPTH", "synthesise"]

MAX_DEPTH = 6
"""Levels of optional properties and items that are filled in."""

_MAX_ITEMS = 64
_MAX_TEXT = 4096
_HOPELESS = MAX_DEPTH * 4
_MAX_SCHEMAS = 2000

_FORMATS = {
    "date": "2024-01-01",
    "date-time": "2024-01-01T00:00:00Z",
    "time": "00:00:00Z",
    "duration": "P1D",
    "email": "user@example.com",
    "idn-email": "user@example.com",
    "hostname": "example.com",
    "idn-hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com/",
    "url": "https://example.com/",
    "uri-reference": "/example",
    "iri": "https://example.com/",
    "iri-reference": "/example",
    "uri-template": "/example/{id}",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "json-pointer": "/example",
    "relative-json-pointer": "0",
    "regex": ".*",
    "byte": "ZXhhbXBsZQ==",
}


def synthesise(document: JsonObject, schema: Json) -> Json:
    """Return an instance of ``schema``: what its author shows, or else the plainest value.

    Every property is there, but for ``writeOnly`` ones and those deeper than ``MAX_DEPTH`` or
    after 2000 schemas. Where keywords contradict one another, or ask for what the
    plainest value does not have, the instance may break the schema.

    Raises:
        InputError: a reference that leads nowhere.
    """
    return _Synthesis(document).value(schema, 0)


class _Synthesis:
    def __init__(self, document: JsonObject) -> None:
        self._document = document
        self._visits = 0

    def _spent(self, depth: int) -> bool:
        """Whether nothing but leaves may follow: too deep, or too many schemas so far."""
        return depth > _HOPELESS or self._visits > _MAX_SCHEMAS * 2

    def value(self, node: Json, depth: int, number: int = 0) -> Json:
        schema = self._merged(node, depth)
        shown = _shown(schema)
        if shown is not None and not number:
            return shown
        kind = _kind(schema)
        if kind == "object":
            return self._object(schema, depth)
        if kind == "array":
            return self._array(schema, depth)
        if kind == "string":
            return _text(schema, number)
        if kind in ("integer", "number"):
            return _number(schema, number, whole=kind == "integer")
        return number % 2 == 1 if kind == "boolean" else None

    def _merged(self, node: Json, depth: int) -> JsonObject:
        """Return one object schema for ``node``: references, allOf and first choices folded in."""
        self._visits += 1
        found = resolve(self._document, node)
        if not isinstance(found, Mapping):
            return {}
        schema: JsonObject = {
            key: value for key, value in found.items() if key not in ("allOf", "anyOf", "oneOf")
        }
        if self._spent(depth):
            return schema
        parts = [*_items(found.get("allOf"))]
        parts += [_items(found.get(key))[0] for key in ("oneOf", "anyOf") if _items(found.get(key))]
        for part in parts:
            _fold(schema, self._merged(part, depth + 1))
        return schema

    def _object(self, schema: JsonObject, depth: int) -> Json:
        properties = schema.get("properties")
        properties = properties if isinstance(properties, Mapping) else {}
        required = [name for name in _items(schema.get("required")) if isinstance(name, str)]
        made: JsonObject = {}
        for name, node in properties.items():
            wanted = name in required or (depth < MAX_DEPTH and self._visits < _MAX_SCHEMAS)
            if wanted and not self._spent(depth) and not self._hidden(node):
                made[name] = self.value(node, depth + 1)
        extra = schema.get("additionalProperties", True)
        for name in required:
            if name not in properties:
                made[name] = None if self._spent(depth) else self.value(extra, depth + 1)
        least = schema.get("minProperties")
        names = (f"property{number}" for number in count(1))
        while isinstance(least, int) and len(made) < min(least, _MAX_ITEMS):
            made[next(names)] = self.value(extra, depth + 1)
        return made

    def _array(self, schema: JsonObject, depth: int) -> Json:
        least, most = schema.get("minItems", 0), schema.get("maxItems", _MAX_ITEMS)
        least = least if isinstance(least, int) else 0
        most = most if isinstance(most, int) else _MAX_ITEMS
        wanted = least if depth >= MAX_DEPTH else max(least, 1)
        size = 0 if self._spent(depth) else min(wanted, most, _MAX_ITEMS)
        first = [] if (shown := schema.get("prefixItems")) is None else _items(shown)
        unique = schema.get("uniqueItems") is True
        rest = schema.get("items", {})
        return [
            self.value(first[place], depth + 1)
            if place < len(first)
            else self.value(rest, depth + 1, place if unique else 0)
            for place in range(size)
        ]

    def _hidden(self, node: Json) -> bool:
        found = resolve(self._document, node)
        return isinstance(found, Mapping) and found.get("writeOnly") is True


def _items(value: Json) -> Sequence[Json]:
    return value if isinstance(value, Sequence) and not isinstance(value, str) else []


def _fold(into: JsonObject, part: JsonObject) -> None:
    for key, value in part.items():
        present = into.get(key)
        if key == "properties" and isinstance(present, Mapping) and isinstance(value, Mapping):
            into[key] = {**present, **value}
        elif key == "required" and present is not None:
            into[key] = [*_items(present), *_items(value)]
        else:
            into.setdefault(key, value)


def _shown(schema: JsonObject) -> Json:
    """Return the value that the schema itself shows, or None."""
    for key in ("const", "example", "default"):
        if schema.get(key) is not None:
            return schema[key]
    for key in ("examples", "enum"):
        listed = _items(schema.get(key))
        if listed and listed[0] is not None:
            return listed[0]
    return None


def _kind(schema: JsonObject) -> str:
    stated = schema.get("type")
    if isinstance(stated, str):
        return stated
    kinds = [kind for kind in _items(stated) if isinstance(kind, str) and kind != "null"]
    if kinds:
        return kinds[0]
    if stated is not None:
        return "null"
    if "items" in schema or "prefixItems" in schema:
        return "array"
    if "pattern" in schema or "format" in schema or "maxLength" in schema:
        return "string"
    return "number" if "minimum" in schema or "maximum" in schema else "object"


def _text(schema: JsonObject, number: int) -> str:
    text = _FORMATS.get(str(schema.get("format")), "string") + (str(number) if number else "")
    pattern = schema.get("pattern")
    if isinstance(pattern, str):
        return _of_pattern(pattern) or text
    if schema.get("format") in _FORMATS and not number:
        return text
    least, most = schema.get("minLength", 0), schema.get("maxLength", _MAX_TEXT)
    if isinstance(least, int):
        text = text.ljust(min(least, _MAX_TEXT), "x")
    return text[:most] if isinstance(most, int) else text


def _of_pattern(pattern: str) -> str | None:
    """Return the simplest text that Hypothesis knows for ``pattern``, or None if it knows none."""
    import re  # noqa: PLC0415 - patterns are rare, and Hypothesis is slow to import

    import hypothesis  # noqa: PLC0415 - the same
    from hypothesis import strategies  # noqa: PLC0415 - the same

    quiet = hypothesis.settings(
        database=None,
        derandomize=True,
        max_examples=20,
        deadline=None,
        phases=tuple(phase for phase in hypothesis.Phase if phase.name in ("generate", "shrink")),
    )
    try:
        printable = strategies.characters(min_codepoint=0x20, max_codepoint=0x7E)
        found = hypothesis.find(
            strategies.from_regex(re.compile(pattern), fullmatch=False, alphabet=printable),
            lambda _: True,
            settings=quiet,
        )
    except (re.error, hypothesis.errors.HypothesisException):
        return None
    return found


def _number(schema: JsonObject, number: int, *, whole: bool) -> int | float:
    step = _real(schema.get("multipleOf")) or 1
    low, above = _bound(schema, "minimum", "exclusiveMinimum")
    high, below = _bound(schema, "maximum", "exclusiveMaximum")
    if low is None and high is None:
        return _plain(step * (number + 1), whole=whole) if step != 1 else number + 1
    if low is not None:
        found = math.ceil(low / step) * step
        if above and found <= low:
            found += step
        if high is not None and (found > high or (below and found >= high)):
            found = (low + high) / 2
        return _plain(found + number * step, whole=whole)
    top = cast(float, high)
    found = math.floor(top / step) * step
    return _plain(found - step * number - (step if below and found >= top else 0), whole=whole)


def _bound(schema: JsonObject, plain: str, exclusive: str) -> tuple[float | None, bool]:
    """Return a bound and whether it is outside; 3.0 has a flag where 3.1 has a number."""
    limit, flag = _real(schema.get(plain)), schema.get(exclusive)
    if isinstance(flag, bool):
        return limit, flag
    outside = _real(flag)
    return (limit, False) if outside is None else (outside, True)


def _real(value: Json) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _plain(value: float, *, whole: bool) -> int | float:
    return int(value) if whole or float(value).is_integer() else value
