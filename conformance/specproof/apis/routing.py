"""Paths matched on their raw segments, so that ``%2F`` stays inside a segment."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

__all__ = ["Match", "Route", "Router", "decoded_path", "decoded_segment"]

_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SHORT = 512
"""Longest segment that is remembered decoded: callers send the same few again and again."""

_ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2})+")


@dataclass(frozen=True, slots=True)
class Route:
    """One operation: ``template`` is a path as in OpenAPI, ``/users/{id}``."""

    name: str
    method: str
    template: str


@dataclass(frozen=True, slots=True)
class Match:
    """What the path of a request leads to.

    Attributes:
        route: the operation, or None where the path exists without this method.
        parameters: path parameters, decoded exactly once.
        undecodable: names of parameters whose percent-encoding is broken or no UTF-8.
        allowed: methods of the path, sorted; ``HEAD`` and ``OPTIONS`` among them.
    """

    route: Route | None
    parameters: Mapping[str, str]
    undecodable: tuple[str, ...]
    allowed: tuple[str, ...]


class Router:
    """Finds the route of a request; literal segments go before parameters (OpenAPI 3.1, 4.8.8.2).

    A parameter takes one whole segment that is not empty, or a part of one where the
    template puts text around it.
    """

    def __init__(self, routes: Sequence[Route]) -> None:
        self.routes = tuple(routes)
        templates = sorted({route.template for route in routes}, key=_concreteness)
        self._paths = [self._path(template) for template in templates]

    def match(self, method: str, path: str) -> Match | None:
        """Return the match of ``path``, still percent-encoded, or None if it leads nowhere.

        HEAD is served by the GET of the same path (RFC 9110 9.3.2).
        """
        segments = path.split("/")[1:]
        count = len(segments)
        for known in self._paths:
            if len(known.segments) != count:
                continue
            found = _fit(known.segments, segments)
            if found is None:
                continue
            parameters, undecodable = found
            methods = known.methods
            wanted = "GET" if method == "HEAD" and "HEAD" not in methods else method
            return Match(methods.get(wanted), parameters, undecodable, known.allowed)
        return None

    def _path(self, template: str) -> _Path:
        methods = {route.method: route for route in self.routes if route.template == template}
        allowed = {*methods, "OPTIONS"} | ({"HEAD"} if "GET" in methods else set())
        return _Path(_compile(template), methods, tuple(sorted(allowed)))


@dataclass(frozen=True, slots=True)
class _Path:
    segments: tuple[_Segment, ...]
    methods: Mapping[str, Route]
    allowed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Segment:
    """One segment of a template.

    Attributes:
        regex: None where ``text`` says it all: the literal, or the name of the one parameter.
    """

    text: str
    names: tuple[str, ...]
    regex: re.Pattern[str] | None


def _concreteness(template: str) -> tuple[list[bool], str]:
    return ["{" in segment for segment in template.split("/")], template


def _compile(template: str) -> tuple[_Segment, ...]:
    segments = []
    for text in template.split("/")[1:]:
        # Names of parameters need be no Python identifiers, so groups go by their number.
        pieces = re.split(r"\{([^{}]+)\}", text)
        names = tuple(pieces[1::2])
        if not names or pieces == ["", *names, ""]:
            segments.append(_Segment("".join(pieces), names, None))
            continue
        pattern = "".join(
            "(.+?)" if number % 2 else re.escape(piece) for number, piece in enumerate(pieces)
        )
        segments.append(_Segment(text, names, re.compile(pattern, re.DOTALL)))
    return tuple(segments)


def _fit(
    patterns: Sequence[_Segment], segments: Sequence[str]
) -> tuple[dict[str, str], tuple[str, ...]] | None:
    parameters: dict[str, str] = {}
    undecodable: list[str] = []
    for pattern, segment in zip(patterns, segments, strict=True):
        if not pattern.names:
            # Most literals are written as they are.
            if segment != pattern.text and decoded_segment(segment) != pattern.text:
                return None
            continue
        if pattern.regex is None:
            groups: Sequence[str] = (segment,)
            if not segment:
                return None
        else:
            found = pattern.regex.fullmatch(segment)
            if found is None:
                return None
            groups = found.groups()
        for name, raw in zip(pattern.names, groups, strict=True):
            value = decoded_segment(raw)
            if value is None:
                undecodable.append(name)
            parameters[name] = raw if value is None else value
    return parameters, tuple(undecodable)


def decoded_segment(segment: str) -> str | None:
    """Return a segment with its percent escapes undone; None where they are no UTF-8."""
    if "%" not in segment:
        return segment
    return _short(segment) if len(segment) <= _SHORT else _undone(segment)


def _undone(segment: str) -> str | None:
    if _BAD_ESCAPE.search(segment):
        return None
    try:
        return _percent_decoded(segment, "strict")
    except UnicodeDecodeError:
        return None


_short = functools.lru_cache(maxsize=2048)(_undone)


def decoded_path(path: str) -> str:
    """Return an ASCII path with its percent escapes undone once, as ASGI wants ``path``.

    What is no UTF-8 stands there as U+FFFD, and half an escape as it is.
    """
    if "%" not in path:
        return path
    parts = [decoded_segment(part) for part in path.split("/")]
    whole = [part for part in parts if part is not None]
    return "/".join(whole) if len(whole) == len(parts) else _percent_decoded(path, "replace")


def _percent_decoded(text: str, errors: str) -> str:
    """Undo percent escapes (RFC 3986 2.1, 2.5); raise UnicodeDecodeError where ``strict``."""

    def undone(found: re.Match[str]) -> str:
        return bytes.fromhex(found[0].replace("%", "")).decode("utf-8", errors)

    # Neighbouring escapes go together: what is not escaped begins a character of its own.
    return _ESCAPES.sub(undone, text)
