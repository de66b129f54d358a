"""Values that show that two schemas differ."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

import jsonschema_rs

__all__ = ["values_near", "witness"]

Node = dict[str, Any]

_ANYTHING: tuple[Any, ...] = (None, True, -1, 0, 5, 1.5, "", "a", "b", "xyz", [], {})
_LENGTHS = ("minLength", "maxLength", "minItems", "maxItems", "minContains", "maxContains")
_NUMBERS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_UNIONS = ("allOf", "anyOf", "oneOf")
_MOST = 4_000
_NOTHING = object()


def witness(valid: Any, invalid: Any) -> tuple[Any] | None:
    """Return a value that keeps the one schema and not the other, or None if none was found.

    Args:
        valid: a schema of JSON Schema 2020-12 without references.
        invalid: likewise.
    """
    keeps, breaks = (jsonschema_rs.Draft202012Validator(item) for item in (valid, invalid))
    for value in itertools.islice(values_near([valid, invalid]), _MOST):
        if keeps.is_valid(value) and not breaks.is_valid(value):
            return (value,)
    return None


def values_near(schemas: Iterable[Any]) -> Iterator[Any]:
    """Yield values at the limits that schemas draw."""
    held = [schema for schema in schemas if isinstance(schema, dict)]
    yield from _ANYTHING
    parts = list(_parts(held))
    for schema in parts:
        yield from schema.get("enum", ())
        if "const" in schema:
            yield schema["const"]
    numbers = {schema[word] for schema in parts for word in _NUMBERS if word in schema}
    for number in sorted(numbers):
        yield from (number - 1, number, number + 1, 2 * number, 3 * number, number + 0.5)
    lengths = {0, 1, 2, 3}
    for schema in parts:
        lengths |= {schema[word] + more for word in _LENGTHS if word in schema for more in (0, 1)}
        lengths |= {len(schema.get("prefixItems", ())) + more for more in (0, 1)}
    for length in sorted(lengths):
        yield from (letter * length for letter in "ab")
        yield _text(length)
    yield from _arrays(parts, sorted(lengths))
    yield from _objects(parts)


def _text(length: int) -> str:
    return "".join(itertools.islice(itertools.cycle("abc"), length))


def _parts(schemas: Iterable[Node]) -> Iterator[Node]:
    """Yield schemas and what holds for the same value, but not what stands inside of it."""
    for schema in schemas:
        yield schema
        inner = [schema[word] for word in ("if", "then", "else", "not") if word in schema]
        for word in _UNIONS:
            inner += schema.get(word, ())
        inner += schema.get("dependentSchemas", {}).values()
        yield from _parts(item for item in inner if isinstance(item, dict))


def _few(schemas: Iterable[Any], count: int) -> list[Any]:
    return list(itertools.islice(values_near(schemas), count))


def _arrays(parts: list[Node], lengths: list[int]) -> Iterator[Any]:
    inner: list[Any] = []
    for schema in parts:
        inner += [schema[word] for word in ("items", "contains") if word in schema]
        inner += schema.get("prefixItems", ())
    if not any("array" in schema.get("type", "array") for schema in parts):
        return
    elements = _best(inner, _few(inner, 60))
    yield from ([element] for element in elements)
    few = [*elements[:4], *{type(element): element for element in reversed(elements)}.values()]
    for element in few:
        yield from ([element] * length for length in lengths)
    yield from (list(pair) for pair in itertools.product(few, repeat=2))
    for length in lengths:
        yield [f"{index}" for index in range(length)]
        yield list(range(length))


def _objects(parts: list[Node]) -> Iterator[Any]:
    known = _members(parts)
    names = sorted(known)
    for schema in parts:
        for word in ("minProperties", "maxProperties"):
            for count in (schema.get(word, 0), schema.get(word, 0) + 1):
                yield {f"p{index}": "a" for index in range(count)}
    for count in range(len(names), -1, -1):
        for chosen in itertools.combinations(names, count):
            plain = {name: known[name][0] for name in chosen}
            yield {name: known[name][5 % len(known[name])] for name in chosen}
            yield from ({**plain, name: value} for name in chosen for value in known[name])
    for value in _unknown(parts):
        for extra in ("zz", "xa"):
            yield {extra: value}
            yield {**{name: known[name][0] for name in names}, extra: value}


def _members(parts: list[Node]) -> dict[str, list[Any]]:
    """Return values for each property that schemas know."""
    inner: dict[str, list[Any]] = {}
    for schema in parts:
        for name in schema.get("required", ()):
            inner.setdefault(name, [])
        for name, member in schema.get("properties", {}).items():
            inner.setdefault(name, []).append(member)
    return {name: _best(members, _few(members, 400))[:60] for name, members in inner.items()}


def _best(schemas: list[Any], values: list[Any]) -> list[Any]:
    """Return values in turn from each group that keeps the same schemas, the most first."""
    validators = [jsonschema_rs.Draft202012Validator(schema) for schema in schemas]
    groups: dict[tuple[bool, ...], list[Any]] = {}
    for value in values:
        groups.setdefault(tuple(item.is_valid(value) for item in validators), []).append(value)
    ordered = [groups[kept] for kept in sorted(groups, key=lambda kept: (-sum(kept), kept))]
    turns = itertools.zip_longest(*ordered, fillvalue=_NOTHING)
    return [value for turn in turns for value in turn if value is not _NOTHING]


def _unknown(parts: list[Node]) -> list[Any]:
    """Return values for properties that schemas do not know."""
    inner: list[Any] = []
    for schema in parts:
        for word in ("additionalProperties", "unevaluatedProperties"):
            inner += [schema[word]] if word in schema else []
        inner += schema.get("patternProperties", {}).values()
    return _few(inner, 20)
