"""Enumerations that keep values which the API does not document yet."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Any, Self

__all__ = ["OpenIntEnum", "OpenStrEnum"]


class OpenStrEnum(StrEnum):
    """Strings that the API documents; any other string makes an undocumented member.

    An undocumented member equals its value, and every other member of that value; it can be
    hashed, copied and pickled, and its name is its value.
    """

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        return _undocumented(cls, str, value) if isinstance(value, str) else None

    @property
    def is_documented(self) -> bool:
        """Whether the API documented this value when the client was generated."""
        return self._value_ in type(self)._value2member_map_

    def __reduce_ex__(self, proto: object) -> tuple[type[Self], tuple[str]]:
        """Copy and pickle by the value: before 3.11.4 Python goes by the name of a member."""
        return type(self), (self._value_,)


class OpenIntEnum(IntEnum):
    """Integers that the API documents; any other integer makes an undocumented member."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        is_number = isinstance(value, int) and not isinstance(value, bool)
        return _undocumented(cls, int, value) if is_number else None

    @property
    def is_documented(self) -> bool:
        """Whether the API documented this value when the client was generated."""
        return self._value_ in type(self)._value2member_map_

    def __reduce_ex__(self, proto: object) -> tuple[type[Self], tuple[int]]:
        """Copy and pickle by the value: before 3.11.4 Python goes by the name of a member."""
        return type(self), (self._value_,)


def _undocumented(enumeration: Any, kind: Any, value: Any) -> Any:
    member = kind.__new__(enumeration, value)
    # What `EnumType` sets of each member; nothing else is known of this one.
    member._name_ = str(value)
    member._value_ = kind(value)
    return member
