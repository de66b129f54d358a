"""The document that an argument names: a file, an API of the catalog, or either at a revision."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from specproof.document.limits import Limits
from specproof.errors import InputError
from specproof.text import one_line

__all__ = ["API_NAME", "Source", "read_source", "shown", "source_at", "source_of"]

API_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
"""What can name an API; the catalog, which says the same, takes long to load."""


class Source(NamedTuple):
    """One document to compare.

    Attributes:
        name: what reports and errors call it: a file name, with ``@REV`` where it is an old one.
        data: its bytes.
    """

    name: str
    data: bytes


def read_source(argument: str) -> Source:
    """Return the document that an argument of the command line names.

    ``FILE``; ``API``, the published document of an API of the catalog; ``FILE@REV`` and
    ``API@REV``, the same as committed in a revision of git. A file of that very name goes first.

    Raises:
        InputError: there is no such API, repository or revision, or no such file in it.
        CouldNotCheckError: git is missing or the clone is shallow.
        OSError: there is no such file.
    """
    path = Path(argument)
    if path.is_file():
        return source_of(path, argument)
    for left, revision in _splits(argument):
        if Path(left).is_file():
            return source_at(Path(left), revision)
    name, sign, revision = argument.partition("@")
    if sign and API_NAME.fullmatch(name) and (place := _published(name)) is not None:
        return source_at(place, revision)
    left, _, revision = argument.rpartition("@")
    if sign:
        # The file may be gone by now, so only the repository can tell.
        return source_at(Path(left), revision)
    if API_NAME.fullmatch(argument) and not path.exists():
        return source_of(_api(argument))
    return source_of(path, argument)


def source_of(path: Path, name: str | None = None) -> Source:
    """Return the document in a file as it stands in the work tree.

    Raises:
        OSError: there is no such file.
    """
    # One byte more than is allowed is refused by who parses it, whatever the file is.
    with path.open("rb") as file:
        return Source(name or shown(path), file.read(Limits().max_bytes + 1))


def source_at(path: Path, revision: str) -> Source:
    """Return the document in a file as committed in a revision.

    Raises:
        InputError: there is no repository, no such revision, or no such file in it.
        CouldNotCheckError: git is missing or the clone is shallow.
    """
    from specproof.regression.revisions import Repository

    repository = Repository.around(path)
    data = repository.content(path, repository.commit(revision))
    if data is None:
        raise InputError(
            f"is not in revision {one_line(revision, 60)}",
            file=one_line(shown(path)),
            remedy="name a revision that has it, see git log -- FILE",
        )
    return Source(f"{shown(path)}@{revision}", data)


def _splits(argument: str) -> Iterator[tuple[str, str]]:
    """Yield what is before and after each ``@``; both a path and a revision may have more."""
    for found in re.finditer("@", argument):
        yield argument[: found.start()], argument[found.end() :]


def _published(name: str) -> Path | None:
    """Return where the published document of an API is or was, or None without a catalog."""
    from specproof.catalog import open_catalog

    try:
        return open_catalog().specs / name / "published.yaml"
    except InputError:
        return None


def _api(name: str) -> Path:
    from specproof.catalog import open_catalog

    try:
        return open_catalog().get(name).published
    except InputError as error:
        raise InputError(
            f"{name}: there is neither a file nor an API of this name; {one_line(str(error), 500)}"
        ) from None


def shown(path: Path) -> str:
    """Return the path as it is named from the working directory, where it is below that."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
