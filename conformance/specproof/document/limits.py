"""How much of a stranger's document is read before it is refused."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Limits"]


class Limits(NamedTuple):
    """Bounds of one parse; the largest public API descriptions stay well inside them.

    Attributes:
        max_bytes: size of the document.
        max_depth: objects and arrays inside one another.
        max_aliases: YAML aliases (``*name``) that are followed.
        max_aliased: values and keys that aliases add; each is copied, which takes time.
        max_nodes: values and keys, counted after aliases are followed.
        max_digits: digits of one integer; Python itself stops at 4300.
    """

    max_bytes: int = 32 * 1024 * 1024
    max_depth: int = 128
    max_aliases: int = 10_000
    max_aliased: int = 300_000
    max_nodes: int = 3_000_000
    max_digits: int = 4300
