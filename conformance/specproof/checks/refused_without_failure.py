"""Where a refusal is due, the server refuses; it does not fail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from specproof.checks.base import Check, View
from specproof.model import Observation, Severity

__all__ = ["CHECK"]

RULE = "refused-without-failure"
_OURS = frozenset({"own", ""})
_FAILURES = range(500, 600)
_BUSY = frozenset({502, 503, 504})
"""Failures that may be of the moment (RFC 9110 15.6.3 to 15.6.5)."""

_AGAIN = 2
"""Failures for one cause that are no accident any more."""

_STILL_BUSY = 3
"""The same for answers that put the matter off."""

_IN_ALL = 3
"""Failures for any cause in one item that are no accident any more."""


def look(view: View) -> Iterator[Observation]:
    """Observe a server error in place of a refusal; once it is an accident, again it is not."""
    facts = view.exchange.facts
    if not _due(facts):
        return
    names = ("because", "cause", "credentials")
    cause = "/".join((RULE, view.operation.id, *(facts.get(name, "") for name in names)))
    status = view.answered.status
    if status not in _FAILURES:
        # One that refuses in between was only busy.
        view.memory.pop(f"{cause}/busy", None)
        return
    requirement = view.requirement("http", "refused-when-due")
    because = facts.get("because", "the credentials are not valid")
    if status in _BUSY:
        if _counted(view, f"{cause}/busy") >= _STILL_BUSY:
            problem = f"{because}: a refusal is due, {status} came each time"
            yield view.observe(RULE, requirement, problem, severity=Severity.WARNING)
        return
    again = _counted(view, cause) >= _AGAIN
    often = _counted(view, f"{RULE}/{view.operation.id}") >= _IN_ALL
    yield view.observe(
        RULE,
        requirement,
        f"{because}: a refusal is due, {status} came {'again' if again or often else 'once'}",
        severity=Severity.ERROR if again or often else Severity.INFO,
    )


def _due(facts: Mapping[str, str]) -> bool:
    """Return whether nothing but a refusal may come."""
    return facts.get("due") == "refusal" or (
        facts.get("credentials", "own") not in _OURS and facts.get("tenant") != "other"
    )


def _counted(view: View, key: str) -> int:
    count = int(view.memory.get(key, "0")) + 1
    view.memory[key] = str(count)
    return count


CHECK = Check(
    id=RULE,
    title="the server refuses where it has to, and does not fail",
    explanation=(
        "The caller made a mistake and is told that the server did: it tries again for ever,"
        " pages somebody, and never looks at its own request. That the failure is documented"
        " changes nothing: it is documented for other occasions."
    ),
    clause="RFC 9110 15.5, 15.6: whether the client or the server seems to have erred",
    look=look,
    concerns=_due,
)
