from __future__ import annotations

import datetime as dt
import json
from enum import Enum
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest

from specproof.generation.runtime.types import UNSET, File
from specproof.generation.runtime.values import plain


class Mixed(Enum):
    """An enumeration of no single type."""

    ONE = 1


class Text(str):
    """A string with more to it."""

    __slots__ = ()


class Model:
    """Stands for a model."""

    def to_dict(self) -> dict[str, Any]:
        """Return its JSON."""
        return {"a": 1}


MOMENT = dt.datetime(2024, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
NAMED = "123e4567-e89b-42d3-a456-426614174000"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, None),
        (Mixed.ONE, 1),
        (Text("a"), "a"),
        (MOMENT, "2024-01-02T03:04:05Z"),
        (MOMENT.replace(microsecond=120000), "2024-01-02T03:04:05.120Z"),
        (MOMENT.replace(microsecond=1), "2024-01-02T03:04:05.000001Z"),
        (MOMENT.replace(tzinfo=None), "2024-01-02T03:04:05"),
        (
            MOMENT.replace(tzinfo=dt.timezone(dt.timedelta(hours=-5))),
            "2024-01-02T03:04:05-05:00",
        ),
        (dt.date(2024, 1, 2), "2024-01-02"),
        (UUID(NAMED), NAMED),
        ([Mixed.ONE, (dt.date(2024, 1, 2),)], [1, ["2024-01-02"]]),
        ({"a": UNSET, "b": {"c": Model()}}, {"b": {"c": {"a": 1}}}),
        (File(BytesIO("é".encode())), "é"),
    ],
)
def test_a_value_is_written_as_json(value: object, written: object) -> None:
    """Every type of the models has one form in JSON, and only plain values remain."""
    found = plain(value)
    assert found == written
    assert json.loads(json.dumps(found)) == written


@pytest.mark.parametrize("value", [object(), {1, 2}, b"x", UNSET, [UNSET]])
def test_what_has_no_form_in_json_is_refused(value: object) -> None:
    """It is not written as its ``repr``."""
    with pytest.raises(ValueError, match="has no form in JSON"):
        plain(value)
