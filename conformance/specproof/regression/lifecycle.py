"""What a document announces of its own future: deprecation and the date of the end."""

from __future__ import annotations

from datetime import date

from specproof.regression.places import Place

__all__ = ["announced_sunset", "is_deprecated", "sunset_date"]

_SUNSET = ("x-sunset", "sunset")


def is_deprecated(place: Place) -> bool:
    """Return whether an operation, parameter, header or schema is called deprecated."""
    return place.get("deprecated") is True


def announced_sunset(place: Place) -> str | None:
    """Return the announced end as written, or None where none is announced."""
    for key in _SUNSET:
        found = place.get(key)
        if found is not None:
            return str(found)
    return None


def sunset_date(place: Place) -> date | None:
    """Return the announced end; None where there is none or it is no date (RFC 3339, 5.6)."""
    found = announced_sunset(place)
    try:
        return None if found is None else date.fromisoformat(found.strip()[:10])
    except ValueError:
        return None
