"""Bodies arrive and decode whole."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.checks.base import Check, View
from specproof.model import Observation

__all__ = ["CHECK"]

RULE = "body-whole"
_DIGITS = 12
"""Most digits of a Content-Length that a message repeats."""


def look(view: View) -> Iterator[Observation]:
    """Observe truncation, content coding and Content-Length."""
    yield view.observe(RULE, view.requirement("http", RULE), _problem(view))


def _problem(view: View) -> str | None:
    response = view.answered
    if response.broken is not None:
        return response.broken
    declared = response.header("content-length")
    if declared is None or view.exchange.request.method == "HEAD" or response.status in {204, 304}:
        return None
    if not declared.isascii() or not declared.isdigit():
        return "Content-Length is no number of bytes"
    count = len(response.raw)
    # Compared as text: int() refuses thousands of digits, which a server may well send.
    if (declared.lstrip("0") or "0") != str(count):
        said = f"says {int(declared)} bytes" if len(declared) <= _DIGITS else "is out of all bounds"
        return f"Content-Length {said}, {count} arrived"
    return None


CHECK = Check(
    id=RULE,
    title="bodies arrive whole and decode as their Content-Encoding says",
    explanation=(
        "The body stopped early, is longer or shorter than Content-Length, or does not decode."
        " HTTP libraries raise transport errors for this, which callers mistake for an outage"
        " and retry, although the server may have done the work."
    ),
    clause="RFC 9112 6.3 (message body length), RFC 9110 8.4 (Content-Encoding)",
    look=look,
    response_only=True,
    body_unread=True,
)
