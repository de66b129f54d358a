"""A parameter that breaks its schema is refused."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.checks.base import Check, View
from specproof.model import Observation

__all__ = ["CHECK"]

RULE = "parameter-refused"
_OTHER_REASONS = frozenset({401, 403, 407, 429, 503})
"""Refusals that say nothing of the parameter (RFC 9110 15.5.2, 15.5.4, 15.5.8, RFC 6585 4)."""


def look(view: View) -> Iterator[Observation]:
    """Observe the answer to a request whose one parameter breaks its schema."""
    broken = view.exchange.facts.get("breaks")
    if broken is None:
        return
    status = view.answered.status
    if status in _OTHER_REASONS:
        return
    if status >= 500:  # noqa: PLR2004 - RFC 9110 15.6: the server failed, it did not refuse
        problem: str | None = f"a value that breaks the schema was answered {status}"
    elif status < 400:  # noqa: PLR2004 - RFC 9110 15.5: 4xx is a refusal
        problem = f"a value that breaks the schema was accepted with {status}"
    else:
        problem = None
    yield view.observe(RULE, view.requirement("request", broken), problem)


CHECK = Check(
    id=RULE,
    title="a parameter that breaks its schema is refused",
    explanation=(
        "Mistakes that the contract says are caught go through: a typo is taken for a valid"
        " value, or brings the server down."
    ),
    clause="OpenAPI 3.1, Parameter Object: schema; RFC 9110 15.5.1",
    look=look,
    concerns=lambda facts: "breaks" in facts,
)
