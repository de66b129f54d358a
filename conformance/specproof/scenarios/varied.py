"""Paths that name what no case before them named: a repeated id with its characters redrawn.

Cases that are composed of few parts repeat an id for each value of a header, and ask about the
same resource again. To draw another id costs as much as a whole case; this costs nearly nothing.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import unquote

from specproof.document.schemas import Validator
from specproof.errors import InputError
from specproof.model import Json
from specproof.requirements.contract import OperationContract
from specproof.scenarios.generated import Drawn

__all__ = ["VariedPaths", "redrawn", "stream"]

_TRIES = 8
"""Variants of one path, after which there are taken to be no more of its shape."""

_CHARACTER = re.compile(r"%[0-9A-Fa-f]{2}|.", re.DOTALL)
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,99}")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_HEX = frozenset("abcdef")


class VariedPaths:
    """Gives each case of one operation a path of its own, as far as its rules leave one.

    Args:
        fixed: path parameters that credentials take the place of; they tell no cases apart.
        seed: the same seed gives the same paths.
    """

    def __init__(self, operation: OperationContract, fixed: frozenset[str], seed: str) -> None:
        self._fixed = fixed
        self._stream = stream(f"{operation.id}/{seed}")
        self._used: set[bytes] = set()
        self._checks: dict[str, tuple[str, Validator]] = {}
        for item in operation.parameters:
            schema = operation.compiler.resolve(item.get("schema"))
            name = str(item.get("name"))
            if item.get("in") != "path" or name in fixed or not isinstance(schema, Mapping):
                continue
            kind = schema.get("type")
            if isinstance(kind, str) and kind in {"string", "integer"}:
                try:
                    check = operation.compiler.compile(dict(schema), formats=True)
                except InputError:
                    continue
                self._checks[name] = (kind, check)

    def fresh(self, drawn: Drawn) -> Drawn:
        """Return ``drawn``, its path redrawn where an earlier case had the same.

        What kept its rule keeps it, and what broke it breaks it. A path that has no such
        variant stays as it is.
        """
        path, key = drawn.path, self._key(drawn.path)
        for _ in range(_TRIES if key in self._used else 0):
            path = self._variant(drawn)
            key = self._key(path)
            if key not in self._used:
                self._used.add(key)
                return replace(drawn, path=path)
        self._used.add(key)
        return drawn

    def _variant(self, drawn: Drawn) -> Mapping[str, str]:
        # Parameters that have one value have one afterwards, too.
        variants = {value: self._redrawn(value) for value in drawn.path.values()}
        return {
            name: variants[value] if self._fits(drawn, name, variants[value]) else value
            for name, value in drawn.path.items()
        }

    def _redrawn(self, value: str) -> str:
        # What is percent-encoded stays: it may be half of a character.
        characters = _CHARACTER.findall(value)
        plain = {item.lower() for item in characters if item.isascii() and item.isalpha()}
        letters = "abcdef" if plain <= _HEX else _LETTERS
        return "".join(
            redrawn(item, next(self._stream), letters) if len(item) == 1 else item
            for item in characters
        )

    def _fits(self, drawn: Drawn, name: str, text: str) -> bool:
        if name not in self._checks or ("path", "") in drawn.broken:
            return False
        kind, check = self._checks[name]
        kept = ("path", name) not in drawn.broken
        return all(
            check.valid(_value(kind, unquote(item))) == kept for item in (drawn.path[name], text)
        )

    def _key(self, path: Mapping[str, str]) -> bytes:
        told = sorted((name, value) for name, value in path.items() if name not in self._fixed)
        return hashlib.blake2b(repr(told).encode(), digest_size=16).digest()


def stream(seed: str) -> Iterator[int]:
    """Yield numbers from 0 to 255 without end, the same for the same seed."""
    block = seed.encode()
    while True:
        block = hashlib.sha256(block).digest()
        yield from block


def redrawn(character: str, number: int, letters: str = _LETTERS) -> str:
    """Return the ASCII digit or letter that ``number`` chooses for one; others as they are.

    Args:
        letters: lower-case letters to choose from; the case of ``character`` is kept.
    """
    if character.isascii() and character.isdigit():
        return "0123456789"[number % 10]
    if character.isascii() and character.isalpha():
        letter = letters[number % len(letters)]
        return letter.upper() if character.isupper() else letter
    return character


def _value(kind: str, text: str) -> Json:
    """Return a path parameter as its schema sees it; an integer only in its one usual form."""
    if kind == "integer" and _INTEGER.fullmatch(text):
        return int(text)
    return text
