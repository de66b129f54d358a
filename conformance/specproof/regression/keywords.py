"""What each keyword of a schema adds to its normal form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from specproof.json_types import Json, JsonObject
from specproof.regression.places import Place, mapping, strings, within
from specproof.regression.shape import ANYTHING, Bounds, Shape, Spot, value_key

__all__ = ["absorb", "type_of", "typed"]

_TYPES: Final[dict[str, frozenset[str]]] = {
    "number": frozenset({"integer", "fraction"}),
    "file": frozenset({"string"}),
    **{name: frozenset({name}) for name in sorted(ANYTHING - {"fraction"})},
}
# Keywords that give a type away where none is written (JSON Schema 2020-12 Validation, 6).
_TELLING: Final[tuple[tuple[frozenset[str], frozenset[str]], ...]] = tuple(
    (frozenset(words.split()), _TYPES[name])
    for name, words in {
        "object": "properties required additionalProperties patternProperties minProperties"
        " maxProperties propertyNames dependentRequired unevaluatedProperties",
        "array": "items prefixItems minItems maxItems uniqueItems contains unevaluatedItems",
        "string": "minLength maxLength pattern contentEncoding contentMediaType",
        "number": "minimum maximum exclusiveMinimum exclusiveMaximum multipleOf",
    }.items()
)


_NAMES: Final[dict[type, str]] = {
    type(None): "null",
    bool: "boolean",
    int: "integer",
    float: "integer",
    str: "string",
    list: "array",
}
# OpenAPI 3.1.1, 4.4.1.2 Working with Binary Data: what 3.0 called a format is an encoding in 3.1.
_AS_FORMAT: Final = {"application/octet-stream": "binary", "base64": "byte"}
_MATCH_ALL: Final = frozenset({"", ".*", "^.*", ".*$", "^.*$", "^(?:.*)$", "^(.*)$", "(.*)"})


def typed(node: JsonObject) -> frozenset[str] | None:
    """Return the types that a schema names or gives away, or None.

    Names that are no type of JSON stand for themselves.
    """
    named = node.get("type")
    words = [named] if isinstance(named, str) else strings(named)
    found: frozenset[str] = frozenset()
    for word in words:
        found |= _TYPES.get(word.lower(), frozenset({word}))
    if not found:
        found = _given_away(node)
    if not found:
        return None
    # OpenAPI 3.0.3, Schema Object: nullable.
    return found | {"null"} if node.get("nullable") is True else found


def _given_away(node: JsonObject) -> frozenset[str]:
    values = _listed(node)
    if values:
        return frozenset[str]().union(*(type_of(value) for value in values))
    named = frozenset(node)
    if node.get("additionalProperties") in (True, {}) and ("anyOf" in node or "oneOf" in node):
        # Some generators write it beside every union, those of texts and numbers as well.
        named = named - {"additionalProperties"}
    families = [types for words, types in _TELLING if not words.isdisjoint(named)]
    return families[0] if len(families) == 1 else frozenset()


def type_of(value: Json) -> frozenset[str]:
    """Return the type of a value, as a set of one."""
    if isinstance(value, float) and not value.is_integer():
        return frozenset({"fraction"})
    return _TYPES[_NAMES.get(type(value), "object")]


def _listed(node: JsonObject) -> list[Json]:
    """Return the values that ``const`` or ``enum`` allow; none where they allow any."""
    if "const" in node:
        return [node["const"]]
    found = node.get("enum")
    return found if isinstance(found, list) else []


def absorb(shape: Shape, place: Place) -> None:
    """Add to ``shape`` what the schema at ``place`` says itself, types and unions left out."""
    node = mapping(place.node)
    for keyword in node:
        reader = _READERS.get(keyword)
        if reader is not None:
            reader(shape, place, node[keyword])
    _bounds(shape.number, node)


def _values(shape: Shape, place: Place, _: Json) -> None:
    listed = _listed(mapping(place.node))
    if not listed:
        return
    found: dict[str, Json] = {value_key(value): value for value in listed if value is not None}
    if shape.values is None:
        shape.values = found
    else:
        shape.values = {key: value for key, value in shape.values.items() if key in found}


def _extensible(shape: Shape, _: Place, value: Json) -> None:
    if isinstance(value, list):
        shape.extensible = {value_key(item): item for item in value}


def _content(shape: Shape, place: Place, value: Json) -> None:
    if isinstance(value, dict | bool):
        member = place.child("contentSchema", f"what is encoded in {place.name}")
        shape.content = (*shape.content, member)


def _bounds(bounds: Bounds, node: JsonObject) -> None:
    low, high = _number(node.get("minimum")), _number(node.get("maximum"))
    # OpenAPI 3.0 has JSON Schema Wright 00's booleans, 3.1 numbers.
    over, under = node.get("exclusiveMinimum"), node.get("exclusiveMaximum")
    if low is not None:
        bounds.raise_low(low, exclusive=over is True)
    if high is not None:
        bounds.lower_high(high, exclusive=under is True)
    if (value := _number(over)) is not None:
        bounds.raise_low(value, exclusive=True)
    if (value := _number(under)) is not None:
        bounds.lower_high(value, exclusive=True)


def _number(value: Json) -> float | int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if isinstance(value, float) and value.is_integer() else value


Reader = Callable[[Shape, Place, Json], None]


def _low(name: str, nothing: int = 0) -> Reader:
    """Return a reader of a least number, of which ``nothing`` and less says nothing."""

    def read(shape: Shape, _: Place, value: Json) -> None:
        number = _number(value)
        if number is not None and number > nothing:
            bounds: Bounds = getattr(shape, name)
            bounds.raise_low(number)

    return read


def _high(name: str) -> Reader:
    def read(shape: Shape, _: Place, value: Json) -> None:
        number = _number(value)
        if number is not None:
            bounds: Bounds = getattr(shape, name)
            bounds.lower_high(number)

    return read


def _multiple(shape: Shape, _: Place, value: Json) -> None:
    number = _number(value)
    if number is not None and number > 0:
        shape.multiples = tuple(sorted({*shape.multiples, number}))


def _pattern(shape: Shape, _: Place, value: Json) -> None:
    if isinstance(value, str) and value not in _MATCH_ALL:
        shape.patterns = tuple(sorted({*shape.patterns, value}))


def _format(shape: Shape, _: Place, value: Json) -> None:
    if isinstance(value, str) and value:
        shape.format = " ".join(sorted({*shape.format.split(), value}))


def _encoding(shape: Shape, place: Place, value: Json) -> None:
    if isinstance(value, str) and value.lower() in _AS_FORMAT:
        _format(shape, place, _AS_FORMAT[value.lower()])
    elif isinstance(value, str) and value:
        shape.encoding = " ".join(sorted({*shape.encoding.split(), value.lower()}))


def _merged(old: dict[str, Spot], place: Place, keyword: str, *, dotted: bool) -> None:
    inner = place.child(keyword)
    for name in mapping(inner.node):
        words = within(place.name, f".{name}" if dotted else f"{{{name}}}")
        member = inner.child(name, words)
        if isinstance(member.node, dict | bool):
            old[name] = (*old.get(name, ()), member)


def _properties(shape: Shape, place: Place, _: Json) -> None:
    _merged(shape.properties, place, "properties", dotted=True)


def _pattern_properties(shape: Shape, place: Place, _: Json) -> None:
    _merged(shape.pattern_properties, place, "patternProperties", dotted=False)


def _dependent_schemas(shape: Shape, place: Place, _: Json) -> None:
    _merged(shape.dependent_schemas, place, "dependentSchemas", dotted=False)


def _required(shape: Shape, _: Place, value: Json) -> None:
    shape.required |= set(strings(value))


def _closing(attribute: str, keyword: str, suffix: str) -> Reader:
    """Return a reader of a keyword that says what the rest has to be."""

    def read(shape: Shape, place: Place, value: Json) -> None:
        held: Spot | None = getattr(shape, attribute)
        if value is False:
            setattr(shape, attribute, None)
        elif held is not None and isinstance(value, dict) and value:
            member = place.child(keyword, within(place.name, suffix))
            setattr(shape, attribute, (*held, member))

    return read


def _property_names(shape: Shape, place: Place, value: Json) -> None:
    if isinstance(value, dict | bool):
        member = place.child("propertyNames", f"names of the properties of {place.name}")
        shape.property_names = (*shape.property_names, member)


def _dependent_required(shape: Shape, _: Place, value: Json) -> None:
    for name, names in mapping(value).items():
        held = shape.dependent_required.get(name, frozenset())
        shape.dependent_required[name] = held | set(strings(names))


def _items(shape: Shape, place: Place, value: Json) -> None:
    if isinstance(value, list):  # the form of JSON Schema before 2020-12
        _prefix(shape, place, value, "items")
    else:
        _closing("items", "items", "[]")(shape, place, value)


def _prefix(shape: Shape, place: Place, value: Json, keyword: str = "prefixItems") -> None:
    inner = place.child(keyword)
    length = len(value) if isinstance(value, list) else 0
    found: list[Spot] = []
    for index in range(max(length, len(shape.prefix))):
        held = shape.prefix[index] if index < len(shape.prefix) else ()
        new = (inner.item(index, within(place.name, f"[{index}]")),) if index < length else ()
        found.append((*held, *new))
    shape.prefix = tuple(found)


def _contains(shape: Shape, place: Place, value: Json) -> None:
    if isinstance(value, dict | bool):
        member = place.child("contains", f"an element of {place.name}")
        shape.contains = (*(shape.contains or ()), member)


def _unique(shape: Shape, _: Place, value: Json) -> None:
    shape.unique = shape.unique or value is True


def _unevaluated_items(shape: Shape, _: Place, value: Json) -> None:
    shape.unevaluated_items = shape.unevaluated_items or value is False


def _not(shape: Shape, place: Place, value: Json) -> None:
    if isinstance(value, dict | bool) and value:
        member = place.child("not", f"what {place.name} must not be")
        shape.negations = (*shape.negations, (member,))


def _condition(shape: Shape, place: Place, _: Json) -> None:
    node = mapping(place.node)
    if "then" in node or "else" in node:
        shape.conditions = (*shape.conditions, place)


def _flag(attribute: str) -> Reader:
    def read(shape: Shape, _: Place, value: Json) -> None:
        if value is True:
            setattr(shape, attribute, True)

    return read


def _default(shape: Shape, _: Place, value: Json) -> None:
    if shape.default is None:
        shape.default = value_key(value)


def _xml(shape: Shape, _: Place, value: Json) -> None:
    said = {name: item for name, item in mapping(value).items() if item is not False}
    if said:
        shape.xml = value_key(said)


_READERS: Final[dict[str, Reader]] = {
    "additionalProperties": _closing("additional", "additionalProperties", ".*"),
    "const": _values,
    "contains": _contains,
    "contentEncoding": _encoding,
    "contentMediaType": _encoding,
    "contentSchema": _content,
    "default": _default,
    "dependentRequired": _dependent_required,
    "dependentSchemas": _dependent_schemas,
    "deprecated": _flag("deprecated"),
    "enum": _values,
    "format": _format,
    "if": _condition,
    "items": _items,
    "maxContains": _high("contains_count"),
    "maxItems": _high("items_count"),
    "maxLength": _high("length"),
    "maxProperties": _high("properties_count"),
    "minContains": _low("contains_count", -1),
    "minItems": _low("items_count"),
    "minLength": _low("length"),
    "minProperties": _low("properties_count"),
    "multipleOf": _multiple,
    "not": _not,
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "prefixItems": _prefix,
    "properties": _properties,
    "propertyNames": _property_names,
    "readOnly": _flag("read_only"),
    "required": _required,
    "unevaluatedItems": _unevaluated_items,
    "unevaluatedProperties": _closing("evaluated", "unevaluatedProperties", ".*"),
    "uniqueItems": _unique,
    "writeOnly": _flag("write_only"),
    "x-extensible-enum": _extensible,
    "xml": _xml,
}
