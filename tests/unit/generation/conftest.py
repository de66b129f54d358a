from __future__ import annotations

from pathlib import Path

import pytest
from generation_cases import SPECS

from specproof.generation import Generated, build_client, source_of_file


@pytest.fixture(scope="session")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    """Return the client of a description that uses much of what OpenAPI offers."""
    folder: Path = tmp_path_factory.mktemp("wide") / "wide-client"
    folder.mkdir()
    return build_client(source_of_file(SPECS / "wide.yaml"), folder)
