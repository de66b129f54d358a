"""RFC 9535 JSONPath queries with limits, and the places they select."""

from __future__ import annotations

from typing import Any

from jsonpath_rfc9535 import JSONPathEnvironment, JSONPathError, JSONPathRecursionError

from specproof.errors import InputError, LimitError
from specproof.text import one_line

__all__ = ["MAX_MATCHES", "Location", "pointer", "select"]

Location = tuple[str | int, ...]
"""Keys and indexes that lead from the root to a node."""

MAX_MATCHES = 20_000
"""More nodes than this are no correction but a mistake."""


class _Environment(JSONPathEnvironment):
    max_recursion_depth = 1_000


def select(query: str, document: Any, *, file: str, line: int | None = None) -> list[Location]:
    """Return the places of ``document`` that ``query`` selects, each once, in its order.

    Raises:
        InputError: not an RFC 9535 query.
        LimitError: it selects more than ``MAX_MATCHES`` nodes, or is nested too deeply.
    """
    found: dict[Location, None] = {}
    try:
        # Counted with repetitions: `$..*..*` yields one place many times over.
        for count, node in enumerate(_Environment().compile(query).finditer(document), start=1):
            found[tuple(node.location)] = None
            if count > MAX_MATCHES:
                raise LimitError(
                    f"{one_line(query)} selects more than {MAX_MATCHES} nodes",
                    file=file,
                    line=line,
                    remedy="write a narrower query",
                )
    except (RecursionError, JSONPathRecursionError):
        raise LimitError(f"{one_line(query)} is nested too deeply", file=file, line=line) from None
    except JSONPathError as error:
        raise InputError(
            f"{one_line(query)} is not an RFC 9535 JSONPath query: {one_line(str(error))}",
            file=file,
            line=line,
        ) from None
    return list(found)


def pointer(location: Location) -> str:
    """Return ``location`` as a JSON Pointer (RFC 6901), ``""`` for the root."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in location)
