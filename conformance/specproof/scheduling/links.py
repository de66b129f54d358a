"""Links into the published site, where one is named with ``--link``."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote, urlsplit

from specproof.errors import InputError
from specproof.report.site.links import api_page, finding_anchor, run_page, slug, web_address
from specproof.scheduling.troubles import Kind, Trouble

__all__ = ["page_of", "read_link"]

CHANGE: Final = "change:"
"""Begins the subject of a trouble that is a change of a spec; its id follows."""


def read_link(link: str | None) -> str | None:
    """Return the base URL of the site without a slash at its end, None for None.

    Raises:
        InputError: it is no http(s) URL of a folder, or holds a user name.
    """
    if link is None:
        return None
    address = web_address(link)
    parts = urlsplit(address or "")
    if address is None or "@" in parts.netloc or parts.query or parts.fragment:
        # It may hold a password, so the message does not repeat it.
        raise InputError("--link is no address of a site", remedy="write it like https://host/site")
    return address.rstrip("/")


def page_of(base: str | None, trouble: Trouble, *, over: bool = False) -> str | None:
    """Return the address at which the site shows ``trouble``, None where there is no site.

    Args:
        over: whether it is no more: its API's page says how that stands now.
    """
    if base is None:
        return None
    if over:
        return f"{base}/{quote(api_page(trouble.stream.api))}"
    fragment = ""
    match trouble.kind:
        case Kind.CONTRACT:
            path = api_page(trouble.stream.api)
            fragment = f"#{finding_anchor(trouble.fingerprint)}" if trouble.fingerprint else ""
        case Kind.CHANGE:
            path = f"changes/{slug(trouble.stream.api)}/{trouble.subject.removeprefix(CHANGE)}.html"
        case Kind.UPSTREAM:
            path = api_page(trouble.stream.api)
        case _:
            path = run_page(trouble.run_id)
    return f"{base}/{quote(path)}{fragment}"
