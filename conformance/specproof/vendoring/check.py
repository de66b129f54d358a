"""Is the committed result still what its sources give?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from specproof import document
from specproof.catalog import Api, verify
from specproof.errors import CouldNotCheckError, StaleError
from specproof.model import JsonObject
from specproof.vendoring.fetch import Fetcher
from specproof.vendoring.merge import merge
from specproof.vendoring.page import SPEC_SUFFIXES, Extracted, extract
from specproof.vendoring.source import Source, extract_source, get

__all__ = ["Move", "build_published", "check", "published_bytes", "upstream_moves"]

_HEADER = b"# Taken from pages/ by specproof vendor; never edited by hand.\n"


@dataclass(frozen=True, slots=True)
class Move:
    """A page that upstream has changed since it was vendored.

    Attributes:
        contract: the OpenAPI document changed too, and not only the text around it.
    """

    api: str
    file: str
    url: str
    contract: bool


def published_bytes(merged: JsonObject) -> bytes:
    """Return the bytes of ``published.yaml`` for a merged document."""
    return _HEADER + document.to_yaml(merged)


def build_published(api: Api) -> bytes:
    """Return the bytes that the committed pages of ``api`` give for ``published.yaml``.

    Raises:
        InputError: a page can not be used, or two contradict each other.
    """
    return published_bytes(merge([_committed(api, page.file) for page in api.pages]))


def check(api: Api) -> None:
    """Check ``api`` against ``source.toml`` and its pages; opens no socket.

    An API without pages, added by hand, has nothing to be compared with and passes.

    Raises:
        StaleError: naming the file that is missing, changed or not listed.
    """
    verify(api)
    if api.pages and api.published.read_bytes() != build_published(api):
        raise StaleError(
            "is not what its pages give now",
            file=str(api.published),
            remedy=f"run specproof vendor {api.name}",
        )


def upstream_moves(api: Api, fetcher: Fetcher) -> tuple[Move, ...]:
    """Ask the URL of every page and return the pages that changed; writes nothing.

    Raises:
        StaleError: the committed pages are not the vendored ones to begin with.
        UpstreamError: an answer that could not be vendored.
        CouldNotCheckError: out of reach, or no page has a URL.
    """
    verify(api)
    asked = [page for page in api.pages if page.url]
    if not asked:
        raise CouldNotCheckError(f"{api.source}: no page of {api.name} has a URL to ask")
    moves: list[Move] = []
    for page in asked:
        body = (api.folder / page.file).read_bytes()
        got = get(Source(page.url), fetcher, known=(page, body))
        if document.digest(got.body) == page.sha256:
            continue
        now, then = extract_source(got), _committed(api, page.file)
        moves.append(Move(api.name, page.file, page.url, contract=_differ(now, then)))
    return tuple(moves)


def _committed(api: Api, file: str) -> Extracted:
    path = api.folder / file
    whole = Path(file).suffix in SPEC_SUFFIXES
    return extract(path.read_bytes(), name=str(path), whole=whole)


def _differ(one: Extracted, other: Extracted) -> bool:
    return document.canonical_json(one.document) != document.canonical_json(other.document)
