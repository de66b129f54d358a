"""Where an API is: its base URL."""

from __future__ import annotations

from urllib.parse import urlsplit

from .errors import InvalidRequestError

__all__ = ["sound_base"]


def sound_base(url: str) -> str:
    """Return ``url`` without a slash at its end.

    Raises:
        InvalidRequestError: it is no absolute http or https URL, or holds credentials, a query,
            a fragment, or what readers of URLs do not agree on; it is not shown.
    """
    __tracebackhide__ = True
    try:
        parts = urlsplit(url)
        sound = (
            parts.scheme in {"http", "https"}
            and bool(parts.hostname)
            and parts.port != 0
            and parts.username is None
            and parts.password is None
            and url.isascii()
            and url.isprintable()
            and not {" ", "\\", "?", "#", "@"}.intersection(url)
            and not {".", ".."}.intersection(parts.path.lower().replace("%2e", ".").split("/"))
        )
    except (AttributeError, TypeError, ValueError):
        sound = False
    if not sound:
        raise InvalidRequestError(
            "base_url must be an absolute http or https URL without credentials, query or fragment"
        )
    return url.rstrip("/")
