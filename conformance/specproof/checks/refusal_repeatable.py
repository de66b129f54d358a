"""The same request on the same state is refused in the same way."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from specproof.checks.base import Check, View
from specproof.model import Json, Observation, Severity

__all__ = ["CHECK"]

RULE = "refusal-repeatable"
_REFUSALS = range(400, 500)
_THROTTLED = 429
_CODES = ("code", "type", "errorCode", "error_code")
"""Members by which callers tell errors apart (RFC 9457 3.1.1 for ``type``)."""

_DEEPEST = 3


def look(view: View) -> Iterator[Observation]:
    """Observe a refusal beside the first one of the very same request.

    The scenario notes in the fact ``repeated`` that it sends a request more than once, with
    nothing in between that could change the outcome.
    """
    facts = view.exchange.facts
    status = view.answered.status
    if "repeated" not in facts or status not in _REFUSALS or status == _THROTTLED:
        return
    names = ("because", "cause", "credentials")
    request = view.exchange.request
    key = "/".join((RULE, *(facts.get(name, "") for name in names), request.method, request.url))
    shown = json.dumps([status, view.media, _codes(view.parsed[1])])
    before = view.memory.setdefault(key, shown)
    if before == shown:
        return
    first, media, _ = json.loads(before)
    if first != status:
        what = f"status {first} and then {status}"
    else:
        what = "two media types" if media != view.media else "two error codes"
    yield view.observe(
        RULE,
        view.requirement("http", "refused-when-due"),
        f"the same request was refused with {what}",
        severity=Severity.WARNING,
    )


def _codes(value: Json, depth: int = 0) -> list[Json]:
    """Return the error codes in a body, in the order of their names."""
    if depth > _DEEPEST:
        return []
    if isinstance(value, list):
        return [code for item in value[:_DEEPEST] for code in _codes(item, depth + 1)]
    if not isinstance(value, Mapping):
        return []
    found: list[Json] = []
    for name in sorted(value):
        item = value[name]
        if name in _CODES and isinstance(item, str | int | None):
            found.append(item)
        elif name in {"error", "errors"}:
            found.extend(_codes(item, depth + 1))
    return found


CHECK = Check(
    id=RULE,
    title="the same request is refused in the same way each time",
    explanation=(
        "Callers branch on status and error code. When the same mistake is answered now with one"
        " and now with another, a branch that was tested is not the one that runs."
    ),
    clause="RFC 9110 9.2.2, 15.5: the status describes the request, which did not change",
    look=look,
    concerns=lambda facts: "repeated" in facts,
)
