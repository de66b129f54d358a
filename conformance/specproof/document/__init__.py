"""One strict parse: bytes from strangers become plain JSON values here, and nowhere else.

Everything that reads a specification reads what this package returns.
"""

from __future__ import annotations

from specproof.document import openapi, references
from specproof.document.canonical import canonical_json, digest
from specproof.document.limits import Limits
from specproof.document.strict import parse, parse_value, read
from specproof.json_types import Json

__all__ = [
    "Limits",
    "canonical_json",
    "digest",
    "openapi",
    "parse",
    "parse_value",
    "read",
    "references",
    "to_yaml",
]


def to_yaml(value: Json) -> bytes:
    """Return ``value`` as YAML, see ``emit.to_yaml``."""
    # Its patterns take longer to compile than a small document takes to parse.
    from specproof.document import emit  # noqa: PLC0415 - for the reason above

    return emit.to_yaml(value)
