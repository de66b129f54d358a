"""Published spec and overlay in, effective spec out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from specproof.catalog import Api
from specproof.document import read, to_yaml
from specproof.document.extensions import without_own_extensions
from specproof.document.openapi import version
from specproof.document.references import check_references
from specproof.effective.apply import Overlaid, apply_overlay
from specproof.effective.ledger import Change
from specproof.effective.overlay import parse_overlay
from specproof.effective.queries import pointer
from specproof.effective.validity import violations
from specproof.errors import InputError, StaleError
from specproof.model import JsonObject

__all__ = ["EffectiveSpec", "build", "check", "load"]


@dataclass(frozen=True, slots=True)
class EffectiveSpec:
    """What the vendor published, what we read instead, and every place where they differ.

    Attributes:
        api: name of the API.
        version: OpenAPI version of both, ``3.0`` or ``3.1``.
    """

    api: str
    version: str
    published: JsonObject
    effective: JsonObject
    changes: tuple[Change, ...]

    def change_at(self, place: str) -> Change | None:
        """Return the change that brought the pointer ``place`` of the effective spec, or None.

        That is the change of the place itself or of the nearest place around it.
        """
        around = [change for change in self.changes if _within(place, change.pointer)]
        return max(around, key=lambda change: len(change.pointer), default=None)

    def changes_within(self, place: str) -> tuple[Change, ...]:
        """Return the changes at the pointer ``place`` and below it."""
        return tuple(change for change in self.changes if _within(change.pointer, place))


def build(api: Api) -> bytes:
    """Return the bytes of the effective spec of ``api``.

    Raises:
        InputError: the overlay can not be applied, or its result is not valid OpenAPI where
            the published spec is.
    """
    published = _published(api)
    overlaid = _overlaid(api, published)
    _check_valid(api, published, overlaid)
    return _rendered(api, overlaid)


def check(api: Api) -> None:
    """Compare the committed effective spec with what its sources give now.

    Raises:
        StaleError: they differ, or there is none.
        InputError: it can not be built.
    """
    built = build(api)
    if not api.effective.is_file() or api.effective.read_bytes() != built:
        raise _stale(api)


def load(api: Api) -> EffectiveSpec:
    """Return the published and the effective spec of ``api``, built in memory.

    Raises:
        InputError: there is no effective spec yet, or it can not be built.
        StaleError: the committed effective spec is not what its sources give now.
    """
    if not api.effective.is_file():
        raise InputError(
            "the effective spec has not been built",
            file=str(api.effective),
            remedy=f"run specproof build {api.name}",
        )
    published = _published(api)
    overlaid = _overlaid(api, published)
    if api.effective.read_bytes() != _rendered(api, overlaid):
        raise _stale(api)
    return EffectiveSpec(
        api=api.name,
        version=version(published, name=str(api.published)),
        published=published,
        effective=overlaid.document,
        changes=overlaid.changes,
    )


def _published(api: Api) -> JsonObject:
    document = read(api.published)
    version(document, name=str(api.published))
    check_references(document, name=str(api.published))
    return without_own_extensions(document)


def _overlaid(api: Api, published: JsonObject) -> Overlaid:
    if not api.overlay.is_file():
        return Overlaid(published, ())
    name = str(api.overlay)
    overlay = parse_overlay(api.overlay.read_bytes(), name=name, documented=True)
    overlaid = apply_overlay(published, overlay)
    version(overlaid.document, name=name)
    check_references(overlaid.document, name=name)
    return overlaid


def _check_valid(api: Api, published: JsonObject, overlaid: Overlaid) -> None:
    if not overlaid.changes:
        return  # What the vendor published is reported by lint and is not ours to refuse.
    # Counted by message, since the places of what is flawed already may have moved.
    known = Counter(violation.message for violation in violations(published))
    for violation in violations(overlaid.document):
        known[violation.message] -= 1
        if known[violation.message] < 0:
            raise InputError(
                f"the result is not valid OpenAPI at {pointer(violation.location) or '/'}: "
                f"{violation.message}",
                file=str(api.overlay),
                remedy="correct the action that changes this place",
            )


def _rendered(api: Api, overlaid: Overlaid) -> bytes:
    sources = "published.yaml and overlay.yaml" if api.overlay.is_file() else "published.yaml"
    header = f"# Built from {sources} by `specproof build {api.name}`. Do not edit.\n"
    return header.encode() + to_yaml(overlaid.document)


def _stale(api: Api) -> StaleError:
    return StaleError(
        "is not what the published spec and the overlay give now",
        file=str(api.effective),
        remedy=f"run specproof build {api.name}",
    )


def _within(inner: str, outer: str) -> bool:
    return inner == outer or inner.startswith(f"{outer}/")
