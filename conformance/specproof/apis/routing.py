"""Paths matched on their raw segments, so that ``%2F`` stays inside a segment."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

__all__ = ["Match", "Route", "Router"]

_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


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
        self._paths = [(_compile(template), self._methods(template)) for template in templates]

    def match(self, method: str, path: str) -> Match | None:
        """Return the match of ``path``, still percent-encoded, or None if it leads nowhere.

        HEAD is served by the GET of the same path (RFC 9110 9.3.2).
        """
        segments = path.split("/")[1:]
        for patterns, methods in self._paths:
            found = _fit(patterns, segments)
            if found is None:
                continue
            parameters, undecodable = found
            allowed = {*methods, "OPTIONS"} | ({"HEAD"} if "GET" in methods else set())
            wanted = "GET" if method == "HEAD" and "HEAD" not in methods else method
            return Match(methods.get(wanted), parameters, undecodable, tuple(sorted(allowed)))
        return None

    def _methods(self, template: str) -> dict[str, Route]:
        return {route.method: route for route in self.routes if route.template == template}


@dataclass(frozen=True, slots=True)
class _Segment:
    regex: re.Pattern[str]
    names: tuple[str, ...]


def _concreteness(template: str) -> tuple[list[bool], str]:
    return ["{" in segment for segment in template.split("/")], template


def _compile(template: str) -> tuple[_Segment, ...]:
    segments = []
    for text in template.split("/")[1:]:
        # Names of parameters need be no Python identifiers, so groups go by their number.
        pieces = re.split(r"\{([^{}]+)\}", text)
        pattern = "".join(
            "(.+?)" if number % 2 else re.escape(piece) for number, piece in enumerate(pieces)
        )
        segments.append(_Segment(re.compile(pattern, re.DOTALL), tuple(pieces[1::2])))
    return tuple(segments)


def _fit(
    patterns: Sequence[_Segment], segments: Sequence[str]
) -> tuple[dict[str, str], tuple[str, ...]] | None:
    if len(patterns) != len(segments):
        return None
    parameters: dict[str, str] = {}
    undecodable: list[str] = []
    for pattern, segment in zip(patterns, segments, strict=True):
        text = segment if pattern.names else _decoded(segment)
        found = None if text is None else pattern.regex.fullmatch(text)
        if found is None:
            return None
        for name, raw in zip(pattern.names, found.groups(), strict=True):
            value = _decoded(raw)
            if value is None:
                undecodable.append(name)
            parameters[name] = raw if value is None else value
    return parameters, tuple(undecodable)


def _decoded(segment: str) -> str | None:
    if "%" not in segment and segment.isascii():
        return segment
    if _BAD_ESCAPE.search(segment):
        return None
    try:
        return unquote_to_bytes(segment).decode("utf-8")
    except UnicodeDecodeError:
        return None
