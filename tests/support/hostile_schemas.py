"""Documents whose schemas take time, take memory, contradict themselves or fit nothing."""

from __future__ import annotations

from typing import Any

from hostile_case import HostileCase, operation, schema_case, schema_spec, spec

__all__ = ["CASES"]

_TEXT = {"type": "string"}


def _property(name: str, attacks: str, refused: str | None = None, **schema: Any) -> HostileCase:
    return schema_case(name, attacks, {"type": "object", "properties": {"p": schema}}, refused)


def _nested(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(levels):
        schema = {"type": "object", "properties": {"p": schema}}
    return schema


def _doubling(keyword: str, levels: int) -> dict[str, Any]:
    schemas: dict[str, Any] = {f"A{levels}": {"type": "object", "properties": {"x": _TEXT}}}
    for level in range(levels):
        below = {"$ref": f"#/components/schemas/A{level + 1}"}
        schemas[f"A{level}"] = {keyword: [below, below]}
    return schema_spec(
        {"type": "object", "properties": {"p": {"$ref": "#/components/schemas/A0"}}}
    ) | {
        "components": {
            "schemas": {
                "Thing": {
                    "type": "object",
                    "properties": {"p": {"$ref": "#/components/schemas/A0"}},
                },
                **schemas,
            }
        }
    }


_PATTERNS = (
    _property(
        "pattern-backtracks",
        "an expression that backtracks for ever",
        type="string",
        pattern="^(a+)+$",
        default="a" * 60 + "!",
        example="a" * 60 + "!",
    ),
    _property(
        "pattern-nested",
        "three repeats in one another",
        type="string",
        pattern="(((a*)*)*)*b",
        enum=["a" * 40, "b"],
    ),
    _property(
        "pattern-repeats",
        "a thousand million repeats",
        type="string",
        pattern="(a{1000}){1000}{1000}",
        default="a",
    ),
    _property(
        "pattern-megabyte",
        "an expression of a megabyte",
        type="string",
        pattern="(a|b)" * 200_000,
        default="a",
    ),
    _property(
        "pattern-classes",
        "huge classes",
        type="string",
        pattern="[\\w\\W]{0,65535}" * 50,
        default="a",
    ),
    _property("pattern-broken", "an expression that is none", type="string", pattern="(?<"),
    _property(
        "pattern-look-behind",
        "an expression of another dialect",
        type="string",
        pattern="(?<=a+)b(?R)",
        default="ab",
    ),
    schema_case(
        "pattern-properties",
        "expressions as names",
        {"type": "object", "patternProperties": {"^(a+)+$": _TEXT}, "example": {"a" * 50 + "!": 1}},
    ),
)
_NUMBERS = (
    _property(
        "huge-integer",
        "an integer of 4,000 digits",
        type="integer",
        default=int("9" * 4000),
        enum=[int("9" * 4000)],
    ),
    _property("huge-limits", "lengths of a billion", type="string", minLength=10**12),
    _property(
        "huge-items", "an array of a billion items", type="array", items=_TEXT, minItems=10**9
    ),
    _property(
        "huge-properties", "an object of a billion properties", type="object", minProperties=10**9
    ),
    _property(
        "tiny-step",
        "multiples of nearly nothing",
        type="number",
        multipleOf=1e-300,
        minimum=1,
        maximum=1e300,
    ),
    _property(
        "contradiction",
        "limits that nothing fits",
        type="integer",
        minimum=10,
        maximum=1,
        minLength=5,
        maxLength=1,
    ),
    _property("odd-limits", "texts where numbers are due", type="integer", minimum="1", maximum={}),
)
_DEFAULTS = (
    _property(
        "default-dates",
        "dates inside a default",
        type="object",
        default={"a": {"b": ["2001-01-01", {"c": "2001-01-01T00:00:00Z"}]}},
    ),
    _property(
        "default-of-another-kind",
        "an object where a number is due",
        type="integer",
        default={"__class__": "os"},
    ),
    _property(
        "default-date",
        "a date that is none",
        type="string",
        format="date",
        default="__import__('os')",
    ),
    _property(
        "default-date-time",
        "a time that is none",
        type="string",
        format="date-time",
        default="2001-99-99T99:99:99Z",
    ),
    _property(
        "default-uuid",
        "an identifier that is none",
        type="string",
        format="uuid",
        default="') or __import__('os').mkdir('OWNED')",
    ),
    _property(
        "default-list",
        "a default that all would share",
        type="array",
        items=_TEXT,
        default=["a", {"b": []}],
    ),
    _property(
        "default-number",
        "a number with code behind it",
        type="number",
        default="1 or __import__('os').mkdir('OWNED')",
    ),
    _property("default-boolean", "a text that means yes", type="boolean", default="True or x"),
    _property("default-null", "nothing where something is due", type="string", default=None),
)
_ENUMS = (
    _property("enum-empty", "no value at all", type="string", enum=[]),
    _property("enum-large", "20,000 values", type="string", enum=[f"v{n}" for n in range(20_000)]),
    _property("enum-mixed", "values of many kinds", enum=["a", 1, 1.5, None, True, [], {}]),
    _property("enum-nested", "objects as values", type="object", enum=[{"a": 1}, {"b": 2}]),
    _property("enum-equal", "values that Python takes for one", enum=[1, 1.0, True]),
    _property("enum-twice", "one value twice", type="string", enum=["a", "a"]),
    _property("enum-of-another-kind", "texts among integers", type="integer", enum=["a", "b"]),
    _property("enum-huge-text", "a value of 100 kB", type="string", enum=["a" * 100_000, "b"]),
)
_COMBINED = (
    HostileCase("any-of-doubles", "unions that double per level", _doubling("anyOf", 22)),
    HostileCase("one-of-doubles", "unions that double per level", _doubling("oneOf", 22)),
    HostileCase("all-of-doubles", "mergers that double per level", _doubling("allOf", 22)),
    schema_case("deep", "objects 110 levels deep", _nested(50)),
    schema_case(
        "all-of-itself",
        "a merger of itself",
        {"allOf": [{"$ref": "#/components/schemas/Thing"}, {"type": "object"}]},
    ),
    schema_case(
        "any-of-itself",
        "a union of itself",
        {"anyOf": [{"$ref": "#/components/schemas/Thing"}, _TEXT]},
        "is recursive without an object",
    ),
    schema_case(
        "array-of-itself",
        "a list of itself",
        {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
        "is recursive without an object",
    ),
    schema_case(
        "map-of-itself",
        "a map of itself",
        {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Thing"}},
    ),
    schema_case(
        "tree",
        "a tree",
        {
            "type": "object",
            "required": ["next"],
            "properties": {"next": {"$ref": "#/components/schemas/Thing"}},
        },
    ),
    schema_case(
        "circle",
        "two schemas in each other",
        {"type": "object", "properties": {"b": {"$ref": "#/components/schemas/B"}}},
        B={"type": "object", "properties": {"a": {"$ref": "#/components/schemas/Thing"}}},
    ),
    schema_case(
        "all-of-conflict",
        "a merger of what can not be one",
        {
            "allOf": [
                {"type": "object", "properties": {"a": _TEXT}},
                {"type": "object", "properties": {"a": {"type": "integer"}}},
            ]
        },
    ),
    schema_case("all-of-scalars", "a merger of no objects", {"allOf": [_TEXT, {"minLength": 1}]}),
    schema_case("empty-any-of", "a union of nothing", {"anyOf": [], "oneOf": [], "allOf": []}),
    schema_case("unknown-type", "a type that is none", {"type": "evil"}),
    schema_case(
        "type-list",
        "every type at once",
        {"type": ["null", "boolean", "object", "array", "number", "string", "integer"]},
    ),
    schema_case(
        "false-schema",
        "a schema that nothing fits",
        {"type": "object", "properties": {"a": False, "b": True}},
    ),
    schema_case(
        "required-texts", "numbers as names", {"type": "object", "required": [1, None, "a", "a"]}
    ),
    schema_case("nothing", "no schema", {}, None),
    schema_case(
        "items-list",
        "a list of schemas for items",
        {"type": "array", "items": [_TEXT, {"type": "integer"}]},
    ),
    schema_case(
        "not",
        "a negation of itself",
        {"type": "object", "not": {"$ref": "#/components/schemas/Thing"}},
    ),
    schema_case(
        "many-required",
        "10,000 required names that are nowhere",
        {"type": "object", "required": [f"r{n}" for n in range(10_000)]},
    ),
    HostileCase(
        "many-operations",
        "300 operations",
        spec({f"/things/{n}": {"get": operation(operationId=f"get{n}")} for n in range(60)}),
    ),
    HostileCase(
        "many-parameters",
        "300 parameters, more than some Pythons take",
        spec(
            {
                "/things": {
                    "get": operation(
                        parameters=[
                            {"name": f"p{n}", "in": "query", "schema": _TEXT} for n in range(300)
                        ]
                    )
                }
            }
        ),
    ),
)

CASES = (*_PATTERNS, *_NUMBERS, *_DEFAULTS, *_ENUMS, *_COMBINED)
