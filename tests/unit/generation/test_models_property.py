"""Every model round-trips, whatever its schema: descriptions and values are both drawn."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from model_cases import describe_models, generated

_NAMES = [f"M{number}" for number in range(12)]
_PLAIN_FIELDS = ["alpha", "beta", "gamma", "delta"]
# Fields whose names are odd hold no objects or enumerations, which would be classes of that name.
_ODD_FIELDS = [
    "",
    "self",
    "to_dict",
    "class",
    "A",
    "a",
    "$b",
    "é",
    "x y",
    "x_y",
    "None",
    "-1",
    "+1",
]
_DEEPEST = 3

_SCALARS: list[tuple[dict[str, Any], st.SearchStrategy[Any]]] = [
    ({"type": "string"}, st.text(max_size=5) | st.sampled_from(["2024-01-02", "on", "a"])),
    ({"type": "integer"}, st.integers(-(2**70), 2**70)),
    ({"type": "number"}, st.floats(allow_nan=False, allow_infinity=False) | st.integers(-9, 9)),
    ({"type": "boolean"}, st.booleans()),
    ({"type": "null"}, st.none()),
    ({"type": "string", "format": "date"}, st.dates().map(str)),
    (
        {"type": "string", "format": "date-time"},
        st.datetimes().map(lambda when: when.replace(microsecond=0).isoformat() + "Z"),
    ),
    ({"type": "string", "format": "uuid"}, st.uuids().map(str)),
    ({"const": "on"}, st.just("on")),
    ({"const": 5}, st.just(5)),
    ({}, st.recursive(st.none() | st.booleans() | st.text(max_size=3), st.lists, max_leaves=3)),
]
_ENUMS: list[dict[str, Any]] = [
    {"type": "string", "enum": ["a", "b c", "2024-01-02"]},
    {"type": "integer", "enum": [1, -1]},
    {"type": ["string", "null"], "enum": ["a", None]},
]
_scalars = st.sampled_from([schema for schema, _ in _SCALARS])
_references = st.sampled_from(_NAMES).map(lambda name: {"$ref": f"#/components/schemas/{name}"})


def _composed(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return (
        st.fixed_dictionaries({"type": st.just("array"), "items": inner})
        | st.fixed_dictionaries({"anyOf": st.lists(inner, min_size=2, max_size=3)})
        | inner.map(lambda schema: {"anyOf": [schema, {"type": "null"}]})
    )


_odd = st.recursive(_scalars | _references, _composed, max_leaves=3)
_plain = st.recursive(_scalars | _references | st.sampled_from(_ENUMS), _composed, max_leaves=3)


@st.composite
def _objects(draw: st.DrawFn, *, inline: bool) -> dict[str, Any]:
    plain = _plain | _objects(inline=False) if inline else _odd
    properties = draw(st.dictionaries(st.sampled_from(_PLAIN_FIELDS), plain, max_size=3))
    properties |= draw(st.dictionaries(st.sampled_from(_ODD_FIELDS), _odd, max_size=4))
    safe = [name for name, schema in properties.items() if "$ref" not in json.dumps(schema)]
    schema = {"type": "object", "properties": properties}
    if safe:
        schema["required"] = draw(st.lists(st.sampled_from(safe), unique=True, max_size=2))
    others = draw(st.sampled_from([None, False, True]) | _odd)
    return schema if others is None else {**schema, "additionalProperties": others}


def _values(schema: Any, schemas: dict[str, Any], depth: int) -> st.SearchStrategy[Any]:
    """Return the values that ``schema`` allows, objects no deeper than ``_DEEPEST``."""
    if "$ref" in schema:
        target = schemas[schema["$ref"].rpartition("/")[2]]
        return st.deferred(lambda: _values(target, schemas, depth + 1))
    if "anyOf" in schema:
        return st.one_of(*(_values(member, schemas, depth) for member in schema["anyOf"]))
    if "enum" in schema:
        kind = st.integers(-9, 9) if schema["type"] == "integer" else st.text(max_size=3)
        return st.sampled_from(schema["enum"]) | kind
    if schema.get("type") == "array":
        size = 0 if depth >= _DEEPEST else 2
        return st.lists(_values(schema["items"], schemas, depth), max_size=size)
    if schema.get("type") == "object":
        return _object_values(schema, schemas, depth)
    return next(strategy for known, strategy in _SCALARS if known == schema)


def _object_values(
    schema: dict[str, Any], schemas: dict[str, Any], depth: int
) -> st.SearchStrategy[Any]:
    required = set(schema.get("required", ()))
    kept = {
        name: _values(held, schemas, depth)
        for name, held in schema["properties"].items()
        if name in required or depth < _DEEPEST
    }
    others = schema.get("additionalProperties", True)
    more: st.SearchStrategy[Any] = st.just({})
    if depth < _DEEPEST:
        more = st.dictionaries(
            st.sampled_from(["other", "class_", "additional_properties"]),
            _values({} if isinstance(others, bool) else others, schemas, depth + 1),
            max_size=2,
        )
    declared = st.fixed_dictionaries(
        {name: kept[name] for name in kept if name in required},
        optional={name: kept[name] for name in kept if name not in required},
    )
    return st.builds(lambda fields, extra: {**extra, **fields}, declared, more)


# Nothing is shrunk: each attempt would start the generator.
@settings(
    max_examples=2,
    phases=[Phase.generate],
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(_objects(inline=True), min_size=12, max_size=12))
def test_every_model_survives_a_round_trip(schemas: list[dict[str, Any]]) -> None:
    """``to_dict(from_dict(data))`` is ``data``, and ``from_dict(to_dict(model))`` the model."""
    named = dict(zip(_NAMES, schemas, strict=True))
    with (
        tempfile.TemporaryDirectory() as scratch,
        generated(describe_models(named), Path(scratch) / "drawn-client", "drawn") as package,
    ):
        models = __import__(f"{package.__name__}.models", fromlist=["models"])

        @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
        @given(st.fixed_dictionaries({name: _values(named[name], named, 0) for name in _NAMES}))
        def holds(documents: dict[str, Any]) -> None:
            for name, data in documents.items():
                model = getattr(models, name)
                read = model.from_dict(data)
                written = read.to_dict()
                assert _text(written) == _text(data)
                assert model.from_dict(written) == read

        holds()


def _text(data: Any) -> str:
    """JSON tells ``1`` and ``true`` apart, which are equal in Python; ``1.0`` and ``1`` it is."""
    return json.dumps(_whole(data), sort_keys=True)


def _whole(data: Any) -> Any:
    if isinstance(data, dict):
        return {name: _whole(value) for name, value in data.items()}
    if isinstance(data, list):
        return [_whole(value) for value in data]
    return int(data) if isinstance(data, float) and data.is_integer() else data
