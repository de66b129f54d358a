"""What an issue is about: kept in its text as a comment that nobody sees."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import asdict, dataclass
from typing import Final

from specproof.history.records import Stream
from specproof.model import fingerprint

__all__ = ["Subject", "marked", "marker"]

_MARKER: Final = re.compile(r"<!-- specproof:finding:1 ([A-Za-z0-9_-]{2,16000}) -->")
_TEXTS: Final = ("api", "target", "fingerprint", "rule", "requirement", "since", "digest")


@dataclass(frozen=True, slots=True)
class Subject:
    """The finding that an issue is about.

    Attributes:
        since: start of the first run that shows it.
        digest: of the text below the marker, so that it is written anew only when it changes.
        fixed: whether we closed the issue because a run saw the requirement hold.
    """

    api: str
    target: str
    origin: str | None
    fingerprint: str
    rule: str
    requirement: str
    since: str
    digest: str = ""
    fixed: bool = False

    @property
    def stream(self) -> Stream:
        """The stream of the finding."""
        return Stream(self.api, self.target, self.origin)

    @property
    def key(self) -> str:
        """The same for the same finding at the same place."""
        return fingerprint(self.api, self.target, self.origin or "", self.fingerprint)

    @property
    def about(self) -> str:
        """The same for the same rule and requirement there, whatever the finding's message says."""
        place = (self.api, self.target, self.origin or "")
        return fingerprint(*place, self.rule, self.requirement)


def marker(subject: Subject) -> str:
    """Return the comment that says what an issue is about.

    What strangers wrote is in it as base64url (RFC 4648 5), so that it can not end the comment.
    """
    text = json.dumps(asdict(subject), sort_keys=True, separators=(",", ":"))
    data = base64.urlsafe_b64encode(text.encode()).decode("ascii").rstrip("=")
    return f"<!-- specproof:finding:1 {data} -->"


def marked(body: str) -> Subject | None:
    """Return what the issue with this text is about, None where it is not one of ours."""
    found = _MARKER.match(body)
    if found is None:
        return None
    try:
        data = base64.urlsafe_b64decode(found[1] + "=" * (-len(found[1]) % 4))
        fields = json.loads(data)
    except (binascii.Error, ValueError, RecursionError):
        return None
    if not isinstance(fields, dict) or not all(
        isinstance(fields.get(name), str) for name in _TEXTS
    ):
        return None
    origin = fields.get("origin")
    return Subject(
        **{name: fields[name] for name in _TEXTS},
        origin=origin if isinstance(origin, str) else None,
        fixed=fields.get("fixed") is True,
    )
