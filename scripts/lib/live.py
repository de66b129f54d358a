# ruff: noqa: INP001 - a script: no package
"""Which APIs can be checked live, and with which options; run by ``scripts/live``.

``live.py list FILE [API...]`` reads ``specproof doctor --json`` from standard input and prints the
matrix of a CI service; ``skipped`` prints a line for each API that can not be checked, ``names``
the others; ``live.py options FILE API`` prints options of ``specproof run``, each ended by NUL.
``FILE`` is ``conformance/live.toml``, which says what may stand in it.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

__all__ = ["main", "options_of", "ready_and_skipped"]

_KEYS = {
    "base_url": str,
    "allow_production": str,
    "rate": str,
    "max_requests": int,
    "max_seconds": int,
    "resources": str,
}
_DEFAULTS = {"rate": "1/s", "max_requests": 2000, "max_seconds": 1200}


class _WrongInputError(Exception):
    """What stands there can not be used; the text says why."""


def _read(path: Path) -> dict[str, dict[str, Any]]:
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _WrongInputError(f"{path} can not be read: {error}") from None
    for api, table in tables.items():
        if not isinstance(table, dict) or "base_url" not in table:
            raise _WrongInputError(f"{path}: [{api}] has no base_url")
        for key, value in table.items():
            if key not in _KEYS:
                raise _WrongInputError(f"{path}: [{api}] has {key}; there is {', '.join(_KEYS)}")
            if type(value) is not _KEYS[key]:
                raise _WrongInputError(f"{path}: [{api}] {key} is no {_KEYS[key].__name__}")
    return tables


def ready_and_skipped(
    doctor: Mapping[str, Any], tables: Mapping[str, Any], chosen: Sequence[str]
) -> tuple[list[str], dict[str, str]]:
    """Return the APIs that can be checked live, and of each other one why it can not.

    Args:
        doctor: what ``specproof doctor --json`` printed.
        tables: of ``live.toml``.
        chosen: names of APIs; all without any.
    """
    known = {api["name"]: api for api in doctor["catalog"]["apis"]}
    for name in chosen:
        if name not in known:
            raise _WrongInputError(f"there is no API {name!r}; there is {', '.join(known)}")
    ready, skipped = [], {}
    for name, api in known.items():
        if chosen and name not in chosen:
            continue
        missing = [each["variable"] for each in api["credentials"] if not each["present"]]
        if name not in tables:
            skipped[name] = "it has no table in conformance/live.toml"
        elif missing:
            skipped[name] = f"{', '.join(missing)} not set"
        else:
            ready.append(name)
    return ready, skipped


def options_of(table: Mapping[str, Any], folder: Path) -> list[str]:
    """Return the options of ``specproof run`` that a table asks for; files are in ``folder``."""
    told = {**_DEFAULTS, **table}
    options = ["--base-url", told["base_url"]]
    if "allow_production" in told:
        options += ["--allow-production", told["allow_production"], "--yes"]
    if "resources" in told:
        options += ["--resources", str(folder / told["resources"])]
    for key in _DEFAULTS:
        options += [f"--{key.replace('_', '-')}", str(told[key])]
    return options


def main(arguments: Sequence[str]) -> str:
    """Return what is printed."""
    verb, file, *names = arguments
    path = Path(file)
    tables = _read(path)
    if verb == "options":
        [name] = names
        if name not in tables:
            raise _WrongInputError(f"{path} has no table [{name}]")
        return "".join(f"{option}\0" for option in options_of(tables[name], path.parent))
    ready, skipped = ready_and_skipped(json.load(sys.stdin), tables, names)
    if verb == "skipped":
        return "".join(f"{name}: not checked live: {why}\n" for name, why in skipped.items())
    if verb == "names":
        return "".join(f"{name}\n" for name in ready)
    return json.dumps({"api": ready}, separators=(",", ":")) + "\n"


if __name__ == "__main__":
    try:
        sys.stdout.write(main(sys.argv[1:]))
    except _WrongInputError as wrong:
        sys.stderr.write(f"live: error: {wrong}\n")
        sys.exit(2)
