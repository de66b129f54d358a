"""What a site's ``llms.txt`` offers for vendoring (the llms.txt proposal, llmstxt.org)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urldefrag, urljoin, urlsplit

from markdown_it import MarkdownIt

from specproof.errors import InputError, SpecproofError, UpstreamError
from specproof.vendoring.answers import check_answer
from specproof.vendoring.fetch import Fetcher, check_url
from specproof.vendoring.page import SPEC_SUFFIXES
from specproof.vendoring.source import Source, extract_source, get

__all__ = ["Candidate", "discover", "links"]

_MAX_INDEX_BYTES = 8 * 1024 * 1024
_PAGE_SUFFIXES = (".md", ".mdx", ".markdown", ".txt")
_REFERENCE = re.compile(
    r"(?:api|apis|api-reference|reference|rest|endpoints?|openapi|swagger)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A page that might be vendored.

    Attributes:
        operation: ``METHOD /path`` that it documents; None unless it was probed.
        probed: it was fetched and can be vendored.
    """

    title: str
    url: str
    operation: str | None = None
    probed: bool = False


def discover(
    url: str, fetcher: Fetcher, *, probe: bool = False, max_pages: int = 50
) -> tuple[Candidate, ...]:
    """Return the API pages that ``llms.txt`` of the site ``url`` lists, in its order.

    Listed is what stands on the same host and looks like an API reference: a Markdown page
    below a folder such as ``reference`` or ``api``, or a YAML or JSON file. With ``probe``
    the first ``max_pages`` of them are fetched, and those that can be vendored remain.

    Raises:
        InputError, UpstreamError, CouldNotCheckError: the index can not be had.
    """
    index = url if urlsplit(url).path.lower().endswith(".txt") else f"{url.rstrip('/')}/llms.txt"
    answer = fetcher.fetch(index)
    body = answer.body or b""
    check_answer(body, answer.media_type, url=index, final_url=answer.final_url)
    if len(body) > _MAX_INDEX_BYTES:
        raise UpstreamError(f"is larger than {_MAX_INDEX_BYTES} bytes", file=index)
    found = links(body.decode("utf-8", "replace"), answer.final_url)
    if not probe:
        return found
    probed = (_probed(candidate, fetcher) for candidate in found[:max_pages])
    return tuple(candidate for candidate in probed if candidate is not None)


def links(text: str, base: str) -> tuple[Candidate, ...]:
    """Return the candidates among the links of the Markdown ``text`` found at ``base``."""
    host = urlsplit(base).netloc
    found: dict[str, Candidate] = {}
    for block in MarkdownIt("commonmark").parse(text):
        target: str | None = None
        title = ""
        for token in block.children or ():
            if token.type == "link_open":
                target, title = str(token.attrs.get("href", "")), ""
            elif token.type == "link_close" and target is not None:
                url = urldefrag(urljoin(base, target)).url
                if urlsplit(url).netloc == host and _looks_like_api(url):
                    found.setdefault(url, Candidate(title=title or url, url=url))
                target = None
            elif target is not None:
                title += token.content
    return tuple(found.values())


def _looks_like_api(url: str) -> bool:
    try:
        check_url(url)
    except InputError:
        return False
    path = urlsplit(url).path
    if path.lower().endswith(SPEC_SUFFIXES):
        return True
    return path.lower().endswith(_PAGE_SUFFIXES) and any(
        _REFERENCE.fullmatch(segment) for segment in path.split("/")[:-1]
    )


def _probed(candidate: Candidate, fetcher: Fetcher) -> Candidate | None:
    try:
        part = extract_source(get(Source(candidate.url), fetcher))
    except SpecproofError:
        # Not usable, whatever the reason: that is the answer to the question asked here.
        return None
    return Candidate(candidate.title, candidate.url, part.operation, probed=True)
