"""Every response names the API version that answered."""

from __future__ import annotations

import re
from collections.abc import Iterator

from specproof.checks.base import Check, View
from specproof.model import Observation

__all__ = ["CHECK"]

RULE = "version-echoed"
_HEADER = "Sequence-Version"
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def look(view: View) -> Iterator[Observation]:
    """Observe the version header of the response, and that it is the one asked for."""
    if RULE not in view.promised or not view.headers_known:
        return
    values = view.answered.all_headers(_HEADER)
    asked = _asked(view)
    success = 200 <= view.answered.status < 300  # noqa: PLR2004 - RFC 9110 15.3
    if len(values) != 1:
        problem: str | None = f"{_HEADER} came {len(values)} times"
    elif not _DATE.fullmatch(values[0]):
        problem = f"{_HEADER} names no version"
    elif success and asked is not None and asked != values[0]:
        problem = f"{_HEADER} is not the version that was asked for"
    else:
        problem = None
    yield view.observe(RULE, view.requirement("prose", RULE), problem)


def _asked(view: View) -> str | None:
    """Return the version that the request asked for."""
    return view.exchange.request.header(_HEADER) if RULE in view.promised else None


CHECK = Check(
    id=RULE,
    title="every response names the version that answered",
    explanation=(
        "Without the echo a caller can not tell which version of the API shaped the answer, and"
        " a silent change of the pinned version goes unseen."
    ),
    clause="vendor's documentation on versioning; promises.yaml of the API",
    look=look,
    body_unread=True,
    beside=_asked,
)
