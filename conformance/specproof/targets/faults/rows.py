"""Rows of the common faults: those that any API over HTTP and JSON may have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from specproof.apis.faults import Alter, Fault, Profile

__all__ = ["Row", "faults_of", "simply"]


@dataclass(frozen=True, slots=True)
class Row:
    """A common fault: ``make`` returns its alteration for one API.

    Attributes:
        occasion: key of ``Profile.occasions`` that it waits for, or ``any``.
    """

    id: str
    family: str
    occasion: str
    title: str
    explanation: str
    make: Callable[[Profile], Alter]


def simply(alter: Alter) -> Callable[[Profile], Alter]:
    """Return a maker of the same alteration for every API."""
    return lambda _: alter


def faults_of(api: str, profile: Profile, rows: tuple[Row, ...]) -> tuple[Fault, ...]:
    """Return the faults of ``rows`` that break a promise of ``api``."""
    return tuple(
        Fault(
            id=f"{api}-{row.id}",
            api=api,
            family=row.family,
            title=row.title,
            explanation=row.explanation,
            statuses=None if row.occasion == "any" else profile.occasions[row.occasion],
            alter=row.make(profile),
        )
        for row in rows
        if row.id not in profile.allowed
        and (row.occasion == "any" or row.occasion in profile.occasions)
    )
