"""Reading one source, and the names and ``source.toml`` that the result gets."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from urllib.parse import unquote, urlsplit

import tomlkit

from specproof.catalog import Api, Page
from specproof.errors import InputError, LimitError, UpstreamError
from specproof.vendoring.answers import check_answer
from specproof.vendoring.fetch import Fetcher, check_url, is_url
from specproof.vendoring.page import SPEC_SUFFIXES, Extracted, extract

__all__ = ["Got", "Source", "extract_source", "file_name", "get", "source_toml"]

_PAGE_SUFFIXES = (".md", ".mdx", ".markdown")
_SPEC_START = re.compile(
    rb"\A(?:\xef\xbb\xbf)?(?:[ \t]*(?:#[^\n]*)?\r?\n)*+(?:---\s+)?[\"']?(?:openapi|swagger|\{)"
)


@dataclass(frozen=True, slots=True)
class Source:
    """What to vendor.

    Attributes:
        location: URL or path of a file.
        url: public URL of a page that comes from a file; "" where nobody says.
    """

    location: str
    url: str = ""

    @property
    def public_url(self) -> str:
        """The URL that ``source.toml`` gets, or ""."""
        return self.location if is_url(self.location) else self.url


@dataclass(frozen=True, slots=True)
class Got:
    """The bytes of a source.

    Attributes:
        suffix: ``.md`` for a page, ``.yaml`` or ``.json`` for a whole document.
        unchanged: the server said that the committed bytes still stand.
    """

    source: Source
    body: bytes
    media_type: str
    etag: str | None
    suffix: str
    unchanged: bool = False


def get(source: Source, fetcher: Fetcher, *, known: tuple[Page, bytes] | None = None) -> Got:
    """Return the bytes of ``source``, fetched or read from its file.

    Args:
        known: the page as committed, with its bytes, which may save fetching it again.

    Raises:
        InputError, UpstreamError, LimitError, CouldNotCheckError: as ``Fetcher.fetch``.
    """
    if not is_url(source.location):
        if source.url:
            check_url(source.url)
        return _from_file(source, fetcher.max_bytes)
    answer = fetcher.fetch(source.location, etag=known[0].etag if known else None)
    if answer.body is None and known is not None:
        page, body = known
        return Got(source, body, page.media_type, page.etag, Path(page.file).suffix, unchanged=True)
    body = answer.body or b""
    check_answer(body, answer.media_type, url=source.location, final_url=answer.final_url)
    suffix = _suffix(urlsplit(source.location).path, answer.media_type, body)
    return Got(source, body, answer.media_type, answer.etag, suffix)


def extract_source(got: Got) -> Extracted:
    """Return the document in ``got``; what a server gave wrong is an UpstreamError."""
    name = got.source.location
    try:
        return extract(got.body, name=name, whole=got.suffix in SPEC_SUFFIXES)
    except (LimitError, UpstreamError):
        raise
    except InputError as error:
        if is_url(name):
            raise UpstreamError(
                error.problem, file=name, line=error.line, remedy=error.remedy
            ) from error
        raise


def file_name(got: Got, used: Collection[str]) -> str:
    """Return ``pages/<name>`` for ``got``: its last path segment as words, and not in ``used``."""
    segments = unquote(urlsplit(got.source.public_url or got.source.location).path).split("/")
    last = next((segment for segment in reversed(segments) if segment), "")
    if "." in last:
        last = last.rpartition(".")[0]
    slug = re.sub(r"[^a-z0-9]+", "-", last.lower()).strip("-")[:80].strip("-") or "page"
    candidate, number = f"pages/{slug}{got.suffix}", 1
    while candidate in used:
        number += 1
        candidate = f"pages/{slug}-{number}{got.suffix}"
    return candidate


def source_toml(api: Api) -> bytes:
    """Return the bytes of ``source.toml`` for ``api``."""
    made = tomlkit.document()
    made.add(tomlkit.comment("Written by specproof vendor; do not edit."))
    head = tomlkit.table()
    head.update({"name": api.name, "title": api.title, "licence_note": api.licence_note})
    made.add("api", head)
    pages = tomlkit.aot()
    for page in api.pages:
        table = tomlkit.table()
        for field in ("file", "url", "media_type", "sha256", "etag", "spec_name", "operation"):
            value = getattr(page, field)
            if value is not None:
                table.add(field, value)
            if field == "url":
                table.add("retrieved", page.retrieved.astimezone(UTC).replace(microsecond=0))
        pages.append(table)
    made.add("page", pages)
    spec = tomlkit.table()
    spec.update({"file": api.published.name, "sha256": api.spec_sha256})
    made.add("spec", spec)
    return tomlkit.dumps(made).encode()


def _from_file(source: Source, limit: int) -> Got:
    path = Path(source.location)
    try:
        with path.open("rb") as stream:
            body = stream.read(limit + 1)
    except OSError as error:
        raise InputError(f"can not be read: {error.strerror}", file=str(path)) from error
    if len(body) > limit:
        raise LimitError(f"is larger than {limit} bytes", file=str(path))
    check_answer(body, "", url=str(path))
    suffix = _suffix(path.name, "", body)
    media_type = {".md": "text/markdown", ".json": "application/json"}.get(
        suffix, "application/yaml"
    )
    return Got(source, body, media_type, None, suffix)


def _suffix(path: str, media_type: str, body: bytes) -> str:
    """Return how the stored file's name ends, by name, then media type, then content."""
    name = path.lower()
    if name.endswith(_PAGE_SUFFIXES):
        return ".md"
    whole = name.endswith(SPEC_SUFFIXES) or (
        "markdown" not in media_type
        and ("yaml" in media_type or "json" in media_type or _SPEC_START.match(body) is not None)
    )
    if not whole:
        return ".md"
    return ".json" if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") else ".yaml"
