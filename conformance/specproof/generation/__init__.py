"""From an effective spec to a typed client: openapi-python-client with our templates.

One direction: ``source`` reads the description, ``transforms`` writes it the way the generator
reads it rightly, ``generator`` runs ``worker`` in a process of its own, ``formatting`` runs ruff
once, ``lock`` says what went in and came out, ``client`` swaps the result in or compares it.
"""

from __future__ import annotations

from specproof.generation.client import Generated, build_client, check_client, generate_client
from specproof.generation.source import ClientSource, source_of_api, source_of_file

__all__ = [
    "ClientSource",
    "Generated",
    "build_client",
    "check_client",
    "generate_client",
    "source_of_api",
    "source_of_file",
]
