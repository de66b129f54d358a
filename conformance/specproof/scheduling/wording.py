"""Words about troubles that alerts and issues share."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Final

from specproof.model import Blame
from specproof.scheduling.troubles import Kind, Trouble
from specproof.text import one_line

__all__ = ["BLAMED", "place_of", "tame", "time_of"]

BLAMED: Final[Mapping[Blame, str]] = {
    Blame.VENDOR_BEHAVIOUR: "the vendor's server",
    Blame.PUBLISHED_SPEC: "the vendor's description",
    Blame.OVERLAY: "our overlay",
    Blame.CLIENT: "the generated client",
    Blame.STUB: "the emulator or the recording",
}
"""Who would have to mend something, in words."""

_TAMED: Final = (
    ("@", "(at)"),
    ("<", "\u2039"),
    (">", "\u203a"),
    ("`", "'"),
    ("](", "] ("),
    ("://", "[:]//"),
)
_WWW: Final = re.compile(r"\b(www)\.", re.IGNORECASE)


def tame(text: str, limit: int = 300) -> str:
    """Return a stranger's text on one line as text and nothing else: no mention, link or markup."""
    flat = one_line(text, limit)
    for mark, harmless in _TAMED:
        flat = flat.replace(mark, harmless)
    return _WWW.sub(r"\1[.]", flat)


def place_of(trouble: Trouble) -> str:
    """Return API, target and host of ``trouble``, tame."""
    stream = trouble.stream
    if trouble.kind in {Kind.CHANGE, Kind.UPSTREAM}:
        return f"{tame(stream.api, 100)}, the vendor's description"
    where = f"{tame(stream.api, 100)} on {tame(stream.target, 40)}"
    # Without its scheme no program makes a link of the origin.
    host = "" if stream.origin is None else f" at {tame(stream.origin.partition('://')[2], 100)}"
    return f"{where}{host}"


def time_of(text: str) -> str:
    """Return an RFC 3339 time to the minute, in UTC; what is none stays as it is, tame."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return tame(text, 40)
    if moment.tzinfo is None:
        return tame(text, 40)
    return f"{moment.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"
