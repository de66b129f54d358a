"""Finds the APIs under ``specs/`` and says whether their files are the ones that were vendored."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from specproof import document
from specproof.errors import InputError, StaleError
from specproof.text import one_line

__all__ = ["ROOT_VARIABLE", "Api", "Catalog", "Page", "check_name", "open_catalog", "verify"]

ROOT_VARIABLE = "SPECPROOF_ROOT"
"""Environment variable that names the folder with ``specs/`` in it."""

_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_DATA = Path(__file__).parent / "_data"
_MAX_SOURCE_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Page:
    """One vendored page, as ``source.toml`` describes it.

    Attributes:
        file: path in the folder of the API, ``pages/<name>``.
        url: where the vendor publishes it, or "" when it came from a file and nobody said.
        retrieved: when these bytes were first fetched.
        media_type: as the server named it, e.g. ``text/markdown``.
        sha256: of the bytes of the page.
        etag: entity tag of the answer, or None.
        spec_name: name of the vendor's spec file that the page states, or None.
        operation: ``METHOD /path`` that the page is about, or None.
    """

    file: str
    url: str
    retrieved: datetime
    media_type: str
    sha256: str
    etag: str | None = None
    spec_name: str | None = None
    operation: str | None = None


@dataclass(frozen=True, slots=True)
class Api:
    """One vendor interface: a folder ``specs/<name>/``.

    Attributes:
        title: for people; of ``source.toml``, or else ``info.title`` of the published spec.
        pages: in the order of ``source.toml``; empty for a spec that was added by hand.
        licence_note: whose text the pages and the spec are.
        spec_sha256: SHA-256 of ``published.yaml`` when it was vendored, or None.
    """

    name: str
    title: str
    folder: Path
    pages: tuple[Page, ...] = ()
    licence_note: str = ""
    spec_sha256: str | None = None

    @property
    def published(self) -> Path:
        """The OpenAPI document as the vendor published it."""
        return self.folder / "published.yaml"

    @property
    def overlay(self) -> Path:
        """Our corrections to it; need not exist."""
        return self.folder / "overlay.yaml"

    @property
    def effective(self) -> Path:
        """Published plus overlay."""
        return self.folder / "effective.yaml"

    @property
    def promises(self) -> Path:
        """What the pages promise in prose; need not exist."""
        return self.folder / "promises.yaml"

    @property
    def deviations(self) -> Path:
        """Known findings of the real API; need not exist."""
        return self.folder / "deviations.toml"

    @property
    def source(self) -> Path:
        """Where the pages came from; need not exist."""
        return self.folder / "source.toml"


class Catalog:
    """The APIs below one root folder.

    Args:
        root: the folder that holds ``specs/``.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def specs(self) -> Path:
        """The folder with one folder for each API."""
        return self.root / "specs"

    @property
    def generated(self) -> Path:
        """The folder of the generated clients."""
        return self.root / "generated"

    @property
    def corpus(self) -> Path:
        """The folder of stored requests, one folder per API in it."""
        return self.recordings.with_name("corpus")

    @property
    def recordings(self) -> Path:
        """The folder of recorded exchanges; an installed package has its own."""
        return (
            self.root / "recordings"
            if self.root == _DATA
            else (self.root / "conformance" / "recordings")
        )

    def client_folder(self, api: Api) -> Path:
        """Return the folder of the generated client project of ``api``."""
        return self.generated / f"{api.name}-client"

    def client_package(self, api: Api) -> str:
        """Return the import name of the generated client of ``api``."""
        return f"{api.name.replace('-', '_')}_client"

    def names(self) -> tuple[str, ...]:
        """Return the names of all APIs, sorted.

        Raises:
            InputError: a folder holds an API but its name is no API name.
        """
        if not self.specs.is_dir():
            return ()
        found = sorted(
            folder.name
            for folder in self.specs.iterdir()
            if not folder.name.startswith(".") and _holds_api(folder)
        )
        for name in found:
            check_name(name, file=str(self.specs / name))
        return tuple(found)

    def get(self, name: str) -> Api:
        """Return the API called ``name``.

        Raises:
            InputError: there is none, or its files are malformed.
        """
        folder = self.specs / name
        # Looking at one folder rather than at all of them: there may be hundreds, each asked for.
        if not _NAME.fullmatch(name) or not _holds_api(folder):
            known = self.names()
            near = difflib.get_close_matches(name, known, n=1)
            listed = ", ".join(known) or "none"
            raise InputError(
                f"there is no API {one_line(name, 60)!r} in {self.specs}",
                remedy=f"did you mean {near[0]}?" if near else f"known APIs: {listed}",
            )
        return _load(name, folder)

    def apis(self) -> Iterator[Api]:
        """Yield every API, sorted by name.

        Raises:
            InputError: the files of one of them are malformed.
        """
        for name in self.names():
            yield _load(name, self.specs / name)


def open_catalog(root: Path | None = None, *, create: bool = False) -> Catalog:
    """Return the catalog at ``root``, or the one that the surroundings name.

    Without ``root`` it is the folder in ``SPECPROOF_ROOT``, else the nearest parent of the
    working directory with a folder ``specs/``, else the one inside the installed package.

    Args:
        create: the caller is about to write; what is missing is no error then, the working
            directory stands in for the installed package, and nothing is created here.

    Raises:
        InputError: no catalog is there.
    """
    given = root
    if given is None and (variable := os.environ.get(ROOT_VARIABLE)):
        given = Path(variable)
    if given is not None:
        if not create and not (given / "specs").is_dir():
            raise InputError("has no folder specs/", file=str(given))
        return Catalog(given.resolve())
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "specs").is_dir():
            return Catalog(folder)
    if create:
        return Catalog(here)
    if (_DATA / "specs").is_dir():
        return Catalog(_DATA)
    raise InputError(
        "there is no folder specs/ here or in any parent folder",
        remedy=f"go to one, or name it with --root or {ROOT_VARIABLE}",
    )


def check_name(name: str, *, file: str | None = None) -> None:
    """Check that ``name`` may name an API.

    Raises:
        InputError: it is not made of lower-case words joined by hyphens.
    """
    if not _NAME.fullmatch(name):
        raise InputError(
            f"{one_line(name, 60)!r} can not name an API",
            file=file,
            remedy="use lower-case letters, digits and single hyphens, a letter first",
        )


def verify(api: Api) -> None:
    """Check that the pages and the published spec of ``api`` are the bytes that were vendored.

    An API with neither ``source.toml`` nor pages, added by hand, has nothing to be compared
    with and passes.

    Raises:
        StaleError: naming the file that is missing, changed or not listed.
    """
    listed = {page.file: page.sha256 for page in api.pages}
    folder = api.folder / "pages"
    present = sorted(folder.iterdir()) if folder.is_dir() else []
    for path in present:
        if f"pages/{path.name}" not in listed and not path.name.startswith("."):
            raise StaleError(
                "is not listed in source.toml", file=str(path), remedy="vendor it or remove it"
            )
    if api.spec_sha256 is not None:
        listed[api.published.name] = api.spec_sha256
    for file, sha256 in listed.items():
        _verify_file(api.folder / file, sha256)


def _verify_file(path: Path, sha256: str) -> None:
    try:
        actual = document.digest(path.read_bytes())
    except FileNotFoundError as error:
        raise StaleError(
            "is missing", file=str(path), remedy="restore it or run specproof vendor"
        ) from error
    if actual != sha256:
        raise StaleError(
            "is not what source.toml says was vendored: its SHA-256 differs",
            file=str(path),
            remedy="restore it or run specproof vendor",
        )


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


_Sha256 = Annotated[str, Field(pattern=r"\A[0-9a-f]{64}\z")]


class _ApiTable(_Strict):
    name: str
    title: str
    licence_note: str = ""


class _PageTable(_Strict):
    file: Annotated[str, Field(pattern=r"\Apages/[A-Za-z0-9][A-Za-z0-9._-]*\z")]
    url: str
    retrieved: AwareDatetime
    media_type: str
    sha256: _Sha256
    etag: str | None = None
    spec_name: str | None = None
    operation: str | None = None


class _SpecTable(_Strict):
    file: Annotated[str, Field(pattern=r"\Apublished\.yaml\z")]
    sha256: _Sha256


class _SourceFile(_Strict):
    api: _ApiTable
    page: tuple[_PageTable, ...] = ()
    spec: _SpecTable


def _holds_api(folder: Path) -> bool:
    return (folder / "published.yaml").is_file() or (folder / "source.toml").is_file()


def _load(name: str, folder: Path) -> Api:
    source = folder / "source.toml"
    if not source.is_file():
        return Api(name=name, title=_title(folder / "published.yaml", name), folder=folder)
    made = _read_source(source)
    if made.api.name != name:
        raise InputError(
            f"names the API {one_line(made.api.name, 60)!r} in the folder of {name}",
            file=str(source),
        )
    files = [page.file for page in made.page]
    if len(set(files)) != len(files):
        raise InputError("lists one page twice", file=str(source))
    return Api(
        name=name,
        title=made.api.title,
        folder=folder,
        pages=tuple(Page(**page.model_dump()) for page in made.page),
        licence_note=made.api.licence_note,
        spec_sha256=made.spec.sha256,
    )


def _read_source(path: Path) -> _SourceFile:
    data = path.read_bytes()
    if len(data) > _MAX_SOURCE_BYTES:
        raise InputError(f"is larger than {_MAX_SOURCE_BYTES} bytes", file=str(path))
    try:
        return _SourceFile.model_validate(tomllib.loads(data.decode()))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InputError(
            f"{one_line(place, 80)}: {one_line(first['msg'], 120)}", file=str(path)
        ) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"is not TOML: {one_line(str(error), 120)}", file=str(path)) from error


def _title(published: Path, name: str) -> str:
    info = document.read(published).get("info")
    title = info.get("title") if isinstance(info, dict) else None
    return title if isinstance(title, str) and title else name
