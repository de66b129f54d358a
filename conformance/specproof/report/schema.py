"""The JSON Schemas that are shipped, one for each document that specproof prints."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any, cast

from specproof.errors import InputError

__all__ = ["load", "names"]

_SUFFIX = ".schema.json"


def load(name: str) -> dict[str, Any]:
    """Return the schema called ``name``, e.g. ``run`` or ``run-file``.

    Raises:
        InputError: no schema of that name is shipped.
    """
    if name not in names():
        raise InputError(f"no schema is called {name!r}", remedy=f"choose of {', '.join(names())}")
    text = _folder().joinpath(f"{name}{_SUFFIX}").read_text("utf-8")
    return cast("dict[str, Any]", json.loads(text))


def names() -> tuple[str, ...]:
    """Return the names of the schemas, sorted."""
    return tuple(
        sorted(
            entry.name.removesuffix(_SUFFIX)
            for entry in _folder().iterdir()
            if entry.name.endswith(_SUFFIX)
        )
    )


def _folder() -> resources.abc.Traversable:
    return resources.files("specproof").joinpath("cli", "schemas")
