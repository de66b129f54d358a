"""Refuses an answer that is no documentation page, before anything is overwritten."""

from __future__ import annotations

import re

from specproof.errors import InputError, UpstreamError
from specproof.text import one_line

__all__ = ["check_answer", "check_loss"]

_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_HTML_START = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:(?><!--.*?-->)\s*+)*+<(?:!doctype\s+html|html|head)\b",
    re.IGNORECASE | re.DOTALL,
)
_LOGIN = re.compile(
    rb"type\s*=\s*[\"']?password|<title[^<]{0,200}(?:log|sign)[ -]?in", re.IGNORECASE
)
_LOGIN_PATH = re.compile(r"/(?:log-?in|sign-?in|sso|oauth2?|auth)(?:[/?#]|\Z)", re.IGNORECASE)
_LOOKED_AT = 65_536


def check_answer(body: bytes, media_type: str, *, url: str, final_url: str | None = None) -> None:
    """Check that ``body`` may be a page or a specification.

    Raises:
        UpstreamError: it is empty, HTML or a login page.
    """
    start = body[:_LOOKED_AT]
    if not start.strip() and not body.strip():
        raise UpstreamError("is empty", file=url)
    html = media_type in _HTML_TYPES or _HTML_START.match(start) is not None
    moved = final_url is not None and final_url != url
    if (html and _LOGIN.search(start)) or (moved and _LOGIN_PATH.search(final_url or "")):
        raise UpstreamError("is a login page", file=url, remedy="vendor from a public URL")
    if html:
        raise UpstreamError(
            "is an HTML page", file=url, remedy="name the page's Markdown form, often URL + .md"
        )


def check_loss(
    old: frozenset[str], new: frozenset[str], *, max_loss: float, name: str, force_hint: str
) -> None:
    """Check that no more than the share ``max_loss`` of the ``old`` operations is gone.

    Raises:
        UpstreamError: more is gone; says how many and names some.
        InputError: ``max_loss`` is no share.
    """
    if not 0 <= max_loss <= 1:
        raise InputError(f"the share {max_loss:g} is not between 0 and 1", remedy="such as 0.5")
    lost = sorted(old - new)
    if old and len(lost) / len(old) > max_loss:
        some = one_line(", ".join(lost[:3]), 200)
        raise UpstreamError(
            f"lost {len(lost)} of {len(old)} operations, such as {some}",
            file=name,
            remedy=force_hint,
        )
