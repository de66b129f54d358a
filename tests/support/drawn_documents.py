"""Whole documents to draw, and edits of them that change nothing."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from hypothesis import strategies as st

__all__ = ["METHODS", "NOISE", "documents", "modern", "operations", "reached"]

Node = dict[str, Any]

METHODS: Final = ("get", "post", "put", "patch", "delete")
_COMPONENTS: Final = ("Owner", "Pet", "Toy")
_OPERATIONS: Final = (
    ("/pets", "get"),
    ("/pets", "post"),
    ("/pets/{pet}", "put"),
    ("/pets/{pet}", "delete"),
    ("/toys/{toy}/owners/{owner}", "patch"),
    ("/search", "get"),
)
_PARAMETERS: Final[tuple[Node, ...]] = (
    {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 50, "default": 10}},
    {"name": "ids", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}},
    {"name": "X-Trace", "in": "header", "required": True, "schema": {"type": "string"}},
    {"name": "session", "in": "cookie", "schema": {"type": "string", "nullable": True}},
)


def _reference(name: str) -> Node:
    return {"$ref": f"#/components/schemas/{name}"}


_references: st.SearchStrategy[Node] = st.sampled_from(_COMPONENTS).map(_reference)
_properties: st.SearchStrategy[Node] = st.one_of(
    st.sampled_from(
        [
            {"type": "string", "maxLength": 20, "nullable": True},
            {"type": "string", "enum": ["big", "small", "tiny"]},
            {"type": "string", "format": "date-time", "readOnly": True},
            {"type": "integer", "minimum": 0, "exclusiveMinimum": True, "maximum": 9},
            {"type": "number", "multipleOf": 0.5, "nullable": True},
            {"type": "boolean", "default": False},
            {"type": "array", "items": {"type": "string"}, "maxItems": 5},
            {"type": "object", "additionalProperties": {"type": "integer"}},
            {"allOf": [_reference("Toy"), {"type": "object", "required": ["b"]}]},
            {"oneOf": [_reference("Pet"), _reference("Owner")]},
        ]
    ),
    _references,
    _references.map(lambda reference: {"type": "array", "items": reference}),
)
_objects: st.SearchStrategy[Node] = st.fixed_dictionaries(
    {
        "type": st.just("object"),
        "properties": st.dictionaries(st.sampled_from("abcd"), _properties, max_size=3),
    },
    optional={
        "required": st.lists(st.sampled_from("abcd"), min_size=1, max_size=3, unique=True),
        "additionalProperties": st.just(False),
    },
)
_bodies = st.one_of(_references, _objects)


@st.composite
def _operation(draw: st.DrawFn, template: str, method: str) -> Node:
    made: Node = {"operationId": f"{method}{template.count('/')}{template[1:3]}"}
    variables = [part[1:-1] for part in template.split("/") if part.startswith("{")]
    found = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in variables
    ]
    chosen = draw(st.lists(st.sampled_from(range(len(_PARAMETERS))), max_size=2, unique=True))
    found += [copy.deepcopy(_PARAMETERS[index]) for index in chosen]
    if found:
        made["parameters"] = found
    if method not in {"get", "delete"}:
        content = {"application/json": {"schema": draw(_bodies)}}
        made["requestBody"] = {"required": draw(st.booleans()), "content": content}
    made["tags"] = draw(st.lists(st.sampled_from(["animals", "people"]), max_size=2, unique=True))
    made["responses"] = {
        "200": {
            "description": "fine",
            "headers": {"X-Total": {"schema": {"type": "integer"}}},
            "content": {"application/json": {"schema": draw(_bodies)}},
        },
        draw(st.sampled_from(["404", "4XX", "default"])): {"description": "not so"},
    }
    if draw(st.booleans()):
        made["security"] = []
    return made


@st.composite
def documents(draw: st.DrawFn) -> Node:
    """Return a document of OpenAPI 3.0 with a few operations and components."""
    paths: Node = {}
    chosen = draw(st.lists(st.sampled_from(_OPERATIONS), min_size=1, max_size=4, unique=True))
    for template, method in sorted(chosen):
        paths.setdefault(template, {})[method] = draw(_operation(template, method))
    made: Node = {
        "openapi": "3.0.3",
        "info": {"title": "Animals", "version": "1"},
        "servers": [{"url": "https://api.example.com/v1"}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": {name: draw(_objects) for name in _COMPONENTS},
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}},
        },
    }
    # What nothing uses has no other identity than its name.
    used = _named(made, paths)
    for name in set(_COMPONENTS) - used:
        del made["components"]["schemas"][name]
    # What was drawn may stand in several places at once.
    return _read(made)


def _read(document: Node) -> Node:
    found: Node = json.loads(json.dumps(document))
    return found


def operations(document: Node) -> Iterator[tuple[str, Node, str]]:
    """Yield the key of each operation, its path item and its method."""
    for template, item in document["paths"].items():
        parts = ["{}" if part.startswith("{") else part for part in template.split("/")]
        for method in METHODS:
            if method in item:
                yield f"{method.upper()} {'/'.join(parts)}", item, method


def reached(document: Node, component: str) -> tuple[set[str], set[str]]:
    """Return keys of operations that write a component, and of those that read it."""
    written: set[str] = set()
    read: set[str] = set()
    for key, item, method in operations(document):
        for found, part in ((written, "requestBody"), (read, "responses")):
            if component in _named(document, item[method].get(part)):
                found.add(key)
    return written, read


def _named(document: Node, node: Any) -> set[str]:
    found: set[str] = set()
    waiting = [node]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            name = str(item.get("$ref", "")).removeprefix("#/components/schemas/")
            if name and name not in found:
                found.add(name)
                waiting.append(document["components"]["schemas"][name])
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    return found


_DEFAULTS: Final[Mapping[str, Node]] = {
    "array": {"minItems": 0, "uniqueItems": False},
    "object": {"minProperties": 0, "additionalProperties": True},
    "string": {"minLength": 0},
}
_Spot = tuple[Any, Any]


def _schemas(document: Node) -> list[_Spot]:
    """Return what holds each schema, and its key in that."""
    found: list[_Spot] = []
    waiting: list[_Spot] = [(document["components"]["schemas"], key) for key in _names(document)]
    nodes: list[Any] = [
        document["paths"],
        *(group for kind, group in document["components"].items() if kind != "schemas"),
    ]
    while nodes:
        node = nodes.pop()
        if isinstance(node, dict) and isinstance(node.get("schema"), dict):
            waiting.append((node, "schema"))
        inner = node.items() if isinstance(node, dict) else enumerate(node)
        nodes += [item for key, item in inner if key != "schema" and isinstance(item, dict | list)]
    while waiting:
        holder, key = waiting.pop()
        found.append((holder, key))
        schema = holder[key]
        waiting += [(schema.get("properties"), name) for name in schema.get("properties", ())]
        for word in ("items", "additionalProperties"):
            if isinstance(schema.get(word), dict):
                waiting.append((schema, word))
        for word in ("allOf", "anyOf", "oneOf"):
            waiting += [(schema[word], index) for index in range(len(schema.get(word, ())))]
    return found


def _names(document: Node) -> list[str]:
    return list(document["components"]["schemas"])


def _fields(document: Node) -> Iterator[Node]:
    for _, item, method in operations(document):
        yield from item[method].get("parameters", ())
        for response in item[method]["responses"].values():
            yield from response.get("headers", {}).values()


def _shuffled(document: Node, chance: random.Random) -> None:
    """Shuffle keys, and lists whose order says nothing."""
    waiting: list[Any] = [document]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            entries = list(node.items())
            chance.shuffle(entries)
            node.clear()
            node.update(entries)
            for word in ("allOf", "enum", "oneOf", "parameters", "required", "tags", "type"):
                if isinstance(node.get(word), list):
                    chance.shuffle(node[word])
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)


def _renamed(document: Node, _: random.Random) -> None:
    """Call components otherwise."""
    held = document["components"]["schemas"]
    document["components"]["schemas"] = {f"{name}Model": node for name, node in held.items()}
    for holder, key in _schemas(document):
        if "$ref" in holder[key]:
            holder[key] = {"$ref": f"{holder[key]['$ref']}Model"}


def _inlined(document: Node, chance: random.Random) -> None:
    """Put components where they are referred to."""
    held = copy.deepcopy(document["components"]["schemas"])
    for holder, key in _schemas(document):
        reference = holder[key].get("$ref")
        if reference and chance.random() < 0.5:
            holder[key] = copy.deepcopy(held[reference.rsplit("/", 1)[1]])


def _extracted(document: Node, chance: random.Random) -> None:
    """Make components of what stands in place."""
    held = document["components"]["schemas"]
    for number, (holder, key) in enumerate(_schemas(document)):
        if holder is not held and chance.random() < 0.3:
            held[f"Made{number}"] = holder[key]
            holder[key] = _reference(f"Made{number}")
    shared: Node = {"parameters": {}, "requestBodies": {}, "responses": {}}
    for _, item, method in operations(document):
        operation = item[method]
        spots = [(operation.get("parameters", []), "parameters")]
        spots += [(operation["responses"], "responses")]
        for place, kind in spots:
            keys = range(len(place)) if isinstance(place, list) else list(place)
            for at in keys:
                _share(shared, kind, place, at)
        if "requestBody" in operation:
            _share(shared, "requestBodies", operation, "requestBody")
    document["components"].update(shared)


def _share(shared: Node, kind: str, holder: Any, key: Any) -> None:
    name = f"Made{len(shared[kind])}"
    shared[kind][name] = holder[key]
    holder[key] = {"$ref": f"#/components/{kind}/{name}"}


def _wrapped(document: Node, chance: random.Random) -> None:
    """Put schemas into an ``allOf`` of their own."""
    for holder, key in _schemas(document):
        if chance.random() < 0.3:
            holder[key] = {"allOf": [holder[key]]}


def _recased(document: Node, _: random.Random) -> None:
    """Write header names, media types and ranges of statuses in other letters."""
    for _key, item, method in operations(document):
        operation = item[method]
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "header":
                parameter["name"] = parameter["name"].swapcase()
        contents = [operation.get("requestBody", {})]
        for status in list(operation["responses"]):
            response = operation["responses"].pop(status)
            operation["responses"][status.replace("XX", "xx")] = response
            contents.append(response)
            if "headers" in response:
                held = response["headers"]
                response["headers"] = {name.swapcase(): field for name, field in held.items()}
        for holder in contents:
            if "content" in holder:
                held = holder["content"]
                holder["content"] = {name.title(): media for name, media in held.items()}


def _unnamed(document: Node, _: random.Random) -> None:
    """Call the variables of paths otherwise."""
    for template in list(document["paths"]):
        item = document["paths"].pop(template)
        document["paths"][template.replace("{", "{the_")] = item
        for method in item:
            for parameter in item[method].get("parameters", ()):
                if parameter["in"] == "path" and f"{{{parameter['name']}}}" in template:
                    parameter["name"] = f"the_{parameter['name']}"


def _explicit(document: Node, _: random.Random) -> None:
    """Write out what holds unless told."""
    old = document["openapi"].startswith("3.0")
    for holder, key in _schemas(document):
        schema = holder[key]
        if "$ref" not in schema:
            said: Node = {"deprecated": False, "readOnly": False, "writeOnly": False}
            for word, defaults in _DEFAULTS.items():
                said.update(defaults if word in schema.get("type", "") else {})
            holder[key] = {**said, **({"nullable": False} if old else {}), **schema}
    for field in _fields(document):
        style = {"query": "form", "cookie": "form"}.get(field.get("in", ""), "simple")
        said = {"required": False, "deprecated": False}
        if "content" not in field:
            said.update(style=style, explode=field.get("style", style) == "form")
        if field.get("in") == "query":
            said.update(allowEmptyValue=False, allowReserved=False)
        field.update({**said, **field})
    for _key, item, method in operations(document):
        operation = item[method]
        if "requestBody" in operation:
            operation["requestBody"].setdefault("required", False)
        operation.setdefault("deprecated", False)
        operation.setdefault("security", document.get("security", []))


def _worded(document: Node, _: random.Random) -> None:
    """Describe everything, and add what only other tools read."""
    for number, (holder, key) in enumerate(_schemas(document)):
        if "$ref" not in holder[key]:
            holder[key].update(title=f"Schema {number}", description="It is so.")
            holder[key]["x-tool"] = number
    for _key, item, method in operations(document):
        item[method].update(summary="Does it.", description="It does.", externalDocs={"url": "x"})
        item[method]["x-tool"] = {"on": True}
    for field in _fields(document):
        field["description"] = "A field."
    document["info"] = {"title": "Beasts", "version": "2", "description": "All of them."}
    document["tags"] = [{"name": "animals", "description": "Beasts."}]


def _hoisted(document: Node, _: random.Random) -> None:
    """List parameters once for the path where it has one operation."""
    for item in document["paths"].values():
        methods = [method for method in METHODS if method in item]
        if len(methods) == 1 and "parameters" in item[methods[0]]:
            item["parameters"] = item[methods[0]].pop("parameters")


def _addressed(document: Node, _: random.Random) -> None:
    """Write the same addresses in other letters."""
    document["servers"] = [{"url": "HTTPS://API.example.com:443/v1/", "description": "Live."}]


def modern(document: Node) -> Node:
    """Return a document of OpenAPI 3.0 in terms of 3.1."""
    made = copy.deepcopy(document)
    made["openapi"] = "3.1.0"
    for holder, key in _schemas(made):
        schema = dict(holder[key])
        if schema.pop("nullable", False):
            schema["type"] = [schema["type"], "null"]
        if schema.get("exclusiveMinimum") is True:
            schema["exclusiveMinimum"] = schema.pop("minimum")
        holder[key] = schema
    return made


NOISE: Final[Mapping[str, Callable[[Node, random.Random], None]]] = {
    # Later ones expect what earlier ones leave alone: everything in its place.
    "addresses": _addressed,
    "defaults": _explicit,
    "words": _worded,
    "letters": _recased,
    "variables": _unnamed,
    "inline": _inlined,
    "names": _renamed,
    "wrappers": _wrapped,
    "order": _shuffled,
    "hoist": _hoisted,
    "components": _extracted,
}
"""Edits in place that change nothing, by name, in the order in which they can be made."""
