"""What a client is generated from: one description, its name, and the hashes of its files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from specproof.catalog import Api
from specproof.document import digest, read
from specproof.document.openapi import version
from specproof.document.references import check_references
from specproof.document.shape import check_shape
from specproof.effective import load
from specproof.errors import InputError
from specproof.model import JsonObject
from specproof.text import one_line

__all__ = ["ClientSource", "source_of_api", "source_of_file"]

_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class ClientSource:
    """One description to generate a client from.

    Attributes:
        name: of the API, kebab-case; the project is ``<name>-client``.
        title: of the API, for people.
        label: where the description is, as the header of every file names it.
        document: the effective spec.
        file: name for error messages.
        hashes: SHA-256 of the files behind it, by role (``published``, ``effective``).
        wants_all: whether a part that can not be generated refuses the whole.
    """

    name: str
    title: str
    label: str
    document: JsonObject
    file: str
    hashes: Mapping[str, str] = field(default_factory=dict)
    wants_all: bool = True

    @property
    def project(self) -> str:
        """Name of the project, ``onesignal-client``."""
        return f"{self.name}-client"

    @property
    def package(self) -> str:
        """Name of the import package, ``onesignal_client``."""
        return self.project.replace("-", "_")


def source_of_api(api: Api) -> ClientSource:
    """Return the effective spec of a catalogued API as a source.

    Raises:
        InputError: the API has no effective spec, or it can not be read.
        StaleError: the effective spec is not what its sources give now.
    """
    return ClientSource(
        name=api.name,
        title=one_line(api.title),
        label=f"specs/{api.name}",
        document=load(api).effective,
        file=f"specs/{api.name}/{api.effective.name}",
        hashes={
            "published": digest(api.published.read_bytes()),
            "effective": digest(api.effective.read_bytes()),
        },
    )


def source_of_file(path: Path) -> ClientSource:
    """Return any OpenAPI 3.0 or 3.1 description as a source.

    Its name comes from the file's, or from its title where that has no letters (``3.1.json``).

    Raises:
        InputError: the file is missing, no OpenAPI description, or holds a reference that
            leads out of it.
    """
    document = read(path)
    version(document, name=str(path))
    check_shape(document, name=str(path))
    check_references(document, name=str(path))
    info = document.get("info")
    stated = info.get("title") if isinstance(info, dict) else None
    title = one_line(stated) if isinstance(stated, str) else ""
    name = _name_of(path, title)
    return ClientSource(
        name=name,
        title=title or name,
        label=f"{name}{path.suffix.lower()}",
        document=document,
        file=str(path),
        hashes={"effective": digest(path.read_bytes())},
        wants_all=False,
    )


def _name_of(path: Path, title: str) -> str:
    for text in (path.stem, title):
        words = re.findall(r"[a-z0-9]+", text.lower())
        name = "-".join(words).lstrip("0123456789-")[:_LONGEST_NAME].rstrip("-")
        if _NAME.fullmatch(name):
            return name
    raise InputError(
        "no package name can be made of this file name, nor of the title in it",
        file=str(path),
        remedy="rename the file so that it holds a word of ASCII letters",
    )
