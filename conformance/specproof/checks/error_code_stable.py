"""The same cause has the same error code."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from specproof.checks.base import Check, Echo, View
from specproof.checks.envelope import NAMES, blank, kind
from specproof.model import Observation

__all__ = ["CHECK"]

RULE = "error-code-stable"
_ERRORS = range(400, 600)


def look(view: View) -> Iterator[Observation]:
    """Observe the codes of an error envelope against those of the same cause before."""
    if RULE not in view.promised or view.answered.status not in _ERRORS:
        return
    codes = _codes(view)
    if codes is None:
        return
    requirement = view.requirement("prose", RULE)
    if not all(isinstance(code, str) and not blank(code) for code in codes):
        yield view.observe(RULE, requirement, "an error code is missing, blank or no string")
        return
    if _generated(view):
        # Generated requests differ in what is wrong with them; only presence is looked at.
        yield view.observe(RULE, requirement, None)
        return
    cause = "/".join(("cause", view.exchange.operation, *_cause(view)))
    text = "\n".join(str(code) for code in codes)
    before = view.memory.setdefault(f"{cause}/{view.answered.status}", text)
    yield view.observe(
        RULE,
        requirement,
        None if before == text else "the code of an error changed although its cause did not",
    )


def _cause(view: View) -> list[str]:
    facts = view.exchange.facts
    return [facts.get(name, "") for name in ("because", "cause", "breaks", "credentials")]


def _beside(view: View) -> Hashable:
    """Return what decides beside the answer; the code of a cause, once noted, never changes."""
    return "generated" if _generated(view) else tuple(_cause(view))


def _generated(view: View) -> bool:
    return "generated" in view.exchange.facts


def _codes(view: View) -> list[object] | None:
    """Return the codes of an ``errors: [{code, ...}]`` envelope, None for other envelopes."""
    _, value = view.parsed
    errors = value.get("errors") if isinstance(value, dict) else None
    if not isinstance(errors, list) or not errors:
        return None
    if not all(isinstance(item, dict) for item in errors):
        # A list of plain strings is the documented family of some statuses; it has no codes.
        return None
    return [item.get("code") for item in errors if isinstance(item, dict)]


CHECK = Check(
    id=RULE,
    title="an error code is there and the same for the same cause",
    explanation=(
        "Callers branch on the code, as the vendor tells them to. A code that changes, or is"
        " missing, sends them down the wrong branch without any error of its own."
    ),
    clause="description of `code` on the vendor's page; promises.yaml of the API",
    look=look,
    beside=_beside,
    echo=Echo(_generated, NAMES, kind),
)
