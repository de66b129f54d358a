"""The documented outcome comes when the scenario has made it due."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.checks.base import Check, View
from specproof.model import Observation
from specproof.requirements.statuses import match_status

__all__ = ["CHECK"]

RULE = "outcome-as-due"
_SUCCESS = range(200, 300)
_BUSY = frozenset({429, 502, 503, 504})
"""Answers that put the matter off (RFC 6585 4, RFC 9110 15.6.3 to 15.6.5)."""


def look(view: View) -> Iterator[Observation]:
    """Observe the outcome that a scenario meant to bring about.

    ``due`` among the facts says that nothing else may come: a resource that was arranged must
    be found, one that never existed must not be.
    """
    expects = view.exchange.expects
    due = view.exchange.facts.get("due")
    if due is None:
        return
    status = view.answered.status
    if expects is None or expects not in view.operation.responses:
        if due == "refusal":
            # Which refusal it is to be, nobody says; a success it is not.
            accepted = status in _SUCCESS
            yield view.observe(
                RULE,
                view.requirement("http", "refused-when-due"),
                f"{_because(view)}: a refusal is due, {status} came" if accepted else None,
            )
        return
    if match_status(tuple(view.operation.responses), status) == expects:
        problem = None
    elif status in _BUSY:
        return
    elif due == "refusal" and status not in _SUCCESS:
        # Refused, though in another way: whether that is documented, other checks say.
        return
    else:
        problem = f"{_because(view)}: {expects} is due, {status} came"
    yield view.observe(RULE, view.requirement(expects, "status"), problem)


def _because(view: View) -> str:
    return view.exchange.facts.get("because", "the request")


CHECK = Check(
    id=RULE,
    title="the documented outcome comes when it is due",
    explanation=(
        "A request that meets everything the contract asks for was refused, or one that must be"
        " refused was accepted. Success for something that does not exist hides data loss."
    ),
    clause="OpenAPI 3.1, Responses Object: the description of the response",
    look=look,
    concerns=lambda facts: "due" in facts,
)
