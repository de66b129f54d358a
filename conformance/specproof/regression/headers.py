"""Header fields of answers, and what else a caller receives beside a body."""

from __future__ import annotations

import re
from collections.abc import Mapping

from specproof.regression.change import Site
from specproof.regression.collector import Collector
from specproof.regression.fields import Field, compare_field
from specproof.regression.places import Document, Place, mapping

__all__ = ["compare_received_fields", "headers_of", "is_limit_header"]

_LIMITS = re.compile(r"rate-?limit|retry-after|throttl|quota", re.IGNORECASE)

_Key = tuple[str, str]


def is_limit_header(name: str) -> bool:
    """Return whether a header tells how many calls are left, or how long to wait.

    ``Retry-After`` is RFC 9110, 10.2.3; ``RateLimit`` and ``RateLimit-Policy`` are of the draft
    on RateLimit header fields; the rest are the vendors' own, such as ``X-RateLimit-Remaining``.
    """
    return _LIMITS.search(name) is not None


def headers_of(document: Document, holder: Place, name: str) -> dict[tuple[str, str], Field]:
    """Return the ``headers`` of a Response or Encoding Object by name in small letters.

    Args:
        document: where references lead.
        holder: the object.
        name: what subjects call it.
    """
    found: dict[_Key, Field] = {}
    held = holder.child("headers")
    for written in mapping(held.node):
        place = held.child(written)
        shown = written.lower()
        if shown == "content-type":  # ignored (OpenAPI 3.1.1, 4.8.17 and 4.8.15)
            continue
        target = document.resolve(place)
        words = f"header {shown}"
        here = place._replace(name=f"{words} of {name}")
        shared = here if target.pointer == place.pointer else target
        found.setdefault(("header", shown), Field(document, "header", shown, shared, here, words))
    return found


def compare_received_fields(
    collector: Collector,
    old: Mapping[tuple[str, str], Field],
    new: Mapping[tuple[str, str], Field],
    site: Site,
) -> None:
    """Compare fields that the caller reads.

    Args:
        collector: takes what is found.
        old: by what tells them apart.
        new: likewise.
        site: where they are read.
    """
    for key, field in old.items():
        if key not in new:
            collector.found(_removed_rule(field), field.here, site=site, gone=True)
    for key, field in new.items():
        before = old.get(key)
        if before is None:
            subject = field.words if field.is_shared else None
            collector.found("response-header-added", field.here, site=site, subject=subject)
            continue
        if before.required and not field.required:
            collector.found("response-header-became-optional", field.place, site=site)
        elif field.required and not before.required:
            collector.found("response-header-became-required", field.place, site=site)
        compare_field(collector, before, field, site, writes=False)


def _removed_rule(field: Field) -> str:
    if field.required:
        return "required-response-header-removed"
    limit = is_limit_header(field.name)
    return "rate-limit-header-removed" if limit else "response-header-removed"
