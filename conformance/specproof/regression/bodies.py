"""Bodies: their media types, and what each of them may hold."""

from __future__ import annotations

from specproof.regression.change import Site
from specproof.regression.collector import Collector
from specproof.regression.encodings import compare_encodings
from specproof.regression.media import Media, content_of, match_media
from specproof.regression.pairing import OperationPair
from specproof.regression.places import EMPTY, Document, Place, is_object

__all__ = ["compare_content", "compare_request_body"]

_OF_BYTES = frozenset(
    {"contentMediaType", "description", "example", "examples", "format", "title", "type"}
)


def compare_request_body(collector: Collector, pair: OperationPair, *, swapped: bool) -> None:
    """Compare the body that goes with a call.

    Args:
        collector: takes what is found.
        pair: the operation.
        swapped: whether it is the API that sends it (webhooks and callbacks).
    """
    name = f"request body of {pair.name}"
    here_old, old = _request_body(collector.old, pair.old.place, name)
    here_new, new = _request_body(collector.new, pair.new.place, name)
    site = pair.site("request body")
    area = "event-body" if swapped else "request-body"
    if old is None and new is None:
        return
    if old is None or new is None:
        present = new if new is not None else old
        required = present is not None and present.get("required") is True
        rule = f"{area}-removed" if new is None else f"{area}-added"
        if new is not None and required and not swapped:
            rule = "required-request-body-added"
        collector.found(rule, here_old if new is None else here_new, site=site, gone=new is None)
        return
    before, after = old.get("required") is True, new.get("required") is True
    if before != after:
        change = "required" if after else "optional"
        collector.found(f"{area}-became-{change}", new, site=site)
    compare_content(collector, pair, old, new, site, writes=not swapped)


def compare_content(
    collector: Collector, pair: OperationPair, old: Place, new: Place, site: Site, *, writes: bool
) -> None:
    """Compare the media types of two bodies, and their schemas.

    Args:
        collector: takes what is found.
        pair: the operation.
        old: Request Body or Response Object as it was.
        new: as it is.
        site: where it is felt.
        writes: whether the caller writes the body.
    """
    area = "request" if writes else "response"
    before = content_of(collector.old, old, old.name)
    after = content_of(collector.new, new, new.name)
    if not writes and bool(before) != bool(after):
        rule = "response-body-added" if after else "response-body-removed"
        collector.found(rule, new, site=site)
        return
    matches = match_media(before, after, writes=writes)
    for media in matches.removed:
        cover = next((item for item in after if item.covers(media)), None)
        if cover is None:
            _report(collector, f"{area}-media-type-removed", old, site, media, gone=True)
        else:
            _report(collector, f"{area}-media-type-generalized", new, site, cover, was=media)
            _compare_media(collector, pair, media, cover, site, writes=writes)
    for media in matches.added:
        _report(collector, f"{area}-media-type-added", new, site, media)
    for one, other in matches.pairs:
        if one.essence != other.essence:
            kind = "specialized" if other.specialises(one) else "generalized"
            _report(collector, f"{area}-media-type-{kind}", new, site, other, was=one)
        elif one.parameters != other.parameters:
            _report(collector, f"{area}-media-type-parameters-changed", new, site, other, was=one)
        _compare_media(collector, pair, one, other, site, writes=writes)


def _compare_media(
    collector: Collector, pair: OperationPair, old: Media, new: Media, site: Site, *, writes: bool
) -> None:
    area = "request" if writes else "response"
    for field in ("schema", "itemSchema"):
        before, after = _schema(collector.old, old, field), _schema(collector.new, new, field)
        if before is not None and after is not None:
            collector.schemas(before, after, new.mode(writes=writes), site)
        elif before is not None or after is not None:
            change = "removed" if after is None else "added"
            rule = f"{area}-schema-{change}"
            collector.found(rule, new.place, site=site, media=new.shown)
    compare_encodings(collector, pair, old, new, site, writes=writes)


def _schema(document: Document, media: Media, field: str) -> Place | None:
    """Return a schema that says something, or None.

    That a body of bytes is a string of bytes says nothing: 3.0 writes it down, 3.1 leaves it out
    (OpenAPI 3.1.1, 4.8.14.2).
    """
    schema = media.place.child(field)
    held = document.resolve(schema)
    if not is_object(held.node):
        return schema if held.node is False else None
    if media.is_unstructured and held.node.keys() <= _OF_BYTES and held.get("type") == "string":
        return None
    return schema if held.node else None


def _request_body(document: Document, operation: Place, name: str) -> tuple[Place, Place | None]:
    """Return where the body is listed and what it is; None if there is none."""
    here = operation.child("requestBody", name)
    if not is_object(here.node) or here.node is EMPTY:
        return here, None
    found = document.resolve(here)
    return here, here if found.pointer == here.pointer else found


def _report(
    collector: Collector,
    rule: str,
    holder: Place,
    site: Site,
    media: Media,
    *,
    was: Media | None = None,
    gone: bool = False,
) -> None:
    facts = {"media": media.shown} if was is None else {"media": media.shown, "old": was.shown}
    place = media.place._replace(name=holder.name)
    collector.found(rule, place, site=site, gone=gone, **facts)
