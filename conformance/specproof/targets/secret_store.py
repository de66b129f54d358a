"""Where the values of credentials come from: the environment, then the user's keyring.

The keyring needs the library keyring, the extra ``keyring`` of specproof; without it the
environment is all there is. Its service is ``specproof``, its user name the variable's name.
"""

from __future__ import annotations

import functools
import importlib
import os
from dataclasses import dataclass, field

from specproof.errors import CouldNotCheckError

__all__ = ["SERVICE", "Secret", "forget", "look_up"]

SERVICE = "specproof"
"""Service under which a keyring holds our values: ``keyring set specproof VARIABLE``."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A value, which is never shown, and where it was found: ``environment`` or ``keyring``."""

    value: str = field(repr=False)
    source: str


def look_up(variable: str) -> Secret | None:
    """Return the value of ``variable``, or None where neither place has one.

    Raises:
        CouldNotCheckError: there is a keyring and it refuses to answer.
    """
    value = os.environ.get(variable)
    if value:
        return Secret(value, "environment")
    kept = _kept(variable)
    return Secret(kept, "keyring") if kept else None


def forget() -> None:
    """Ask the keyring again from now on."""
    _kept.cache_clear()


@functools.lru_cache(maxsize=256)
def _kept(variable: str) -> str | None:
    # Every item of a run makes a target of its own; the keyring is asked once.
    try:
        keyring = importlib.import_module("keyring")
        errors = importlib.import_module("keyring.errors")
    except ImportError:
        return None
    try:
        value = keyring.get_password(SERVICE, variable)
    except errors.NoKeyringError:
        # The library is there and this machine has no keyring, as in most containers.
        return None
    except errors.KeyringError as error:
        raise CouldNotCheckError(
            f"the keyring does not tell {variable} ({type(error).__name__});"
            " unlock it, or export the variable"
        ) from None
    return value if isinstance(value, str) else None
