"""JSON Pointers of changes: what they lead to, and where the other document has the same."""

from __future__ import annotations

import re
from typing import Final

from specproof.document.references import escape
from specproof.json_types import Json

__all__ = ["at", "counterpart", "tokens"]

_VARIABLE: Final = re.compile(r"\{[^{}]*\}")
_DIGITS: Final = re.compile(r"[0-9]{1,9}")


def tokens(pointer: str) -> list[str]:
    """Return the parts of a JSON Pointer (RFC 6901), unescaped."""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def at(root: Json, pointer: str) -> tuple[bool, Json]:
    """Return whether ``pointer`` leads somewhere in ``root``, and what is there."""
    node = root
    for token in tokens(pointer):
        found, node = _member(node, token)
        if not found:
            return False, None
    return True, node


def counterpart(pointer: str, root: Json, other: Json) -> str | None:
    """Return where ``other`` has what ``pointer`` leads to in ``root``, if that can be told.

    Keys lead to the same key, in ``paths`` also to a path that differs in the names of its
    parameters; an element of an array to one of the same ``name`` and ``in``, the same
    ``$ref``, or, where it has none of these, to the one at the same place of an array that is
    as long.
    """
    place: list[str] = []
    for token in tokens(pointer):
        found, inner = _member(root, token)
        if not found:
            return None
        key = token
        if isinstance(root, list):
            key = _index(root, inner, token, other)
        elif place == ["paths"]:
            key = _path(token, other)
        found, other = _member(other, key)
        if not found:
            return None
        place.append(key)
        root = inner
    return "".join(f"/{escape(part)}" for part in place)


def _member(node: Json, token: str) -> tuple[bool, Json]:
    if isinstance(node, dict) and token in node:
        return True, node[token]
    if isinstance(node, list) and _DIGITS.fullmatch(token) and int(token) < len(node):
        return True, node[int(token)]
    return False, None


def _index(elements: Json, element: Json, token: str, other: Json) -> str:
    """Return the index of the element of ``other`` that stands for ``element``, or nothing."""
    if not isinstance(other, list) or not isinstance(elements, list):
        return ""
    identity = _identity(element)
    if identity is not None:
        return next((str(i) for i, each in enumerate(other) if _identity(each) == identity), "")
    return token if len(other) == len(elements) else ""


def _identity(element: Json) -> tuple[Json, Json] | None:
    if not isinstance(element, dict):
        return None
    if isinstance(reference := element.get("$ref"), str):
        return reference, None
    if isinstance(name := element.get("name"), str):
        return name, element.get("in")
    return None


def _path(path: str, paths: Json) -> str:
    if not isinstance(paths, dict) or path in paths:
        return path
    shape = _VARIABLE.sub("{}", path)
    alike = [each for each in paths if _VARIABLE.sub("{}", each) == shape]
    return alike[0] if len(alike) == 1 else path
