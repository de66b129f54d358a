"""Transforms of request bodies and responses: one kind of body for each that is read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from specproof.document.references import escape
from specproof.generation.normalisation.draft import SCHEMA_PREFIX, Draft, Entry, children, slots
from specproof.generation.normalisation.media import (
    BYTES,
    FORM,
    JSON,
    MULTIPART,
    TEXT,
    chosen,
    essence,
    kind,
    status,
)

__all__ = ["binary_only_where_sent", "request_media_types", "response_media_types", "status_codes"]

_NO_BODY = frozenset({"204", "205", "304"})
_FILE = {"type": "string", "format": "binary"}
_ORDER = (JSON, FORM, MULTIPART, BYTES, TEXT)


def status_codes(draft: Draft) -> Iterator[str]:
    """Write status keys as the generator reads them; ``2xx`` is ``2XX``."""
    for entry in draft.entries:
        responses: dict[str, Any] = {}
        for key, response in entry.node["responses"].items():
            place = f"{entry.pointer}/responses/{escape(key)}"
            made = status(key)
            if made is None or made in responses:
                draft.leave_out(
                    f"{entry.label}: response {key}", place, "its key is no status code or range"
                )
            else:
                responses[made] = response
            if made != key:
                yield place
        entry.node["responses"] = responses


def response_media_types(draft: Draft) -> Iterator[str]:
    """Keep one media type of each response: JSON, else text, else bytes.

    None where HTTP has no body, whatever is described (RFC 9110 9.3.2, 15.3.5, 15.3.6, 15.4.5).
    """
    for entry in draft.entries:
        for key, response in entry.node["responses"].items():
            place = f"{entry.pointer}/responses/{escape(key)}/content"
            found = chosen(response["content"])
            if found is None or entry.method == "head" or key in _NO_BODY:
                if found is not None:
                    yield place
                response["content"] = {}
                continue
            media_type, node, read_as = found
            made = {read_as: {"schema": _response_schema(node, read_as)}}
            if read_as == JSON and "schema" not in node:
                # Whatever it is: without a schema the generator would take it for no body.
                made = {JSON: {"schema": {}}}
            changed = list(response["content"]) != [media_type] or essence(media_type) != read_as
            response["content"] = made
            if changed:
                yield place


def _response_schema(node: dict[str, Any], read_as: str) -> dict[str, Any]:
    if read_as == JSON:
        found: dict[str, Any] = node.get("schema", {})
        return found
    return {"type": "string"} if read_as == TEXT else dict(_FILE)


def request_media_types(draft: Draft) -> Iterator[str]:
    """Keep one media type of each kind of body that a caller can tell apart by type."""
    for entry in draft.entries:
        body = entry.node.get("requestBody")
        if body is None:
            continue
        before = list(body["content"])
        made = _bodies(draft, entry, body["content"])
        if made:
            body["content"] = made
        else:
            del entry.node["requestBody"]
        if before != list(made):
            yield f"{entry.pointer}/requestBody/content"


def _bodies(draft: Draft, entry: Entry, content: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    kept: dict[str, tuple[str, Any]] = {}
    ranked = sorted(
        content.items(), key=lambda pair: (_ORDER.index(_kind(pair)), essence(pair[0]) != JSON)
    )
    for media_type, node in ranked:
        read_as = _kind((media_type, node))
        schema = _body_schema(draft, node.get("schema"), read_as)
        shape = _shape(draft, schema, read_as)
        rival = next(
            (
                other
                for other, (known, taken) in kept.items()
                if known == shape
                or "any" in (known, shape)
                or (other == read_as and taken == schema)
            ),
            None,
        )
        if rival is not None:
            if kept[rival][1] != schema or rival != read_as:
                draft.leave_out(
                    f"{entry.label}: request body as {media_type}",
                    f"{entry.pointer}/requestBody/content/{escape(media_type)}",
                    f"its type can not be told from that of {rival}",
                    "remove the media types that are not wanted",
                )
            continue
        kept[read_as] = (shape, schema)
        sent = read_as if "*" in media_type or read_as == MULTIPART else media_type
        if read_as in {BYTES, TEXT}:
            draft.overrides[sent] = BYTES
        elif sent.lower() != sent or read_as != essence(sent):
            draft.overrides[sent] = read_as
        made[sent] = {"schema": schema}
    return made


def _kind(pair: tuple[str, Any]) -> str:
    found = kind(pair[0], pair[1].get("schema"))
    return BYTES if found == TEXT else found


def _body_schema(draft: Draft, schema: Any, read_as: str) -> dict[str, Any]:
    if read_as == BYTES:
        return dict(_FILE)
    found: dict[str, Any] = {} if schema is None else schema
    if read_as == JSON:
        return found
    target = draft.component(found)
    is_object = target.get("type") == "object" or "properties" in target or "allOf" in target
    return found if is_object else {"type": "object"}


def _shape(draft: Draft, schema: dict[str, Any], read_as: str) -> str:
    """Return what tells a body from others: its component, its kind of type, or its place."""
    if read_as == BYTES:
        return "file"
    if "$ref" in schema:
        return str(schema["$ref"])
    target = draft.component(schema)
    if target.get("type") == "array":
        return "array"
    return (
        f"inline {read_as}" if target.get("type") == "object" or "properties" in target else "any"
    )


def binary_only_where_sent(draft: Draft) -> Iterator[str]:
    """Take ``format: binary`` for text in JSON, which has no bytes."""
    sent: set[str] = set()
    waiting = [
        node["schema"]
        for entry in draft.entries
        for media_type, node in entry.node.get("requestBody", {"content": {}})["content"].items()
        if essence(media_type) == MULTIPART
    ]
    spared = {id(node) for node in waiting}
    while waiting:
        node = waiting.pop()
        if "$ref" in node:
            name = node["$ref"].removeprefix(SCHEMA_PREFIX)
            if name in sent or name not in draft.schemas:
                continue
            sent.add(name)
            node = draft.schemas[name]
        spared.add(id(node))
        waiting += [holder[key] for _, holder, key in children("", node)]
    for pointer, holder, key in _json(draft):
        node = holder[key]
        if node.get("format") == "binary" and id(node) not in spared:
            del node["format"]
            yield f"{pointer}/format"


def _json(draft: Draft) -> Iterator[tuple[str, Any, Any]]:
    for pointer, holder, key in slots(draft):
        in_media = f"/content/{escape(BYTES)}/schema"
        whole = pointer.endswith("/schema") and "/content/" in pointer
        if not (whole and (in_media in pointer or holder[key] == _FILE)):
            yield pointer, holder, key
