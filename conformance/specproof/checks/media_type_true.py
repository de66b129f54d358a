"""Bodies are what their Content-Type says."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.checks.base import Check, Echo, View, charset, is_json
from specproof.model import Observation

__all__ = ["CHECK"]

RULE = "media-type-true"


def look(view: View) -> Iterator[Observation]:
    """Observe whether Content-Type and body agree."""
    response = view.answered
    if response.broken is not None or not response.body:
        return
    yield view.observe(RULE, view.requirement("http", RULE), _problem(view))


def _problem(view: View) -> str | None:
    parses, value = view.parsed
    if is_json(view.media):
        if not parses:
            return "Content-Type says JSON and the body is not JSON"
        declared = charset(view.answered.header("content-type") or "")
        if declared is not None and declared.lower() not in {"utf-8", "us-ascii", "utf8"}:
            return "Content-Type gives JSON a charset other than UTF-8"
        return None
    if parses and isinstance(value, dict | list) and view.media.startswith("text/"):
        return f"the body is JSON and Content-Type says {view.media_shown}"
    return None


CHECK = Check(
    id=RULE,
    title="bodies are what their Content-Type says",
    explanation=(
        "The label and the content disagree: JSON labelled as text is never parsed, HTML"
        " labelled as JSON raises a decoding error in place of the API's own error."
    ),
    clause="RFC 9110 8.3 (Content-Type), RFC 8259 11 (no charset parameter other than UTF-8)",
    look=look,
    response_only=True,
    echo=Echo(),
)
