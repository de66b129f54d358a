"""Answers come within the time budget."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.checks.base import Check, View
from specproof.model import Observation, Severity

__all__ = ["CHECK"]

RULE = "response-time"


def look(view: View) -> Iterator[Observation]:
    """Observe the seconds from sending to the last byte."""
    budget = float(view.exchange.facts.get("time-budget", "0"))
    if budget <= 0:
        return
    yield view.observe(
        RULE,
        view.requirement("http", RULE),
        f"an answer took longer than {budget:g} s" if view.answered.elapsed > budget else None,
        severity=Severity.WARNING,
    )


CHECK = Check(
    id=RULE,
    title="answers come within the time budget",
    explanation=(
        "Slow answers exhaust connection pools and run into client timeouts, after which the"
        " caller does not know whether the request was carried out."
    ),
    clause="the time budget of the run (seconds)",
    look=look,
)
