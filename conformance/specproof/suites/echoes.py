"""Tells answers apart that differ in more than what their own requests said."""

from __future__ import annotations

import functools
from collections.abc import Hashable, Sequence
from json.encoder import encode_basestring, encode_basestring_ascii
from urllib.parse import parse_qsl

from specproof.apis.routing import decoded_segment
from specproof.checks.base import Check, View

__all__ = ["Echoes"]

_MOST_TEXTS = 16

_FOLLOWING = frozenset(" \t\n\r,:]}")
"""What may stand behind the end of a string (RFC 8259 2)."""

_NO_UTF8 = b"\xff"
"""A byte of which UTF-8 has none (RFC 3629 3)."""

_MARKS = tuple(b'"\xff%d"' % number for number in range(_MOST_TEXTS))


class Echoes:
    r"""Finds what decides about an answer beside the texts of its request that it repeats.

    Each string of the body that is a parameter of the request, quotes and all, gives way to a
    mark that no text can hold. Bodies with the same remainder are the same JSON, or the same
    failure to be JSON, but for those texts:

    - the quote before a mark begins a string in all of them, or in none: where it ends one, the
      next character makes each of them unreadable at that very place (``_FOLLOWING``);
    - a remainder with a backslash is not used, so that strings that are spelled differently are
      different, and names are equal in all of the bodies or in none;
    - a text that is a word of the contract or of a check is left where it is.

    Args:
        checks: those that are asked about bodies.
        words: every name and text of the contract.
    """

    def __init__(self, checks: Sequence[Check], words: frozenset[str]) -> None:
        echoes = [check.echo for check in checks if check.echo is not None]
        self._words = words.union(*[echo.words for echo in echoes])
        self._kinds = tuple({echo.kind: None for echo in echoes if echo.kind is not None})

    def remainder(self, view: View) -> Hashable | None:
        """Return all of an answer but the texts that it repeats; None where there is none.

        Of its headers Content-Type alone is in it, and nothing of what checks read beside it.
        """
        answer = view.answered
        body = answer.body
        if _NO_UTF8 in body or answer.broken is not None or answer.raw != body:
            return None
        found: list[str] = []
        for text in _texts(view):
            if not text or text in self._words or text[0] in _FOLLOWING:
                continue
            # Servers write a string in one of two ways (RFC 8259 7).
            token = encode_basestring(text).encode()
            if token not in body and not text.isascii():
                token = encode_basestring_ascii(text).encode()
            if token in body:
                body = body.replace(token, _MARKS[len(found)])
                found.append(text)
        if not found or b"\\" in body:
            return None
        return (
            view.operation.id,
            view.exchange.request.method,
            answer.status,
            answer.header("content-type"),
            view.headers_known,
            body,
            *[kind(view, found) for kind in self._kinds],
        )


def _texts(view: View) -> list[str]:
    """Return the parameters of a request that are whole segments or fields of the query."""
    path, _, query = view.exchange.request.url.partition("?")
    segments = path.split("/")
    places = _places(view.operation.operation.path)
    texts = [decoded_segment(segments[place]) or "" for place in places if -place <= len(segments)]
    if query:
        texts += [text for _, text in parse_qsl(query)]
    return texts[:_MOST_TEXTS]


@functools.lru_cache(maxsize=256)
def _places(template: str) -> tuple[int, ...]:
    """Return where the parameters of a path are, counted from its end."""
    parts = template.split("/")
    return tuple(
        [number - len(parts) for number, part in enumerate(parts) if part[:1] + part[-1:] == "{}"]
    )
