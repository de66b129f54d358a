from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from generation_cases import SPECS
from model_cases import HARD, PATHS, describe_models, generated

from specproof.generation import Generated, build_client, source_of_file


@pytest.fixture(scope="session")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    """Return the client of a description that uses much of what OpenAPI offers."""
    folder: Path = tmp_path_factory.mktemp("wide") / "wide-client"
    folder.mkdir()
    return build_client(source_of_file(SPECS / "wide.yaml"), folder)


@pytest.fixture(scope="session")
def hard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, ModuleType]]:
    """Yield folder and package of the client of models and calls that are hard on a generator."""
    folder: Path = tmp_path_factory.mktemp("hard") / "hard-client"
    with generated(describe_models(HARD, PATHS), folder, "hard") as package:
        yield folder, package
