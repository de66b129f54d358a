"""Transforms of ``allOf``, ``anyOf`` and ``oneOf``: one schema, or plain alternatives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from specproof.document.references import escape
from specproof.errors import LimitError
from specproof.generation.normalisation.draft import SCHEMA_PREFIX, Draft, Slot, slots, walk

__all__ = ["all_of", "alternatives"]

_SAID = ("title", "description", "example", "default")
_TELLING = "discriminator"
_TAKEN_OVER = ("format", "const", "prefixItems", "x-enum-varnames", *_SAID)
_ALTERNATIVES = ("anyOf", "oneOf")
_SHAPING = frozenset(
    {"$ref", "additionalProperties", "anyOf", "const", "enum", "format", "items", "oneOf"}
    | {"prefixItems", "properties", "required", "type"}
)


def all_of(draft: Draft) -> Iterator[str]:
    """Write ``allOf`` as one schema with everything that its members ask for."""
    done = 0
    for pointer in _flatten(draft, slots(draft)):
        yield pointer
    while done < len(draft.combined):
        # Flattening one combination can ask for others; each is made once.
        for name in list(draft.combined.values())[done:]:
            done += 1
            place = f"/components/schemas/{escape(name)}"
            for pointer in _flatten(draft, walk([(place, draft.schemas, name)])):
                yield pointer


def _flatten(draft: Draft, found: Iterator[Slot]) -> Iterator[str]:
    for pointer, holder, key in found:
        node = holder[key]
        if "allOf" not in node or _is_plain_reference(node):
            continue
        try:
            holder[key] = _flat(draft, node)
        except LimitError as error:
            raise LimitError(f"{error.problem}, at {pointer}", remedy=error.remedy) from None
        yield f"{pointer}/allOf"


def _is_plain_reference(node: dict[str, Any]) -> bool:
    """Return whether ``node`` is a reference with a default, the form that is read rightly."""
    return (
        "default" in node
        and len(node["allOf"]) == 1
        and set(node["allOf"][0]) == {"$ref"}
        and node.keys() <= {"allOf", *_SAID}
    )


def alternatives(draft: Draft) -> Iterator[str]:
    """Write alternatives as ``anyOf`` alone; beside properties they become optional ones."""
    for pointer, holder, key in slots(draft):
        node = holder[key]
        groups = [node[name] for name in _ALTERNATIVES if name in node]
        if not groups:
            continue
        if node.get("properties") or _only_require(groups):
            made = _said(node) | _merged(draft, [node], set())
        else:
            members = [member for group in groups for member in group]
            told = {_TELLING: node[_TELLING]} if _TELLING in node else {}
            made = {**_said(node), "anyOf": members, **told}
            if len(members) == 1:
                made = {**_inlined(members[0], node)}
        holder[key] = made
        if made != node:
            yield pointer


def _inlined(member: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in member:
        return {**member, **_said(node)}
    if "default" in node:
        return {**_said(node), "allOf": [member]}
    return member


def _only_require(groups: list[list[dict[str, Any]]]) -> bool:
    """Return whether all alternatives only say which properties must be there."""
    return all(
        member.keys() <= {"required", "title", "description"}
        for group in groups
        for member in group
    )


def _said(node: dict[str, Any]) -> dict[str, Any]:
    return {name: node[name] for name in _SAID if name in node}


def _flat(draft: Draft, node: dict[str, Any]) -> dict[str, Any]:
    parts = [part for part in _parts(draft, node, set()) if _SHAPING.intersection(part)]
    references = [
        member for member in node["allOf"] if "$ref" in member and draft.component(member)
    ]
    inline = [
        part
        for part in (node, *node["allOf"])
        if "$ref" not in part and (_SHAPING | {"allOf"}).intersection(part) - {"allOf"}
    ]
    if len(references) == 1 and not _adds(draft, references[0], inline) and len(parts) >= 1:
        nested = [part for part in node["allOf"] if "allOf" in part]
        if not nested:
            if "default" in node:
                return {**_said(node), "allOf": references}
            return dict(references[0])
    if not parts:
        return _said(node)
    return {**_said(node), **_merged(draft, parts, set())}


def _adds(draft: Draft, reference: dict[str, Any], inline: list[dict[str, Any]]) -> bool:
    """Return whether a part says more than the type that ``reference`` has anyway."""
    kind = draft.component(reference).get("type", "object")
    return any(
        bool(_SHAPING.intersection(part) - {"type"}) or part.get("type", kind) != kind
        for part in inline
    )


def _parts(draft: Draft, node: dict[str, Any], seen: set[str]) -> Iterator[dict[str, Any]]:
    """Yield what ``node`` is made of, members first, references followed once each."""
    reference = node.get("$ref")
    if reference is not None:
        if reference not in seen:
            seen.add(reference)
            found = draft.schemas.get(reference.removeprefix(SCHEMA_PREFIX), {})
            yield from (
                {name: value for name, value in part.items() if name not in _SAID}
                for part in _parts(draft, found, seen)
            )
        return
    for member in node.get("allOf", ()):
        yield from _parts(draft, member, seen)
    yield {name: value for name, value in node.items() if name != "allOf"}


def _merged(draft: Draft, parts: list[dict[str, Any]], seen: set[str]) -> dict[str, Any]:
    """Return one schema for all ``parts``; no type where they contradict each other."""
    made: dict[str, Any] = {}
    groups: list[list[dict[str, Any]]] = []
    for part in parts:
        groups += [part[name] for name in _ALTERNATIVES if name in part]
        if not _join(draft, made, part):
            return {}
    has_properties = bool(made.get("properties"))
    if len(groups) == 1 and not has_properties and not _only_require(groups):
        return {"anyOf": groups[0]}
    if groups and made.get("type") not in {None, "object"}:
        return made
    for group in groups:
        _add_optional(draft, made, group, seen)
    if groups and "properties" in made:
        made["type"] = "object"
    return made


def _add_optional(
    draft: Draft, made: dict[str, Any], group: list[dict[str, Any]], seen: set[str]
) -> None:
    for member in group:
        draft.look_into_alternative()
        found: dict[str, Any] = {}
        for part in _parts(draft, member, set(seen)):
            nested = [part[name] for name in _ALTERNATIVES if name in part]
            _join(draft, found, part)
            reference = member.get("$ref")
            if reference is not None and reference in seen:
                continue
            for inner in nested:
                _add_optional(draft, found, inner, {*seen, *([reference] if reference else [])})
        for name, schema in found.get("properties", {}).items():
            properties = made.setdefault("properties", {})
            if name not in properties:
                properties[name] = schema
            elif properties[name] != schema:
                properties[name] = _either(properties[name], schema)


def _either(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    known = first["anyOf"] if set(first) == {"anyOf"} else [first]
    return first if second in known else {"anyOf": [*known, second]}


def _join(draft: Draft, made: dict[str, Any], part: dict[str, Any]) -> bool:
    """Add ``part`` to ``made``; return False where no value could be both."""
    kind, other = made.get("type"), part.get("type")
    if None not in {kind, other} and kind != other:
        if {kind, other} != {"integer", "number"}:
            return False
        made["type"] = "integer"
    elif other is not None:
        made["type"] = other
    made.update({name: part[name] for name in _TAKEN_OVER if name in part})
    if "enum" in part:
        common = [value for value in made.get("enum", part["enum"]) if value in part["enum"]]
        made["enum"] = common or part["enum"]
    if "required" in part:
        made["required"] = [*dict.fromkeys([*made.get("required", ()), *part["required"]])]
    _join_below(draft, made, part)
    return True


def _join_below(draft: Draft, made: dict[str, Any], part: dict[str, Any]) -> None:
    if "properties" in part:
        properties = made.setdefault("properties", {})
        for name, schema in part["properties"].items():
            properties[name] = _both(draft, properties.get(name), schema)
    for name in ("items", "additionalProperties"):
        if isinstance(part.get(name), dict):
            made[name] = _both(draft, made.get(name), part[name])
        elif name in part:
            made.setdefault(name, part[name])


def _both(draft: Draft, known: Any, schema: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(known, dict) or known == schema or not _SHAPING.intersection(known):
        return schema
    if not (_SHAPING | {"allOf"}).intersection(schema):
        return {**known, **_said(schema)} if "$ref" not in known else known
    # Looked at again when the walk comes here.
    members = known["allOf"] if set(known) == {"allOf"} else [known]
    if schema in members:
        return known
    both = [*members, schema]
    if not all(set(member) == {"$ref"} for member in both):
        return {"allOf": both}
    # Two recursive components would unfold for ever, were each pair not made only once.
    references = tuple(sorted(member["$ref"] for member in both))
    if references not in draft.combined:
        names = [reference.removeprefix(SCHEMA_PREFIX) for reference in references]
        name = " and ".join(names)
        while name in draft.schemas:
            name += " both"
        draft.combined[references] = name
        draft.schemas[name] = {"allOf": both}
    return {"$ref": SCHEMA_PREFIX + draft.combined[references]}
