"""What an error says to people holds no stack trace, SQL, file path or secret."""

from __future__ import annotations

import functools
import re
from collections.abc import Hashable, Iterator, Sequence

from specproof.checks.base import Check, Echo, View
from specproof.model import Json, Observation

__all__ = ["CHECK"]

RULE = "error-leaks-nothing"
_ERRORS = range(400, 600)
_LONGEST = 200_000
_MOST_TEXTS = 2000
_SHORT = 300
"""Most characters of a text whose leaks are remembered, so that little memory is."""

_LEAKS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("a stack trace", re.compile(r"Traceback \(most recent call|\bat [\w$.<>]+\([\w.]+:\d+\)")),
    (
        "a stack trace",
        re.compile(r"File \"[^\"]{1,300}\", line \d+|\w+\.(?:rb|py|go|js|php):\d+\b"),
    ),
    (
        "a stack trace",
        re.compile(r"\bpanic: |goroutine \d+ \[|\bcaused by: [\w.]+Exception", re.IGNORECASE),
    ),
    (
        "SQL",
        re.compile(
            r"\bSELECT\b.{1,300}\bFROM\b|\bINSERT INTO\b|\bDELETE FROM\b|\bUPDATE\b.{1,200}\bSET\b"
            r"|\bSQLSTATE\b|\bORA-\d{5}\b|\bPG::\w+|syntax error at or near",
            re.DOTALL,
        ),
    ),
    (
        "a path of the server",
        re.compile(
            r"(?<![\w/.:])/(?:usr|var|home|srv|opt|etc|app|root|tmp|Users)/[\w.-]{1,100}"
            r"|\b[A-Z]:\\[\w\\.-]{2,100}"
        ),
    ),
    (
        "an address inside the server's network",
        re.compile(
            r"\b(?:10(?:\.\d{1,3}){3}|192\.168(?:\.\d{1,3}){2}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d{1,3}){2}"
            r"|127\.0\.0\.1):\d{2,5}\b|\bE(?:CONNREFUSED|HOSTUNREACH|TIMEDOUT|NOTFOUND)\b"
            r"|\b[\w-]+\.(?:internal|svc\.cluster\.local)\b"
        ),
    ),
    (
        "a secret",
        re.compile(
            r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\b(?:password|passwd|secret|api[_-]?key|token)"
            r"\s*[=:]\s*[\"']?[\w+/.-]{8,}|\b(?:postgres|postgresql|mysql|redis|mongodb)://\S+@",
            re.IGNORECASE,
        ),
    ),
)


_SUSPICIOUS = re.compile(r"[(:\"\[/\\.=]|-----|[A-Z]{3}|syntax error")
"""What every text that some pattern of ``_LEAKS`` finds has in it; most texts have nothing."""


def look(view: View) -> Iterator[Observation]:
    """Observe every text of an error body."""
    documented = view.documented
    if view.answered.status not in _ERRORS or documented is None:
        return
    parses, body = view.parsed
    texts = _texts(body) if parses else [view.answered.body.decode("utf-8", "replace")]
    # No header can hold a NUL, so no secret reaches from one text into the next.
    whole = "\0".join(texts)
    found: list[str] = []
    if _SUSPICIOUS.search(whole):
        found = sorted({what for text in texts for what in _leaks_of(text)})
    if _holds_secrets(view, whole):
        found.append("the credentials of the request")
    problem = f"the error body holds {' and '.join(found)}" if found else None
    yield view.observe(RULE, view.requirement(documented.key, "discreet"), problem)


def _holds_secrets(view: View, whole: str) -> bool:
    for secret in view.secrets:
        if secret in whole:
            return True
    credentials = _credentials(view)
    return credentials is not None and _repeats(credentials, whole)


def _kind(view: View, texts: Sequence[str]) -> Hashable:
    """Return what each of ``texts`` gives away wherever it stands; None where none does."""
    whole = "\0".join(texts)
    if not _SUSPICIOUS.search(whole) and not _holds_secrets(view, whole):
        return None
    found = tuple([(_leaks_of(text), _holds_secrets(view, text)) for text in texts])
    return found if any(leaks or secret for leaks, secret in found) else None


def _leaks_of(text: str) -> tuple[str, ...]:
    """Return what ``text`` gives away; what errors say is mostly the same few sentences."""
    return _known_leaks(text) if len(text) <= _SHORT else _long_leaks(text[:_LONGEST])


def _leaks(text: str) -> tuple[str, ...]:
    if not _SUSPICIOUS.search(text):
        return ()
    return tuple(what for what, pattern in _LEAKS if pattern.search(text))


_known_leaks = functools.lru_cache(maxsize=4096)(_leaks)
# A server that sends long texts sends the same ones again; a few of them take megabytes already.
_long_leaks = functools.lru_cache(maxsize=8)(_leaks)


def _credentials(view: View) -> str | None:
    """Return what the request logged in with."""
    return view.exchange.request.header("authorization")


def _repeats(credentials: str, whole: str) -> bool:
    token = credentials.rpartition(" ")[2]
    return len(token) >= 12 and token in whole  # noqa: PLR2004 - no word is


def _texts(body: Json) -> list[str]:
    pending: list[Json] = [body]
    texts: list[str] = []
    seen = 0
    while pending and seen < _MOST_TEXTS:
        current = pending.pop()
        seen += 1
        if isinstance(current, str):
            texts.append(current)
        elif isinstance(current, dict):
            pending.extend(current.values())
        elif isinstance(current, list):
            pending.extend(current)
    return texts


CHECK = Check(
    id=RULE,
    title="errors hold no stack trace, SQL, file path or secret",
    explanation=(
        "What an error tells everybody helps whoever attacks the service, and it ends up in the"
        " logs of every client. Report it to the vendor in private."
    ),
    clause="OWASP API Security Top 10 2023, API8; RFC 9110 17 (disclosure in responses)",
    look=look,
    beside=_credentials,
    echo=Echo(unread=lambda view: view.parsed[0], kind=_kind),
)
