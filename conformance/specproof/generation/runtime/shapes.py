"""What the API documents for a value: reads decoded JSON into the types of this package.

What is read, written again with ``to_dict``, is the same JSON, with four exceptions: a
date-time comes back in the form of RFC 3339 with ``T``, ``Z`` for UTC and at most
microseconds; a leap second as the second before it; a UUID in lower case; and a whole number
as an integer where an integer is documented (``1.0`` as ``1``).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from enum import Enum
from io import BytesIO
from typing import Any
from uuid import UUID

from attrs import frozen

from .decoding import BodyProblem
from .types import UNSET, File
from .values import plain

__all__ = [
    "ANY",
    "BOOLEAN",
    "DATE",
    "DATE_TIME",
    "FILE",
    "IDENTIFIER",
    "INTEGER",
    "NULL",
    "NUMBER",
    "STRING",
    "Constant",
    "Field",
    "Fields",
    "Items",
    "Members",
    "Memory",
    "OneOf",
    "Record",
    "Shape",
    "UnexpectedValueError",
]

Memory = dict[tuple[int, int], tuple[Any, int | None]]
"""Values of one document and how well they fit members of unions; each is looked at once."""

# How well a shape fits a value: what says more about it fits better.
_CONSTANT, _MEMBER, _FORMAT, _KIND, _ANYTHING = 5, 4, 3, 1, -1
_UNKNOWN_MEMBER, _UNKNOWN_FIELD = -100, -10


class UnexpectedValueError(BodyProblem):
    """A value is not what the API documents; says where and why, without quoting it.

    Attributes:
        path: JSON Pointer of the value (RFC 6901).
    """

    def __init__(self, problem: str) -> None:
        self._problem = problem
        self._parts: list[str] = []
        super().__init__(problem)

    def within(self, part: str | int) -> UnexpectedValueError:
        """Note that the value is the field or item ``part`` of another."""
        shown = "".join(letter if letter.isprintable() else "?" for letter in str(part)[:80])
        self._parts.append(shown.replace("~", "~0").replace("/", "~1"))
        return self

    @property
    def path(self) -> str:
        """JSON Pointer of the value."""
        return "".join(f"/{part}" for part in reversed(self._parts))

    def __str__(self) -> str:
        """Return where and what."""
        return f"{self.path or 'it'} {self._problem}"


class Shape:
    """What is documented for a value.

    ``read`` returns the value as the documented type, or raises ``UnexpectedValueError``;
    ``fit`` returns how well it fits, the higher the better, or None where it does not.
    """

    def read(self, data: Any, memory: Memory) -> Any:
        """Return ``data`` as the documented type."""
        del data, memory
        raise UnexpectedValueError("has no shape")

    def fit(self, data: Any, memory: Memory) -> int | None:
        """Return how well ``data`` fits."""
        try:
            self.read(data, memory)
        except UnexpectedValueError:
            return None
        return _KIND


class _Anything(Shape):
    def read(self, data: Any, memory: Memory) -> Any:
        del memory
        return data

    def fit(self, data: Any, memory: Memory) -> int | None:
        del data, memory
        return _ANYTHING


# What nobody compares or prints is spared the methods for it: attrs compiles them at import.
@frozen(eq=False, repr=False)
class _Kind(Shape):
    name: str
    kinds: type | tuple[type, ...]

    def read(self, data: Any, memory: Memory) -> Any:
        del memory
        if isinstance(data, self.kinds) and (self.kinds is bool or not isinstance(data, bool)):
            return data
        raise _not(self.name, data)


class _Integer(Shape):
    def read(self, data: Any, memory: Memory) -> Any:
        del memory
        if isinstance(data, int) and not isinstance(data, bool):
            return data
        if isinstance(data, float) and data.is_integer():
            return int(data)
        raise _not("an integer", data)

    def fit(self, data: Any, memory: Memory) -> int | None:
        if isinstance(data, float):
            return _KIND - 1 if data.is_integer() else None
        score = super().fit(data, memory)
        return None if score is None else score + 1


@frozen(eq=False, repr=False)
class _Format(Shape):
    name: str
    pattern: re.Pattern[str]
    make: Callable[[str], Any]

    def read(self, data: Any, memory: Memory) -> Any:
        del memory
        if not isinstance(data, str):
            raise _not(self.name, data)
        if self.pattern.fullmatch(data):
            try:
                return self.make(data)
            except (OverflowError, ValueError):
                pass
        raise UnexpectedValueError(f"must be {self.name}")

    def fit(self, data: Any, memory: Memory) -> int | None:
        return None if super().fit(data, memory) is None else _FORMAT


class _Content(Shape):
    def read(self, data: Any, memory: Memory) -> Any:
        del memory
        if isinstance(data, bytes):
            return File(payload=BytesIO(data))
        if isinstance(data, str):
            return File(payload=BytesIO(data.encode("utf-8", "surrogatepass")))
        raise _not("a string", data)


@frozen(eq=False, repr=False)
class Constant(Shape):
    """One value alone."""

    value: Any

    def read(self, data: Any, memory: Memory) -> Any:
        """Return ``data`` where it is that value; ``1`` and ``1.0`` are, ``1`` and ``true`` not."""
        del memory
        if data == self.value and isinstance(data, bool) == isinstance(self.value, bool):
            return self.value
        raise UnexpectedValueError("is not the documented constant")

    def fit(self, data: Any, memory: Memory) -> int | None:
        """Return how well ``data`` fits."""
        return None if super().fit(data, memory) is None else _CONSTANT


@frozen(eq=False, repr=False)
class Members(Shape):
    """An open enumeration: an undocumented value becomes an undocumented member."""

    enumeration: type[Enum]

    def read(self, data: Any, memory: Memory) -> Any:
        """Return the member whose value is ``data``."""
        kind = _INTEGER if issubclass(self.enumeration, int) else STRING
        return self.enumeration(kind.read(data, memory))

    def fit(self, data: Any, memory: Memory) -> int | None:
        """Return how well ``data`` fits; a documented value does best."""
        try:
            member = self.read(data, memory)
        except UnexpectedValueError:
            return None
        return _MEMBER if member.is_documented else _UNKNOWN_MEMBER


@frozen(eq=False, repr=False)
class Items(Shape):
    """An array."""

    item: Shape

    def read(self, data: Any, memory: Memory) -> Any:
        """Return the items, each as its type."""
        if not isinstance(data, list | tuple):
            raise _not("an array", data)
        read, found = self.item.read, []
        try:
            for value in data:
                found.append(read(value, memory))  # noqa: PERF401 - its length is the place
        except UnexpectedValueError as error:
            raise error.within(len(found)) from None
        return found

    def fit(self, data: Any, memory: Memory) -> int | None:
        """Return how well the items fit together."""
        if not isinstance(data, list | tuple):
            return None
        total = _KIND
        for value in data:
            score = self.item.fit(value, memory)
            if score is None:
                return None
            total += score
        return total


class OneOf(Shape):
    """One of several shapes: the one that the discriminator names, else the one that fits best.

    Args:
        shapes: in the order of the description; the first of those that fit alike is taken.
        tag: the field that says which one, where the API documents it.
        tags: its values, each with the place of its shape.
    """

    def __init__(
        self, *shapes: Shape, tag: str | None = None, tags: Mapping[str, int] | None = None
    ) -> None:
        self._shapes = shapes
        self._tag = tag
        self._tags = tags or {}

    def read(self, data: Any, memory: Memory) -> Any:
        """Return ``data`` as the type that it fits best."""
        named = self._named(data)
        if named is not None:
            return named.read(data, memory)
        best: Shape | None = None
        highest = 0
        for shape in self._shapes:
            score = self._score(shape, data, memory)
            if score is not None and (best is None or score > highest):
                best, highest = shape, score
        if best is None:
            raise UnexpectedValueError("is none of what is documented")
        return best.read(data, memory)

    def fit(self, data: Any, memory: Memory) -> int | None:
        """Return how well the best fits."""
        named = self._named(data)
        shapes = self._shapes if named is None else (named,)
        scores = [self._score(shape, data, memory) for shape in shapes]
        return max((score for score in scores if score is not None), default=None)

    def _named(self, data: Any) -> Shape | None:
        if self._tag is None or not isinstance(data, Mapping):
            return None
        value = data.get(self._tag)
        place = self._tags.get(value) if isinstance(value, str) else None
        return None if place is None else self._shapes[place]

    def _score(self, shape: Shape, data: Any, memory: Memory) -> int | None:
        # The value is kept with its score, so that no other one gets its identity.
        key = (id(shape), id(data))
        known = memory.get(key)
        if known is None:
            known = memory[key] = (data, shape.fit(data, memory))
        return known[1]


@frozen(eq=False, repr=False)
class Field:
    """One documented field of an object: its name, the attribute that holds it, its shape."""

    name: str
    attribute: str
    shape: Shape
    required: bool = False


class Fields:
    """The documented fields of an object and the shape of every other one.

    Args:
        fields: the documented ones.
        others: shape of the others.
        closed: whether the API documents that there are none; such a field is kept all the same.
    """

    def __init__(self, *fields: Field, others: Shape, closed: bool = False) -> None:
        self.documented = fields
        self.names = frozenset(field.name for field in fields)
        self.others = others
        self.closed = closed


class Record(Shape):
    """An object that a class of the models stands for.

    Args:
        name: of the class.
        make: makes an instance of the attributes.
        fields: returns the fields; called once, when they are first needed.
    """

    def __init__(self, name: str, make: Callable[..., Any], fields: Callable[[], Fields]) -> None:
        self._name = name
        self._make = make
        self._build = fields
        self._fields: Fields | None = None

    def read(self, data: Any, memory: Memory) -> Any:
        """Return an instance of the class."""
        return self.make(self._make, data, memory)

    def make(self, make: Callable[..., Any], data: Any, memory: Memory | None = None) -> Any:
        """Return what ``make``, the class or one derived from it, makes of ``data``.

        Raises:
            UnexpectedValueError: ``data`` is not what the API documents.
        """
        if not isinstance(data, Mapping):
            raise _not(f"an object ({self._name})", data)
        known = {} if memory is None else memory
        fields = self._fields or self._known()
        name = ""
        values: dict[str, Any] = {}
        others: dict[str, Any] = {}
        try:
            for field in fields.documented:
                name = field.name
                if name in data:
                    values[field.attribute] = field.shape.read(data[name], known)
                elif field.required:
                    raise UnexpectedValueError("is missing")  # noqa: TRY301 - told below where
                else:
                    values[field.attribute] = UNSET
            if len(values) < len(data) or not fields.names.issuperset(data):
                for name, value in data.items():
                    if name not in fields.names:
                        others[name] = fields.others.read(value, known)
        except UnexpectedValueError as error:
            raise error.within(name) from None
        return make(**values, additional_properties=others)

    def fit(self, data: Any, memory: Memory) -> int | None:
        """Return how well ``data`` fits: the more of it is documented, the better."""
        if not isinstance(data, Mapping):
            return None
        fields = self._fields or self._known()
        total = _KIND
        for field in fields.documented:
            if field.name in data:
                score = field.shape.fit(data[field.name], memory)
                if score is None:
                    return None
                total += 2 + score
            elif field.required:
                return None
        for name, value in data.items():
            if name not in fields.names:
                score = fields.others.fit(value, memory)
                if score is None:
                    return None
                total += _UNKNOWN_FIELD if fields.closed else score - _ANYTHING
        return total

    def write(self, model: Any) -> dict[str, Any]:
        """Return ``model`` as JSON; fields without a value are left out.

        Raises:
            ValueError: it holds what has no form in JSON.
        """
        fields = self._fields or self._known()
        written = {}
        for field in fields.documented:
            value = getattr(model, field.attribute)
            if value is not UNSET:
                written[field.name] = plain(value)
        for name, value in model.additional_properties.items():
            if name not in written and value is not UNSET:
                written[name] = plain(value)
        return written

    def values(self, model: Any) -> dict[str, Any]:
        """Return the fields that have a value by their names, not yet as JSON."""
        fields = self._fields or self._known()
        documented = {field.name: getattr(model, field.attribute) for field in fields.documented}
        held = {**model.additional_properties, **documented}
        return {name: value for name, value in held.items() if value is not UNSET}

    def _known(self) -> Fields:
        self._fields = self._build()
        return self._fields


def _not(wanted: str, data: Any) -> UnexpectedValueError:
    return UnexpectedValueError(f"must be {wanted}, not {_NAMES.get(type(data), 'another type')}")


_NAMES: dict[type, str] = {
    type(None): "null",
    bool: "a boolean",
    dict: "an object",
    float: "a number",
    int: "an integer",
    list: "an array",
    str: "a string",
}
_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d"
_MOMENT = re.compile(
    rf"(\d{{4}}-\d{{2}}-\d{{2}}[Tt ]{_CLOCK}):(?:([0-5]\d)|60)(\.\d+)?([Zz]|[+-]{_CLOCK})?",
    re.ASCII,
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_HEX = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def _moment(text: str) -> dt.datetime:
    found = _MOMENT.fullmatch(text)
    day, second, fraction, zone = found.groups("") if found else ("", "", "", "")
    # `datetime` knows no leap second (RFC 3339 5.7).
    return dt.datetime.fromisoformat(f"{day.upper()}:{second or '59'}{fraction[:7]}{zone.upper()}")


ANY = _Anything()
STRING = _Kind("a string", str)
BOOLEAN = _Kind("a boolean", bool)
NUMBER = _Kind("a number", (int, float))
NULL = _Kind("null", type(None))
INTEGER = _INTEGER = _Integer()
DATE = _Format("a date (RFC 3339)", _DAY, dt.date.fromisoformat)
DATE_TIME = _Format("a date-time (RFC 3339)", _MOMENT, _moment)
IDENTIFIER = _Format("a UUID (RFC 9562)", _HEX, UUID)
FILE = _Content()
