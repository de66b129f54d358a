"""Finds resources through the contract alone: links, related paths, examples, a list of ids.

What a path parameter names is looked for, in this order, among the ids that the user gave up
(``--resources``), in what a ``POST`` on the collection before it or a ``PUT`` on itself creates,
behind OpenAPI links, in what a ``GET`` on that collection lists, and in the contract's own
examples. Only the first three are ours to change; the others serve methods that change nothing.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

from specproof.document.references import resolve
from specproof.model import Exchange, Json, JsonObject
from specproof.requirements.contract import OperationContract
from specproof.targets.credentials import ENVIRONMENT_EXTENSION
from specproof.targets.session import TargetSession, expand
from specproof.targets.synthesis import synthesise

__all__ = ["FoundResources", "known_value", "path_parameters"]

_SUCCESS = range(200, 300)
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_DEEPEST = 4
"""Most resources inside one another that are made for one request."""

_PLAIN = frozenset({"enum", "const", "format", "pattern"})


@dataclass(frozen=True, slots=True)
class _Created:
    """One resource of ours: the path below the base URL that removes it, and its id."""

    path: str
    identifier: str
    template: str


@dataclass
class FoundResources:
    """Resources of one API without an ``arrange.py``.

    Attributes:
        session: what sends, and knows the contract.
        reason: why the last call of ``values`` found nothing.
        ours: whether the last values name only what is ours to change.
    """

    session: TargetSession
    reason: str = ""
    ours: bool = False
    _created: list[_Created] = field(default_factory=list)
    _used: dict[str, int] = field(default_factory=dict)

    def values(self, operation: OperationContract, *, depth: int = 0) -> dict[str, str] | None:
        """Return path parameters of a resource that exists, or None and ``reason``."""
        template = operation.operation.path
        safe = operation.operation.method in _SAFE
        parameters = path_parameters(operation)
        # What is bound to our credentials is no resource that was made.
        self.ours = any(self._bound(item) is None for item in parameters.values())
        found: dict[str, str] = {}
        for name in sorted(parameters, key=lambda item: template.find(f"{{{item}}}")):
            value = self._bound(parameters[name])
            if value is None:
                value = (
                    self._given(name, safe=safe)
                    or self._made(template, name, found, depth)
                    or self._put(template, parameters[name], found, depth)
                )
            if value is None:
                self.ours = False
                if safe:
                    value = self._linked(operation, name, depth) or self._listed(
                        template, name, found
                    )
                # What the contract shows may be somebody's; the guard of a live target decides.
                value = value or known_value(parameters[name])
            if value is None:
                self.reason = f"no existing value of the path parameter {name} is known"
                if not safe and self.session.resource(name):
                    self.reason = f"no value of the path parameter {name} may be used up any more"
                return None
            found[name] = value
        return found

    def parents(self, operation: OperationContract) -> Mapping[str, str] | None:
        """Return the values of every path parameter but the last free one; None if it has none."""
        template = operation.operation.path
        free = [
            name for name, item in path_parameters(operation).items() if self._bound(item) is None
        ]
        if len(free) < 2:  # noqa: PLR2004 - one names the resource, the others what holds it
            return None
        last = max(free, key=lambda item: template.find(f"{{{item}}}"))
        found = self.values(operation)
        return None if found is None else {n: text for n, text in found.items() if n != last}

    def cleanup(self) -> None:
        """Remove what was created, what is inside others first."""
        while self._created:
            made = self._created.pop()
            if self._route("DELETE", made.template) is None:
                continue
            answer = self.session.send(
                "+remove", "DELETE", made.path, facts={"template": made.template}
            )
            gone = answer.response is not None and answer.response.status in {*_SUCCESS, 404, 410}
            if gone:
                self.session.removed(made.identifier)

    def _bound(self, parameter: Mapping[str, Json]) -> str | None:
        variable = parameter.get(ENVIRONMENT_EXTENSION)
        return (self.session.credential(variable) or None) if isinstance(variable, str) else None

    def _given(self, name: str, *, safe: bool) -> str | None:
        ids = self.session.resource(name)
        used = self._used.get(name, 0)
        allowed = self.session.target.use_up
        if not ids or (used >= len(ids) and not safe):
            return None
        if not safe and allowed is not None and name not in allowed:
            # It exists, and nobody said that it may be changed.
            return None
        self._used[name] = used + (not safe)
        return self.session.tell(ids[min(used, len(ids) - 1)])

    def _made(self, template: str, name: str, found: Mapping[str, str], depth: int) -> str | None:
        """Create a resource in the collection before ``{name}``; return its id."""
        collection = template.partition(f"/{{{name}}}")[0]
        item = f"{collection}/{{{name}}}"
        operation = self._route("POST", collection)
        if operation is None or depth >= _DEEPEST or "{" in _left(collection, found):
            return None
        schema = self._body_schema(operation)
        body = None if schema is None else self._namespaced(schema)
        exchange = self.session.send(
            "+create",
            "POST",
            expand(collection, found),
            json=body,
            facts={"template": collection},
        )
        response = exchange.response
        if response is None or response.status not in _SUCCESS:
            return None
        identifier = next(self._ids(operation, exchange, item, name), None)
        if identifier is None or not self.session.adopt(exchange, identifier):
            return None
        path = expand(item, {**found, name: identifier})
        self._created.append(_Created(path, identifier, item))
        return identifier

    def _put(
        self, template: str, parameter: Mapping[str, Json], found: Mapping[str, str], depth: int
    ) -> str | None:
        """Create a resource under an id of our own choice (RFC 9110 9.3.4); return the id."""
        name = str(parameter.get("name"))
        item = f"{template.partition(f'/{{{name}}}')[0]}/{{{name}}}"
        operation = self._route("PUT", item)
        chosen = None if operation is None else self._chosen(_mapping({}, parameter.get("schema")))
        path = {**found, name: chosen or ""}
        if operation is None or chosen is None or depth >= _DEEPEST or "{" in _left(item, path):
            return None
        schema = self._body_schema(operation)
        body = None if schema is None else self._namespaced(schema)
        if isinstance(body, dict):
            body.update({key: chosen for key in body if key == "id" or _plain(key) == _plain(name)})
        exchange = self.session.send(
            "+create", "PUT", expand(item, path), json=body, facts={"template": item}
        )
        response = exchange.response
        if response is None or response.status not in _SUCCESS:
            return None
        self.session.adopt(exchange, chosen)
        self._created.append(_Created(expand(item, path), chosen, item))
        return chosen

    def _chosen(self, schema: Mapping[str, Json]) -> str | None:
        """Return an id for a new resource; None where none that is surely free keeps its schema."""
        if schema.get("type", "string") != "string" or {"enum", "const", "pattern"} & set(schema):
            return None
        fresh = self.session.unique("made")
        if schema.get("format") == "uuid":
            return self.session.claim(str(uuid.uuid5(uuid.NAMESPACE_URL, fresh)))
        longest = schema.get("maxLength")
        fits = not isinstance(longest, int) or len(fresh) <= longest
        return fresh if fits and "format" not in schema else None

    def _listed(self, template: str, name: str, found: Mapping[str, str]) -> str | None:
        collection = template.partition(f"/{{{name}}}")[0]
        operation = self._route("GET", collection)
        if operation is None or "{" in _left(collection, found):
            return None
        exchange = self.session.send(
            "+list", "GET", expand(collection, found), facts={"template": collection}
        )
        if exchange.response is None or exchange.response.status not in _SUCCESS:
            return None
        # Ids of others' resources: they go out again, to the same server, but into no report.
        return next(_ids_of_list(_document(exchange), name), None)

    def _linked(self, wanted: OperationContract, name: str, depth: int) -> str | None:
        """Return what a link of another operation's answer says ``name`` is (3.1, Link Object)."""
        for operation in self.session.contract.operations.values():
            if operation.operation.method not in _SAFE or operation.id == wanted.id:
                continue
            expressions = list(self._expressions(operation, wanted, name))
            if not expressions or depth >= _DEEPEST:
                continue
            values = self.values(operation, depth=depth + 1)
            self.ours = False
            if values is None:
                continue
            exchange = self.session.send(
                "+follow",
                operation.operation.method,
                expand(operation.operation.path, values),
                facts={"template": operation.operation.path},
            )
            if exchange.response is None or exchange.response.status not in _SUCCESS:
                continue
            told = (_evaluated(item, exchange, values) for item in expressions)
            text = next((item for item in told if item is not None), None)
            if text is not None:
                return text
        return None

    def _ids(
        self, operation: OperationContract, exchange: Exchange, item: str, name: str
    ) -> Iterator[str]:
        for wanted in self.session.contract.operations.values():
            if wanted.operation.path.startswith(item):
                for expression in self._expressions(operation, wanted, name):
                    text = _evaluated(expression, exchange, {})
                    if text is not None:
                        yield text
        document = _document(exchange)
        holders = [document]
        if isinstance(document, Mapping):
            holders.extend(document.values())
        for holder in holders:
            text = _identifier(holder, name)
            if text is not None:
                yield text
        location = "" if exchange.response is None else exchange.response.header("location") or ""
        # RFC 9110 10.2.2: of a 201 it names what was created.
        last = unquote(location.partition("?")[0].rstrip("/").rpartition("/")[2])
        if last:
            yield last

    def _expressions(
        self, operation: OperationContract, wanted: OperationContract, name: str
    ) -> Iterator[str]:
        document = self.session.contract.document
        listed = operation.operation.node.get("responses")
        for key, raw in listed.items() if isinstance(listed, Mapping) else ():
            response = resolve(document, raw)
            links = response.get("links") if isinstance(response, Mapping) else None
            if not str(key).upper().startswith("2") or not isinstance(links, Mapping):
                continue
            for node in links.values():
                link = resolve(document, node)
                if not isinstance(link, Mapping) or not _leads_to(link, wanted):
                    continue
                parameters = link.get("parameters")
                for given, value in parameters.items() if isinstance(parameters, Mapping) else ():
                    if given in {name, f"path.{name}"} and isinstance(value, str):
                        yield value

    def _route(self, method: str, template: str) -> OperationContract | None:
        return self.session.contract.by_route.get((method, template))

    def _body_schema(self, operation: OperationContract) -> JsonObject | None:
        document = self.session.contract.document
        body = resolve(document, operation.operation.node.get("requestBody"))
        content = body.get("content") if isinstance(body, Mapping) else None
        for media, node in content.items() if isinstance(content, Mapping) else ():
            schema = resolve(document, _mapping(document, node).get("schema"))
            if "json" in media and isinstance(schema, Mapping):
                return dict(schema)
        return None

    def _namespaced(self, schema: JsonObject) -> Json:
        """Return an instance of ``schema`` that holds a value of ours: no more than it requires."""
        document = self.session.contract.document
        instance = synthesise(document, schema)
        if not isinstance(instance, Mapping):
            return instance
        required, properties = _object_schema(document, schema)
        body = {name: value for name, value in instance.items() if name in required}
        free = [
            name
            for name, value in instance.items()
            if isinstance(value, str) and not _PLAIN & set(_mapping(document, properties.get(name)))
        ]
        for name in free if any(item in required for item in free) else free[:1]:
            if name in required or not any(item in required for item in free):
                body[name] = self._text(_mapping(document, properties.get(name)))
        return body

    def _text(self, schema: Mapping[str, Json]) -> str:
        fresh = self.session.unique("made")
        longest = schema.get("maxLength")
        return fresh[-longest:] if isinstance(longest, int) and longest > 0 else fresh


def path_parameters(operation: OperationContract) -> dict[str, Mapping[str, Json]]:
    """Return the path parameters of ``operation`` by name."""
    return {
        str(item.get("name")): item for item in operation.parameters if item.get("in") == "path"
    }


def known_value(parameter: Mapping[str, Json]) -> str | None:
    """Return a value that the contract itself gives a parameter: example, default, enum."""
    schema = parameter.get("schema")
    for holder in (parameter, schema) if isinstance(schema, Mapping) else (parameter,):
        for keyword in ("example", "default", "const"):
            if keyword in holder:
                return str(holder[keyword])
        examples = holder.get("examples")
        if isinstance(examples, Mapping):
            shown = [item.get("value") for item in examples.values() if isinstance(item, Mapping)]
        else:
            shown = examples if isinstance(examples, list) else []
        values = holder.get("enum")
        for item in (*shown, *(values if isinstance(values, list) else ())):
            if isinstance(item, str | int) and not isinstance(item, bool):
                return str(item)
    return None


def _left(template: str, found: Mapping[str, str]) -> str:
    """Return ``template`` without the parameters that have values."""
    return re.sub(r"\{([^}]*)\}", lambda hit: "" if hit[1] in found else hit[0], template)


def _document(exchange: Exchange) -> Json:
    try:
        found: Json = json.loads(b"" if exchange.response is None else exchange.response.body)
    except (ValueError, RecursionError):
        return None
    return found


def _identifier(holder: Json, name: str) -> str | None:
    """Return the id in a JSON object: the member called like the parameter, or ``id``."""
    if not isinstance(holder, Mapping):
        return None
    plain = _plain(name)
    ranked = sorted(holder, key=lambda key: (key != name, _plain(key) != plain, key != "id"))
    for key in ranked:
        value = holder[key]
        fits = key == "id" or _plain(key) == plain
        if fits and isinstance(value, str | int) and not isinstance(value, bool):
            return str(value)
    return None


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _ids_of_list(document: Json, name: str) -> Iterator[str]:
    lists = [document, *(document.values() if isinstance(document, Mapping) else ())]
    for items in lists:
        for item in items if isinstance(items, list) else ():
            text = _identifier(item, name)
            if text is None and isinstance(item, str | int) and not isinstance(item, bool):
                text = str(item)
            if text:
                yield text


def _leads_to(link: Mapping[str, Json], wanted: OperationContract) -> bool:
    reference = link.get("operationRef")
    return link.get("operationId") == wanted.id or (
        isinstance(reference, str) and reference.removeprefix("#") == wanted.operation.pointer
    )


def _evaluated(expression: str, exchange: Exchange, values: Mapping[str, str]) -> str | None:
    """Return what a runtime expression stands for (OpenAPI 3.1, Runtime Expressions)."""
    response = exchange.response
    if not expression.startswith("$"):
        return expression or None
    source, _, pointer = expression.partition("#")
    if source == "$response.body":
        current = _document(exchange)
        for part in pointer.split("/")[1:]:
            key = part.replace("~1", "/").replace("~0", "~")
            if isinstance(current, Mapping):
                current = current.get(key)
            elif isinstance(current, list) and key.isdigit() and int(key) < len(current):
                current = current[int(key)]
            else:
                return None
        plain = isinstance(current, str | int) and not isinstance(current, bool)
        return str(current) if plain else None
    if source.startswith("$response.header.") and response is not None:
        return response.header(source.removeprefix("$response.header."))
    if source.startswith("$request.path."):
        return values.get(source.removeprefix("$request.path."))
    return None


def _mapping(document: JsonObject, node: Json) -> Mapping[str, Json]:
    found = resolve(document, node)
    return found if isinstance(found, Mapping) else {}


def _object_schema(
    document: JsonObject, schema: Json, depth: int = 0
) -> tuple[set[str], dict[str, Json]]:
    """Return required names and property schemas of an object, ``allOf`` folded in."""
    node = _mapping(document, schema)
    required = {str(item) for item in _sequence(node.get("required"))}
    properties: dict[str, Json] = dict(_mapping(document, node.get("properties")))
    for part in _sequence(node.get("allOf")) if depth <= _DEEPEST else ():
        more, others = _object_schema(document, part, depth + 1)
        required |= more
        properties.update(others)
    return required, properties


def _sequence(node: Json) -> Sequence[Json]:
    return node if isinstance(node, list) else ()
