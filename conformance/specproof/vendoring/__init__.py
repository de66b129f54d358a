"""Vendor pages to published spec; the only part of specproof that fetches documents."""

from __future__ import annotations

from specproof.vendoring.check import Move, build_published, check, upstream_moves
from specproof.vendoring.discover import Candidate, discover
from specproof.vendoring.fetch import Fetcher
from specproof.vendoring.source import Source
from specproof.vendoring.vendor import Vendored, vendor

__all__ = [
    "Candidate",
    "Fetcher",
    "Move",
    "Source",
    "Vendored",
    "build_published",
    "check",
    "discover",
    "upstream_moves",
    "vendor",
]
