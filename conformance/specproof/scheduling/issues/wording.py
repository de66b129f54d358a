"""Title and text of an issue, in which nothing that strangers wrote is Markdown, HTML or a link.

Their words stand in elements ``code``: there ``@`` mentions nobody, neither ``#1`` nor ``!1`` nor
``%1`` refers to anything, no word closes an issue, and no line of theirs begins with a command.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from specproof.model import fingerprint
from specproof.report.marks import code, folded, head, row
from specproof.scheduling.issues.subject import Subject, marker
from specproof.scheduling.links import page_of
from specproof.scheduling.troubles import Trouble
from specproof.scheduling.wording import BLAMED, place_of, tame, time_of

__all__ = ["Text", "back", "gone", "mended", "text_of", "twice"]

_MAX_TITLE: Final = 180
_MAX_COMMAND: Final = 4000
_REFERENCE: Final = re.compile(r"[#!%~&^$](?=\w)")
_FOOT: Final = (
    "specproof writes this text anew when the finding changes, and closes the issue once a run sees"
    " the requirement hold. Write what you have to say below."
)


@dataclass(frozen=True, slots=True)
class Text:
    """What an issue says.

    Attributes:
        subject: with the digest of the text.
    """

    subject: Subject
    title: str
    body: str


def text_of(subject: Subject, trouble: Trouble, *, link: str | None) -> Text:
    """Return title and text of the issue about ``trouble``.

    The digest leaves the command out, which may be another each night and say the same.
    """
    title = _plain(f"{trouble.stream.api} {trouble.title}", _MAX_TITLE)
    lines = list(_facts(subject, trouble, link))
    subject = replace(subject, digest=fingerprint(title, *lines), fixed=False)
    if trouble.reproduce and len(trouble.reproduce) <= _MAX_COMMAND:
        lines += folded("how to see it", "sh", trouble.reproduce)
    body = "\n".join((marker(subject), "", *lines, "", _FOOT))
    return Text(subject, title, body)


def mended(run_id: str, started: str) -> str:
    """Return the comment with which an issue is closed: a run saw the requirement hold."""
    return f"Run {code(run_id)} of {time_of(started)} saw the requirement hold."


def gone(run_id: str, started: str) -> str:
    """Return the comment with which an issue is closed whose requirement is no more."""
    return f"Run {code(run_id)} of {time_of(started)} knows no such requirement any more."


def back(run_id: str, started: str) -> str:
    """Return the comment with which an issue is opened again."""
    return f"It is back: run {code(run_id)} of {time_of(started)} shows it again."


def twice(number: int) -> str:
    """Return the comment with which an issue is closed that another one says, too."""
    return f"The same as issue {number}, which is the older one."


def _facts(subject: Subject, trouble: Trouble, link: str | None) -> Iterator[str]:
    yield f"**{trouble.severity}** at {code(place_of(trouble))}"
    yield ""
    yield from head(["", ""])
    yield row(["requirement", code(subject.requirement)])
    yield row(["says", code(trouble.title)])
    yield row(["what", code(trouble.what)])
    if trouble.blame is not None:
        yield row(["to blame", f"{BLAMED[trouble.blame]} (`{trouble.blame}`)"])
    yield row(["since", f"{time_of(trouble.since)}, run {code(trouble.since_run)}"])
    yield row(["fingerprint", code(subject.fingerprint)])
    page = page_of(link, trouble)
    if page is not None:
        yield row(["report", f"<{page}>"])


def _plain(text: str, limit: int) -> str:
    """Return one line fit for a title, in which no sign before a word refers to anything."""
    return _REFERENCE.sub(lambda found: f"{found[0]} ", tame(text, limit))
