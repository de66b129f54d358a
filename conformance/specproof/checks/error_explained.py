"""An error that brings an envelope says in it what went wrong."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.checks.base import Check, Echo, View
from specproof.checks.envelope import NAMES, ErrorItem, blank, error_items, kind
from specproof.model import Json, Observation

__all__ = ["CHECK"]

RULE = "error-explained"
_ERRORS = range(400, 600)


def look(view: View) -> Iterator[Observation]:
    """Observe that no error is empty and neither code nor title blank."""
    documented = view.documented
    parses, body = view.parsed
    if view.answered.status not in _ERRORS or documented is None:
        return
    requirement = view.requirement(documented.key, "explained")
    if not view.answered.body and not documented.content:
        # The contract promises no body, and a server SHOULD, not MUST, explain itself.
        yield view.observe(RULE, requirement, None)
        return
    if not parses:
        return
    items = error_items(body)
    if items is None:
        problem: str | None = "the error body is no error envelope of any known family"
    elif not items:
        problem = "the error envelope holds no error"
    else:
        problem = next((found for item in items if (found := _problem(item))), None)
    yield view.observe(RULE, requirement, problem)


def _problem(item: ErrorItem) -> str | None:
    if item.has_code and _blank(item.code):
        return "the code of an error is blank"
    if item.has_title and _blank(item.title):
        return "the title of an error is blank"
    if not item.has_code and not item.has_title:
        return "an error has neither code nor title"
    return None


def _blank(value: Json) -> bool:
    return value is None or (isinstance(value, str) and blank(value))


CHECK = Check(
    id=RULE,
    title="an error body says what went wrong",
    explanation=(
        "The status says that it failed and the body, which should say why, is empty, blank or"
        " of a form that no error has. People and programs are left guessing."
    ),
    clause=(
        "RFC 9110 15.5, 15.6: the server SHOULD send a representation containing an explanation"
        " of the error situation"
    ),
    look=look,
    response_only=True,
    echo=Echo(words=NAMES, kind=kind),
)
