"""Paths and anchors of the site, and links from one page to another."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

from specproof.model import fingerprint

if TYPE_CHECKING:
    from specproof.history.records import StoredChange, Stream

__all__ = [
    "ICON",
    "START",
    "STYLE",
    "anchor",
    "api_page",
    "badge",
    "cell_anchor",
    "change_id",
    "change_page",
    "finding_anchor",
    "operation_page",
    "operations_page",
    "place_name",
    "relative",
    "requirement_anchor",
    "run_page",
    "slug",
    "web_address",
]

START: Final = "index.html"
STYLE: Final = "assets/specproof.css"
ICON: Final = "assets/icon.svg"

_PLAIN: Final = re.compile(r"[a-z0-9](?:[a-z0-9_-]|\.(?!$)){0,63}")
_STRANGE: Final = re.compile(r"[^a-z0-9_-]+")
_RESERVED: Final = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d|operations-\d+)(?:\..*)?|.*\.html")


def slug(name: str) -> str:
    """Return a file name for ``name`` that is the same on every system.

    A plain name stays what it is; any other becomes what is plain of it, ``~`` and a digest.
    No plain name holds that, so no two names share one: upper and lower case fall together on
    some file systems, and some reserve names.
    """
    if _PLAIN.fullmatch(name) and not _RESERVED.fullmatch(name):
        return name
    plain = _STRANGE.sub("-", name.lower()).strip("-")[:40]
    return f"{plain}~{fingerprint(name)}"


def anchor(kind: str, *names: str) -> str:
    """Return the id of an element: ``kind`` and a digest of ``names``."""
    return f"{kind}-{fingerprint(*names)}"


def finding_anchor(finding: str) -> str:
    """Return the anchor of the finding with this fingerprint."""
    return f"finding-{slug(finding)}"


def requirement_anchor(requirement: str) -> str:
    """Return the anchor of the requirement with this id."""
    return anchor("requirement", requirement)


def cell_anchor(operation: str, status: str) -> str:
    """Return the anchor of a documented response of an operation."""
    return anchor("cell", operation, status)


def place_name(stream: Stream) -> str:
    """Return what the place of a stream is called in a path: target and, if known, origin."""
    if stream.origin is None:
        return slug(stream.target)
    host = stream.origin.removeprefix("https://")
    plain = f"{stream.target}-{host}"
    known = host != stream.origin and slug(plain) == plain
    return plain if known else f"{slug(stream.target)}~{fingerprint(stream.origin)}"


def api_page(api: str, place: str | None = None) -> str:
    """Return the page of an API, at its main place or at the one called ``place``."""
    return f"apis/{slug(api)}.html" if place is None else f"apis/{slug(api)}/{place}.html"


def operation_page(api: str, place: str, operation: str) -> str:
    """Return the page with the requirements of one operation."""
    return f"apis/{slug(api)}/{place}/{slug(operation)}.html"


def operations_page(api: str, place: str, number: int) -> str:
    """Return the page with part ``number`` of a long matrix; 1 is on the page of the API."""
    return f"apis/{slug(api)}/{place}/operations-{number}.html"


def run_page(run_id: str) -> str:
    """Return the page of a run."""
    return f"runs/{slug(run_id)}.html"


def change_id(change: StoredChange) -> str:
    """Return what a change is called in its path: a digest of API and the two specs."""
    return fingerprint(change.api, change.old_sha256 or "", change.new_sha256 or "")


def change_page(change: StoredChange) -> str:
    """Return the page of a change of a published spec."""
    return f"changes/{slug(change.api)}/{change_id(change)}.html"


def badge(api: str) -> str:
    """Return the badge of an API."""
    return f"badges/{slug(api)}.svg"


def relative(here: str, there: str) -> str:
    """Return the link from page ``here`` to ``there``, a path of the site with or without anchor.

    Both are paths that this module made; a colon or question mark in one could not become a
    scheme or a query, since they are quoted.
    """
    path, mark, fragment = there.partition("#")
    folder = posixpath.dirname(here)
    link = posixpath.relpath(path, folder or ".") if path and path != here else ""
    return quote(link) + mark + quote(fragment)


def web_address(url: str) -> str | None:
    """Return ``url`` when it is an http or https address fit for a link, else None."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    plain = url.isascii() and url.isprintable() and not set(url) & set(" \"<>\\^`{|}'")
    return url if plain and parts.scheme in {"http", "https"} and parts.hostname else None
