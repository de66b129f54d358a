"""How many requests an item has sent, and how many of them differed.

A digest stands for each request, so that whoever puts several items or machines together counts
equal ones once. Somebody could hold guesses against a digest; what leaves this process of a live
run is therefore made of no more than a report may tell: a credential or the id of a resource
counts by its name. Where more than that is in a request, its digest has a key that nobody keeps.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Container, Iterable, Mapping
from typing import Final
from urllib.parse import unquote, unquote_plus

from specproof.model import Exchange, Json, Request
from specproof.targets.target import Target

__all__ = ["Tally", "is_private", "settled", "tellable"]

_BYTES: Final = 8
_PRIVATE: Final = "?"
"""Before the digest of a whole request; before it that of what may be told, if that is all."""

_DEEPEST: Final = 100
"""Levels of a body that are looked into; where Python gives up differs from version to version."""

_PLAIN_NAME = re.compile(r"[A-Za-z0-9_.~\[\]-]*")
_SMALL = re.compile(r"-?[0-9]{1,3}")
"""Such numbers are counts and prices; longer ones may be ids and telephone numbers."""


class _PrivateError(Exception):
    """Something of a request may not be told."""


class Tally:
    """Counts the requests of one item.

    Args:
        told: texts that a report may show, see ``targets.session``.
        words: texts that the contract names.

    Attributes:
        sent: operation -> requests that went out; 0 where none of those that were due did.
    """

    def __init__(self, target: Target, told: Container[str], words: Container[str]) -> None:
        self._target = target
        self._told = told
        self._words = words
        self._digests: dict[str, set[str]] = {}
        self.sent: dict[str, int] = {}

    @property
    def distinct(self) -> dict[str, list[str]]:
        """Digests of the distinct requests by operation, sorted; for `settled` to finish."""
        return {name: sorted(digests) for name, digests in self._digests.items()}

    def note(self, exchange: Exchange, template: str) -> None:
        """Count the request of ``exchange``, if it went out.

        Args:
            template: path template of its operation.
        """
        name = exchange.operation
        self.sent[name] = self.sent.get(name, 0) + exchange.sent
        if exchange.sent:
            self._digests.setdefault(name, set()).add(self._digest(exchange.request, template))

    def _digest(self, request: Request, template: str) -> str:
        whole = b"\0".join((request.method.encode(), request.url.encode(), request.body))
        if self._target.name != "live":
            return _hashed(whole)
        try:
            told = _hashed(json.dumps(self._tellable(request, template)).encode())
        except (_PrivateError, RecursionError):
            told = ""
        return f"{told}{_PRIVATE}{_hashed(whole)}"

    def _tellable(self, request: Request, template: str) -> Json:
        """Return what tells a request from all others that a report may tell.

        Raises:
            _PrivateError: more than that is in it.
        """
        base = self._target.base_url
        if not request.url.startswith(base):
            raise _PrivateError
        path, _, query = request.url.removeprefix(base).partition("?")
        fixed = frozenset(template.split("/"))
        return [
            request.method,
            [
                part if part in fixed else self._piece(part, unquote(part))
                for part in path.split("/")
            ],
            [self._pair(pair) for pair in query.split("&")],
            self._body(request.body),
        ]

    def _pair(self, pair: str) -> Json:
        name, equals, value = pair.partition("=")
        if not _PLAIN_NAME.fullmatch(name):
            self._check(unquote_plus(name))
        return [name, equals, self._piece(value, unquote_plus(value))]

    def _piece(self, encoded: str, text: str) -> Json:
        """Return a piece of a URL as it is, or the name of what it holds."""
        named = self._named(text)
        if named is not None:
            return named
        self._check(text)
        return encoded

    def _body(self, body: bytes) -> Json:
        if not body:
            return None
        try:
            tree = json.loads(body)
        except ValueError:
            raise _PrivateError from None
        told = self._tree(tree, _DEEPEST)
        # Two bodies may differ in how the same values are written.
        return [body.decode("utf-8", "backslashreplace") if told == tree else told]

    def _tree(self, value: Json, depth: int) -> Json:
        """Return a value with names in place of what it holds; at most ``depth`` levels of it."""
        if depth == 0:
            raise _PrivateError
        match value:
            case Mapping():
                for key in value:
                    if not (key.isascii() and key.isidentifier()):
                        self._check(key)
                return {key: self._tree(item, depth - 1) for key, item in value.items()}
            case str():
                named = self._named(value)
                if named is not None:
                    return named
                self._check(value)
            case list():
                return [self._tree(item, depth - 1) for item in value]
            case int() | float() if not isinstance(value, bool):
                self._check(str(value))
        return value

    def _named(self, text: str) -> Json:
        variable = self._target.credentials.source_of(text)
        if variable is not None:
            return {"env": variable}
        for whose in (self._target.resources, self._target.other_resources):
            for name, ids in whose.items():
                if text in ids:
                    return {"of": whose is self._target.resources, name: list(ids).index(text)}
        return None

    def _may_tell(self, text: str) -> bool:
        return text in self._told or text in self._words

    def _check(self, text: str) -> None:
        """Raise `_PrivateError` for a text that a report may not show."""
        if text and not _SMALL.fullmatch(text) and not self._may_tell(text):
            raise _PrivateError


def tellable(digests: Iterable[str]) -> dict[str, str]:
    """Return digest of a whole request -> that of what may be told of it, of those of a `Tally`.

    An item may tell what another has not heard of.
    """
    split = (digest.rpartition(_PRIVATE) for digest in digests)
    return {whole: told for told, _, whole in split if told}


def settled(digests: Iterable[str], told: Mapping[str, str], key: bytes) -> list[str]:
    """Return the digests of a `Tally` as a file may have them, sorted.

    Args:
        told: of `tellable`.
        key: random, the same for all items of a part and kept by nobody.
    """
    found = set()
    for digest in digests:
        _, private, whole = digest.rpartition(_PRIVATE)
        found.add(
            (told.get(whole) or _PRIVATE + _hashed(whole.encode(), key)) if private else whole
        )
    return sorted(found)


def is_private(digest: str) -> bool:
    """Return whether a settled ``digest`` is of a request that may not be told."""
    return digest.startswith(_PRIVATE)


def _hashed(data: bytes, key: bytes = b"") -> str:
    return hashlib.blake2b(data, digest_size=_BYTES, key=key).hexdigest()
