"""What the catalog knows of an API that a history does not: pages, deviations, the spec itself."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from specproof.catalog import ROOT_VARIABLE, Catalog, open_catalog
from specproof.errors import InputError
from specproof.history.records import StoredFinding, Stream
from specproof.suites.deviations import Deviation, read_deviations

__all__ = ["SOON", "Accepted", "Source", "Sources", "accepted"]

SOON = 30
"""Days before its expiry from which a deviation is told of."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A deviation that is accepted at some place.

    Attributes:
        reason: why, or "" where nobody wrote it down.
        expires: last day on which it is accepted, None where only a run tells of it.
        days: from today to that day, negative once it is past.
        found: whether the latest run has shown it.
    """

    rule: str
    requirement: str
    reason: str
    evidence: tuple[str, ...]
    expires: dt.date | None
    days: int | None
    found: bool

    @property
    def soon(self) -> bool:
        """Whether it ends within `SOON` days."""
        return self.days is not None and 0 <= self.days <= SOON


@dataclass(frozen=True, slots=True)
class Source:
    """What the catalog has of one API.

    Attributes:
        pages: address and day by file name, such as ``delete-alias.md``.
        effective: file of the effective spec, or None.
    """

    pages: Mapping[str, tuple[str, str]]
    deviations: tuple[Deviation, ...]
    effective: Path | None = None

    def page(self, pointer: str) -> tuple[str, str] | None:
        """Return address and day of the page that a pointer ``page#quote`` names, or None."""
        return self.pages.get(pointer.partition("#")[0])


class Sources:
    """The catalog, each API of it read once; an API that is not in it has nothing.

    Args:
        root: folder with ``specs/`` in it; without, the one that the surroundings name.

    Raises:
        InputError: ``root``, or what $SPECPROOF_ROOT names, holds no catalog.
    """

    def __init__(self, root: Path | None) -> None:
        self._catalog: Catalog | None = None
        try:
            self._catalog = open_catalog(root)
        except InputError:
            if root is not None or os.environ.get(ROOT_VARIABLE):
                raise
        self._names = frozenset(self._catalog.names()) if self._catalog else frozenset[str]()
        self._known: dict[str, Source] = {}

    def of(self, api: str) -> Source:
        """Return what is known of an API.

        Raises:
            InputError: its files are malformed.
        """
        if self._catalog is None or api not in self._names:
            return Source({}, ())
        if api not in self._known:
            found = self._catalog.get(api)
            pages = {
                page.file.removeprefix("pages/"): (page.url, page.retrieved.date().isoformat())
                for page in found.pages
            }
            self._known[api] = Source(pages, read_deviations(found.deviations), found.effective)
        return self._known[api]


def accepted(
    source: Source, stream: Stream, findings: Sequence[StoredFinding], today: dt.date
) -> tuple[Accepted, ...]:
    """Return what is accepted at the place of ``stream``, the nearest expiry first.

    The catalog decides where it has deviations for the place; else the findings of the latest
    run that a deviation covered.

    Args:
        findings: those of the latest run of the stream.
    """
    rows = [item for item in source.deviations if stream.target in item.targets]
    shown = {(item.rule, item.requirement) for item in findings if item.deviation is not None}
    if rows:
        listed = [
            Accepted(
                rule=item.rule,
                requirement=item.requirement,
                reason=item.reason,
                evidence=item.evidence,
                expires=item.expires,
                days=(item.expires - today).days,
                found=(item.rule, item.requirement) in shown,
            )
            for item in rows
        ]
        return tuple(sorted(listed, key=_urgency))
    told = {
        (item.rule, item.requirement): item.deviation
        for item in findings
        if item.deviation is not None
    }
    return tuple(
        Accepted(rule, requirement, reason, (), None, None, found=True)
        for (rule, requirement), reason in sorted(told.items())
    )


def _urgency(item: Accepted) -> tuple[dt.date, str, str]:
    return item.expires or dt.date.max, item.requirement, item.rule
