from __future__ import annotations

from collections.abc import Iterator

import pytest
from loopback import Site, serve

from specproof.vendoring import Fetcher


@pytest.fixture
def site() -> Iterator[Site]:
    """Return a real HTTP server on loopback."""
    with serve() as running:
        yield running


@pytest.fixture
def fetcher() -> Fetcher:
    """Return a fetcher that does not wait between its attempts."""
    return Fetcher(backoff=0, timeout=5)
