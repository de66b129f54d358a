"""Python names as openapi-python-client makes them, without loading it; and unique ones."""

from __future__ import annotations

import builtins
import hashlib
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from keyword import iskeyword

__all__ = ["PREFIX", "Names", "class_name", "identifier", "pascal", "shortened", "words"]

PREFIX = "field_"
"""What the generator puts before a name that can not stand alone."""

_DELIMITERS = r"\. _-"
_RESERVED = (set(dir(builtins)) | {"self", "true", "false", "datetime"}) - {"id"}
_DROPPED = re.compile(r"[^A-Za-z0-9\\. _-]")  # of ASCII: what `_kept` drops
_REMEMBERED = 1 << 14  # names; the same ones come again and again
_TRIES = 4
_LONGEST = 90  # characters
_MOST_BYTES = 160  # of UTF-8; with underscores between words and ``.py`` a file name has 255


def words(text: str) -> list[str]:
    """Return the words of ``text``: without what no identifier holds, cut at capitals."""
    kept = _kept(text)
    if any(letter.isupper() for letter in kept):
        kept = " ".join(re.split("([A-Z]?[a-z]+)", kept))
    return re.findall(rf"[^{re.escape(_DELIMITERS)}]+", kept)


def _kept(text: str) -> str:
    if text.isascii():
        return _DROPPED.sub("", text)
    return "".join(
        letter
        for letter in unicodedata.normalize("NFKC", text)
        if letter.isidentifier() or letter.isdecimal() or letter in _DELIMITERS
    )


@lru_cache(maxsize=_REMEMBERED)
def pascal(text: str) -> str:
    """Return ``text`` in PascalCase; empty where it holds no letter or digit."""
    return "".join(word if word.isupper() else word.capitalize() for word in words(text))


@lru_cache(maxsize=_REMEMBERED)
def identifier(text: str, prefix: str = PREFIX) -> str:
    """Return ``text`` in snake_case, as the name of an argument, attribute or module."""
    name = _unreserved("_".join(words(text)).lower())
    stands = name.isidentifier() and not _kept(text).startswith("_")
    return name if stands else f"{prefix}{name}"


@lru_cache(maxsize=_REMEMBERED)
def class_name(text: str) -> str:
    """Return ``text`` in PascalCase, as the name of a class that stays as it is when read again."""
    name = _class_name(text)
    for _ in range(_TRIES):
        if _class_name(name) == name:
            return name
        name = _class_name(name)
    # Letters beyond ASCII can be cut in another way each time.
    mark = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return _class_name(_class_name(f"Class {''.join(filter(str.isascii, name))} {mark}"))


def _class_name(text: str) -> str:
    name = _unreserved(pascal(text))
    if name.startswith("ClassVar"):
        # attrs takes an annotation that begins so for `typing.ClassVar`, and drops the field.
        name = f"Model{name}"
    return name if name.isidentifier() else _unreserved(pascal(f"{PREFIX}{name}"))


def shortened(text: str) -> str:
    """Return ``text`` at a length that a file name can have, still unlike others."""
    if len(text) <= _LONGEST and _fits(text):
        return text
    mark = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    kept = text[: _LONGEST - 9]
    while not _fits(kept):
        kept = kept[:-1]
    return f"{kept}_{mark}"


def _fits(text: str) -> bool:
    return text.isascii() or len(text.encode("utf-8", "surrogatepass")) <= _MOST_BYTES


def _unreserved(name: str) -> str:
    return f"{name}_" if name in _RESERVED or iskeyword(name) else name


class Names:
    """Gives each name once; names that meet in a file name count as one.

    Args:
        taken: names that nobody gets.
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = {self._key(name) for name in taken}

    @staticmethod
    def _key(name: str) -> str:
        return identifier(name).rstrip("_")

    def is_free(self, name: str) -> bool:
        """Return whether ``claim`` would give ``name`` unchanged."""
        return self._key(name) not in self._taken

    def claim(self, *candidates: str) -> str:
        """Return the first of ``candidates`` that is free, or the last one with a number."""
        for name in candidates:
            if self.is_free(name):
                self._taken.add(self._key(name))
                return name
        number = 2
        while not self.is_free(f"{candidates[-1]}{number}"):
            number += 1
        name = f"{candidates[-1]}{number}"
        self._taken.add(self._key(name))
        return name
