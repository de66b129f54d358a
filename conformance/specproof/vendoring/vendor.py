"""Pages in, ``pages/``, ``published.yaml`` and ``source.toml`` out."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from specproof import document
from specproof.catalog import Api, Catalog, Page, check_name
from specproof.document import openapi
from specproof.errors import InputError
from specproof.files import write_atomic
from specproof.model import JsonObject
from specproof.vendoring.answers import check_loss
from specproof.vendoring.check import published_bytes
from specproof.vendoring.fetch import Fetcher
from specproof.vendoring.merge import merge
from specproof.vendoring.page import Extracted
from specproof.vendoring.source import Got, Source, extract_source, file_name, get, source_toml

__all__ = ["LICENCE_NOTE", "Vendored", "vendor"]

LICENCE_NOTE = (
    "The text of the pages and the specification belong to the vendor; "
    "they are kept as published, for interoperability testing."
)
"""Stands in ``source.toml`` unless the user says something else."""


@dataclass(frozen=True, slots=True)
class Vendored:
    """What vendoring did.

    Attributes:
        changed: files that were written or removed, relative to the folder of the API.
        operations: ``METHOD /path`` of all operations, sorted.
        added: those that were not there before.
        removed: those that are gone.
    """

    api: Api
    changed: tuple[str, ...]
    operations: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]


def vendor(
    catalog: Catalog,
    name: str,
    sources: Sequence[Source] = (),
    *,
    title: str | None = None,
    licence_note: str | None = None,
    max_loss: float = 0.5,
    fetcher: Fetcher | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Vendored:
    """Vendor ``sources``, which are all the pages of the API ``name``, in this order.

    Without ``sources`` the URLs of ``source.toml`` are vendored again. Nothing is written
    before everything has been fetched and accepted; a kill while writing leaves files that
    ``catalog.verify`` refuses and that the next call mends.

    Args:
        title: of the API, for people; that of before or ``info.title`` without it.
        max_loss: share of the published operations that may vanish, 0 to 1.

    Raises:
        InputError: wrong name or source, or pages that contradict each other.
        UpstreamError: an answer that can not be used.
        CouldNotCheckError: a source is out of reach.
    """
    check_name(name)
    with _locked(catalog.specs / name) as folder:
        before = catalog.get(name) if name in catalog.names() else None
        pages, parts, bodies = _collect(
            sources or _known_sources(name, before), before, fetcher or Fetcher(), now()
        )
        merged = merge(parts)
        old = _published_operations(before)
        new = _operations(merged)
        check_loss(
            old,
            new,
            max_loss=max_loss,
            name=parts[0].name if len(parts) == 1 else name,
            force_hint="give a larger --max-loss if they are meant to be gone",
        )
        published = published_bytes(merged)
        info = cast(JsonObject, merged["info"])
        api = Api(
            name=name,
            title=title or (before.title if before else "") or str(info.get("title", name)),
            folder=folder,
            pages=pages,
            licence_note=licence_note or (before.licence_note if before else "") or LICENCE_NOTE,
            spec_sha256=document.digest(published),
        )
        changed = _write(api, bodies, published)
    return Vendored(
        api, changed, tuple(sorted(new)), tuple(sorted(new - old)), tuple(sorted(old - new))
    )


def _known_sources(name: str, before: Api | None) -> list[Source]:
    if before is None or not before.pages:
        raise InputError(
            f"{name} has no pages yet", remedy="name their URLs or files after the API"
        )
    for page in before.pages:
        if not page.url:
            raise InputError(
                f"{page.file} has no URL to be vendored from again",
                file=str(before.source),
                remedy="name the source of every page",
            )
    return [Source(page.url) for page in before.pages]


def _collect(
    sources: Sequence[Source], before: Api | None, fetcher: Fetcher, now: datetime
) -> tuple[tuple[Page, ...], list[Extracted], dict[str, bytes]]:
    pages: list[Page] = []
    parts: list[Extracted] = []
    bodies: dict[str, bytes] = {}
    known = {page.url: page for page in before.pages if page.url} if before else {}
    kept = {page.file for page in known.values()}
    for source in sources:
        prior = known.pop(source.public_url, None)
        got = get(source, fetcher, known=_committed(before, prior))
        part = extract_source(got)
        sha256 = document.digest(got.body)
        if prior is not None and Path(prior.file).suffix == got.suffix:
            file = prior.file
        else:
            file = file_name(got, {*bodies, *kept})
        if prior is not None and prior.sha256 == sha256 and prior.file == file:
            page = replace(prior, spec_name=part.spec_name, operation=part.operation)
        else:
            page = _page(file, got, part, sha256, now)
        pages.append(page)
        parts.append(part)
        bodies[file] = got.body
    return tuple(pages), parts, bodies


def _page(file: str, got: Got, part: Extracted, sha256: str, now: datetime) -> Page:
    return Page(
        file=file,
        url=got.source.public_url,
        retrieved=now.astimezone(UTC).replace(microsecond=0),
        media_type=got.media_type,
        sha256=sha256,
        etag=got.etag,
        spec_name=part.spec_name,
        operation=part.operation,
    )


def _committed(before: Api | None, page: Page | None) -> tuple[Page, bytes] | None:
    """Return the committed page with its bytes, if they are the ones that were vendored."""
    if before is None or page is None:
        return None
    path = before.folder / page.file
    body = path.read_bytes() if path.is_file() else b""
    return (page, body) if document.digest(body) == page.sha256 else None


def _published_operations(before: Api | None) -> frozenset[str]:
    if before is None or not before.published.is_file():
        return frozenset()
    return _operations(document.read(before.published))


def _operations(spec: JsonObject) -> frozenset[str]:
    return frozenset(f"{item.method} {item.path}" for item in openapi.operations(spec))


def _write(api: Api, bodies: dict[str, bytes], published: bytes) -> tuple[str, ...]:
    # source.toml holds the hashes of all the others and is written last: until then the old
    # hashes, or none, stand beside new files, and catalog.verify refuses the mixture.
    files = {**bodies, api.published.name: published, api.source.name: source_toml(api)}
    changed = [file for file, data in files.items() if write_atomic(api.folder / file, data)]
    for path in sorted((api.folder / "pages").iterdir()):
        file = f"pages/{path.name}"
        if file not in bodies and path.is_file():
            path.unlink()
            changed.append(file)
    return tuple(changed)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[Path]:
    """Hold ``folder`` against a second vendor; a folder that stays empty is taken away again."""
    fresh = not folder.parent.exists()
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InputError(
                "is being changed by another process", file=str(folder), remedy="wait for it"
            ) from error
        yield folder
    finally:
        with contextlib.suppress(OSError):
            folder.rmdir()
            if fresh:
                folder.parent.rmdir()
        os.close(descriptor)
