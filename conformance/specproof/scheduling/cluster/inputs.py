"""Whether client and worker look at the same files of an API."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from specproof.catalog import Catalog, open_catalog

__all__ = ["inputs_digest"]


def inputs_digest(api: str, root: Path | None = None) -> str:
    """Return the SHA-256 of every file that decides a run of ``api``.

    These are the folder under ``specs/``, the stored requests and the recordings; where they lie
    makes no difference, so that a checkout and an installed package are the same.

    Args:
        root: folder with ``specs/`` in it, None for the one that the surroundings name.

    Raises:
        InputError: there is no such API, or no catalog.
    """
    catalog = open_catalog(root)
    found = hashlib.sha256()
    for name, path in _files(catalog, api):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        found.update(f"{name}\0{content}\n".encode())
    return found.hexdigest()


def _files(catalog: Catalog, api: str) -> Iterator[tuple[str, Path]]:
    folders = {
        "specs": catalog.get(api).folder,
        "corpus": catalog.corpus / api,
        "recordings": catalog.recordings / api,
    }
    for kind, folder in folders.items():
        paths = sorted(folder.rglob("*")) if folder.is_dir() else []
        for path in paths:
            name = path.relative_to(folder).as_posix()
            if path.is_file() and not any(part.startswith(".") for part in name.split("/")):
                yield f"{kind}/{name}", path
