"""Every status that arrives is one that the contract lists."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.checks.base import Check, View
from specproof.model import Observation

__all__ = ["CHECK"]

RULE = "status-documented"


def look(view: View) -> Iterator[Observation]:
    """Observe the status, and that its documented response was brought about."""
    status = view.answered.status
    documented = view.documented
    yield view.observe(
        RULE,
        view.requirement("http", "status-documented"),
        None if documented is not None else f"status {status} is not documented",
    )
    # Where another outcome was due, this one is no proof that its own occasion was met.
    missed = "due" in view.exchange.facts and (
        documented is None or documented.key != view.exchange.expects
    )
    if documented is not None and not missed:
        yield view.observe(RULE, view.requirement(documented.key, "status"), None)


CHECK = Check(
    id=RULE,
    title="the status of every answer is documented",
    explanation=(
        "A caller that follows the contract has no branch for this status: generated clients"
        " return nothing or raise, and error handling written against the documentation never"
        " runs. Ask the vendor to document it, or document it in the overlay with evidence."
    ),
    clause=(
        "OpenAPI 3.1, Responses Object: expected to cover a successful operation response and"
        " any known errors"
    ),
    look=look,
    body_unread=True,
    beside=lambda view: ("due" in view.exchange.facts, view.exchange.expects),
)
