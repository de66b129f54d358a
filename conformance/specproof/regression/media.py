"""Media types: what they are called, which of two documents belong together, how they carry."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from specproof.regression.modes import Mode
from specproof.regression.places import Document, Place, is_object, mapping

__all__ = ["Matches", "Media", "content_of", "match_media"]

_EVENTS = "text/event-stream"  # its events carry JSON as a rule
# Compiled by who asks: most documents have JSON alone, and starting up is most of a small diff.
_PARAMETER = r';\s*([^=;\s]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)'
_UNSTRUCTURED = (
    r"(?:image|audio|video|font)/(?!svg\+xml).*"
    r"|application/(?:octet-stream|pdf|zip|gzip|x-gzip|x-tar|x-zip-compressed|vnd\.ms-.*)"
)


class Media(NamedTuple):
    """One entry of a ``content`` map.

    Attributes:
        written: its key.
        essence: type and subtype in small letters (RFC 9110, 8.3.1).
        parameters: names in small letters, sorted; values unquoted, ``charset`` in small letters.
        place: the Media Type Object.
    """

    written: str
    essence: str
    parameters: tuple[tuple[str, str], ...]
    place: Place

    @property
    def is_json(self) -> bool:
        """Whether a body is JSON; a range may be."""
        return self.essence.endswith(("/json", "+json", "/*")) or self.essence == "*"

    @property
    def is_form(self) -> bool:
        """Whether its fields are encoded one by one (OpenAPI 3.1.1, 4.8.14.3 and 4.8.14.4)."""
        return self.essence.startswith(("multipart/", "application/x-www-form-urlencoded"))

    @property
    def is_unstructured(self) -> bool:
        """Whether a body is bytes that no schema describes further."""
        return re.fullmatch(_UNSTRUCTURED, self.essence) is not None

    @property
    def shown(self) -> str:
        """How messages write it."""
        return "; ".join((self.essence, *(f"{name}={value}" for name, value in self.parameters)))

    def mode(self, *, writes: bool) -> Mode:
        """Return how its schema is used.

        Args:
            writes: whether the caller writes the body.
        """
        textual = self.is_form or self.essence.startswith("text/")
        marked_up = self.essence.endswith(("/xml", "+xml"))
        if (textual or marked_up) and not self.is_json and self.essence != _EVENTS:
            return Mode.REQUEST_TEXT if writes else Mode.RESPONSE_TEXT
        return Mode.REQUEST if writes else Mode.RESPONSE

    def covers(self, other: Media) -> bool:
        """Return whether it is a range that ``other`` falls into (RFC 9110, 12.5.1)."""
        if self.essence == other.essence:
            return False
        if self.essence in {"*", "*/*"}:
            return True
        kind, _, subtype = self.essence.partition("/")
        return subtype == "*" and other.essence.startswith(f"{kind}/")

    def specialises(self, other: Media) -> bool:
        """Return whether it is ``other`` with more said: a suffix, or a member of its range.

        ``application/problem+json`` specialises ``application/json`` (RFC 6839, 2).
        """
        kind, _, subtype = other.essence.partition("/")
        suffixed = self.essence.startswith(f"{kind}/") and self.essence.endswith(f"+{subtype}")
        return suffixed or other.covers(self)


class Matches(NamedTuple):
    """The media types of two ``content`` maps.

    Attributes:
        pairs: what belongs together.
        removed: of the old map only.
        added: of the new map only.
    """

    pairs: tuple[tuple[Media, Media], ...]
    removed: tuple[Media, ...]
    added: tuple[Media, ...]


def content_of(document: Document, holder: Place, name: str) -> tuple[Media, ...]:
    """Return the entries of ``content``, sorted; of equal ones the first.

    Args:
        document: where references lead.
        holder: a Request Body, Response, Parameter or Header Object.
        name: what subjects call the body.
    """
    found: dict[tuple[str, tuple[tuple[str, str], ...]], Media] = {}
    content = holder.child("content")
    for written, node in mapping(content.node).items():
        if written.startswith("x-") and "/" not in written:
            continue
        essence, parameters = _parsed(written)
        place = content.child(written, name)
        if is_object(node) and "$ref" in node:  # since 3.2
            place = document.resolve(place)._replace(name=name)
        media = Media(written, essence, parameters, place)
        if not media.is_json:
            media = Media(written, essence, parameters, place._replace(name=f"{name} as {essence}"))
        found.setdefault((essence, parameters), media)
    return tuple(found[key] for key in sorted(found))


def match_media(old: Iterable[Media], new: Iterable[Media], *, writes: bool) -> Matches:
    """Bring equal media types together, then those with other parameters, then related ones.

    Args:
        old: of the old document.
        new: of the new document.
        writes: whether the caller writes the body. A reader of JSON can read whatever has the
            suffix ``+json``, but a server need not accept it.
    """
    steps: tuple[Callable[[Media, Media], bool], ...] = (
        lambda before, after: (
            (before.essence, before.parameters) == (after.essence, after.parameters)
        ),
        lambda before, after: before.essence == after.essence,
        lambda before, after: before.covers(after) or after.covers(before),
        lambda before, after: (
            not writes and (before.specialises(after) or after.specialises(before))
        ),
    )
    left_old, left_new = list(old), list(new)
    pairs: list[tuple[Media, Media]] = []
    for step in steps:
        for before in list(left_old):
            after = next((item for item in left_new if step(before, item)), None)
            if after is not None:
                pairs.append((before, after))
                left_old.remove(before)
                left_new.remove(after)
    return Matches(tuple(pairs), tuple(left_old), tuple(left_new))


def _parsed(written: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    essence, _, rest = written.partition(";")
    parameters = {}
    for name, value in re.findall(_PARAMETER, f";{rest}") if rest else ():
        plain = value.strip().strip('"')
        parameters[name.lower()] = plain.lower() if name.lower() == "charset" else plain
    return essence.strip().lower(), tuple(sorted(parameters.items()))
