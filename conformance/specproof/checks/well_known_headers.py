"""Headers that HTTP itself defines are written as HTTP writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

from specproof.checks.base import Check, View
from specproof.model import Observation

__all__ = ["CHECK"]

RULE = "well-known-headers"
_DATES = ("Date", "Expires", "Last-Modified")
_HTTP_DATE = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-3][0-9] "
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [0-9]{4} "
    r"[0-2][0-9]:[0-5][0-9]:[0-6][0-9] GMT"
)
_FORMS = {
    "ETag": re.compile(r'(?:W/)?"[^"\x00-\x20\x7f]*"'),
    "Age": re.compile(r"[0-9]+", re.ASCII),
    "Content-Type": re.compile(
        r"[\w!#$&^.+-]+/[\w!#$&^.+-]+"
        r"(?:[ \t]*;[ \t]*(?:[\w!#$%&'*+.^`|~-]+=(?:[\w!#$%&'*+.^`|~-]+|\"[^\"]*\"))?)*",
        re.ASCII,
    ),
    "Content-Encoding": re.compile(r"[\w!#$%&'*+.^`|~-]+(?:[ \t]*,[ \t]*[\w!#$%&'*+.^`|~-]+)*"),
}


def look(view: View) -> Iterator[Observation]:
    """Observe the form of Retry-After, dates, ETag, Age, Content-Type and Content-Encoding."""
    if not view.headers_known:
        return
    wrong = sorted({name for name, value in _values(view) if not _well_formed(name, value)})
    yield view.observe(
        RULE,
        view.requirement("http", RULE),
        f"{' and '.join(wrong)} is not what HTTP defines" if wrong else None,
    )


def _values(view: View) -> Iterator[tuple[str, str]]:
    for name in (*_DATES, *_FORMS, "Retry-After"):
        for value in view.answered.all_headers(name):
            # RFC 9110 5.5: blanks and tabs around a value are no part of it.
            yield name, value.strip(" \t")


def _well_formed(name: str, value: str) -> bool:
    if name == "Retry-After":
        return (value.isascii() and value.isdigit()) or _is_date(value)
    if name == "Expires" and value in {"0", "-1"}:
        # RFC 9111 5.3: recipients take these for a time in the past, and senders rely on it.
        return True
    if name in _DATES:
        return _is_date(value)
    return _FORMS[name].fullmatch(value) is not None


def _is_date(value: str) -> bool:
    if not _HTTP_DATE.fullmatch(value):
        return False
    try:
        parsedate_to_datetime(value)
    except ValueError:
        return False
    return True


CHECK = Check(
    id=RULE,
    title="headers that HTTP defines have the form that HTTP defines",
    explanation=(
        "Libraries and proxies read these headers by the letter of the standard. A Retry-After"
        " that is neither whole seconds nor a date is not obeyed, a date in another form is"
        " taken for the past."
    ),
    clause="RFC 9110 5.6.7 (dates), 8.3 (Content-Type), 8.8.3 (ETag), 10.2.3 (Retry-After)",
    look=look,
    response_only=True,
    body_unread=True,
)
