from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from specproof.generation.runtime import shapes
from specproof.generation.runtime.enums import OpenIntEnum, OpenStrEnum
from specproof.generation.runtime.shapes import (
    ANY,
    BOOLEAN,
    DATE,
    DATE_TIME,
    FILE,
    IDENTIFIER,
    INTEGER,
    NULL,
    NUMBER,
    STRING,
    Constant,
    Field,
    Fields,
    Items,
    Members,
    OneOf,
    Record,
    Shape,
    UnexpectedValueError,
)
from specproof.generation.runtime.types import UNSET, File
from specproof.generation.runtime.values import plain

NAMED = "123e4567-e89b-42d3-a456-426614174000"


class Color(OpenStrEnum):
    """Colours that are documented."""

    RED = "red"


class Hue(OpenStrEnum):
    """Other colours that are documented."""

    BLUE = "blue"


class Size(OpenIntEnum):
    """Sizes that are documented."""

    ONE = 1


def record(*fields: Field, others: Shape = ANY, closed: bool = False, name: str = "A") -> Record:
    """Return the shape of an object with these fields."""
    return Record(
        name, lambda **values: (name, values), lambda: Fields(*fields, others=others, closed=closed)
    )


@pytest.mark.parametrize(
    ("shape", "data", "value"),
    [
        (ANY, {"x": [None]}, {"x": [None]}),
        (STRING, "", ""),
        (BOOLEAN, False, False),
        (NULL, None, None),
        (NUMBER, 1.5, 1.5),
        (NUMBER, 2, 2),
        (INTEGER, -3, -3),
        (INTEGER, 1.0, 1),
        (DATE, "2024-02-29", dt.date(2024, 2, 29)),
        (DATE_TIME, "2024-01-02T03:04:05Z", dt.datetime(2024, 1, 2, 3, 4, 5, tzinfo=dt.UTC)),
        (DATE_TIME, "2024-01-02t03:04:05.5z", dt.datetime(2024, 1, 2, 3, 4, 5, 500000, dt.UTC)),
        (DATE_TIME, "2024-01-02 03:04:05", dt.datetime(2024, 1, 2, 3, 4, 5)),  # noqa: DTZ001 - of an API that forgets it
        (DATE_TIME, "2016-12-31T23:59:60Z", dt.datetime(2016, 12, 31, 23, 59, 59, tzinfo=dt.UTC)),
        (
            DATE_TIME,
            "2024-01-02T03:04:05.123456789+05:30",
            dt.datetime(
                2024, 1, 2, 3, 4, 5, 123456, dt.timezone(dt.timedelta(hours=5, minutes=30))
            ),
        ),
        (IDENTIFIER, NAMED.upper(), UUID(NAMED)),
        (Constant("a"), "a", "a"),
        (Constant(1), 1.0, 1),
        (Members(Color), "red", Color.RED),
        (Members(Size), 1, Size.ONE),
        (Items(INTEGER), [], []),
        (Items(Items(STRING)), [["a"], []], [["a"], []]),
    ],
)
def test_a_value_is_read_as_its_type(shape: Shape, data: Any, value: Any) -> None:
    """Each kind of JSON and each format becomes the Python type that stands for it."""
    read = shape.read(data, {})
    assert read == value
    assert type(read) is type(value)
    assert shape.fit(data, {}) is not None


@pytest.mark.parametrize(
    ("shape", "data"),
    [
        (STRING, 5),
        (STRING, None),
        (STRING, b"x"),
        (BOOLEAN, 1),
        (BOOLEAN, "true"),
        (NULL, False),
        (NULL, {}),
        (NUMBER, True),
        (NUMBER, "1"),
        (INTEGER, True),
        (INTEGER, 1.5),
        (INTEGER, "1"),
        (DATE, "20240229"),
        (DATE, "2024-W09-4"),
        (DATE, "2023-02-29"),
        (DATE, "\uff12024-01-01"),
        (DATE, 5),
        (DATE_TIME, "2024-01-02"),
        (DATE_TIME, "2024-01-02T25:00:00Z"),
        (DATE_TIME, "2024-13-02T03:04:05Z"),
        (DATE_TIME, "2024-01-02T03:04:05Z\n"),
        (DATE_TIME, 1704164645),
        (IDENTIFIER, "{" + NAMED + "}"),
        (IDENTIFIER, NAMED.replace("-", "")),
        (IDENTIFIER, ""),
        (FILE, 5),
        (Constant("a"), "b"),
        (Constant(1), True),
        (Constant(True), 1),
        (Members(Color), 1),
        (Members(Color), None),
        (Members(Size), True),
        (Members(Size), "1"),
        (Items(INTEGER), {}),
        (Items(INTEGER), "ab"),
        (Items(INTEGER), [1, "2"]),
        (OneOf(STRING, NULL), 5),
        (OneOf(STRING, Items(STRING)), [5]),
        (record(), []),
        (record(), None),
        (record(Field("a", "a", STRING, required=True)), {}),
        (record(Field("a", "a", STRING)), {"a": None}),
        (record(others=STRING), {"b": 5}),
        (Shape(), 1),
    ],
)
def test_a_wrong_type_is_never_accepted(shape: Shape, data: Any) -> None:
    """What is not documented is refused with a ValueError, and fits no union."""
    with pytest.raises(ValueError, match=r"must be|is not|is missing|is none|has no"):
        shape.read(data, {})
    assert shape.fit(data, {}) is None


def test_the_place_of_what_is_wrong_is_told() -> None:
    """It is a JSON Pointer; the value itself is not quoted, control characters are not shown."""
    shape = record(Field("a/b\n", "a", Items(record(Field("c~", "c", INTEGER)))))
    with pytest.raises(UnexpectedValueError) as caught:
        shape.read({"a/b\n": [{"c~": 1}, {"c~": "secret"}]}, {})
    assert caught.value.path == "/a~1b?/1/c~0"
    assert str(caught.value) == "/a~1b?/1/c~0 must be an integer, not a string"
    with pytest.raises(UnexpectedValueError, match="it must be a string, not another type"):
        STRING.read({1}, {})
    with pytest.raises(UnexpectedValueError, match="/x must be a string, not null"):
        record(others=STRING).read({"x": None}, {})


def test_an_object_keeps_what_is_not_documented() -> None:
    """Unknown fields are kept, also where the API documents that there are none."""
    for closed in (True, False):
        shape = record(Field("a", "b", STRING), closed=closed)
        assert shape.read({"z": 1}, {}) == ("A", {"b": UNSET, "additional_properties": {"z": 1}})
    shape = record(Field("a", "b", STRING))
    assert shape.read({"a": "x"}, {}) == ("A", {"b": "x", "additional_properties": {}})


def test_an_undocumented_member_is_kept() -> None:
    """Enumerations are open."""
    member = Members(Color).read("mauve", {})
    assert (member, member.is_documented, plain(member)) == ("mauve", False, "mauve")
    assert Members(Size).read(7, {}) == 7


CAT = record(Field("kind", "kind", Constant("cat")), Field("lives", "lives", INTEGER), name="Cat")
DOG = record(Field("kind", "kind", STRING), Field("tricks", "tricks", Items(STRING)), name="Dog")
NEED = record(Field("need", "need", STRING, required=True), name="Need")
CLOSED = record(Field("x", "x", INTEGER), closed=True, name="Closed")
RED = record(
    Field("c", "c", Members(Color)), Field("y", "y", ANY), Field("z", "z", ANY), name="Red"
)
BLUE = record(Field("c", "c", Members(Hue)), name="Blue")


@pytest.mark.parametrize(
    ("shapes_", "data", "name"),
    [
        ((CAT, DOG), {"kind": "dog", "tricks": ["sit"]}, "Dog"),
        ((CAT, DOG), {"kind": "cat", "lives": 9}, "Cat"),
        ((DOG, CAT), {"kind": "cat"}, "Cat"),
        ((CAT, DOG), {"tricks": []}, "Dog"),
        ((CAT, DOG), {}, "Cat"),
        ((CAT, NEED), {"need": "x"}, "Need"),
        ((NEED, CAT), {"lives": 1}, "Cat"),
        ((CLOSED, DOG), {"x": 1, "tricks": []}, "Dog"),
        ((CLOSED, DOG), {"x": 1}, "Closed"),
        ((RED, BLUE), {"c": "blue", "y": 1, "z": 2}, "Blue"),
        (
            (record(others=STRING, name="Texts"), record(others=INTEGER, name="Numbers")),
            {"a": 1},
            "Numbers",
        ),
    ],
)
def test_the_best_of_several_objects_is_taken(
    shapes_: tuple[Shape, ...], data: Any, name: str
) -> None:
    """Constants, required fields and documented ones decide, not the order alone."""
    assert OneOf(*shapes_).read(data, {})[0] == name


@pytest.mark.parametrize(
    ("shapes_", "data", "value"),
    [
        ((STRING, DATE), "2024-01-01", dt.date(2024, 1, 1)),
        ((STRING, DATE), "soon", "soon"),
        ((STRING, Members(Color)), "red", Color.RED),
        ((Members(Color), STRING), "mauve", "mauve"),
        ((Members(Color), ANY), 5, 5),
        ((NUMBER, INTEGER), 1, 1),
        ((INTEGER, NUMBER), 1.0, 1.0),
        ((INTEGER, STRING), 1.0, 1),
        ((ANY, NULL), None, None),
        ((Items(INTEGER), Items(STRING)), ["a"], ["a"]),
        ((STRING, OneOf(BOOLEAN, NULL)), True, True),
    ],
)
def test_the_best_of_several_types_is_taken(
    shapes_: tuple[Shape, ...], data: Any, value: Any
) -> None:
    """What says more about a value is preferred to what says less."""
    read = OneOf(*shapes_).read(data, {})
    assert read == value
    assert type(read) is type(value)


def test_a_discriminator_decides() -> None:
    """The named shape is taken even where another fits better; an unknown name decides nothing."""
    shape = OneOf(DOG, NEED, tag="kind", tags={"dog": 0, "need": 1})
    assert shape.read({"kind": "dog", "need": "x"}, {})[0] == "Dog"
    assert shape.fit({"kind": "need"}, {}) is None
    with pytest.raises(UnexpectedValueError, match="/need is missing"):
        shape.read({"kind": "need"}, {})
    assert shape.read({"kind": "bird"}, {})[0] == "Dog"
    with pytest.raises(UnexpectedValueError, match="is none of what is documented"):
        shape.read("dog", {})


def test_nested_unions_are_looked_at_once() -> None:
    """A document nested for the sake of it costs time in proportion to its size."""
    looked = 0

    class Counting(shapes.Record):
        def fit(self, data: Any, memory: shapes.Memory) -> int | None:
            nonlocal looked
            looked += 1
            return super().fit(data, memory)

    def make(**values: Any) -> Any:
        return values

    node = OneOf(
        Counting("A", make, lambda: Fields(Field("n", "n", node), others=ANY)),
        Counting("B", make, lambda: Fields(Field("n", "n", node), others=ANY)),
    )
    data: dict[str, Any] = {}
    for _ in range(40):
        data = {"n": data}
    assert node.read(data, {})
    assert looked == 2 * 41


def test_a_file_is_read_from_bytes_and_from_text() -> None:
    """Files of the same bytes are equal, and are written again as they came."""
    read = FILE.read(b"\x00", {})
    assert isinstance(read, File)
    assert read.payload.read() == b"\x00"
    assert read == FILE.read(b"\x00", {}) != FILE.read(b"", {})
    text = FILE.read("é", {})
    assert plain(text) == "é"
    assert plain(text) == "é"


def test_a_model_is_written_as_it_was_read() -> None:
    """Fields without a value are left out; a documented field is never overruled by another."""
    shape = record(Field("a", "b", DATE), Field("c", "d", STRING))
    day = dt.date(2024, 1, 2)
    model = SimpleNamespace(b=day, d=UNSET, additional_properties={"a": 1, "x": [day], "y": UNSET})
    assert shape.write(model) == {"a": "2024-01-02", "x": ["2024-01-02"]}
    assert shape.values(model) == {"a": day, "x": [day]}
