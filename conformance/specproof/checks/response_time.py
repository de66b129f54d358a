"""Answers come within the time budget."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.checks.base import Check, View
from specproof.model import Observation, Severity

__all__ = ["CHECK"]

RULE = "response-time"


def look(view: View) -> Iterator[Observation]:
    """Observe the seconds from sending to the last byte."""
    budget, late = _budget(view)
    if budget <= 0:
        return
    yield view.observe(
        RULE,
        view.requirement("http", RULE),
        f"an answer took longer than {budget:g} s" if late else None,
        severity=Severity.WARNING,
    )


def _budget(view: View) -> tuple[float, bool]:
    """Return the seconds in which an answer was due, and whether it took longer."""
    budget = float(view.exchange.facts.get("time-budget", "0"))
    return budget, view.answered.elapsed > budget


CHECK = Check(
    id=RULE,
    title="answers come within the time budget",
    explanation=(
        "Slow answers exhaust connection pools and run into client timeouts, after which the"
        " caller does not know whether the request was carried out."
    ),
    clause="the time budget of the run (seconds)",
    look=look,
    body_unread=True,
    beside=_budget,
)
