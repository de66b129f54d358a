"""Settings of an emulator: checked, completed, and read from ``name=value``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from specproof.apis.contract import Setting, SettingValue
from specproof.errors import InputError
from specproof.text import one_line

__all__ = ["parse_assignments", "resolve_settings"]

_TRUTH = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def resolve_settings(
    table: Sequence[Setting], given: Mapping[str, SettingValue] | None
) -> dict[str, SettingValue]:
    """Return a value for every setting of ``table``: the given one, or else its default.

    Raises:
        InputError: an unknown name, a value of another type than the default, a negative
            number, or a value that is not among the choices.
    """
    known = {setting.name: setting for setting in table}
    values: dict[str, SettingValue] = {setting.name: setting.default for setting in table}
    for name, value in (given or {}).items():
        if name not in known:
            raise InputError(
                f"unknown setting '{one_line(str(name), 80)}'",
                remedy=f"use one of: {', '.join(sorted(known)) or 'there are none'}",
            )
        values[name] = _checked(known[name], value)
    return values


def parse_assignments(table: Sequence[Setting], texts: Iterable[str]) -> dict[str, SettingValue]:
    """Return the settings written as ``name=value``; the default's type says how to read one.

    Raises:
        InputError: no ``=``, an unknown name, or a value that can not be read.
    """
    known = {setting.name: setting for setting in table}
    values: dict[str, SettingValue] = {}
    for text in texts:
        name, equals, written = text.partition("=")
        if not equals:
            raise InputError(
                f"'{one_line(text, 80)}' does not set anything", remedy="write name=value"
            )
        default = known[name].default if name in known else ""
        values[name] = _read(name, written, default)
    return resolve_settings(table, values)


def _checked(setting: Setting, value: SettingValue) -> SettingValue:
    if type(value) is not type(setting.default):
        raise InputError(
            f"setting '{setting.name}' is {value!r}, which is no {type(setting.default).__name__}"
        )
    if setting.choices and value not in setting.choices:
        raise InputError(
            f"setting '{setting.name}' can not be {one_line(str(value), 80)!r}",
            remedy=f"choose one of: {', '.join(str(choice) for choice in setting.choices)}",
        )
    if not isinstance(value, str) and value < 0:
        raise InputError(f"setting '{setting.name}' can not be negative")
    return value


def _read(name: str, written: str, default: SettingValue) -> SettingValue:
    if isinstance(default, bool):
        if written.lower() in _TRUTH:
            return _TRUTH[written.lower()]
        raise InputError(
            f"setting '{name}' can not be '{one_line(written, 80)}'", remedy="write true or false"
        )
    if isinstance(default, str):
        return written
    try:
        return type(default)(written)
    except ValueError:
        raise InputError(
            f"setting '{name}' can not be '{one_line(written, 80)}'", remedy="write a number"
        ) from None
