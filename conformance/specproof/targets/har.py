"""Recordings: HAR 1.2 files whose every entry says where it came from.

Beside the fields of HAR (http://www.softwareishard.com/blog/har-12-spec/) an entry has a
custom field ``_specproof`` with ``operation``, ``provenance`` and what the checks may rely on,
and a request body that is no UTF-8 has ``_encoding``: HAR encodes the bodies of responses only.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from specproof.document import parse
from specproof.errors import InputError
from specproof.model import Headers, Request, Response
from specproof.text import one_line

__all__ = ["PROVENANCES", "Provenance", "Recorded", "read_recordings", "to_har"]

PROVENANCES = {
    "live-run": "recorded from the real API by specproof record",
    "emulated-run": "recorded from our emulator; says nothing about the vendor",
    "documentation-example": "an example that the vendor's documentation shows",
    "public-report": "pasted by somebody in a public place",
}
"""Kinds of provenance and what each is worth."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Pair(_Strict):
    name: str
    value: str


class _PostData(_Strict):
    text: str = ""
    encoding: str | None = Field(default=None, alias="_encoding")


class _Request(_Strict):
    method: str
    url: str
    headers: list[_Pair] = []
    postData: _PostData | None = None  # noqa: N815 - the name that HAR gives it


class _Content(_Strict):
    text: str = ""
    encoding: str | None = None


class _Response(_Strict):
    status: int = Field(ge=100, le=999)
    headers: list[_Pair] = []
    content: _Content = _Content()


class Provenance(BaseModel):
    """Where an entry came from.

    Attributes:
        kind: one of ``PROVENANCES``.
        source: URL or name of the place, so that anybody can look it up.
        date: when it was recorded or published there, as far as known.
        note: what a reader has to know, e.g. that it was seen on a sibling operation.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    source: str
    date: str
    note: str = ""


class _Extension(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    operation: str
    provenance: Provenance
    expects: str | None = None
    facts: dict[str, str] = {}


class _Entry(_Strict):
    request: _Request
    response: _Response
    extension: _Extension = Field(alias="_specproof")


class _Log(_Strict):
    version: str
    entries: list[_Entry]


class _Har(_Strict):
    log: _Log


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recorded exchange."""

    id: str
    operation: str
    request: Request
    response: Response
    provenance: Provenance
    expects: str | None = None
    facts: dict[str, str] = field(default_factory=dict)


def read_recordings(folder: Path) -> tuple[Recorded, ...]:
    """Return the entries of every ``*.har`` file of one API, files in order of their names.

    Raises:
        InputError: a file is no HAR 1.2, or an entry lacks its provenance.
    """
    found: dict[str, Recorded] = {}
    for path in sorted(folder.glob("*.har")):
        for entry in _entries(path):
            recorded = _recorded(entry, path)
            if recorded.id in found:
                raise InputError(f"the id {recorded.id} is taken twice", file=str(path))
            found[recorded.id] = recorded
    return tuple(found.values())


def to_har(entries: Sequence[Recorded], version: str) -> dict[str, Any]:
    """Return entries as a HAR 1.2 document, in the order of their ids."""
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "specproof", "version": version},
            "entries": [_as_entry(item) for item in sorted(entries, key=lambda item: item.id)],
        }
    }


def _entries(path: Path) -> list[_Entry]:
    try:
        har = _Har.model_validate(parse(path.read_bytes(), name=str(path)))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InputError(
            f"{one_line(place)}: {first['msg'].lower()}",
            file=str(path),
            remedy="an entry is HAR 1.2 with _specproof: {id, operation, provenance}",
        ) from None
    if har.log.version != "1.2":
        raise InputError("is no HAR 1.2", file=str(path))
    return har.log.entries


def _recorded(entry: _Entry, path: Path) -> Recorded:
    extension = entry.extension
    if extension.provenance.kind not in PROVENANCES:
        raise InputError(
            f"{extension.id} has an unknown kind of provenance",
            file=str(path),
            remedy=f"use one of {', '.join(PROVENANCES)}",
        )
    body = _body(entry.response.content, extension.id, path)
    posted = entry.request.postData
    return Recorded(
        id=extension.id,
        operation=extension.operation,
        request=Request(
            entry.request.method,
            entry.request.url,
            _headers(entry.request.headers),
            b"" if posted is None else _body(posted, extension.id, path),
        ),
        response=Response(entry.response.status, _headers(entry.response.headers), body, body),
        provenance=extension.provenance,
        expects=extension.expects,
        facts=extension.facts,
    )


def _body(content: _Content | _PostData, name: str, path: Path) -> bytes:
    if content.encoding is None:
        return content.text.encode()
    if content.encoding != "base64":
        raise InputError(f"{name} has a body in an unknown encoding", file=str(path))
    try:
        return base64.b64decode(content.text, validate=True)
    except (binascii.Error, ValueError):
        raise InputError(f"{name} has a body that is no base64", file=str(path)) from None


def _written(body: bytes, marker: str) -> dict[str, str]:
    """Return a body as text, or as base64 with its encoding under ``marker``."""
    try:
        return {"text": body.decode("utf-8")}
    except UnicodeDecodeError:
        return {"text": base64.b64encode(body).decode("ascii"), marker: "base64"}


def _headers(pairs: list[_Pair]) -> Headers:
    return tuple((pair.name, pair.value) for pair in pairs)


def _as_entry(item: Recorded) -> dict[str, Any]:
    content = _written(item.response.raw, "encoding")
    media = item.response.header("content-type") or ""
    extension: dict[str, Any] = {
        "id": item.id,
        "operation": item.operation,
        "provenance": item.provenance.model_dump(exclude_defaults=True),
    }
    if item.expects is not None:
        extension["expects"] = item.expects
    if item.facts:
        extension["facts"] = dict(sorted(item.facts.items()))
    posted = {
        "mimeType": item.request.header("content-type") or "",
        **_written(item.request.body, "_encoding"),
    }
    return {
        "startedDateTime": f"{item.provenance.date}T00:00:00Z",
        "time": 0,
        "request": {
            "method": item.request.method,
            "url": item.request.url,
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": [{"name": n, "value": v} for n, v in item.request.headers],
            "queryString": [],
            **({"postData": posted} if item.request.body else {}),
            "headersSize": -1,
            "bodySize": len(item.request.body),
        },
        "response": {
            "status": item.response.status,
            "statusText": "",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": [{"name": n, "value": v} for n, v in item.response.headers],
            "content": {"size": len(item.response.raw), "mimeType": media, **content},
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": len(item.response.raw),
        },
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
        "_specproof": extension,
    }
