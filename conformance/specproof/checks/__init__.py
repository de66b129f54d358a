"""Checks look at exchanges and yield observations; one file, one permanent rule id.

A module of this package that defines ``CHECK`` is a check; nothing else registers it.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil

from specproof.checks.base import Check

__all__ = ["registry"]


@functools.cache
def registry() -> tuple[Check, ...]:
    """Return every check, sorted by rule id.

    Raises:
        ValueError: two files claim one rule id, or a file is not named after its rule.
    """
    found: dict[str, Check] = {}
    for module in pkgutil.iter_modules(__path__):
        check = getattr(importlib.import_module(f"{__name__}.{module.name}"), "CHECK", None)
        if not isinstance(check, Check):
            continue
        if check.id != module.name.replace("_", "-") or check.id in found:
            raise ValueError(f"{module.name}: a check's file is named after its one rule id")
        found[check.id] = check
    return tuple(found[name] for name in sorted(found))
