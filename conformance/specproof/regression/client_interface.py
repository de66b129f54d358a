"""The Python interface of a client: of one on disk, or of one that is generated to compare it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from specproof.document.openapi import version
from specproof.document.references import check_references
from specproof.document.shape import check_shape
from specproof.errors import InputError
from specproof.generation.generator import run_generator
from specproof.generation.interface import Interface, read_interface
from specproof.generation.process import Workers
from specproof.generation.source import ClientSource
from specproof.regression.places import Document

__all__ = ["generated_interface", "package_in", "packaged_interface"]

_NAME = "compared"
_MOST_FILES = 50_000


def package_in(folder: Path) -> str:
    """Return the name of the import package in a project folder, or of the folder itself.

    Raises:
        InputError: the folder holds no generated client.
    """
    if (folder / "api").is_dir() and (folder / "__init__.py").is_file():
        return folder.name
    if folder.is_dir():
        for inner in sorted(folder.iterdir()):
            if (inner / "api").is_dir() and (inner / "__init__.py").is_file():
                return inner.name
    raise InputError(
        "holds no generated client",
        file=str(folder),
        remedy="name the folder that specproof generate wrote",
    )


def packaged_interface(folder: Path) -> Interface:
    """Return the interface of the client in ``folder``; its code is parsed, never run.

    Raises:
        InputError: the folder holds no generated client, or one that can not be read.
    """
    package = package_in(folder)
    root = folder.parent if folder.name == package and (folder / "api").is_dir() else folder
    found = _read(root, package)
    if found is None:
        raise InputError(
            "holds a client that can not be read",
            file=str(folder),
            remedy="generate it again",
        )
    return found


def generated_interface(document: Document, workers: Workers) -> Interface:
    """Return the interface of the client of ``document``, generated aside and thrown away.

    Raises:
        InputError: nothing can be generated.
        LimitError: the generator needed too much memory or time.
    """
    root = document.root
    version(root, name=document.name)
    check_shape(root, name=document.name)
    check_references(root, name=document.name)
    source = ClientSource(
        name=_NAME,
        title=_NAME,
        label=_NAME,
        document=root,
        file=document.name,
        wants_all=False,
    )
    with tempfile.TemporaryDirectory(prefix="specproof-compared-") as scratch:
        folder, work = Path(scratch, "client"), Path(scratch, "work")
        folder.mkdir()
        work.mkdir()
        run_generator(source, folder, work, workers=workers)
        found = _read(folder, source.package)
    if found is None:
        raise InputError("the client of it can not be read", file=document.name)
    return found


def _read(root: Path, package: str) -> Interface | None:
    names = [
        path.relative_to(root).as_posix()
        for path in sorted((root / package).rglob("*.py"))
        if path.is_file() and not path.is_symlink()
    ]
    return read_interface(root, package, names[:_MOST_FILES])
