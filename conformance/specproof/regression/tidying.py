"""What a normal form says although it can not matter, or in a longer way than it has to."""

from __future__ import annotations

from collections.abc import Sequence

from specproof.json_types import Json, JsonObject
from specproof.regression.keywords import type_of
from specproof.regression.shape import ANYTHING, Shape, value_key

__all__ = ["is_bare", "listing", "tidied"]

_TRUTHS = frozenset({value_key(False), value_key(True)})


def tidied(shape: Shape) -> Shape:
    """Drop what can not matter for the types that are left."""
    if shape.types == {"integer"}:
        bounds = shape.number
        if bounds.exclusive_low and isinstance(bounds.low, int):
            bounds.low, bounds.exclusive_low = bounds.low + 1, False
        if bounds.exclusive_high and isinstance(bounds.high, int):
            bounds.high, bounds.exclusive_high = bounds.high - 1, False
    if shape.multiples and "fraction" not in shape.types:
        # Each integer is a multiple of one, and of a half.
        shape.multiples = tuple(
            item for item in shape.multiples if item > 1 or not (1 / item).is_integer()
        )
    if shape.values is not None:
        _tidy_values(shape, shape.values)
    counted = shape.contains_count
    if shape.contains is not None and counted.low == 0 and counted.high is None:
        # JSON Schema 2020-12 Core, 10.3.1.3: it always holds.
        shape.contains = None
    _tidy_unevaluated(shape)
    return shape


def _tidy_values(shape: Shape, values: dict[str, Json]) -> None:
    """Drop values of other types, and an enumeration of both truth values."""
    if shape.declared and shape.types <= ANYTHING:
        held = {key: value for key, value in values.items() if type_of(value) <= shape.types}
        # Where none is left, the type is what is wrong.
        shape.values = held or values
    if shape.types <= {"boolean", "null"} and values.keys() >= _TRUTHS:
        shape.values = None


def _tidy_unevaluated(shape: Shape) -> None:
    """Read ``unevaluated...`` as what it comes to where no part is left that holds at times only.

    JSON Schema 2020-12 Core, 11: it sees what all parts that hold have named.
    """
    if shape.alternatives or shape.conditions or shape.dependent_schemas:
        return
    if shape.additional == ():
        shape.additional = shape.evaluated
    shape.evaluated = ()
    if shape.unevaluated_items and shape.contains is None:
        shape.unevaluated_items = False
        if shape.items == ():
            shape.items = None


def is_bare(shape: Shape) -> bool:
    """Return whether a schema names types and says nothing else."""
    return shape == Shape(shape.place, types=shape.types, declared=True)


def listing(shapes: Sequence[Shape]) -> JsonObject | None:
    """Return one enumeration for schemas that are one each and nothing more, else None."""
    values: dict[str, Json] = {}
    for shape in shapes:
        held = shape.values
        if not held or shape != Shape(
            shape.place, types=shape.types, declared=shape.declared, values=held
        ):
            return None
        values.update(held)
    return {"enum": list(values.values())}
