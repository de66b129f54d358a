"""One strict parse: bytes from strangers become plain JSON values here, and nowhere else.

Everything that reads a specification reads what this package returns.
"""

from __future__ import annotations

from specproof.document import openapi, references
from specproof.document.canonical import canonical_json, digest
from specproof.document.emit import to_yaml
from specproof.document.limits import Limits
from specproof.document.strict import parse, parse_value, read

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
