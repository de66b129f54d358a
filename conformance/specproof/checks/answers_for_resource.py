"""A success is about the resource that was asked for."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping

from specproof.checks.base import Check, Echo, View
from specproof.model import Json, Observation

__all__ = ["CHECK"]

RULE = "answers-for-resource"
_SUCCESS = range(200, 300)


def look(view: View) -> Iterator[Observation]:
    """Observe the identifiers in a success against those that were asked for.

    The scenario notes in the fact ``answer`` what it knows, as JSON: pointer -> value, where
    None says that nothing may stand there.
    """
    documented = view.documented
    noted = view.exchange.facts.get("answer")
    parses, body = view.parsed
    if not _speaks(view) or documented is None or not parses or noted is None:
        return
    expected: dict[str, str | None] = json.loads(noted)
    wrong = sorted(
        pointer for pointer, value in expected.items() if not _agrees(_at(body, pointer), value)
    )
    yield view.observe(
        RULE,
        view.requirement(documented.key, "resource"),
        f"{' and '.join(wrong)} in the answer is not what was asked for" if wrong else None,
    )


def _speaks(view: View) -> bool:
    return view.answered.status in _SUCCESS


def _agrees(found: Json, expected: str | None) -> bool:
    # A field that is not there contradicts nothing; whether it has to be there, schemas say.
    if isinstance(found, int) and not isinstance(found, bool):
        found = str(found)
    if found is None or found == expected:
        return True
    if not isinstance(found, str) or expected is None:
        return False
    try:
        # RFC 9562 4: UUIDs are written in lower case and read in any.
        return uuid.UUID(found) == uuid.UUID(expected)
    except ValueError:
        return False


def _at(body: Json, pointer: str) -> Json:
    current = body
    for part in pointer.split("/"):
        current = current.get(part) if isinstance(current, Mapping) else None
    return current


CHECK = Check(
    id=RULE,
    title="a success is about the resource that was asked for",
    explanation=(
        "The answer shows somebody else's data, or the server did its work on another resource."
        " Both are the worst that can happen behind a green status."
    ),
    clause="RFC 9110 9.3 (methods apply to the target resource), 15.3",
    look=look,
    beside=lambda view: view.exchange.facts.get("answer") if _speaks(view) else None,
    echo=Echo(unread=lambda view: not _speaks(view)),
)
