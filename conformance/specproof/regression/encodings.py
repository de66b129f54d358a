"""How the fields of forms and multipart bodies are encoded."""

from __future__ import annotations

from typing import NamedTuple

from specproof.regression.change import Site
from specproof.regression.collector import Collector
from specproof.regression.headers import compare_received_fields, headers_of
from specproof.regression.media import Media
from specproof.regression.pairing import OperationPair
from specproof.regression.parameters import compare_sent_fields
from specproof.regression.places import Document, Place, is_object, mapping, strings

__all__ = ["compare_encodings"]

_PRIMITIVES = frozenset({"boolean", "integer", "null", "number", "string"})


class _Part(NamedTuple):
    """One field of a body on one side."""

    document: Document
    place: Place
    schema: Place

    @property
    def content_types(self) -> frozenset[str]:
        """Media types it may have (OpenAPI 3.1.1, 4.8.15.1, with its defaults)."""
        found = self.place.get("contentType")
        if isinstance(found, str):
            return frozenset(item.strip().lower() for item in found.split(","))
        return frozenset({self._default(self.schema)})

    @property
    def style(self) -> tuple[str, bool, bool]:
        """Style, explode and allowReserved."""
        found = self.place.get("style")
        style = found if isinstance(found, str) else "form"
        explode = self.place.get("explode")
        spread = explode if isinstance(explode, bool) else style == "form"
        return style, spread, self.place.get("allowReserved") is True

    def _default(self, schema: Place) -> str:
        held = self.document.resolve(schema)
        kind = held.get("type")
        kinds = set(strings(kind)) - {"null"} or ({kind} if isinstance(kind, str) else set())
        if kinds == {"array"}:
            inner = self.document.resolve(held.child("items"))
            return "application/json" if inner.get("type") == "array" else self._default(inner)
        if kinds and kinds <= _PRIMITIVES:
            binary = held.get("format") == "binary" or held.get("contentMediaType") is not None
            return "application/octet-stream" if binary else "text/plain"
        return "application/json" if kinds or is_object(held.get("properties")) else "*"


def compare_encodings(
    collector: Collector, pair: OperationPair, old: Media, new: Media, site: Site, *, writes: bool
) -> None:
    """Compare the Encoding Objects of two media types.

    Args:
        collector: takes what is found.
        pair: the operation.
        old: media type as it was.
        new: as it is.
        site: where it is felt.
        writes: whether the caller writes the body.
    """
    if not new.is_form or not old.is_form:
        return
    before, after = _parts(collector.old, old), _parts(collector.new, new)
    declared = mapping(old.place.get("encoding")).keys() | mapping(new.place.get("encoding")).keys()
    for name in sorted(declared & before.keys() & after.keys()):
        _compare_part(collector, pair, before[name], after[name], site, writes=writes)


def _parts(document: Document, media: Media) -> dict[str, _Part]:
    """Return each property that is described or encoded."""
    schema = document.resolve(media.place.child("schema"))
    encodings = media.place.child("encoding")
    properties = schema.child("properties")
    return {
        name: _Part(
            document,
            encodings.child(name, f"part {name} of {media.place.name}"),
            properties.child(name),
        )
        for name in (*mapping(encodings.node), *mapping(properties.node))
    }


def _compare_part(
    collector: Collector, pair: OperationPair, old: _Part, new: _Part, site: Site, *, writes: bool
) -> None:
    before, after = old.content_types, new.content_types
    if before != after and "*" not in before | after:
        fits = before <= after if writes else after <= before
        collector.found(
            "encoding-content-type-extended" if fits else "encoding-content-type-changed",
            new.place,
            site=site,
            old=", ".join(sorted(before)),
            new=", ".join(sorted(after)),
        )
    if old.style != new.style:
        collector.found(
            "encoding-style-changed",
            new.place,
            site=site,
            old=_words(old.style),
            new=_words(new.style),
        )
    headers = (
        headers_of(old.document, old.place, old.place.name),
        headers_of(new.document, new.place, new.place.name),
    )
    if writes:
        compare_sent_fields(collector, pair, *headers, part=site.part)
    else:
        compare_received_fields(collector, *headers, site)


def _words(style: tuple[str, bool, bool]) -> str:
    name, explode, reserved = style
    return f"{name}{', exploded' if explode else ''}{', reserved characters' if reserved else ''}"
