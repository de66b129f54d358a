"""Transforms that give every class a name of its own and break what has no end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from specproof.document.references import escape
from specproof.generation.normalisation.draft import SCHEMA_PREFIX, Draft, children
from specproof.generation.normalisation.names import (
    Names,
    class_name,
    pascal,
    shortened,
)

__all__ = ["is_class", "model_names", "order_of_schemas", "recursive_schemas"]

_TAKEN = (
    "Answer",
    "Any",
    "AuthenticatedClient",
    "BinaryIO",
    "BytesIO",
    "Call",
    "Client",
    "File",
    "FileTypes",
    "Final",
    "Generator",
    "Headers",
    "Iterator",
    "Literal",
    "Mapping",
    "NoHeaders",
    "Response",
    "Self",
    "T",
    "TextIO",
    "TypeVar",
    "Undocumented",
    "Unset",
    "Uuid",
)


def is_class(node: dict[str, Any]) -> bool:
    """Return whether the generator writes a class for ``node``."""
    return bool(node.get("enum")) or node.get("type") == "object"


def model_names(draft: Draft) -> Iterator[str]:
    """Make every object and enumeration a component of its own, with the name of its class.

    Names are those that the generator would choose, as far as they are free: the title or key
    of a component; the class around it and the title or name of a property.
    """
    _Naming(draft).name()
    yield from ()


class _Naming:
    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._names = Names(_TAKEN)
        self._made: dict[int, tuple[str, dict[str, Any]]] = {}
        self._schemas: dict[str, Any] = {}
        self._keys: dict[str, str] = {}
        self._references: dict[int, dict[str, Any]] = {}

    def name(self) -> None:
        draft = self._draft
        aliases = _ends(draft)
        own = [name for name in draft.schemas if aliases[name] == name]
        keys = {class_name(name) for name in own}
        for name in own:
            title = draft.schemas[name].get("title")
            wanted = class_name(name.rsplit("/", 1)[-1])
            candidates = [f"{wanted}Model" if wanted in _TAKEN else wanted]
            if isinstance(title, str) and pascal(title) and is_class(draft.schemas[name]):
                titled = class_name(title.rsplit("/", 1)[-1])
                if titled == wanted or titled not in keys:
                    candidates.insert(0, titled)
            self._keys[name] = self._names.claim(
                *(class_name(shortened(text)) for text in candidates)
            )
        for name, end in aliases.items():
            self._keys[name] = self._keys[end]
        draft.models = dict(self._keys)
        for name in own:
            node = draft.schemas[name]
            key = self._keys[name]
            self._schemas[key] = node
            if is_class(node):
                self._made[id(node)] = (key, node)
        for name in own:
            node = draft.schemas[name]
            key = self._keys[name]
            node.pop("title", None)
            if is_class(node):
                self._inside(node, key)
            else:
                self._schemas[key] = self._named(node, "", key)
        for entry in draft.entries:
            self._entry(entry)
        draft.schemas = self._schemas

    def _entry(self, entry: Any) -> None:
        parent = entry.identifier
        for parameter in entry.node["parameters"]:
            parameter["schema"] = self._named(parameter["schema"], parent, parameter["name"])
        content = entry.node.get("requestBody", {"content": {}})["content"]
        for media_type, node in content.items():
            infix = f"_{_BODY_TYPES.get(media_type, 'json')}" if len(content) > 1 else ""
            node["schema"] = self._named(node["schema"], parent + infix, "body")
        for status, response in entry.node["responses"].items():
            for node in response["content"].values():
                node["schema"] = self._named(node["schema"], parent, f"response_{status}")

    def _named(self, node: dict[str, Any], parent: str, name: str) -> dict[str, Any]:
        """Return ``node`` with the classes in it replaced by references to them."""
        if id(node) in self._references:
            return node
        if "$ref" in node:
            known = node["$ref"].removeprefix(SCHEMA_PREFIX)
            return self._reference(self._keys[known]) if known in self._keys else {}
        if is_class(node):
            return self._class(node, parent, name)
        title = node.get("title")
        for keyword in ("allOf", "anyOf"):
            members: list[Any] = node.get(keyword, [])
            for index, member in enumerate(members):
                own = member.get("title")
                subscript = own if own and own != title else f"type_{index}"
                members[index] = self._named(member, parent, f"{name}_{subscript}")
        mapping = node.get("discriminator", {}).get("mapping", {})
        for value, target in mapping.items():
            known = target.removeprefix(SCHEMA_PREFIX)
            mapping[value] = SCHEMA_PREFIX + self._keys.get(known, known)
        if isinstance(node.get("items"), dict):
            node["items"] = self._named(node["items"], parent, f"{name}_item")
        for index, member in enumerate(node.get("prefixItems", ())):
            node["prefixItems"][index] = self._named(member, parent, f"{name}_item_type_{index}")
        node.pop("title", None)
        return node

    def _class(self, node: dict[str, Any], parent: str, name: str) -> dict[str, Any]:
        default = {"default": node.pop("default")} if "default" in node else {}
        if id(node) in self._made:
            key = self._made[id(node)][0]
        else:
            title = node.pop("title", None) or name
            wanted = class_name(pascal(parent) + pascal(title)) if parent else class_name(title)
            wanted = f"{wanted}Model" if wanted in _TAKEN else wanted
            key = self._names.claim(class_name(shortened(wanted)))
            self._made[id(node)] = (key, node)
            self._schemas[key] = node
            self._inside(node, key)
        reference = self._reference(key)
        return {"allOf": [reference], **default} if default else reference

    def _reference(self, key: str) -> dict[str, Any]:
        """Make a reference that is known for one of ours when a shared schema is met again."""
        made = {"$ref": SCHEMA_PREFIX + key}
        self._references[id(made)] = made
        return made

    def _inside(self, node: dict[str, Any], key: str) -> None:
        properties: dict[str, Any] = node.get("properties", {})
        for name, value in properties.items():
            # The key stays, so the walk goes on undisturbed.
            properties[name] = self._named(value, key, name)
        if isinstance(node.get("additionalProperties"), dict):
            node["additionalProperties"] = self._named(
                node["additionalProperties"], key, "AdditionalProperty"
            )


_BODY_TYPES = {"application/x-www-form-urlencoded": "data", "multipart/form-data": "files"}


def _ends(draft: Draft) -> dict[str, str]:
    """Return for each component the one that it stands for in the end; break circles."""
    ends: dict[str, str] = {}
    for name in draft.schemas:
        passed: dict[str, None] = {}
        end = name
        while end not in ends and "$ref" in (node := draft.schemas[end]):
            passed[end] = None
            following = node["$ref"].removeprefix(SCHEMA_PREFIX)
            if following in passed or following not in draft.schemas:
                draft.schemas[end] = {}
                break
            end = following
        end = ends.get(end, end)
        ends |= dict.fromkeys((*passed, end), end)
    return {name: ends[name] for name in draft.schemas}


def recursive_schemas(draft: Draft) -> Iterator[str]:
    """Cut references that lead a type without a class back to itself: a name could not end."""
    state: dict[str, int] = {}
    for root in draft.schemas:
        if root in state or is_class(draft.schemas[root]):
            continue
        stack: list[tuple[str, Iterator[tuple[Any, Any, str]]]] = [(root, _uses(draft, root))]
        state[root] = 1
        while stack:
            name, uses = stack[-1]
            use = next(uses, None)
            if use is None:
                state[name] = 2
                stack.pop()
                continue
            holder, key, target = use
            if state.get(target) == 1:
                holder[key] = {}
                place = f"/components/schemas/{escape(target)}"
                draft.leave_out(
                    f"the type of {target} inside itself",
                    place,
                    "it is recursive without an object in between; any value is taken there",
                    f"target {place}, with an object around the recursion",
                )
                yield place
            elif target not in state:
                state[target] = 1
                stack.append((target, _uses(draft, target)))


def _uses(draft: Draft, name: str) -> Iterator[tuple[Any, Any, str]]:
    """Yield where the type ``name`` needs others that have no class either."""
    waiting = [(draft.schemas, name)]
    while waiting:
        holder, key = waiting.pop()
        node = holder[key]
        if "$ref" in node:
            target = node["$ref"].removeprefix(SCHEMA_PREFIX)
            if target in draft.schemas and not is_class(draft.schemas[target]):
                yield holder, key, target
        else:
            waiting += [(inner, index) for _, inner, index in children("", node)]


def order_of_schemas(draft: Draft) -> Iterator[str]:
    """Put what others need before them; the generator tries again and again otherwise."""
    ordered = {name: node for name, node in draft.schemas.items() if is_class(node)}
    for root in draft.schemas:
        stack = [root]
        while stack:
            name = stack[-1]
            needed = [] if name in ordered else [use[2] for use in _uses(draft, name)]
            missing = [target for target in needed if target not in ordered and target not in stack]
            if missing:
                stack += missing[:1]
                continue
            ordered[name] = draft.schemas[name]
            stack.pop()
    draft.schemas = ordered
    yield from ()
