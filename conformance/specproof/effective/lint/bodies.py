"""The object schemas that bodies of responses follow, where they stand in the document."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote

from specproof.effective.lint.subject import Subject
from specproof.effective.queries import Location
from specproof.model import Json, JsonObject

__all__ = ["error_schemas", "json_media_type", "success_schemas"]


def error_schemas(subject: Subject) -> Iterator[tuple[Location, JsonObject]]:
    """Yield the object schemas at the top of error bodies, each place once."""
    yield from _schemas(subject, error=True)


def success_schemas(subject: Subject) -> Iterator[tuple[Location, JsonObject]]:
    """Yield the object schemas in bodies of other responses, at any depth, each place once."""
    errors = {location for location, _ in _schemas(subject, error=True)}
    for location, schema in _schemas(subject, error=False):
        if location not in errors:
            yield location, schema


def json_media_type(name: str) -> bool:
    """Return whether media type ``name`` is JSON (RFC 6839, section 3.1: the suffix ``+json``)."""
    essence = name.split(";", maxsplit=1)[0].strip().lower()
    return essence == "application/json" or essence.endswith("+json")


def _schemas(subject: Subject, *, error: bool) -> Iterator[tuple[Location, JsonObject]]:
    seen: set[Location] = set()
    for operation in subject.operations:
        responses = operation.node.get("responses")
        for status, raw in responses.items() if isinstance(responses, dict) else ():
            if (status[:1] in {"4", "5"} or status == "default") is not error:
                continue
            start = (*subject.location(operation), "responses", status)
            for place, media in _media(subject, start, raw):
                top = (*place, "schema")
                yield from _below(subject, top, media.get("schema"), seen, deep=not error)


def _media(
    subject: Subject, location: Location, response: Json
) -> Iterator[tuple[Location, JsonObject]]:
    place, value = _followed(subject, location, response)
    content = value.get("content")
    for name, media in content.items() if isinstance(content, dict) else ():
        if json_media_type(name) and isinstance(media, dict):
            yield (*place, "content", name), media


def _below(
    subject: Subject, location: Location, schema: Json, seen: set[Location], *, deep: bool
) -> Iterator[tuple[Location, JsonObject]]:
    place, value = _followed(subject, location, schema)
    if place in seen or not value:
        return
    seen.add(place)
    if value.get("type") == "object" or "properties" in value:
        yield place, value
    for part in _parts(value, deep=deep):
        yield from _below(subject, (*place, *part), _at(value, part), seen, deep=deep)


def _parts(schema: JsonObject, *, deep: bool) -> Iterator[Location]:
    for keyword in ("oneOf", "anyOf"):
        branches = schema.get(keyword)
        for index in range(len(branches) if isinstance(branches, list) else 0):
            yield keyword, index
    properties = schema.get("properties")
    if deep:
        for name in properties if isinstance(properties, dict) else ():
            yield "properties", name
        if "items" in schema:
            yield ("items",)


def _at(node: Json, location: Location) -> Json:
    for step in location:
        if isinstance(node, dict):
            node = node[str(step)]
        elif isinstance(node, list):
            node = node[int(step)]
    return node


def _followed(subject: Subject, location: Location, node: Json) -> tuple[Location, JsonObject]:
    """Return where ``node`` stands once its references are followed, and what stands there."""
    while isinstance(node, dict) and isinstance(reference := node.get("$ref"), str):
        location = tuple(
            part.replace("~1", "/").replace("~0", "~")
            for part in unquote(reference).removeprefix("#").split("/")[1:]
        )
        node = _at(subject.document, location)
    return location, node if isinstance(node, dict) else {}
