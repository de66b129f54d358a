"""From a description to a client on disk: generated aside, checked, then swapped in whole."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
import warnings
from dataclasses import dataclass, replace
from pathlib import Path

from specproof.document import digest
from specproof.errors import InputError, StaleError
from specproof.files import held, swap_directory, temporary_sibling
from specproof.generation.changelog import CHANGELOG_NAME, changelog
from specproof.generation.formatting import format_code
from specproof.generation.generator import run_generator
from specproof.generation.lock import LOCK_NAME, lock_bytes, read_lock
from specproof.generation.normalisation.draft import LeftOut
from specproof.generation.process import Workers
from specproof.generation.source import ClientSource
from specproof.generation.transforms import Applied
from specproof.generation.version import VERSION_MODULE, stand
from specproof.text import one_line

__all__ = ["Generated", "build_client", "check_client", "generate_client"]

_SHOWN = 5
_LEFT_BEHIND = 3600  # seconds; the generator's own limits end it long before
_CACHES = frozenset({"__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache"})


@dataclass(frozen=True, slots=True)
class Generated:
    """What was generated.

    Attributes:
        folder: of the project.
        version: of the client.
        operations: how many operations the description has.
        files: how many files were written.
        transforms: what was normalised in the description before the generator read it.
        changed: whether the folder holds other bytes now; always False after a check.
        generated: how many operations it calls.
        left_out: what it lacks.
    """

    source: ClientSource
    folder: Path
    version: str
    operations: int
    files: int
    transforms: tuple[Applied, ...]
    changed: bool = False
    generated: int = 0
    left_out: tuple[LeftOut, ...] = ()


def generate_client(
    source: ClientSource, folder: Path, *, workers: Workers | None = None
) -> Generated:
    """Generate the client of ``source`` into ``folder``, in the place of what is there.

    A folder that holds the same bytes already is left alone. Two at once in one place do it
    one after the other. ``workers`` runs the generator where several clients are made.

    Raises:
        InputError: nothing can be generated, or ``folder`` holds something else than a
            generated client; in both cases it is left as it was.
        LimitError: the generator needed too much memory or time.
    """
    # The folder itself is swapped for another one, so what is held is the one it is in.
    with held(folder.absolute().parent):
        _require_ours(folder)
        aside = temporary_sibling(folder)
        try:
            made = build_client(source, aside, replaced=folder, workers=workers)
            changed = bool(_differences(aside, folder))
            if changed:
                swap_directory(aside, folder)
            _clear_leftovers(folder)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    return replace(made, folder=folder, changed=changed)


def _clear_leftovers(folder: Path) -> None:
    """Remove what killed generations left beside ``folder``; one at work is younger than that."""
    now = time.time()
    for left in folder.parent.glob(f".{folder.name}.*.specproof-tmp"):
        with contextlib.suppress(OSError):
            if now - left.stat().st_mtime > _LEFT_BEHIND:
                shutil.rmtree(left)


def check_client(
    source: ClientSource, folder: Path, *, workers: Workers | None = None
) -> Generated:
    """Check that ``folder`` holds what generation gives now; write nothing into the project.

    Raises:
        StaleError: a file differs, is missing, or is there without being generated.
        InputError: nothing can be generated.
    """
    remedy = f"run specproof generate {source.name}"
    if not folder.is_dir():
        raise StaleError("the client is missing", file=str(folder), remedy=remedy)
    with tempfile.TemporaryDirectory(prefix="specproof-generate-") as scratch:
        fresh = Path(scratch) / folder.name
        fresh.mkdir()
        made = build_client(source, fresh, replaced=folder, is_check=True, workers=workers)
        differences = _differences(fresh, folder)
    if differences:
        more = f" and {len(differences) - _SHOWN} more" if len(differences) > _SHOWN else ""
        raise StaleError(
            f"the client is not what {source.label} gives now: "
            f"{one_line(', '.join(differences[:_SHOWN]))}{more}",
            file=str(folder),
            remedy=remedy,
        )
    return replace(made, folder=folder)


def build_client(
    source: ClientSource,
    folder: Path,
    *,
    replaced: Path | None = None,
    is_check: bool = False,
    hash_seed: str = "0",
    workers: Workers | None = None,
) -> Generated:
    """Write the client of ``source``, formatted, checked and locked, into an empty directory.

    Args:
        replaced: folder of the client before it, from which its version follows (see
            ``version``); without one it is the first.
        is_check: whether the version stays that of the last release.
        workers: runs the generator for several clients.

    Raises:
        InputError: the description holds what can not be generated, or what was generated is
            no valid Python.
        LimitError: the generator needed too much memory or time.
    """
    with tempfile.TemporaryDirectory(prefix="specproof-generator-") as work:
        outcome = run_generator(source, folder, Path(work), hash_seed=hash_seed, workers=workers)
    format_code(folder)
    hashes = _checked(source, folder)
    standing = stand(
        source,
        folder,
        hashes,
        lock=None if replaced is None else read_lock(replaced),
        before=folder if replaced is None else replaced,
        is_check=is_check,
    )
    version = standing.version
    later = {
        f"{source.package}/{VERSION_MODULE}": (
            f'{_header(source)}\n"""The version."""\n\n__version__ = "{version}"\n'
        ),
        CHANGELOG_NAME: changelog(source.label, source.project, standing.releases),
    }
    for name, text in later.items():
        data = text.encode("utf-8")
        (folder / name).write_bytes(data)
        hashes[name] = digest(data)
    (folder / LOCK_NAME).write_bytes(
        lock_bytes(
            source,
            version,
            dict(sorted(hashes.items())),
            left_out=[part.line() for part in outcome.left_out],
            releases=standing.releases,
        )
    )
    return Generated(
        source,
        folder,
        version,
        outcome.operations,
        len(hashes) + 1,
        outcome.transforms,
        generated=outcome.generated,
        left_out=outcome.left_out,
    )


def _header(source: ClientSource) -> str:
    return f"# Generated by specproof from {source.label}; do not edit."


def _require_ours(folder: Path) -> None:
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise InputError("is no directory", file=str(folder), remedy="name another output folder")
    if folder.is_dir() and any(folder.iterdir()) and read_lock(folder) is None:
        raise InputError(
            f"holds files but no {LOCK_NAME}, so specproof did not generate them",
            file=str(folder),
            remedy="name an empty or new output folder",
        )


def _checked(source: ClientSource, folder: Path) -> dict[str, str]:
    """Compile every file that was generated, and return the hashes of all, by relative name."""
    header = f"{_header(source)}\n".encode()
    hashes: dict[str, str] = {}
    with warnings.catch_warnings():
        # An escape sequence that Python only warns of today is an error tomorrow.
        warnings.simplefilter("error", SyntaxWarning)
        warnings.simplefilter("error", DeprecationWarning)
        for name, path in _files(folder).items():
            data = path.read_bytes()
            hashes[name] = digest(data)
            if not name.endswith(".py"):
                continue
            if not data.startswith(header):
                raise InputError(f"the generated file {name} lacks its header", file=source.file)
            try:
                compile(data, name, "exec", dont_inherit=True)
            except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
                raise InputError(
                    f"the generated file {one_line(name)} is no valid Python"
                    f" ({one_line(str(error))})",
                    file=source.file,
                    remedy="correct the description with an overlay action",
                ) from None
    return hashes


def _files(folder: Path) -> dict[str, Path]:
    """Return the files under ``folder`` by relative name, without what tools leave behind."""
    found: dict[str, Path] = {}
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in _CACHES]
        inside = Path(place).relative_to(folder).as_posix()
        for name in names:
            if name not in _CACHES:
                found[name if inside == "." else f"{inside}/{name}"] = Path(place, name)
    return dict(sorted(found.items()))


def _differences(fresh: Path, folder: Path) -> list[str]:
    wanted, present = _files(fresh), _files(folder)
    told = []
    for name in sorted({*wanted, *present}):
        if name not in present:
            told.append(f"{name} is missing")
        elif name not in wanted:
            told.append(f"{name} was not generated")
        elif present[name].is_symlink() or wanted[name].read_bytes() != present[name].read_bytes():
            told.append(f"{name} differs")
    return told
