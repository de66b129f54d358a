"""JSON bodies are strict JSON."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.checks.base import Check, Echo, View, is_json
from specproof.model import Observation

__all__ = ["CHECK"]

RULE = "json-strict"


def look(view: View) -> Iterator[Observation]:
    """Observe duplicate names, NaN, infinities and broken UTF-8."""
    response = view.answered
    if response.broken is None and response.body and is_json(view.media) and view.parsed[0]:
        yield view.observe(RULE, view.requirement("http", RULE), view.json_problem)


CHECK = Check(
    id=RULE,
    title="JSON has no duplicate names, no NaN and is UTF-8",
    explanation=(
        "Parsers disagree about such a body: one keeps the first of two equal names, another the"
        " last, a third refuses. Two services reading the same answer then act on different data."
    ),
    clause="RFC 8259 4 (names SHOULD be unique), 6 (numbers), 8.1 (MUST be UTF-8)",
    look=look,
    response_only=True,
    echo=Echo(),
)
