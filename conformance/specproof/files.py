"""Writing that is never left half done."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

if sys.platform != "win32":
    import fcntl

__all__ = ["held", "replacing", "swap_directory", "temporary_sibling", "write_atomic"]


@contextlib.contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold ``folder`` for the length of a ``with``; who comes second waits until it is let go.

    The system lets go for a process that was killed. The folder is made where it lacks.
    """
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        if sys.platform != "win32":
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def write_atomic(path: Path, data: bytes) -> bool:
    """Write ``data`` to ``path`` through a temporary file, fsync and rename.

    Returns whether the file changed; a file that holds the same bytes is left alone.
    """
    if path.is_file() and path.read_bytes() == data:
        return False
    with replacing(path) as stream:
        stream.write(data)
    return True


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Give a stream whose bytes become the file ``path`` when the ``with`` ends well.

    Until then, and where it ends with an error, what is at ``path`` stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(
        prefix=f".{path.name}.", suffix=".specproof-tmp", dir=path.parent
    )
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()
        raise
    _sync_directory(path.parent)


def temporary_sibling(path: Path) -> Path:
    """Make and return an empty directory beside ``path``, on the same file system."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".specproof-tmp", dir=path.parent))


def swap_directory(new: Path, place: Path) -> None:
    """Put the directory ``new`` where ``place`` is; the old one goes, whole, afterwards.

    At no moment is ``place`` a mixture of both; a crash leaves the old one, the new one,
    or the old one under its retired name beside ``place``.
    """
    new.chmod(0o755)
    retired: Path | None = None
    if place.exists():
        retired = temporary_sibling(place)
        retired.rmdir()
        place.rename(retired)
    try:
        new.rename(place)
    except BaseException:
        if retired is not None:
            retired.rename(place)
        raise
    _sync_directory(place.parent)
    if retired is not None:
        shutil.rmtree(retired)


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
