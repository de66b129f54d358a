"""Parameters and headers alike: named values that travel beside a body."""

from __future__ import annotations

from typing import NamedTuple

from specproof.regression.change import Site
from specproof.regression.collector import Collector
from specproof.regression.lifecycle import announced_sunset, is_deprecated, sunset_date
from specproof.regression.media import content_of
from specproof.regression.modes import Mode
from specproof.regression.places import EMPTY, Document, Place, mapping

__all__ = ["Field", "compare_field"]

_STYLES = {"query": "form", "cookie": "form"}
_MANY = frozenset({"array", "object"})


class Field(NamedTuple):
    """One parameter or header.

    Attributes:
        document: where it stands.
        location: ``query``, ``path``, ``header`` or ``cookie``.
        name: as written.
        place: the Parameter or Header Object, under the name that its changes carry.
        here: the same where the operation or its path lists it, under the name it has there.
        words: what it is called by itself: ``query parameter limit``.
    """

    document: Document
    location: str
    name: str
    place: Place
    here: Place
    words: str

    @property
    def is_shared(self) -> bool:
        """Whether it is a component."""
        return self.place.pointer != self.here.pointer

    @property
    def required(self) -> bool:
        """Whether it has to be sent."""
        return self.location == "path" or self.place.get("required") is True

    @property
    def style(self) -> str:
        """How it is written (OpenAPI 3.1.1, 4.8.12.2.2, with its defaults)."""
        found = self.place.get("style")
        return found if isinstance(found, str) else _STYLES.get(self.location, "simple")

    @property
    def explode(self) -> bool:
        """Whether the parts of a list or an object are written one by one."""
        found = self.place.get("explode")
        return found if isinstance(found, bool) else self.style == "form"

    @property
    def schema(self) -> Place:
        """Its Schema Object; empty where ``content`` describes it, or nothing does."""
        return self.place.child("schema")


def compare_field(
    collector: Collector, old: Field, new: Field, site: Site, *, writes: bool
) -> None:
    """Compare how two fields are written and what they may hold.

    Args:
        collector: takes what is found.
        old: as it was.
        new: as it is.
        site: where it is felt.
        writes: whether the caller writes it.
    """
    area = "parameter" if writes else "response-header"
    _compare_announcements(collector, old, new, site, area)
    before = content_of(old.document, old.place, old.place.name)
    after = content_of(new.document, new.place, new.place.name)
    if before and after:
        if before[0].essence != after[0].essence:
            collector.found(
                f"{area}-content-type-changed",
                new.place,
                site=site,
                old=before[0].written,
                new=after[0].written,
            )
            return
        mode = after[0].mode(writes=writes)
        collector.schemas(
            before[0].place.child("schema"), after[0].place.child("schema"), mode, site
        )
    elif not before and not after:
        _compare_style(collector, old, new, site, area)
        collector.schemas(old.schema, new.schema, _mode(old, new, writes=writes), site)
    elif _is_described(old) and _is_described(new):
        collector.found(
            f"{area}-serialization-changed",
            new.place,
            site=site,
            old=_description(old),
            new=_description(new),
        )


def _mode(old: Field, new: Field, *, writes: bool) -> Mode:
    if not writes:
        return Mode.RESPONSE_TEXT
    # What has to be sent is never left to its default (OpenAPI 3.1.1, 4.8.24 on ``default``).
    return Mode.REQUEST_TEXT if old.required or new.required else Mode.PARAMETER


def _compare_style(collector: Collector, old: Field, new: Field, site: Site, area: str) -> None:
    if old.style != new.style:
        collector.found(f"{area}-style-changed", new.place, site=site, old=old.style, new=new.style)
    elif old.explode != new.explode:
        # RFC 6570, 3.2.1: of a single value there is nothing to explode.
        matters = "" if _holds_many(collector, old, new) else "-of-single-value"
        collector.found(
            f"{area}-explode-changed{matters}",
            new.place,
            site=site,
            old=str(old.explode).lower(),
            new=str(new.explode).lower(),
        )


def _holds_many(collector: Collector, old: Field, new: Field) -> bool:
    """Return whether either may hold a list or an object."""
    before, after = collector.graph.shapes(_spot(old.schema), _spot(new.schema))
    return not _MANY.isdisjoint(before.types) or not _MANY.isdisjoint(after.types)


def _spot(place: Place) -> tuple[Place, ...]:
    return (place,) if place.node != EMPTY else ()


def _compare_announcements(
    collector: Collector, old: Field, new: Field, site: Site, area: str
) -> None:
    before, after = is_deprecated(old.place), is_deprecated(new.place)
    if before != after:
        rule = f"{area}-deprecated" if after else f"{area}-no-longer-deprecated"
        collector.found(rule, new.place, site=site)
    announced, now = announced_sunset(old.place), announced_sunset(new.place)
    if announced is None or announced == now or not after:
        return
    earlier, later = sunset_date(old.place), sunset_date(new.place)
    if now is None:
        collector.found(f"{area}-sunset-removed", new.place, site=site, old=announced)
    elif later is None or (earlier is not None and later < earlier):
        collector.found(f"{area}-sunset-nearer", new.place, site=site, old=announced, new=now)


def _is_described(field: Field) -> bool:
    return bool(mapping(field.place.get("content"))) or field.place.get("schema") is not None


def _description(field: Field) -> str:
    content = mapping(field.place.get("content"))
    return next(iter(content)) if content else f"style {field.style}"
