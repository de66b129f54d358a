"""Headers that hold one value come once."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.checks.base import Check, View
from specproof.model import Observation

__all__ = ["CHECK"]

RULE = "singleton-headers"
_SINGLETONS = (
    "Age",
    "Content-Length",
    "Content-Location",
    "Content-Type",
    "Date",
    "ETag",
    "Expires",
    "Last-Modified",
    "Location",
    "Retry-After",
)


def look(view: View) -> Iterator[Observation]:
    """Observe how often each single-valued field came."""
    names = [name.lower() for name, _ in view.answered.headers]
    repeated = (
        []
        if len(set(names)) == len(names)
        else [name for name in _SINGLETONS if len(view.answered.all_headers(name)) > 1]
    )
    yield view.observe(
        RULE,
        view.requirement("http", RULE),
        f"{', '.join(repeated)} came more than once" if repeated else None,
    )


CHECK = Check(
    id=RULE,
    title="headers that hold one value come once",
    explanation=(
        "Which of two values counts depends on the library: some join them with a comma, some"
        " take the first, some the last. A doubled Retry-After is read as no number at all."
    ),
    clause="RFC 9110 5.3: a sender MUST NOT generate multiple field lines for a singleton field",
    look=look,
    response_only=True,
    body_unread=True,
)
