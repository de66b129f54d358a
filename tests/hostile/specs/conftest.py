from __future__ import annotations

from collections.abc import Iterator

import pytest
from hostile_check import Surroundings, surroundings
from warm_process import WarmProcess


@pytest.fixture(scope="session")
def process() -> Iterator[WarmProcess]:
    """Return the process that forks for each document."""
    with WarmProcess() as started:
        yield started


@pytest.fixture(scope="session")
def around(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surroundings]:
    """Return a listener, a canary file and a FIFO, and a folder for the documents."""
    folder = tmp_path_factory.mktemp("outside") / "inside"
    folder.mkdir()
    with surroundings(folder) as made:
        yield made
