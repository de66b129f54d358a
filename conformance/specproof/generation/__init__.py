"""From an effective spec to a typed client: openapi-python-client with our templates.

One direction: ``source`` reads the description, ``transforms`` writes it the way the generator
reads it rightly, ``generator`` runs ``worker`` in a process of its own, ``formatting`` runs ruff
once, ``lock`` says what went in and came out, ``client`` swaps the result in or compares it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from specproof.generation.client import Generated, build_client, check_client, generate_client
    from specproof.generation.process import Workers
    from specproof.generation.source import ClientSource, source_of_api, source_of_file

__all__ = [
    "ClientSource",
    "Generated",
    "Workers",
    "build_client",
    "check_client",
    "generate_client",
    "source_of_api",
    "source_of_file",
]

_MODULES = {
    "ClientSource": "source",
    "Generated": "client",
    "Workers": "process",
    "build_client": "client",
    "check_client": "client",
    "generate_client": "client",
    "source_of_api": "source",
    "source_of_file": "source",
}


def __getattr__(name: str) -> Any:
    # Who needs the names of a client alone does not pay for what generates it.
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{module}"), name)
