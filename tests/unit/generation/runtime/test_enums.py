from __future__ import annotations

import copy
import json
import pickle

import pytest

from specproof.generation.runtime.enums import OpenIntEnum, OpenStrEnum


class Color(OpenStrEnum):
    """Colours that are documented."""

    RED = "red"
    MRO = "mro"


class Size(OpenIntEnum):
    """Sizes that are documented."""

    ONE = 1


@pytest.mark.parametrize(("kind", "known", "unknown"), [(Color, "red", "RED"), (Size, 1, 2)])
def test_an_undocumented_value_is_a_value_like_any_other(
    kind: type[Color | Size], known: str | int, unknown: str | int
) -> None:
    """It equals itself and its value, can be hashed, copied, pickled and written as JSON."""
    member, other = kind(unknown), kind(unknown)  # type: ignore[arg-type] # of either kind
    assert isinstance(member, kind)
    assert member == other == unknown
    assert member != kind(known)  # type: ignore[arg-type] # of either kind
    assert hash(member) == hash(unknown)
    assert {member: 1}[other] == 1
    assert copy.deepcopy(member) == copy.copy(member) == unknown
    assert pickle.loads(pickle.dumps(member)) == member  # noqa: S301 - our own bytes
    assert json.dumps([member]) == json.dumps([unknown])
    assert (member.is_documented, kind(known).is_documented) == (False, True)  # type: ignore[arg-type] # of either kind
    assert (str(member), member.value) == (str(unknown), unknown)
    assert str(unknown) in repr(member)
    assert unknown not in [documented.value for documented in kind]


@pytest.mark.parametrize(("kind", "value"), [(Color, 1), (Color, None), (Size, "1"), (Size, 1.5)])
def test_a_value_of_another_type_is_refused(kind: type[Color | Size], value: object) -> None:
    """Enumerations are open for values of their type alone."""
    with pytest.raises(ValueError, match="is not a valid"):
        kind(value)  # type: ignore[arg-type] # what it is for
