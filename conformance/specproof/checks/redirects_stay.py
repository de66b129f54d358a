"""Redirects lead to no other host."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from specproof.checks.base import Check, View
from specproof.model import Observation

__all__ = ["CHECK"]

RULE = "redirects-stay"
_REDIRECTS = range(300, 400)


def look(view: View) -> Iterator[Observation]:
    """Observe where Location of a redirect leads."""
    location = view.answered.header("location")
    redirects = view.answered.status in _REDIRECTS and location is not None
    moved = redirects and _elsewhere(view.exchange.request.url, str(location))
    yield view.observe(
        RULE,
        view.requirement("http", RULE),
        "the answer redirects to another origin" if moved else None,
    )


def _asked(view: View) -> tuple[str, ...]:
    """Return where the request went as far as it matters here: scheme and authority."""
    return tuple(view.exchange.request.url.split("/", 3)[:3])


def _elsewhere(url: str, location: str) -> bool:
    try:
        return _origin(urljoin(url, location)) != _origin(url)
    except ValueError:
        return True


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port


CHECK = Check(
    id=RULE,
    title="redirects stay on the origin that was asked",
    explanation=(
        "A client that follows the redirect may hand its credentials, cookies and query string"
        " to another host."
    ),
    clause="RFC 9110 15.4 (redirection), 17.1 (establishing authority)",
    look=look,
    body_unread=True,
    beside=_asked,
)
