"""Transforms of single schemas: types, null, enumerations, constants, arrays and defaults."""

from __future__ import annotations

import datetime as dt
import json
import math
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from specproof.generation.normalisation.draft import Draft, slots
from specproof.generation.normalisation.names import words

__all__ = [
    "array_items",
    "constants",
    "enumerations",
    "fitting_defaults",
    "implicit_types",
    "null_alternatives",
    "open_objects",
    "type_lists",
]

_NULL = {"type": "null"}
_KEPT_BY_TYPE = {
    "array": ("items", "prefixItems"),
    "object": ("properties", "required", "additionalProperties"),
    "string": ("format", "enum", "x-enum-varnames"),
    "integer": ("format", "enum", "x-enum-varnames"),
    "number": ("format", "enum"),
}
_ALTERNATIVES = ("anyOf", "oneOf")


def null_alternatives(draft: Draft) -> Iterator[str]:
    """Write ``nullable`` as OpenAPI 3.1 does: a type, an alternative or a member null."""
    for pointer, holder, key in slots(draft):
        node = holder[key]
        if not node.pop("nullable", False):
            continue
        if "enum" in node:
            node["enum"] = [*node["enum"], *([] if None in node["enum"] else [None])]
        elif any(name in node for name in _ALTERNATIVES):
            name = "oneOf" if "oneOf" in node else "anyOf"
            node[name] = [*node[name], dict(_NULL)]
        elif "allOf" in node:
            outer = {name: node.pop(name) for name in ("description", "default") if name in node}
            holder[key] = {**outer, "anyOf": [dict(_NULL), node]}
        elif isinstance(node.get("type"), str):
            node["type"] = [node["type"], "null"]
        elif isinstance(node.get("type"), list):
            node["type"] = [*dict.fromkeys([*node["type"], "null"])]
        elif "properties" in node:
            node["type"] = ["object", "null"]
        else:
            continue
        yield pointer


def type_lists(draft: Draft) -> Iterator[str]:
    """Write a list of types as alternatives, each with the keywords that concern it."""
    for pointer, holder, key in slots(draft):
        node = holder[key]
        kinds = node.get("type")
        if not isinstance(kinds, list):
            continue
        yield f"{pointer}/type"
        del node["type"]
        if len(kinds) == 1:
            node["type"] = kinds[0]
        elif "enum" in node:
            if "null" in kinds and None not in node["enum"]:
                node["enum"] = [*node["enum"], None]
        elif "const" in node or not kinds:
            continue
        elif "allOf" in node or any(name in node for name in _ALTERNATIVES):
            if "null" in kinds:
                node["nullable"] = True
                holder[key] = _with_null(node)
        else:
            holder[key] = _alternatives(node, kinds)


def _with_null(node: dict[str, Any]) -> dict[str, Any]:
    del node["nullable"]
    for name in _ALTERNATIVES:
        if name in node:
            if not any(member.get("type") == "null" for member in node[name]):
                node[name] = [*node[name], dict(_NULL)]
            return node
    return {"anyOf": [dict(_NULL), node]}


def _alternatives(node: dict[str, Any], kinds: list[str]) -> dict[str, Any]:
    outer: dict[str, Any] = {
        name: node[name] for name in ("title", "description", "default", "example") if name in node
    }
    members = []
    for kind in kinds:
        inner = {name: node[name] for name in _KEPT_BY_TYPE.get(kind, ()) if name in node}
        described = {"description": node["description"]} if "description" in node else {}
        members.append({**({} if kind == "null" else described), **inner, "type": kind})
    return {**outer, "anyOf": members}


def implicit_types(draft: Draft) -> Iterator[str]:
    """State the type of objects and arrays whose other keywords show it."""
    for pointer, holder, key in slots(draft):
        node = holder[key]
        if {"$ref", "type", "allOf", "anyOf", "oneOf", "enum", "const"}.intersection(node):
            continue
        if "properties" in node or isinstance(node.get("additionalProperties"), dict):
            node["type"] = "object"
            yield pointer
        elif "items" in node or "prefixItems" in node:
            node["type"] = "array"
            yield pointer


def array_items(draft: Draft) -> Iterator[str]:
    """Let arrays without ``items`` hold anything."""
    for pointer, holder, key in slots(draft):
        node = holder[key]
        if node.get("type") == "array" and "items" not in node and not node.get("prefixItems"):
            node["items"] = {}
            yield pointer


def open_objects(draft: Draft) -> Iterator[str]:
    """Let objects hold more than they promise today, so that a client reads tomorrow's."""
    for pointer, holder, key in slots(draft):
        if holder[key].get("additionalProperties") is False:
            del holder[key]["additionalProperties"]
            yield f"{pointer}/additionalProperties"


def constants(draft: Draft) -> Iterator[str]:
    """Take constants that no Python Literal can be for values of their type."""
    for pointer, holder, key in slots(draft):
        node = holder[key]
        if "const" not in node:
            continue
        value = node["const"]
        if (isinstance(value, str) and _is_literal(value) and "enum" not in node) or (
            isinstance(value, int) and "enum" not in node
        ):
            node.pop("format", None)
            continue
        del node["const"]
        if "enum" not in node:
            node.update(_NULL if value is None else _type_of([value]))
        yield f"{pointer}/const"


def _is_literal(value: str) -> bool:
    """Return whether ``value`` is the same in the Literal that the generator writes of it."""
    return _is_plain(value) and not {'"', "\\"}.intersection(value)


def enumerations(draft: Draft) -> Iterator[str]:
    """Make enumerations ones that a Python Enum can be: one type, a name for each value."""
    for pointer, holder, key in slots(draft):
        node = holder[key]
        if "enum" not in node:
            node.pop("x-enum-varnames", None)
            continue
        made = _enumeration(node)
        if made != node:
            holder[key] = made
            yield f"{pointer}/enum"


def _enumeration(node: dict[str, Any]) -> dict[str, Any]:
    # By text, because lists and objects have no hash and comparing all with all takes for ever.
    values = [*{json.dumps(value, sort_keys=True): value for value in node["enum"]}.values()]
    plain = [value for value in values if value is not None]
    rest = {name: value for name, value in node.items() if name not in {"enum", "x-enum-varnames"}}
    if not plain:
        return {**rest, **_NULL}
    if node.get("type") == "boolean":
        made = rest
    elif {type(value) for value in plain} in ({str}, {int}) and all(map(_is_plain, plain)):
        names = _member_names(plain, node.get("x-enum-varnames"))
        named = {"x-enum-varnames": names} if names else {}
        made = {**rest, "enum": plain, **named}
        made["type"] = "string" if isinstance(plain[0], str) else "integer"
    else:
        rest.pop("type", None)
        made = {**rest, **_type_of(plain)}
    if len(plain) == len(values):
        return made
    outer: dict[str, Any] = {
        name: made.pop(name) for name in ("title", "description", "default") if name in made
    }
    if "description" in outer:
        made["description"] = outer["description"]
    return {**outer, "anyOf": [dict(_NULL), made]}


def _type_of(values: list[Any]) -> dict[str, Any]:
    kinds = []
    for value in values:
        kind = {str: "string", bool: "boolean", int: "integer", float: "number"}.get(type(value))
        if kind is None:
            return {}
        kinds.append(kind)
    unique = [*dict.fromkeys(kinds)]
    if set(unique) == {"integer", "number"}:
        unique = ["number"]
    return (
        {"type": unique[0]} if len(unique) == 1 else {"anyOf": [{"type": kind} for kind in unique]}
    )


def _is_plain(value: object) -> bool:
    """Return whether the generator writes ``value`` as it is: it strips control characters."""
    return not isinstance(value, str) or not any(
        unicodedata.category(letter)[0] == "C" or unicodedata.category(letter) in {"Zl", "Zp"}
        for letter in value
    )


def _member_names(values: list[Any], given: Any) -> list[str] | None:
    """Return names for members; None where the ones that the generator makes are good."""
    stated = given if isinstance(given, list) and len(given) == len(values) else None
    if stated is None and isinstance(values[0], int):
        return None
    natural = []
    for index, value in enumerate(stated or values):
        raw = value.upper() if value and value[0].isalpha() else f"VALUE_{index}"
        name = "_".join(words(raw)).upper()
        natural.append(name if name.isidentifier() and name != "MRO" else f"VALUE_{index}")
    counts = Counter(natural)
    # The generator refuses two raw names that are the same before it cleans them, too.
    if (
        stated is None
        and max(counts.values()) == 1
        and len(set(map(str.upper, values))) == len(values)
    ):
        own = ["_".join(words(_raw(value, index))).upper() for index, value in enumerate(values)]
        if own == natural:
            return None
    used: set[str] = set()
    made = []
    for name in natural:
        number, unique = 2, name
        while unique in used:
            unique, number = f"{name}_{number}", number + 1
        used.add(unique)
        made.append(unique)
    return made


def _raw(value: str, index: int) -> str:
    return value.upper() if value and value[0].isalpha() else f"VALUE_{index}"


def fitting_defaults(draft: Draft) -> Iterator[str]:
    """Drop defaults that are no value of their schema."""
    for pointer, holder, key in slots(draft):
        node = holder[key]
        if "default" in node and not _fits(draft, node, node["default"]):
            del node["default"]
            yield f"{pointer}/default"
        elif isinstance(node.get("default"), str) and _is_enumerated(draft, node, node["default"]):
            # The generator looks for it among values that it has escaped already.
            escaped = node["default"].replace("\\", "\\\\").replace('"', '\\"')
            if escaped != node["default"]:
                node["default"] = escaped
                yield f"{pointer}/default"


def _is_enumerated(draft: Draft, node: dict[str, Any], value: str) -> bool:
    """Return whether what takes ``value`` in ``node`` are enumerations alone."""
    found = draft.component(node)
    members = [*found.get("anyOf", ()), *found.get("oneOf", ()), *found.get("allOf", ())]
    if members:
        taking = [member for member in members if _fits(draft, member, value)]
        return all(_is_enumerated(draft, member, value) for member in taking)
    return bool(found.get("enum"))


_FORMATS: dict[str, Callable[[str], object]] = {
    "date": dt.date.fromisoformat,
    "date-time": dt.datetime.fromisoformat,
    "uuid": UUID,
}


def _fits(draft: Draft, node: dict[str, Any], value: Any) -> bool:
    found = draft.component(node)
    members = [*found.get("anyOf", ()), *found.get("oneOf", ()), *found.get("allOf", ())]
    if members:
        return any(_fits(draft, member, value) for member in members)
    allowed = [found["const"]] if "const" in found else found.get("enum")
    if allowed is not None:
        return any(type(value) is type(known) and value == known for known in allowed)
    kind = str(found.get("type"))
    if isinstance(value, float) and not math.isfinite(value):
        return False
    if isinstance(value, bool) != (kind == "boolean"):
        return False
    if kind == "string" and isinstance(value, str):
        return _is_plain(value) and _has_format(found.get("format"), value)
    return kind != "string" and isinstance(value, _VALUES.get(kind, ()))


_VALUES: dict[str, tuple[type, ...]] = {
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
}


def _has_format(name: Any, value: str) -> bool:
    try:
        _FORMATS.get(str(name), str)(value)
    except ValueError:
        return False
    return bool(name != "binary")
