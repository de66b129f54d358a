"""Normalising a description before openapi-python-client reads it; never its output.

Each transform is a function with a name, a reason and the issue of the generator that it
answers; it returns the JSON Pointers it changed. The description stays valid and means the
same: only what the generator misreads is written in the other way that OpenAPI allows.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from specproof.document.openapi import METHODS
from specproof.document.references import escape, resolve
from specproof.model import JsonObject

__all__ = ["TRANSFORMS", "Applied", "Transform", "transformed"]

_IGNORED_HEADERS = frozenset({"accept", "content-type", "authorization"})


@dataclass(frozen=True, slots=True)
class Transform:
    """One normalisation.

    Attributes:
        name: permanent kebab-case id.
        reason: what the generator does otherwise.
        issue: where the generator's project or the OpenAPI specification says so.
        apply: changes the document it is given and yields the pointers it changed.
    """

    name: str
    reason: str
    issue: str
    apply: Callable[[JsonObject], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Applied:
    """A transform that changed something, and where."""

    name: str
    pointers: tuple[str, ...]


def transformed(document: JsonObject) -> tuple[JsonObject, tuple[Applied, ...]]:
    """Return a copy of ``document`` that the generator reads rightly, and what was changed."""
    result = copy.deepcopy(document)
    applied = []
    for transform in TRANSFORMS:
        pointers = tuple(transform.apply(result))
        if pointers:
            applied.append(Applied(transform.name, pointers))
    return result, tuple(applied)


def _path_items(document: JsonObject) -> Iterator[tuple[str, dict[str, Any]]]:
    paths = document.get("paths")
    for path, item in paths.items() if isinstance(paths, dict) else ():
        if isinstance(item, dict):
            yield f"/paths/{escape(path)}", item


def _operations(document: JsonObject) -> Iterator[tuple[str, dict[str, Any]]]:
    for pointer, item in _path_items(document):
        for method in METHODS:
            if isinstance(item.get(method), dict):
                yield f"{pointer}/{method}", item[method]


def _security_on_operations(document: JsonObject) -> Iterator[str]:
    root = document.get("security")
    for pointer, operation in _operations(document):
        stated = operation.get("security", root)
        if not isinstance(stated, list):
            continue
        wanted: list[Any] = [] if {} in stated else stated
        if operation.get("security") != wanted and (wanted or "security" in operation):
            operation["security"] = copy.deepcopy(wanted)
            yield f"{pointer}/security"


def _ignored_header_parameters(document: JsonObject) -> Iterator[str]:
    holders = [*_path_items(document), *_operations(document)]
    for pointer, holder in holders:
        parameters = holder.get("parameters")
        if not isinstance(parameters, list):
            continue
        kept = [entry for entry in parameters if not _is_ignored(document, entry)]
        if len(kept) != len(parameters):
            holder["parameters"] = kept
            yield f"{pointer}/parameters"


def _is_ignored(document: JsonObject, parameter: Any) -> bool:
    found = resolve(document, parameter)
    if not isinstance(found, dict):
        return False
    name = found.get("name")
    return (
        found.get("in") == "header" and isinstance(name, str) and name.lower() in _IGNORED_HEADERS
    )


def _parameters(document: JsonObject) -> Iterator[tuple[str, dict[str, Any]]]:
    for pointer, holder in [*_path_items(document), *_operations(document)]:
        listed = holder.get("parameters")
        for index, entry in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(entry, dict):
                yield f"{pointer}/parameters/{index}", entry
    components = document.get("components")
    named = components.get("parameters") if isinstance(components, dict) else None
    for name, entry in named.items() if isinstance(named, dict) else ():
        if isinstance(entry, dict):
            yield f"/components/parameters/{escape(name)}", entry


def _no_default_on_path_parameters(document: JsonObject) -> Iterator[str]:
    for pointer, parameter in _parameters(document):
        schema = parameter.get("schema")
        if parameter.get("in") == "path" and isinstance(schema, dict) and "default" in schema:
            del schema["default"]
            yield f"{pointer}/schema/default"


def _parameter_descriptions(document: JsonObject) -> Iterator[str]:
    for pointer, parameter in _parameters(document):
        text, schema = parameter.get("description"), parameter.get("schema")
        if isinstance(text, str) and isinstance(schema, dict) and "$ref" not in schema:
            schema["description"] = text
            yield f"{pointer}/schema/description"


_GENERATOR = "https://github.com/openapi-generators/openapi-python-client/issues/"

TRANSFORMS: tuple[Transform, ...] = (
    Transform(
        "security-on-operations",
        "security at the root, and `{}` among alternatives, is not read",
        f"{_GENERATOR}645, {_GENERATOR}1372",
        _security_on_operations,
    ),
    Transform(
        "ignored-header-parameters",
        "Accept, Content-Type and Authorization parameters become arguments of every call",
        "OpenAPI 3.0.3 and 3.1.1, Parameter Object: such a definition SHALL be ignored",
        _ignored_header_parameters,
    ),
    Transform(
        "no-default-on-path-parameters",
        "a path argument with a default before one without is a syntax error",
        f"{_GENERATOR}1281; OpenAPI 3.1.1, Parameter Object: a path parameter is required",
        _no_default_on_path_parameters,
    ),
    Transform(
        "parameter-descriptions",
        "only the description of a parameter's schema is put into docstrings",
        f"{_GENERATOR}1411",
        _parameter_descriptions,
    ),
)
"""Every transform, in the order in which they are applied."""
