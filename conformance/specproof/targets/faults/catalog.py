"""The catalogue of faults and legal variations, common ones and those of each API."""

from __future__ import annotations

import difflib
import functools
import importlib
import importlib.util
import pkgutil
from collections.abc import Mapping
from types import ModuleType

from specproof import apis
from specproof.apis.contract import Emulator, SettingValue
from specproof.apis.faults import FAMILIES, Fault, LegalVariation, Profile
from specproof.errors import InputError
from specproof.targets.emulators import emulator_class
from specproof.targets.faults import content, envelope, header, http
from specproof.targets.faults.emulator import altered
from specproof.targets.faults.legal import variations_of
from specproof.targets.faults.rows import faults_of
from specproof.text import one_line

__all__ = ["FAMILIES", "all_faults", "change_of", "faulty", "faulty_apis", "legal_variations"]

_COMMON = (*http.ROWS, *content.ROWS, *header.ROWS, *envelope.ROWS)


@functools.cache
def faulty_apis() -> tuple[str, ...]:
    """Return the APIs whose emulator can be broken: those with ``apis/<api>/faults.py``."""
    names = sorted(
        module.name
        for module in pkgutil.iter_modules(apis.__path__)
        if module.ispkg and importlib.util.find_spec(f"{apis.__name__}.{module.name}.faults")
    )
    return tuple(name.replace("_", "-") for name in names)


@functools.cache
def all_faults(api: str | None = None) -> tuple[Fault, ...]:
    """Return the faults of one API, or of all."""
    found: list[Fault] = []
    for name in faulty_apis():
        if api in {None, name}:
            module = _module(name)
            found.extend(faults_of(name, _profile(name), _COMMON))
            found.extend(module.FAULTS)
    return tuple(found)


@functools.cache
def legal_variations(api: str | None = None) -> tuple[LegalVariation, ...]:
    """Return the legal variations of one API, or of all."""
    found: list[LegalVariation] = []
    for name in faulty_apis():
        if api in {None, name}:
            found.extend(variations_of(name, _profile(name)))
            found.extend(_module(name, "legal").LEGAL)
    return tuple(found)


def change_of(name: str, api: str | None = None) -> Fault | LegalVariation:
    """Return the fault or legal variation of that id.

    Raises:
        InputError: there is none, or it is another API's.
    """
    known: dict[str, Fault | LegalVariation] = {item.id: item for item in all_faults(api)}
    known |= {item.id: item for item in legal_variations(api)}
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=3)
    where = "" if api is None else f" of {api}"
    raise InputError(
        f"there is no fault{where} with the id {one_line(name, 100)!r}",
        remedy=f"did you mean {', '.join(near)}?"
        if near
        else "see `specproof serve NAME --faults`",
    )


def faulty(
    api: str,
    name: str,
    settings: Mapping[str, SettingValue] | None = None,
    *,
    seed: int = 0,
) -> Emulator:
    """Return an emulator of ``api`` with the fault or legal variation ``name``.

    Raises:
        InputError: there is no such fault, or a setting is wrong.
    """
    change = change_of(name, api)
    found = emulator_class(api)
    if found is None:
        raise InputError(f"{api} has no emulator that could be broken")
    return altered(found, change, _profile(api).tested, settings, seed=seed)


def _profile(api: str) -> Profile:
    profile: Profile = _module(api).PROFILE
    return profile


def _module(api: str, name: str = "faults") -> ModuleType:
    return importlib.import_module(f"{apis.__name__}.{api.replace('-', '_')}.{name}")
