"""A 429 always says how long to wait, where the vendor's prose promises it."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.checks.base import Check, View
from specproof.model import Observation

__all__ = ["CHECK"]

RULE = "retry-after-always-on-429"
_THROTTLED = 429


def look(view: View) -> Iterator[Observation]:
    """Observe Retry-After of a 429."""
    if RULE not in view.promised or view.answered.status != _THROTTLED:
        return
    if not view.headers_known:
        return
    # RFC 9110 5.5: blanks and tabs around a value are no part of it.
    values = [value.strip(" \t") for value in view.answered.all_headers("retry-after")]
    if not values:
        problem: str | None = "a 429 came without Retry-After"
    elif len(values) > 1:
        problem = "a 429 came with more than one Retry-After"
    elif not (values[0].isascii() and values[0].isdigit()):
        problem = "Retry-After of a 429 is no whole number of seconds"
    else:
        problem = None
    yield view.observe(RULE, view.requirement("prose", RULE), problem)


CHECK = Check(
    id=RULE,
    title="a 429 always carries Retry-After in whole seconds",
    explanation=(
        "The vendor's prose promises it. Without it a client guesses: too short and it is"
        " throttled again, too long and it looks dead."
    ),
    clause="RFC 6585 4, RFC 9110 10.2.3; promises.yaml of the API",
    look=look,
    response_only=True,
    body_unread=True,
)
