"""What prose allows of a 503 really comes, and nothing calls it broken."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.checks.base import Check, Echo, View
from specproof.model import Observation

__all__ = ["CHECK"]

RULE = "unavailable-body-may-be-empty"
_UNAVAILABLE = 503


def look(view: View) -> Iterator[Observation]:
    """Observe a 503 that uses the permission."""
    if RULE not in view.promised or view.answered.status != _UNAVAILABLE or view.parsed[0]:
        return
    allowed = view.documented is not None and view.body_excepted
    yield view.observe(
        RULE,
        view.requirement("prose", RULE),
        None
        if allowed
        else "a 503 with an empty or non-JSON body is not allowed for in the overlay",
    )


CHECK = Check(
    id=RULE,
    title="a 503 may be empty or not JSON, and the contract we check says so",
    explanation=(
        "The vendor's prose warns of this while its schema promises JSON. Callers must be ready"
        " for it, so the overlay has to say so; a client that parses every body fails here."
    ),
    clause="description of the 503 on the vendor's page; promises.yaml of the API",
    look=look,
    response_only=True,
    echo=Echo(),
)
