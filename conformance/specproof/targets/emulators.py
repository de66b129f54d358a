"""Emulators found by the name of their API."""

from __future__ import annotations

import importlib
import importlib.util
import re
import time
from collections.abc import Callable, Mapping, Sequence

from specproof.apis.base import RoutedEmulator
from specproof.apis.contract import Emulator, SettingValue
from specproof.apis.settings import parse_assignments
from specproof.errors import InputError

__all__ = ["emulator_class", "load_emulator", "parse_assignments"]


def emulator_class(api: str) -> type[RoutedEmulator] | None:
    """Return the emulator of ``specs/<api>/``, or None where the API has none."""
    package = f"specproof.apis.{api.replace('-', '_')}"
    if not re.fullmatch(r"[a-z0-9-]+", api):
        return None
    folder = importlib.util.find_spec(package)
    # Beside the packages of APIs there are plain modules, which hold none.
    if folder is None or folder.submodule_search_locations is None:
        return None
    if importlib.util.find_spec(f"{package}.emulator") is None:
        return None
    found: type[RoutedEmulator] = importlib.import_module(f"{package}.emulator").EMULATOR
    return found


def load_emulator(
    api: str,
    settings: Mapping[str, SettingValue] | None = None,
    *,
    clock: Callable[[], float] = time.monotonic,
    seed: int = 0,
) -> Emulator | None:
    """Return a fresh emulator of an API, or None where the API has none.

    Raises:
        InputError: a setting that does not exist or can not have that value.
    """
    found = emulator_class(api)
    return None if found is None else found(settings, clock=clock, seed=seed)


def read_settings(apis: Sequence[str], texts: Sequence[str]) -> Mapping[str, SettingValue]:
    """Return the settings that ``name=value`` texts of a command line choose.

    Raises:
        InputError: they are not for exactly one API with an emulator, or not its settings.
    """
    if not texts:
        return {}
    if len(apis) != 1:
        raise InputError("settings go with one API", remedy="name it")
    found = emulator_class(apis[0])
    if found is None:
        raise InputError(f"{apis[0]} has no emulator that could be set")
    return parse_assignments(found.SETTINGS, texts)
