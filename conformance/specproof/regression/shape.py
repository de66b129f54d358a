"""The normal form of a schema: what it says, whichever way it is written."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import NamedTuple

from specproof.json_types import Json
from specproof.regression.places import Place

__all__ = ["ANYTHING", "FAMILIES", "Alternatives", "Bounds", "Shape", "Spot", "value_key"]

Spot = tuple[Place, ...]
"""Schemas that hold together, as under ``allOf``; none of them means that anything goes."""

ANYTHING = frozenset({"null", "boolean", "integer", "fraction", "string", "array", "object"})
"""The types of JSON; ``number`` is an integer or a fraction."""

FAMILIES = {
    "number": frozenset({"integer", "fraction"}),
    "string": frozenset({"string"}),
    "array": frozenset({"array"}),
    "object": frozenset({"object"}),
}
"""Types by the keywords that say something of them (JSON Schema 2020-12 Validation, 6)."""


@dataclass(slots=True)
class Bounds:
    """Limits of one quantity, each None where there is none.

    Attributes:
        exclusive_low: whether ``low`` itself is out; likewise ``exclusive_high``.
    """

    low: float | int | None = None
    high: float | int | None = None
    exclusive_low: bool = False
    exclusive_high: bool = False

    def raise_low(self, value: float, *, exclusive: bool = False) -> None:
        """Tighten the lower limit to ``value`` if that is tighter."""
        if self.low is None or value > self.low or (value == self.low and exclusive):
            self.low, self.exclusive_low = value, exclusive

    def lower_high(self, value: float, *, exclusive: bool = False) -> None:
        """Tighten the upper limit to ``value`` if that is tighter."""
        if self.high is None or value < self.high or (value == self.high and exclusive):
            self.high, self.exclusive_high = value, exclusive


class Alternatives(NamedTuple):
    """One ``oneOf`` or ``anyOf`` that could not be folded into its schema.

    Attributes:
        keyword: ``oneOf`` or ``anyOf``.
        branches: never empty.
        discriminator: the Discriminator Object beside it, or an empty object.
        nullable: whether null passes beside the branches.
    """

    keyword: str
    branches: tuple[Spot, ...]
    discriminator: Place
    nullable: bool


@dataclass(slots=True)
class Shape:
    """What a schema says.

    Attributes:
        place: the schema itself, for messages and pointers.
        types: what an instance may be; a subset of ``ANYTHING``, or names that are no type.
        declared: whether a type, or something that gives it away, is written down.
        values: of ``enum`` and ``const`` by ``value_key``, null left out; None for any.
        number, length, items_count, properties_count: limits.
        multiples: divisors of ``multipleOf``.
        patterns: regular expressions that must all match.
        format: names of formats, joined by a blank.
        extensible: values of ``x-extensible-enum``, which readers have to expect more of.
        encoding: of ``contentEncoding`` and ``contentMediaType``.
        content: of ``contentSchema``.
        properties: by name; each holds as a whole.
        required: names.
        additional: what unknown properties have to be; None where there are to be none.
        evaluated: like it, of ``unevaluatedProperties``.
        pattern_properties: by expression.
        property_names: of ``propertyNames``.
        dependent_required: names by name.
        dependent_schemas: by name.
        items: of all elements after ``prefix``; None where there are to be none.
        prefix: of ``prefixItems``.
        contains, contains_count: of ``contains`` and its limits.
        unique: whether elements have to differ.
        unevaluated_items: whether ``unevaluatedItems`` closes the array.
        alternatives: what could not be folded in.
        negations: schemas that must not hold.
        conditions: places that have ``if``.
        read_only, write_only, deprecated: as annotated.
        default: key of the default value, or None.
        xml: key of what stands under ``xml``, which changes how it is written.
    """

    place: Place
    types: frozenset[str] = ANYTHING
    declared: bool = False
    values: dict[str, Json] | None = None
    number: Bounds = field(default_factory=Bounds)
    length: Bounds = field(default_factory=Bounds)
    items_count: Bounds = field(default_factory=Bounds)
    properties_count: Bounds = field(default_factory=Bounds)
    multiples: tuple[float | int, ...] = ()
    patterns: tuple[str, ...] = ()
    format: str = ""
    extensible: dict[str, Json] | None = None
    encoding: str = ""
    content: Spot = ()
    properties: dict[str, Spot] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    additional: Spot | None = ()
    evaluated: Spot | None = ()
    pattern_properties: dict[str, Spot] = field(default_factory=dict)
    property_names: Spot = ()
    dependent_required: dict[str, frozenset[str]] = field(default_factory=dict)
    dependent_schemas: dict[str, Spot] = field(default_factory=dict)
    items: Spot | None = ()
    prefix: tuple[Spot, ...] = ()
    contains: Spot | None = None
    contains_count: Bounds = field(default_factory=Bounds)
    unique: bool = False
    unevaluated_items: bool = False
    alternatives: tuple[Alternatives, ...] = ()
    negations: tuple[Spot, ...] = ()
    conditions: tuple[Place, ...] = ()
    read_only: bool = False
    write_only: bool = False
    deprecated: bool = False
    default: str | None = None
    xml: str = ""

    def may_be(self, family: str) -> bool:
        """Return whether an instance may be of ``family``, a key of ``FAMILIES``."""
        return not FAMILIES[family].isdisjoint(self.types)


def value_key(value: Json) -> str:
    """Return the same text for values that JSON Schema calls equal (2020-12 Core, 4.2.2)."""
    return json.dumps(_numbers(value), sort_keys=True, ensure_ascii=False)


def _numbers(value: Json) -> Json:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_numbers(item) for item in value]
    return value
