"""Two schemas compared by themselves, and schemas and values to draw."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from specproof.regression.change import Finding
from specproof.regression.graph import SchemaGraph
from specproof.regression.modes import Mode
from specproof.regression.places import Document

__all__ = ["between", "edits", "found", "rules", "schemas", "values"]

Schema = dict[str, Any]


def between(
    old: Any,
    new: Any,
    mode: Mode,
    *,
    old_components: Schema | None = None,
    new_components: Schema | None = None,
    versions: tuple[str, str] = ("3.1.0", "3.1.0"),
) -> list[Finding]:
    """Return what is found between two schemas called ``S``."""
    documents = []
    for version, schema, components in (
        (versions[0], old, old_components),
        (versions[1], new, new_components if new_components is not None else old_components),
    ):
        root = {"openapi": version, "it": schema, "components": {"schemas": components or {}}}
        documents.append(Document(root, "test"))
    graph = SchemaGraph(*documents)
    places = [document.place.child("it", "S") for document in documents]
    return list(graph.findings(graph.compare(places[0], places[1], mode)))


def rules(old: Any, new: Any, mode: Mode, **more: Any) -> set[str]:
    """Return the ids of the rules of what is found."""
    return {item.rule for item in between(old, new, mode, **more)}


def found(old: Any, new: Any, mode: Mode, **more: Any) -> set[tuple[str, str]]:
    """Return rules and subjects of what is found."""
    return {(item.rule, item.subject) for item in between(old, new, mode, **more)}


_NAMES = st.sampled_from(["a", "b", "c"])
_SCALARS = st.one_of(
    st.fixed_dictionaries(
        {"type": st.just("integer")},
        optional={
            "minimum": st.integers(-3, 3),
            "maximum": st.integers(-3, 6),
            "exclusiveMinimum": st.integers(-3, 3),
            "multipleOf": st.sampled_from([1, 2, 3]),
        },
    ),
    st.fixed_dictionaries({"type": st.just("number")}, optional={"minimum": st.integers(-3, 3)}),
    st.fixed_dictionaries(
        {"type": st.just("string")},
        optional={"minLength": st.integers(0, 3), "maxLength": st.integers(0, 4)},
    ),
    st.fixed_dictionaries(
        {"type": st.just("string"), "enum": st.lists(_NAMES, min_size=1, unique=True)}
    ),
    st.just({"type": "boolean"}),
    st.just({"type": "null"}),
    st.just({"type": ["string", "null"]}),
)


def _composed(inner: st.SearchStrategy[Schema]) -> st.SearchStrategy[Schema]:
    members = st.dictionaries(_NAMES, inner, max_size=2)
    return st.one_of(
        st.fixed_dictionaries(
            {"type": st.just("object"), "properties": members},
            optional={
                "required": st.lists(_NAMES, max_size=2, unique=True),
                "additionalProperties": st.one_of(st.just(False), inner),
                "minProperties": st.integers(0, 2),
                "maxProperties": st.integers(0, 3),
                "dependentRequired": st.dictionaries(
                    _NAMES, st.lists(_NAMES, min_size=1, max_size=1), max_size=1
                ),
            },
        ),
        st.fixed_dictionaries(
            {"type": st.just("array"), "items": inner},
            optional={
                "minItems": st.integers(0, 2),
                "maxItems": st.integers(0, 3),
                "uniqueItems": st.booleans(),
            },
        ),
        st.fixed_dictionaries({"anyOf": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"allOf": st.lists(inner, min_size=1, max_size=2)}),
    )


schemas: st.SearchStrategy[Schema] = st.recursive(_SCALARS, _composed, max_leaves=4)
"""Schemas of 2020-12 in which each type is written down."""

values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-5, 7),
        st.sampled_from([0.5, 1.5, 2.0]),
        st.sampled_from(["", "a", "b", "abc", "abcde"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abcd"), inner, max_size=3)
    ),
    max_leaves=4,
)
"""Values that such schemas tell apart."""


@st.composite
def edits(draw: st.DrawFn, schema: Schema) -> Schema:
    """Return ``schema`` with one or two keywords taken from another one."""
    other = draw(schemas)
    result = dict(schema)
    for key in draw(st.lists(st.sampled_from(sorted({*schema, *other})), min_size=1, max_size=2)):
        if key in other:
            result[key] = other[key]
        elif key != "type":
            result.pop(key, None)
    return result
