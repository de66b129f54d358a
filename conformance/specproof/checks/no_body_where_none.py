"""Answers that have no content bring none."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.checks.base import Check, View
from specproof.model import Observation

__all__ = ["CHECK"]

RULE = "no-body-where-none"
_BODILESS = frozenset({204, 205, 304})


def look(view: View) -> Iterator[Observation]:
    """Observe the body of 204, 205, 304 and of answers to HEAD."""
    response = view.answered
    if response.status in _BODILESS or view.exchange.request.method == "HEAD":
        count = len(response.raw)
        yield view.observe(
            RULE,
            view.requirement("http", "body-whole"),
            f"{count} bytes of content where HTTP allows none" if count else None,
        )


CHECK = Check(
    id=RULE,
    title="204, 205, 304 and answers to HEAD have no content",
    explanation=(
        "Stray bytes after such an answer are read as the beginning of the next one on the same"
        " connection, which breaks an unrelated request."
    ),
    clause="RFC 9110 6.4.1, 9.3.2, 15.3.5, 15.3.6, 15.4.5",
    look=look,
    response_only=True,
    body_unread=True,
)
