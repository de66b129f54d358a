"""Names in the Python client of a document, told from the document alone.

They are those that ``generation`` gives, as far as single operations and schemas tell: where
schemas are merged or shared, a client may have another name, so that whoever has a client at hand
keeps the names that are in it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from specproof.document.references import escape
from specproof.generation.normalisation.classes import _TAKEN as TAKEN
from specproof.generation.normalisation.draft import SCHEMA_PREFIX, Draft, Entry
from specproof.generation.normalisation.names import (
    Names,
    class_name,
    identifier,
    pascal,
    shortened,
)
from specproof.generation.normalisation.operations import operation_names, tag_names
from specproof.json_types import Json
from specproof.regression.pairing import Operation, operations_of, unnamed
from specproof.regression.places import Document, mapping

__all__ = ["ClientNames", "argument", "tokens"]

_FILES = {"application/x-www-form-urlencoded": "data", "multipart/form-data": "files"}
_SUB = {"items": "_item", "contains": "_item"}
_CHOICES = frozenset({"anyOf", "oneOf"})


def argument(name: str) -> str:
    """Return what the argument for a parameter ``name`` is called where nothing else is."""
    return shortened(identifier(name))


class ClientNames:
    """What operations and schemas of a document are called in its client.

    Args:
        document: OpenAPI 3.
    """

    def __init__(self, document: Document) -> None:
        self._document = document

    @functools.cached_property
    def modules(self) -> Mapping[str, str]:
        """Dotted paths of the operations' modules, ``api.pets.list_pets``.

        Keys are ``GET /pets/{id}`` and, unless two would be the same, ``GET /pets/{}``.
        """
        found: dict[str, str] = {}
        short: dict[str, str] = {}
        for operation, entry in self._entries:
            path = f"api.{identifier(entry.node['tags'][0], 'tag')}.{entry.identifier}"
            found[f"{operation.method} {operation.template}"] = path
            short.setdefault(f"{operation.method} {unnamed(operation.template)}", path)
        return {**short, **found}

    @property
    def models(self) -> Collection[str]:
        """Names of the classes of components."""
        return self._components.values()

    def place(self, pointer: str) -> str | None:
        """Return the dotted path of the class or attribute for the schema at ``pointer``.

        Args:
            pointer: JSON Pointer to a schema, to something in it, or to a response header.

        Returns:
            ``models.Pet.name``, or None where the client has no name for it.
        """
        parts = tokens(pointer)
        if parts[:2] == ["components", "schemas"] and parts[2:]:
            name = parts[2]
            walked = _Walk(self._components.get(name, class_name(name)))
            walked.component(self._node(parts[:3]))
            return walked.follow(parts[3:])
        for length in range(3, min(len(parts), 6) + 1):
            entry = self._by_pointer.get("".join(f"/{escape(part)}" for part in parts[:length]))
            if entry is not None:
                return self._inside(entry, parts[:length], parts[length:])
        return None

    def _inside(self, entry: Entry, before: list[str], rest: list[str]) -> str | None:
        """Return the name of what is inside an operation."""
        match rest:
            case ["requestBody", "content", media, "schema", *inner]:
                name, depth = "body", 4
                several = len(mapping(self._node([*before, "requestBody", "content"]))) > 1
                infix = f"_{_FILES.get(media, 'json')}" if several else ""
                parent = entry.identifier + infix
            case ["responses", status, "content", _, "schema", *inner]:
                name, depth, parent = f"response_{status}", 5, entry.identifier
            case ["responses", _, "headers", header, *_]:
                module = f"api.{identifier(entry.node['tags'][0], 'tag')}.{entry.identifier}"
                return f"{module}.Headers.{_header(header)}"
            case ["parameters", index, "schema", *inner]:
                stated = mapping(self._node([*before, "parameters", index])).get("name")
                name, depth, parent = str(stated), 3, entry.identifier
            case _:
                return None
        walked = _Walk("", parent, name)
        walked.enter(self._node([*before, *rest[:depth]]))
        return walked.follow(inner)

    def _node(self, parts: Sequence[str]) -> Json:
        node: Json = self._document.root
        for part in parts:
            if isinstance(node, list):
                node = node[int(part)] if part.isdecimal() and int(part) < len(node) else None
            else:
                node = mapping(node).get(part)
        return node

    @functools.cached_property
    def _entries(self) -> Sequence[tuple[Operation, Entry]]:
        held = operations_of(self._document, self._document.place.child("paths"))
        listed = [(operation, _entry(operation)) for operation in held]
        draft = Draft(self._document.root, entries=[entry for _, entry in listed])
        for name in (operation_names, tag_names):
            for _ in name(draft):
                pass
        return listed

    @functools.cached_property
    def _by_pointer(self) -> Mapping[str, Entry]:
        return {entry.pointer: entry for _, entry in self._entries}

    @functools.cached_property
    def _components(self) -> Mapping[str, str]:
        """Names of classes by component, as ``normalisation.classes`` claims them."""
        schemas = mapping(mapping(self._document.root.get("components")).get("schemas"))
        own = [name for name, node in schemas.items() if "$ref" not in mapping(node)]
        keys = {class_name(name) for name in own}
        names, found = Names(TAKEN), dict[str, str]()
        for name in own:
            node = mapping(schemas[name])
            wanted = class_name(name.rsplit("/", 1)[-1])
            candidates = [_free(wanted)]
            title = node.get("title")
            if isinstance(title, str) and pascal(title) and _is_class(node):
                titled = class_name(title.rsplit("/", 1)[-1])
                if titled == wanted or titled not in keys:
                    candidates.insert(0, titled)
            found[name] = names.claim(*(class_name(shortened(text)) for text in candidates))
        for name in schemas.keys() - found.keys():
            target = str(mapping(schemas[name])["$ref"]).removeprefix(SCHEMA_PREFIX)
            found[name] = found.get(target, class_name(name))
        return found


class _Walk:
    """Goes down a schema and remembers which class and attribute it is in.

    Args:
        model: name of the class if it is that of a component.
        parent: what the class of an inline schema is called after.
        name: of the schema in it.
    """

    def __init__(self, model: str, parent: str = "", name: str = "") -> None:
        self._model = model
        self._parent = parent
        self._name = name or model
        self._node: dict[str, Any] = {}
        self._path: str | None = None

    def component(self, node: Json) -> None:
        """Start at a component."""
        self._node = mapping(node)
        if _is_class(self._node):
            if mark := _among_others(self._node):
                self._model = class_name(shortened(class_name(f"{self._model}{mark}")))
            self._path, self._parent = f"models.{self._model}", self._model
        else:
            self._model = ""

    def enter(self, node: Json) -> None:
        """Go into an inline schema; a class gets its name from what it is in."""
        self._node = mapping(node)
        if not _is_class(self._node) or "$ref" in self._node:
            self._model = ""
            return
        title = self._node.get("title")
        mark = _among_others(self._node)
        inner = title if isinstance(title, str) and title and not mark else self._name + mark
        wanted = pascal(self._parent) + pascal(inner) if self._parent else inner
        self._model = class_name(shortened(_free(class_name(wanted))))
        self._parent = self._model
        self._path = f"models.{self._model}" if self._path is None else self._path

    def follow(self, parts: Sequence[str]) -> str | None:
        """Return the dotted path of what ``parts`` lead to."""
        waiting = iter(parts)
        for keyword in waiting:
            if keyword not in _STEPS or not self._step(keyword, waiting):
                break
        return self._path

    def _step(self, keyword: str, waiting: Iterator[str]) -> bool:
        node = self._node.get(keyword)
        if keyword in {"properties", "allOf", "prefixItems"} or keyword in _CHOICES:
            key = next(waiting, None)
            if key is None:
                return False
            node = _member(node, key)
            if keyword == "allOf":
                # Merged into the class around it.
                self._node = {**mapping(node), "type": self._node.get("type")}
                return True
            if keyword == "properties":
                if self._model:
                    self._path = f"models.{self._model}.{identifier(key)}"
                self._name = key
            else:
                self._name += f"_type_{key}" if keyword in _CHOICES else f"_item_type_{key}"
        else:
            suffix = _SUB.get(keyword)
            self._name = f"{self._name}{suffix}" if suffix else "AdditionalProperty"
        self.enter(node)
        if self._model and keyword != "properties":
            self._path = f"models.{self._model}"
        return True


_STEPS = _CHOICES | _SUB.keys() | {"properties", "allOf", "prefixItems", "additionalProperties"}


def tokens(pointer: str) -> list[str]:
    """Return the parts of a JSON Pointer (RFC 6901), unescaped."""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def _member(node: Json, key: str) -> Json:
    if isinstance(node, list):
        return node[int(key)] if key.isdecimal() and int(key) < len(node) else None
    return mapping(node).get(key)


def _free(name: str) -> str:
    return f"{name}Model" if name in TAKEN else name


def _is_class(node: Mapping[str, Any]) -> bool:
    """Return whether the client has a class for a schema, before it is normalised."""
    kinds = node.get("type")
    listed = kinds if isinstance(kinds, list) else [kinds]
    return (
        bool(node.get("enum"))
        or "object" in listed
        or (kinds is None and ("properties" in node or "additionalProperties" in node))
        or (kinds is None and "allOf" in node)
    )


def _among_others(node: Mapping[str, Any]) -> str:
    """Return what the name of a class ends with where null, or another type, may come instead."""
    values = node.get("enum")
    kinds = node.get("type")
    if values:
        is_null = node.get("nullable") is True or (isinstance(values, list) and None in values)
        return "_type_1" if is_null else ""
    if isinstance(kinds, list) and len(kinds) > 1 and "object" in kinds:
        return f"_type_{kinds.index('object')}"
    return "_type_0" if node.get("nullable") is True and kinds == "object" else ""


def _entry(operation: Operation) -> Entry:
    tags = operation.place.get("tags")
    node: dict[str, Any] = {
        "tags": [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []
    }
    if operation.id:
        node["operationId"] = operation.id
    return Entry(
        operation.method.lower(), operation.template, node, {}, operation.place.pointer, {}
    )


def _header(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
