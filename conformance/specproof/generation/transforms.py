"""Normalising a description before openapi-python-client reads it; never its output.

Each transform is a function with a name, a reason and the issue of the generator that it
answers; it yields the JSON Pointers that it changed. The description means the same after it:
what the generator misreads is written in the other way that OpenAPI allows, or, where there is
none, more loosely. What the client will lack is noted as left out.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from specproof.generation.normalisation import (
    bodies,
    classes,
    composition,
    operations,
    parameters,
    shapes,
    size,
)
from specproof.generation.normalisation.draft import Draft
from specproof.generation.normalisation.ignored import note_ignored
from specproof.generation.normalisation.malformed import note_malformed
from specproof.generation.normalisation.reading import read_draft
from specproof.model import JsonObject

__all__ = ["READING", "TRANSFORMS", "Applied", "Transform", "transformed"]


@dataclass(frozen=True, slots=True)
class Transform:
    """One normalisation.

    Attributes:
        name: permanent kebab-case id.
        reason: what the generator does otherwise.
        issue: where the generator's project or the OpenAPI specification says so.
        apply: changes the draft it is given and yields the pointers it changed.
    """

    name: str
    reason: str
    issue: str
    apply: Callable[[Draft], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Applied:
    """A transform that changed something, and where."""

    name: str
    pointers: tuple[str, ...]


def transformed(document: JsonObject) -> tuple[JsonObject, Draft, tuple[Applied, ...]]:
    """Return what the generator is to read, the draft behind it, and what was changed.

    Raises:
        InputError: a reference can not be followed.
        LimitError: the schemas unfold without measure.
    """
    with _without_collector():
        return _transformed(document)


@contextlib.contextmanager
def _without_collector() -> Iterator[None]:
    """Make no search for cycles while a tree is built; it costs a third of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _transformed(document: JsonObject) -> tuple[JsonObject, Draft, tuple[Applied, ...]]:
    draft, noted = read_draft(document)
    applied = [Applied(name, tuple(noted[name])) for name in READING if name in noted]
    for transform in TRANSFORMS:
        pointers = tuple(transform.apply(draft))
        if pointers:
            applied.append(Applied(transform.name, pointers))
    note_ignored(draft)
    note_malformed(draft)
    return _written(draft), draft, tuple(applied)


def _written(draft: Draft) -> JsonObject:
    info = draft.origin.get("info")
    told = info if isinstance(info, dict) else {}
    paths: dict[str, Any] = {}
    for entry in draft.entries:
        paths.setdefault(entry.key, {})[entry.method] = entry.node
    for entry in draft.entries:
        for response in entry.node["responses"].values():
            response["description"] = ""
    return {
        "openapi": str(draft.origin.get("openapi", "3.1.0")),
        "info": {"title": str(told.get("title", "")), "version": str(told.get("version", ""))},
        "paths": paths,
        "components": {"schemas": draft.schemas},
    }


READING: dict[str, str] = {
    "path-item-references": "a path item that is a reference is skipped in silence "
    "(OpenAPI 3.1.1, Path Item Object)",
    "component-references": "a reference to another reference is not followed, issue 648",
    "schema-references": "a reference to what is no component is not found, issue 450",
    "siblings-of-references": "what stands beside a reference is ignored, issue 1432",
    "boolean-schemas": "the schemas true and false are no valid document (JSON Schema 4.3.2)",
    "pattern-properties": "fields whose names match a pattern are read as additionalProperties "
    "(JSON Schema 2020-12, 10.3.2.2)",
    "unknown-types": "one unknown type makes the whole document invalid, issue 785",
    "one-way-properties": "what is only written is required of answers, what is only read of "
    "bodies that are sent (OpenAPI 3.0.3, Schema Object, readOnly and writeOnly)",
    "missing-responses": "an operation without responses makes the document invalid "
    "(OpenAPI 3.1.1, Operation Object)",
}
"""What is normalised while the description is read, and what the generator does otherwise."""

_GENERATOR = "https://github.com/openapi-generators/openapi-python-client/issues/"

TRANSFORMS: tuple[Transform, ...] = (
    Transform(
        "refused-paths",
        "an absolute URL as a path key becomes the host that credentials are sent to",
        "OpenAPI 3.1.1, Paths Object: a path key begins with a slash",
        operations.refused_paths,
    ),
    Transform(
        "path-templates",
        "placeholders with dots, twice the same, in a query or undeclared drop the operation",
        f"{_GENERATOR}648",
        operations.path_templates,
    ),
    Transform(
        "operation-names",
        "two operationIds that give one module name overwrite each other",
        f"{_GENERATOR}1167; OpenAPI 3.1.1, Operation Object: operationId is unique",
        operations.operation_names,
    ),
    Transform(
        "tag-names",
        "a tag becomes a folder, whatever its length",
        f"{_GENERATOR}1167",
        operations.tag_names,
    ),
    Transform(
        "security-on-operations",
        "security at the root, and `{}` among alternatives, is not read",
        f"{_GENERATOR}645, {_GENERATOR}1372",
        operations.security_on_operations,
    ),
    Transform(
        "ignored-header-parameters",
        "Accept, Content-Type and Authorization parameters become arguments of every call",
        "OpenAPI 3.0.3 and 3.1.1, Parameter Object: such a definition SHALL be ignored",
        parameters.ignored_header_parameters,
    ),
    Transform(
        "parameter-content",
        "a parameter with content instead of a schema is dropped in silence",
        "OpenAPI 3.1.1, Parameter Object, content",
        parameters.parameter_content,
    ),
    Transform(
        "status-codes",
        "2xx in lower case is no range for it",
        "OpenAPI 3.1.1, Responses Object: the wildcard is an uppercase X",
        bodies.status_codes,
    ),
    Transform(
        "response-media-types",
        "the first media type that it knows is taken, and responses without one are dropped",
        f"{_GENERATOR}317, {_GENERATOR}1248, {_GENERATOR}1157",
        bodies.response_media_types,
    ),
    Transform(
        "null-alternatives",
        "nullable beside an enum or properties is not read",
        f"{_GENERATOR}422",
        shapes.null_alternatives,
    ),
    Transform(
        "type-lists",
        "an enum or a class beside a list of types is read for each type",
        f"{_GENERATOR}652",
        shapes.type_lists,
    ),
    Transform(
        "implicit-types",
        "maps and arrays without a type are not read",
        "JSON Schema 2020-12, 10.3: these keywords need no type",
        shapes.implicit_types,
    ),
    Transform(
        "all-of",
        "allOf of what is no object is refused, and parts beside one reference are ignored",
        f"{_GENERATOR}1091, {_GENERATOR}98",
        composition.all_of,
    ),
    Transform(
        "alternatives",
        "properties beside anyOf or oneOf are ignored",
        f"{_GENERATOR}98",
        composition.alternatives,
    ),
    Transform(
        "too-many-properties",
        "each property of an object is compared with all others of it",
        "openapi-python-client 0.29.1, model_property.py: _add_if_no_conflict",
        size.too_many_properties,
    ),
    Transform(
        "too-many-alternatives",
        "a type of thousands of alternatives overflows the stack of formatters and compilers",
        "Python language reference 6.9: a union is nested once for each of its members",
        size.too_many_alternatives,
    ),
    Transform(
        "enumerations",
        "values of several types, or whose names collapse, stop it or vanish",
        f"{_GENERATOR}785, {_GENERATOR}788, {_GENERATOR}1030",
        shapes.enumerations,
    ),
    Transform(
        "constants",
        "constants that are objects, arrays, null or fractions are no Literal",
        "PEP 586: what a Literal can hold",
        shapes.constants,
    ),
    Transform(
        "array-items",
        "an array without items is refused",
        "JSON Schema 2020-12, 10.3.1.2: without items, any value is one",
        shapes.array_items,
    ),
    Transform(
        "open-objects",
        "additionalProperties: false makes a model lose what an API adds later",
        "RFC 8259 and robustness: a client ignores what it does not know",
        shapes.open_objects,
    ),
    Transform(
        "fitting-defaults",
        "a default that is no value of its schema drops all that needs the schema",
        f"{_GENERATOR}1432",
        shapes.fitting_defaults,
    ),
    Transform(
        "request-media-types",
        "media types that it does not know, or that share one class, are lost or mixed",
        f"{_GENERATOR}1157, {_GENERATOR}317",
        bodies.request_media_types,
    ),
    Transform(
        "binary-in-json",
        "format binary in JSON is read as a file",
        "OpenAPI 3.0.3, Data Types: binary is any sequence of octets",
        bodies.binary_only_where_sent,
    ),
    Transform(
        "parameters-as-text",
        "what has no form in a path, header or cookie drops the operation",
        "OpenAPI 3.1.1, Parameter Object, style",
        parameters.parameters_as_text,
    ),
    Transform(
        "no-default-on-path-parameters",
        "a path argument with a default before one without is a syntax error",
        f"{_GENERATOR}1281; OpenAPI 3.1.1, Parameter Object: a path parameter is required",
        parameters.no_default_on_path_parameters,
    ),
    Transform(
        "argument-names",
        "parameters that give one Python name drop the operation",
        f"{_GENERATOR}648",
        parameters.argument_names,
    ),
    Transform(
        "parameter-descriptions",
        "only the description of a parameter's schema is put into docstrings",
        f"{_GENERATOR}1411",
        parameters.parameter_descriptions,
    ),
    Transform(
        "model-names",
        "two classes of one name drop all that needs the second",
        f"{_GENERATOR}652, {_GENERATOR}783, {_GENERATOR}1167",
        classes.model_names,
    ),
    Transform(
        "recursive-schemas",
        "an array or union that holds itself drops all that needs it",
        f"{_GENERATOR}338, {_GENERATOR}466",
        classes.recursive_schemas,
    ),
    Transform(
        "order-of-schemas",
        "schemas before those that they need are tried again until nothing changes",
        f"{_GENERATOR}338",
        classes.order_of_schemas,
    ),
)
"""Every transform, in the order in which they are applied."""
